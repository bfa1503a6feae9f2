"""How much of a seat's potential is served in each draw: ramp, gaps, exits, late hires, load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.draws import named_stream
from planner.outcomes.parameters import OutcomeParameters
from planner.units.presence import months_in_seat, ramp_by_month, served_months

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The served share of each seat's potential.

    Parameters
    ----------
    planned
        As planned: without exits and late hires, (seats,).
    drawn
        In each draw, (seats, draws).
    credited
        The part of it that counts for the holder: not what comes in before he starts or after he
        has left, (seats, draws).
    """

    planned: Floats
    drawn: npt.NDArray[np.float32]
    credited: npt.NDArray[np.float32]


def simulate_coverage(
    holders: Sequence[Rep],
    period: Period,
    ramp: Sequence[float],
    season: Sequence[float] | Floats,
    load: Floats | None,
    parameters: OutcomeParameters,
    seed: int,
    *,
    productivity: Sequence[Floats] | None = None,
) -> Coverage:
    """Simulate who serves each seat in which months.

    A month is served by the holder's presence times ramp; an unplanned exit empties the seat for
    ``backfill_months``, then a successor ramps up; open headcount is late by a geometric number
    of months. Hours beyond what the seat has are not served. What is not served still brings
    ``unserved_share`` of its bookings; an absence that a colleague covers is served in part.
    Of a month in which the plan gives the seat nobody, that share is the company's and the
    team's, and no credit of the holder.

    Parameters
    ----------
    holders
        Who holds each seat, (seats,).
    period
        The plan's months.
    ramp
        Share of productivity by month since the start.
    season
        Share of bookings by month, (months,).
    load
        Hours the seat's accounts need over the hours it has, (seats,); None where unknown.
    parameters, seed
        The scenario's; each holder has random streams of his own name.
    productivity
        Share of full productivity of each holder by month, (seats,) of (months,); default: by
        his start in the role.
    """
    if productivity is None:
        productivity = [ramp_by_month(rep, period, ramp) for rep in holders]
    weights = np.asarray(season, dtype=np.float64)
    weights = weights / weights.sum()
    within = np.ones(len(holders)) if load is None else 1.0 / np.maximum(load, 1.0)
    planned = np.empty(len(holders))
    drawn, credited = (np.empty((len(holders), parameters.draws), np.float32) for _ in range(2))
    unserved = parameters.unserved_share
    # Holder by holder: all of them at once would be gone through in memory ten times over.
    for seat, (rep, path) in enumerate(zip(holders, productivity, strict=True)):
        planned[seat], shares, held = _simulate_holder(
            rep, period, ramp, path, weights, parameters, seed
        )
        served = (1 - unserved) * shares * within[seat]
        drawn[seat] = unserved + served
        credited[seat] = unserved * held + served
    return Coverage(
        planned=unserved + (1 - unserved) * (planned * within), drawn=drawn, credited=credited
    )


def _simulate_holder(
    rep: Rep,
    period: Period,
    ramp: Sequence[float],
    productivity: Floats,
    season: Floats,
    parameters: OutcomeParameters,
    seed: int,
) -> tuple[float, Floats, Floats]:
    """Return the served share as planned and in each draw, and the share of the year held."""
    months = len(season)
    path = served_months(rep, period, productivity, parameters.covered_share)
    presence = months_in_seat(rep, period)
    exits = _exit_months(rep, presence, parameters, seed)
    held = months_in_seat(rep.with_absences(()), period)
    delays = _delays(rep, months, parameters, seed)
    shifts = range(int(delays.max()) + 1)
    served = np.array(
        [
            _served_by_exit(
                _delayed(path, delay),
                _delayed(presence, delay),
                ramp,
                season,
                parameters.backfill_months,
            )
            for delay in shifts
        ]
    )
    # A seat held all year is held whole, whatever its months' weights add up to.
    years = np.array([1.0 - (1.0 - _delayed(held, delay)) @ season for delay in shifts])
    return float(path @ season), served[delays, exits], years[delays]


def _exit_months(rep: Rep, presence: Floats, parameters: OutcomeParameters, seed: int) -> Ints:
    """Return the month of each draw's unplanned exit, the number of months where there is none."""
    months = len(presence)
    if rep.coverage != "direct" or parameters.attrition <= 0:
        return np.full(parameters.draws, months, dtype=np.int64)
    stays = (1.0 - parameters.attrition) ** (1 / 12)
    uniform = named_stream(f"exit:{rep.rep_id}", seed).random(parameters.draws)
    # Nobody leaves before the first month in the seat.
    first = int(np.argmax(presence > 0))
    month = np.minimum(first + np.log1p(-uniform) / np.log(stays), months)
    return np.asarray(month, dtype=np.int64)


def _delays(rep: Rep, months: int, parameters: OutcomeParameters, seed: int) -> Ints:
    if rep.status != "tbh" or parameters.late_hire_months <= 0:
        return np.zeros(parameters.draws, dtype=np.int64)
    again = parameters.late_hire_months / (1.0 + parameters.late_hire_months)
    uniform = named_stream(f"late:{rep.rep_id}", seed).random(parameters.draws)
    delay = np.minimum(np.log1p(-uniform) / np.log(again), months)
    return np.asarray(delay, dtype=np.int64)


def _delayed(path: Floats, delay: int) -> Floats:
    return np.concatenate([np.zeros(delay), path])[: len(path)]


def _served_by_exit(
    path: Floats, presence: Floats, ramp: Sequence[float], season: Floats, backfill: int
) -> Floats:
    """Return the served share of the plan by month of exit; the last entry is no exit."""
    months = len(path)
    successor = np.ones(months)
    successor[: len(ramp)] = np.asarray(ramp, dtype=np.float64)[:months]
    served = np.empty(months + 1)
    for exit_month in range(months + 1):
        begin = min(exit_month + backfill, months)
        kept = path[:exit_month] @ season[:exit_month]
        # A seat that the plan leaves empty is not filled because its holder went earlier.
        later = successor[: months - begin] * presence[begin:]
        served[exit_month] = kept + later @ season[begin:]
    return served
