"""From prices to an assignment that keeps the limits, and its improvement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.given.incumbent import Incumbent, finite
from planner.territories.given.mending import mend
from planner.territories.given.model import Model
from planner.territories.given.neighbourhoods import Pace, improve_neighbourhoods
from planner.territories.given.search import (
    MANY,
    Search,
    draw_places,
    repair,
    start_search,
)
from planner.territories.given.settling import SMALL_ENOUGH, settle_small
from planner.territories.given.tempering import temper
from planner.territories.prices.ascent import COLDEST
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import Priced, find_ease, find_near, price_candidates
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WORK = 2.0
"""Deterministic seconds that neighbourhoods get where the clock does not say."""
TIMED = 4.0
"""How much more an outright solve gets where the clock says when to stop."""
LARGE = 300_000
"""From so many units on, exchanges after a neighbourhood look only at what it changed."""
GOOD = 3e-4
"""Relative gap at which counted effort ends."""
ROUNDS = 1000
"""Rounds of neighbourhoods at most, where the clock says when to stop."""
FEW = 800
"""Open candidates up to which an outright solve is tried between rounds."""
CYCLES = 12
"""Cycles of annealing about the limits before each round of neighbourhoods."""
EXCHANGES, FEWER = 12, 3
"""Rounds of exchanges, their penalties growing, before limits are mended by annealing: where there
are few territories, and where there are many."""
NEAR = 0.2
"""Candidates that cost so many typical differences more than a unit's least are searched."""
REACH = 5 * NEAR
"""Where limits are hard to mend, candidates of so much regret are."""
CLOSE = 2e-3
"""A start that leaves a larger relative gap than this is held against one from the prices alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What a search works on, and on which terms.

    Parameters
    ----------
    model, candidates, priced
        What is searched, at the bound's prices.
    scale
        The typical difference in cost.
    run
        Seed, effort, time and whom to tell.
    rng
        For all draws.
    best
        Where to keep what is found, whatever interrupts.
    """

    model: Model
    candidates: Candidates
    priced: Priced
    scale: float
    run: Run
    rng: np.random.Generator
    best: Incumbent

    def offer(self, search: Search, stage: str) -> None:
        """Keep an assignment if it is the best so far, and tell."""
        if self.best.offer(search):
            self.tell(stage)

    def tell(self, stage: str) -> None:
        """Tell how far the search is."""
        best = self.best
        self.run.tell(stage, finite(best.cost), best.bound, best.worst)

    @property
    def gap(self) -> float:
        """Relative gap between the best cost and the bound; infinite without an assignment."""
        best = self.best
        return (
            (best.cost - best.bound) / max(abs(best.cost), 1e-300) if best.excess == 0 else np.inf
        )


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
    if search is None or task.gap > CLOSE:
        search = round_prices(task)
    if best.excess > 0:
        settle(task, WORK)
        if best.is_settled:
            return
        deepen(task, search)
    if best.excess == 0:
        assert best.territory_of is not None
        # A candidate whose regret exceeds the gap between cost and bound cannot better it.
        margin = max(best.cost - task.priced.value, 1e-9 * abs(best.cost))
        search = widen_search(task, best.territory_of, min(margin, 2 * NEAR * task.scale))
        polish(search, task.rng)
        task.offer(search, "exchanges")
        settle(task, WORK / 4, most=FEW)
        deepen(task, search)
    settle(task, WORK, most=FEW)
    settle(task, WORK / 2)


def settle(task: Task, work: float, most: int = SMALL_ENOUGH) -> None:
    """Solve what is left open outright, where that is little, in so many deterministic seconds."""
    if task.run.time_limit is not None:
        work *= TIMED
    settle_small(
        task.model, task.candidates, task.priced, task.run, task.best, work=work, most=most
    )


def resume(search: Search, best: Incumbent) -> None:
    """Go on from the best assignment, where the search's candidates have it.

    Parameters
    ----------
    search
        Changed in place.
    best
        What was found.
    """
    if best.excess > 0 or best.territory_of is None:
        return
    places = find_places(search.candidates, best.territory_of)
    if len(places) == search.candidates.unit_count:
        search.place_units(places)


def round_prices(task: Task) -> Search:
    """Return a search from the prices' assignment, its limits repaired as far as they could be.

    Parameters
    ----------
    task
        What to work on.
    """
    near = task.candidates.keep(find_near(task.candidates, task.priced, NEAR * task.scale))
    priced = price_candidates(task.model, near, task.priced.prices)
    search = start_search(task.model, near, priced, task.scale)
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
    return restore(task, widen_search(task, territory_of, NEAR * task.scale))


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
        task.model, near, price_candidates(task.model, near, priced.prices), task.scale
    )
    place = search.state.place.copy()
    stays = np.flatnonzero(at[kept])
    place[near.unit_of[stays]] = stays
    search.place_units(place)
    return search


def find_places(candidates: Candidates, territory_of: Ints) -> Ints:
    """Return the place of each unit's candidate, (units,).

    Parameters
    ----------
    candidates
        Each unit's territory should be one of them: a unit whose is not has no place.
    territory_of
        (units,)
    """
    owner = np.repeat(territory_of, np.diff(candidates.start))
    return np.flatnonzero(candidates.territory == owner)


def deepen(task: Task, search: Search) -> None:
    """Re-optimise neighbourhoods exactly, round after round.

    Parameters
    ----------
    task
        What to work on.
    search
        Changed in place.
    """
    run, best, rng = task.run, task.best, task.rng
    pace = Pace()
    timed = run.time_limit is not None
    if search.model.unit_count >= LARGE:
        search.clock += 1
        search.checked[:] = search.clock
    budget = np.inf if timed else WORK * run.effort

    def stop() -> bool:
        task.offer(search, "neighbourhoods")
        good = not timed and best.cost - best.bound <= GOOD / run.effort * abs(best.cost)
        return best.is_optimal or good or run.is_over(0.9) or pace.spent > budget

    for number in range(ROUNDS if timed else 2):
        grown = min(number + 1, 4) if timed else 1
        temper(search, rng, cycles=CYCLES * grown, bound=best.bound, stop=stop)
        if stop():
            break
        if timed:
            settle(task, WORK / 4 * grown, most=FEW)
            resume(search, best)
            if stop():
                break
        search.refresh()
        count = 40 + 2 * search.model.territory_count
        better = improve_neighbourhoods(
            search, rng, count=count, pace=pace, stop=stop, seconds=lambda: run.remaining
        )
        if stop() or not (better or timed):
            break


def polish(search: Search, rng: np.random.Generator) -> None:
    """Exchange with hard limits as walls until nothing gains.

    Parameters
    ----------
    search
        A feasible one; changed in place.
    rng
        For the order of the units.
    """
    hard = np.isinf(search.model.zones.inner)
    search.ground.inner[hard] *= 1e4
    search.changed[:] = search.clock + 1
    search.clock += 1
    search.shift(rng.permutation(search.model.unit_count))
    for most in (8, 12):
        search.checked[:] = 0
        search.exchange(most=most)
    search.refresh()
