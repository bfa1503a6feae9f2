"""How moves change what each rep and the company may expect: only what moved is drawn again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.outcomes.coverage import Coverage, simulate_coverage
from planner.outcomes.draws import move_draws
from planner.outcomes.seat_draws import credit_holders
from planner.pipeline.simulation import seat_holders, seat_loads, simulate_company
from planner.pipeline.what_if.bench import Basket, Bench, fill_basket
from planner.pipeline.what_if.effects import territories_after
from planner.pipeline.what_if.resettlement import move_quotas

if TYPE_CHECKING:
    from planner.outcomes.attainment import Simulation

Ints = npt.NDArray[np.int64]
# A chance that moves by less than this is the same to a reader.
NOTABLE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What chance one rep has before and after.

    Parameters
    ----------
    before, after
        Probability of quota, fraction; None where there is none to reach.
    """

    rep_id: str
    territory_id: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """What moves would do to the simulated year.

    Parameters
    ----------
    goal_before, goal_after
        Probability that the company reaches its goal, fraction.
    reps
        Those whose chance or expectation changes, the largest change of chance first.
    """

    goal_before: float
    goal_after: float
    reps: tuple[Chance, ...]


def draw_plan(bench: Bench) -> Simulation | None:
    """Simulate a plan as it stands, to start from; None where it sets no quotas.

    Parameters
    ----------
    bench
        The plan.
    """
    if bench.plan.quotas is None:
        return None
    return simulate_company(bench.scenario, bench.company, bench.territory_of, bench.plan.quotas)


def foresee_moves(bench: Bench, drawn: Simulation, moves: Mapping[str, str]) -> Chances:
    """Say how moves change everybody's chances, equal to a simulation of the moved plan.

    Parameters
    ----------
    bench
        The plan.
    drawn
        As :func:`draw_plan` returns it.
    moves
        Territory by account id.
    """
    basket = fill_basket(bench, moves)
    touched = np.union1d(bench.territory_of[basket.units], basket.to)
    touched = touched[touched >= 0]
    effect = move_quotas(bench, territories_after(bench, basket))
    bookings, own = drawn.bookings.copy(), drawn.own.copy()
    if len(touched):
        bookings[touched], own[touched] = _book_again(bench, drawn, basket, touched)
    owed = effect.owed if effect else {}
    quotas = np.array([owed.get(rep, 0) for rep in drawn.rep_ids], dtype=np.int64)
    return Chances(
        goal_before=drawn.outcomes.goal_probability,
        goal_after=_goal_chance(bench, bookings),
        reps=_list_chances(bench, drawn, own, quotas, set(touched.tolist())),
    )


def _goal_chance(bench: Bench, bookings: Ints) -> float:
    assert bench.plan.quotas is not None
    return float(np.mean(bookings.sum(axis=0) >= bench.plan.quotas.goal))


def _book_again(
    bench: Bench, drawn: Simulation, basket: Basket, touched: Ints
) -> tuple[Ints, Ints]:
    """Return the bookings of the seats that give or take, and their holders', (touched, draws)."""
    assert drawn.drawing is not None
    company, drawing = bench.company, drawn.drawing
    seats = territories_after(bench, basket)
    moved = company.today.continues & (seats != company.today.seat_of_account)
    sums = move_draws(
        drawing.sums,
        drawing.accounts,
        (drawing.seats, drawing.moved),
        (seats, moved),
        drawing.factors,
        drawing.parameters,
        drawing.seed,
    )
    coverage = _cover_again(bench, basket, touched)
    bookings = np.rint(sums[touched] * coverage.drawn.astype(np.float64)).astype(np.int64)
    credited = credit_holders(bookings, sums[touched], coverage)
    return bookings, bookings if credited is None else credited


def _cover_again(bench: Bench, basket: Basket, touched: Ints) -> Coverage:
    """Return how much of their books the seats can serve in each draw, (touched, draws)."""
    scenario, company = bench.scenario, bench.company
    territory_of = bench.territory_of.copy()
    territory_of[basket.units] = basket.to
    load = seat_loads(scenario, company, territory_of)
    holders, period = seat_holders(company), company.data.period
    season = company.potential.season
    return simulate_coverage(
        [holders[seat] for seat in touched.tolist()],
        period,
        scenario.quota.ramp if scenario.quota else (),
        season if len(season) == len(period.starts) else [1.0] * len(period.starts),
        load[touched],
        scenario.outcomes,
        scenario.seed,
    )


def _list_chances(
    bench: Bench, drawn: Simulation, own: Ints, quotas: Ints, touched: set[int]
) -> tuple[Chance, ...]:
    before = (drawn.own >= drawn.quotas[:, None]).mean(axis=1)
    after = (own >= quotas[:, None]).mean(axis=1)
    shown = [
        seat
        for seat in range(len(quotas))
        if (seat in touched or abs(after[seat] - before[seat]) >= NOTABLE)
        and (drawn.quotas[seat] > 0 or quotas[seat] > 0)
    ]
    shown.sort(key=lambda seat: (-abs(after[seat] - before[seat]), drawn.rep_ids[seat]))
    return tuple(
        Chance(
            rep_id=drawn.rep_ids[seat],
            territory_id=bench.plan.territory_ids[seat],
            before=float(before[seat]) if drawn.quotas[seat] > 0 else None,
            after=float(after[seat]) if quotas[seat] > 0 else None,
        )
        for seat in shown
    )
