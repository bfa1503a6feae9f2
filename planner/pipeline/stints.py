"""Who serves each seat when in the days that remain, and what they are credited with in each draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.reps import Rep
from planner.inputs.roster import DAY, SeatTenure, name_open_seat
from planner.units.presence import ramp_by_month, start_of

if TYPE_CHECKING:
    from planner.inputs.period import Period
    from planner.outcomes.parameters import OutcomeParameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """One stretch of days in which the same person serves a seat.

    Parameters
    ----------
    seat
        Position of the seat.
    rep
        Who, dated as the stretch; open headcount under the seat's name.
    productivity
        Share of full productivity by month of the days that remain, (months,).
    """

    seat: int
    rep: Rep
    productivity: Floats


def find_stints(
    people: Sequence[Rep],
    territory_ids: Sequence[str],
    tenures: Sequence[SeatTenure],
    rest: Period,
    ramp: Sequence[float],
    covered_share: float,
) -> list[Stint]:
    """Return the stints of seats that are covered, or change hands, in the days that remain.

    A seat that stands open until somebody known comes is not served meanwhile; one that stays
    open counts as filled, as in the plan. Whoever covers for an absence serves in part.

    Parameters
    ----------
    people
        Everybody who is known.
    territory_ids, tenures
        The seats, and who is in them when.
    rest
        The days that remain.
    ramp
        Share of productivity by month since the start.
    covered_share
        What of an absence is served by whoever covers it.
    """
    known = {rep.rep_id: rep for rep in people}
    stints: list[Stint] = []
    of_seat: dict[str, list[SeatTenure]] = {}
    for tenure in tenures:
        of_seat.setdefault(tenure.territory_id, []).append(tenure)
    for seat, name in enumerate(territory_ids):
        mine = of_seat.get(name, [])
        spans = list(_spans(mine, rest))
        if len(spans) < 2 and not _there(mine, "cover", rest.start):
            continue
        for start, end in spans:
            holder, cover = _there(mine, "holder", start), _there(mine, "cover", start)
            share = covered_share if cover and holder else 1.0
            if cover or not holder:
                title = cover or name_open_seat(name, known)
                comes = not cover and any(t.rep_id and t.start >= end for t in mine)
                person, path = Rep(rep_id=title, name=title, coverage="pool"), np.ones(1)
                share = 0.0 if comes else share
            else:
                person = known[holder]
                path = ramp_by_month(person, rest, ramp)
            productivity = np.broadcast_to(path * share, (len(rest.starts),))
            dated = _date(person, start, end, rest)
            stints.append(Stint(seat=seat, rep=dated, productivity=productivity))
    return stints


def _spans(mine: Sequence[SeatTenure], rest: Period) -> Iterator[tuple[date, date]]:
    """Yield the stretches of days in which nobody takes or leaves a seat."""
    days = {day for t in mine for day in (t.start, t.end) if day and rest.start < day < rest.end}
    edges = [rest.start, *sorted(days), rest.end]
    served = [(_there(mine, "holder", day), _there(mine, "cover", day)) for day in edges[:-1]]
    begin = 0
    for at in range(1, len(edges)):
        if at == len(served) or served[at] != served[begin]:
            yield edges[begin], edges[at]
            begin = at


def _there(mine: Sequence[SeatTenure], role: str, day: date) -> str:
    return next((t.rep_id for t in mine if t.role == role and t.includes(day)), "")


def _date(rep: Rep, start: date, end: date, rest: Period) -> Rep:
    """Return a person who is in the seat in a stretch of days alone."""
    first = max(start_of(rep, rest) or date.min, start)
    return replace(
        rep,
        role_start=first if first > rest.start else rep.role_start,
        leave_date=end - DAY if end < rest.end else rep.leave_date,
    )


def credit_stints(
    stints: Sequence[Stint],
    sums: Ints,
    rest: Period,
    ramp: Sequence[float],
    season: Sequence[float],
    load: Floats,
    parameters: OutcomeParameters,
    seed: int,
) -> Ints:
    """Return what each stint brings, minor units, (stints, draws).

    Parameters
    ----------
    stints
        Of the seats that change hands.
    sums
        What each seat's accounts bring before coverage, minor units, (seats, draws).
    rest, ramp, season, load, parameters, seed
        As in :func:`planner.outcomes.coverage.simulate_coverage`; load by seat.
    """
    from planner.outcomes.coverage import simulate_coverage

    seats = [stint.seat for stint in stints]
    coverage = simulate_coverage(
        [stint.rep for stint in stints],
        rest,
        ramp,
        season,
        load[seats],
        parameters,
        seed,
        productivity=[stint.productivity for stint in stints],
    )
    brought: Ints = np.rint(sums[seats] * coverage.credited.astype(np.float64)).astype(np.int64)
    return brought
