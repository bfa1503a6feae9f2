"""The draws of a plan's year by seat: what its accounts bring, and how much of it is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.coverage import Coverage, simulate_coverage
from planner.outcomes.drawing import Drawing, draw_alignment
from planner.outcomes.draws import (
    AccountDraws,
    common_factors,
    fit_draws,
    group_accounts,
    name_keys,
)
from planner.outcomes.parameters import OutcomeParameters

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDraws:
    """All draws of a plan by seat, before anybody asks what they say.

    Parameters
    ----------
    holders
        Who holds each seat, (seats,).
    bookings
        Minor units, (seats, draws).
    credited
        What of the bookings counts for the holder, (seats, draws); None: all of them.
    coverage
        The served share of each seat.
    drawing
        The accounts' draws before coverage.
    findings
        What there is to say of them.
    """

    holders: tuple[Rep, ...]
    bookings: Ints
    credited: Ints | None
    coverage: Coverage
    drawing: Drawing
    findings: tuple[Finding, ...]


def draw_seats(
    account_ids: Sequence[str],
    expected: Ints,
    low: Ints,
    high: Ints,
    territory_of_account: Ints,
    moved: Bools,
    holders: Sequence[Rep],
    period: Period,
    parameters: OutcomeParameters,
    seed: int,
    *,
    ramp: Sequence[float] = (),
    season: Sequence[float] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    load: Floats | None = None,
    previous: Drawing | None = None,
) -> SeatDraws:
    """Draw the plan's year by account, and add up by seat.

    Parameters
    ----------
    account_ids
        They key the draws: an account's are the same in every scenario with the same seed.
    expected, low, high
        Expected bookings and their 80% interval, minor units, (accounts,).
    territory_of_account
        Position of the seat that serves each account, -1 none, (accounts,).
    moved
        Whether an account's owner, who continues in a seat, changes, (accounts,).
    holders
        Who holds each seat, (seats,).
    period
        The plan's months.
    parameters, seed
        The scenario's ``[outcomes]`` and seed.
    ramp
        The scenario's ``quota.ramp``.
    season
        Share of bookings by month, (months,); empty is even.
    groups
        The columns of ``common_by`` that the accounts have, (accounts,) of text each.
    load
        Hours each seat's accounts need over the hours it has, (seats,).
    previous
        An earlier drawing of the same accounts, seats and seed: only accounts that moved since are
        drawn again, and the result is the same.
    """
    columns = {name: list(values) for name, values in (groups or {}).items()}
    known = {name: columns[name] for name in parameters.common_by if name in columns}
    group_of, names = group_accounts(known, len(account_ids))
    narrowed = parameters.model_copy(update={"common_by": tuple(known)})
    factors = common_factors(names, narrowed, seed)
    accounts = fit_draws(expected, low, high, name_keys(account_ids), group_of, narrowed)
    served = np.asarray(territory_of_account, dtype=np.int64)
    changed = np.asarray(moved, dtype=np.bool_)
    drawing = draw_alignment(
        accounts, factors, narrowed, seed, served, changed, len(holders), previous
    )
    weights = season if len(season) == len(period.starts) else [1.0] * len(period.starts)
    coverage = simulate_coverage(holders, period, ramp, weights, load, parameters, seed)
    bookings = np.empty_like(drawing.sums)
    for seat, shares in enumerate(coverage.drawn):
        bookings[seat] = np.rint(drawing.sums[seat] * shares.astype(np.float64))
    return SeatDraws(
        holders=tuple(holders),
        bookings=bookings,
        credited=credit_holders(bookings, drawing.sums, coverage),
        coverage=coverage,
        drawing=drawing,
        findings=tuple(_unserved(accounts, served)),
    )


def credit_holders(bookings: Ints, sums: Ints, coverage: Coverage) -> Ints | None:
    """Return what counts for each seat's holder, None where that is all of it.

    Parameters
    ----------
    bookings
        Of the seats, minor units, (seats, draws).
    sums
        Before coverage, minor units, (seats, draws).
    coverage
        Of the same seats.
    """
    partly = (coverage.credited != coverage.drawn).any(axis=1)
    if not partly.any():
        return None
    credited = bookings.copy()
    share = coverage.credited[partly].astype(np.float64)
    credited[partly] = np.rint(sums[partly] * share).astype(np.int64)
    return credited


def _unserved(accounts: AccountDraws, seats: Ints) -> list[Finding]:
    count = int(np.sum((seats < 0) & (accounts.chance > 0)))
    if not count:
        return []
    return [
        Finding(
            severity="info",
            code="outcomes.unserved_accounts",
            message=f"{count} accounts that nobody serves are left out of the simulation.",
            subject="outcomes",
            count=count,
        )
    ]
