"""The simulated year: bookings and attainment of every rep, team and the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.outcomes.coverage import Coverage
from planner.outcomes.drawing import Drawing
from planner.outcomes.result import Outcome, Outcomes
from planner.outcomes.seat_draws import SeatDraws
from planner.quotas.hierarchy import COMPANY
from planner.quotas.result import Level, QuotaSheet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
WITHIN = 0.20
TENTHS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """All draws of a plan by seat, and what they say.

    Parameters
    ----------
    rep_ids
        Who holds each seat, (seats,).
    bookings
        Minor units, (seats, draws).
    quotas
        Each holder's quota over the plan, minor units, (seats,).
    coverage
        The served share of each seat.
    teams
        Seats below each manager, by manager id.
    outcomes
        The distributions by rep, manager and company.
    drawing
        The accounts' draws before coverage, which a later simulation may start from.
    credited
        What of the bookings counts for the holder, (seats, draws); None: all of them.
    """

    rep_ids: tuple[str, ...]
    bookings: Ints
    quotas: Ints
    coverage: Coverage
    teams: dict[str, tuple[int, ...]]
    outcomes: Outcomes
    drawing: Drawing | None = None
    credited: Ints | None = None

    @property
    def own(self) -> Ints:
        """Return what counts for each seat's holder, minor units, (seats, draws)."""
        return self.bookings if self.credited is None else self.credited

    @property
    def company(self) -> Ints:
        """Return the company's bookings in each draw, minor units, (draws,)."""
        return np.asarray(self.bookings.sum(axis=0))


def simulate(drawn: SeatDraws, quotas: QuotaSheet) -> Simulation:
    """Return what the draws of all seats come to: by rep, team and company.

    Parameters
    ----------
    drawn
        From :func:`planner.outcomes.seat_draws.draw_seats`.
    quotas
        What everybody owes.
    """
    summary = summarise_draws(
        drawn.holders,
        drawn.bookings,
        drawn.coverage,
        quotas,
        drawn.findings,
        credited=drawn.credited,
    )
    return replace(summary, drawing=drawn.drawing)


def summarise_draws(
    holders: Sequence[Rep],
    bookings: Ints,
    coverage: Coverage,
    quotas: QuotaSheet,
    findings: Sequence[Finding] = (),
    *,
    credited: Ints | None = None,
) -> Simulation:
    """Turn draws by seat into distributions of attainment.

    Parameters
    ----------
    holders
        Who holds each seat, (seats,).
    bookings
        Minor units, (seats, draws).
    coverage
        The served share of each seat.
    quotas
        What everybody owes.
    findings
        What the simulation has to say.
    credited
        What counts for the holders, minor units, (seats, draws); default: all bookings.
    """
    own = bookings if credited is None else credited
    rep_ids = tuple(rep.rep_id for rep in holders)
    owed = quotas.by_person("rep")
    amounts = np.array([owed.get(rep_id, 0) for rep_id in rep_ids], dtype=np.int64)
    teams = _teams(quotas, rep_ids)
    managed = quotas.by_person("manager")
    outcomes = [describe_draws("company", COMPANY, quotas.goal, bookings.sum(axis=0))]
    outcomes += [
        describe_draws(
            "manager", manager, managed[manager], bookings[list(teams[manager])].sum(axis=0)
        )
        for manager in sorted(teams)
    ]
    outcomes += [
        describe_draws("rep", rep_ids[seat], int(amounts[seat]), own[seat])
        for seat in sorted(range(len(rep_ids)), key=lambda seat: rep_ids[seat])
    ]
    at_quota, within = _shares(own, amounts)
    return Simulation(
        rep_ids=rep_ids,
        bookings=bookings,
        quotas=amounts,
        coverage=coverage,
        teams=teams,
        outcomes=Outcomes(
            outcomes=tuple(outcomes),
            goal_probability=outcomes[0].probability_of_quota,
            share_at_quota=at_quota,
            share_within_20=within,
            draws=bookings.shape[1],
            findings=tuple(findings),
            company_quantiles=percentiles(bookings.sum(axis=0)),
            attainment_shares=_attainment_shares(own, amounts),
        ),
        credited=credited,
    )


def _teams(quotas: QuotaSheet, rep_ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the seats below each manager, at any depth."""
    parents = {
        (line.rep_id, line.level): line.parent_id
        for line in quotas.lines
        if line.component not in quotas.beside
    }
    teams: dict[str, list[int]] = {}
    for seat, rep_id in enumerate(rep_ids):
        above = parents.get((rep_id, "rep"))
        while above is not None and above != COMPANY:
            teams.setdefault(above, []).append(seat)
            above = parents.get((above, "manager"))
    managers = {line.rep_id for line in quotas.lines if line.level == "manager"}
    return {manager: tuple(seats) for manager, seats in teams.items() if manager in managers}


def describe_draws(level: Level, rep_id: str, quota: int, bookings: Ints) -> Outcome:
    """Return what draws say of somebody's year.

    Parameters
    ----------
    level, rep_id, quota
        Whose, and what is owed, minor units.
    bookings
        Minor units, (draws,).
    """
    ordered = np.sort(bookings)
    p10, p50, p90 = (_quantile(ordered, share) for share in (0.10, 0.50, 0.90))
    return Outcome(
        level=level,
        rep_id=rep_id,
        quota=quota,
        expected=round(int(ordered.sum()) / len(ordered)),
        p10=p10,
        p50=p50,
        p90=p90,
        probability_of_quota=float(np.mean(ordered >= quota)),
    )


def _quantile(ordered: Ints, share: float) -> int:
    """Return the smallest draw that at least this share of the draws does not exceed."""
    return int(ordered[max(int(np.ceil(share * len(ordered))) - 1, 0)])


def percentiles(bookings: Ints) -> tuple[int, ...]:
    """Return the first to the ninety-ninth percentile of draws, minor units."""
    ordered = np.sort(bookings)
    return tuple(_quantile(ordered, percent / 100) for percent in range(1, 100))


def _attainment_shares(bookings: Ints, quotas: Ints) -> tuple[float, ...]:
    """Return how attainment spreads over all reps who owe anything and all draws, by tenths."""
    owing = quotas > 0
    if not owing.any():
        return ()
    counts = np.zeros(TENTHS, dtype=np.int64)
    for at in np.flatnonzero(owing).tolist():
        row, quota = bookings[at], int(quotas[at])
        tenths = np.clip(row * 10 // quota, 0, TENTHS - 1)
        counts += np.bincount(tenths, minlength=TENTHS)
    return tuple((counts / counts.sum()).tolist())


def _shares(bookings: Ints, quotas: Ints) -> tuple[float, float]:
    """Return the expected share of reps at quota, and within 20% of it either side."""
    owing = quotas > 0
    if not owing.any():
        return 0.0, 0.0
    reached = near = 0
    for at in np.flatnonzero(owing).tolist():
        row, quota = bookings[at], int(quotas[at])
        attainment = row / quota
        reached += int(np.count_nonzero(attainment >= 1.0))
        near += int(np.count_nonzero(np.abs(attainment - 1.0) <= WITHIN))
    drawn = int(owing.sum()) * bookings.shape[1]
    return reached / drawn, near / drawn
