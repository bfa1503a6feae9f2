"""From prices to an assignment that keeps the limits, and its improvement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.given.borders import MANY
from planner.territories.given.deepening import ENOUGH, FEW, WORK, deepen, settle
from planner.territories.given.mending import mend
from planner.territories.given.search import Search, draw_places, repair, start_search
from planner.territories.given.task import Task
from planner.territories.prices.ascent import COLDEST
from planner.territories.prices.dual import find_ease, find_near, price_candidates

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
EXCHANGES, FEWER = 12, 3
"""Rounds of exchanges, their penalties growing, before limits are mended by annealing: where there
are few territories, and where there are many."""
NEAR = 0.2
"""Candidates that cost so many typical differences more than a unit's least are searched."""
REACH = 5 * NEAR
"""Where limits are hard to mend, candidates of so much regret are."""
WALL = 1e8
"""How much higher penalties stand as walls: no saving is worth a break that is more than rounding."""
CLOSE = 5e-3
"""A start within this relative gap is taken as good but where it changes, and is not held against
an assignment from the prices alone."""


def improve(task: Task, territory_of: Ints | None) -> None:
    """Repair a start or the prices' assignment, and improve it until the effort is spent.

    Parameters
    ----------
    task
        What to work on.
    territory_of
        A start, (units,), -1 where there is none, or None.
    """
    best, search = task.best, None
    if territory_of is not None:
        search = round_start(task, territory_of)
    started = search is not None and task.gap <= CLOSE
    if search is None or not started:
        search = round_prices(task)
    if best.excess > 0:
        settle(task, WORK)
        if best.is_settled:
            return
        deepen(task, search)
    if best.excess == 0 and not task.run.is_over(ENOUGH):
        assert best.territory_of is not None
        # A candidate whose regret exceeds the gap between cost and bound cannot better it.
        margin = max(best.cost - task.priced.value, 1e-9 * abs(best.cost))
        search = widen_search(task, best.territory_of, min(margin, 2 * NEAR * task.scale))
        if started:
            search.rest()
        polish(search, task.rng, every=not started)
        task.offer(search, "exchanges")
        settle(task, WORK / 4, most=FEW)
        deepen(task, search)
    settle(task, WORK, most=FEW)
    settle(task, WORK / 2)


def round_prices(task: Task) -> Search:
    """Return a search from the prices' assignment, its limits repaired as far as they could be.

    Parameters
    ----------
    task
        What to work on.
    """
    near = task.candidates.keep(find_near(task.candidates, task.priced, NEAR * task.scale))
    priced = price_candidates(task.model, near, task.priced.prices)
    search = start_search(task.model, near, priced, task.scale, task.run.is_over)
    warmth = COLDEST * task.scale * find_ease(task.model)
    search.place_units(draw_places(near, priced, warmth, task.rng))
    return restore(task, search)


def round_start(task: Task, territory_of: Ints) -> Search:
    """Return a search from a start, its limits repaired as far as they could be.

    Parameters
    ----------
    task
        What to work on.
    territory_of
        The start, (units,), -1 where there is none.
    """
    search = widen_search(task, territory_of, NEAR * task.scale)
    if search.cost - task.best.bound <= CLOSE * abs(search.cost):
        search.rest()
        if not search.excess.any():
            task.offer(search, "repair")
            return search
    return restore(task, search)


def restore(task: Task, search: Search) -> Search:
    """Repair a search's limits, with more candidates where those do not do.

    Parameters
    ----------
    task
        What to work on.
    search
        Where it stands.
    """
    over = task.run.is_over
    rounds = EXCHANGES if task.model.territory_count < MANY else FEWER
    repair(search, task.rng, rounds, over)
    task.offer(search, "repair")
    for width in (REACH, np.inf):
        if not search.excess.any() or over():
            break
        search = widen_search(task, search.territory_of, width * task.scale)
        if not mend(search, task.rng, task.scale, over):
            polish(search, task.rng)
        task.offer(search, "repair")
    return search


def widen_search(task: Task, territory_of: Ints, margin: float) -> Search:
    """Return a search from an assignment, with every candidate of at most so much regret.

    Parameters
    ----------
    task
        What to work on.
    territory_of
        Where to begin, (units,); a unit that is nowhere, or where it may not be, begins where it
        is cheapest.
    margin
        The regret.
    """
    candidates, priced = task.candidates, task.priced
    at = candidates.territory == np.repeat(territory_of, np.diff(candidates.start))
    kept = find_near(candidates, priced, margin) | at
    near = candidates.keep(kept)
    search = start_search(
        task.model,
        near,
        price_candidates(task.model, near, priced.prices),
        task.scale,
        task.run.is_over,
    )
    place = search.state.place.copy()
    stays = np.flatnonzero(at[kept])
    place[near.unit_of[stays]] = stays
    search.place_units(place)
    return search


def polish(search: Search, rng: np.random.Generator, *, every: bool = True) -> None:
    """Exchange with hard limits as walls until nothing gains.

    Parameters
    ----------
    search
        A feasible one; changed in place.
    rng
        For the order of the units.
    every
        Whether all pairs of territories are looked at, or those alone that change.
    """
    hard = np.isinf(search.model.zones.inner)
    search.ground.inner[hard] *= WALL
    if every:
        search.changed[:] = search.clock + 1
        search.clock += 1
    search.shift(rng.permutation(search.model.unit_count))
    for most in (8, 12):
        if every:
            search.checked[:] = 0
        search.exchange(most=most)
    search.refresh()
