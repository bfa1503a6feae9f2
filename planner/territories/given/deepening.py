"""Improvement until the effort is spent: relinking, outright solves, exact neighbourhoods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from planner.territories.given.incumbent import Incumbent
from planner.territories.given.neighbourhoods import Pace, improve_neighbourhoods
from planner.territories.given.relinking import Relinking, start_relinking
from planner.territories.given.search import Search
from planner.territories.given.settling import SMALL_ENOUGH, settle_small
from planner.territories.given.task import Task
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import find_near

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
LARGEST, LARGEST_TIMED = 800, 2_000
"""Problems of more units are left to exchanges and exact neighbourhoods: by default, where chains in
so many units would take more than they gain, and where the clock says when to stop."""
SEEN, SEEN_EACH = 1_000_000, 5_000
"""Units that each lane looks at between two looks at the time: at most, and for each unit."""
WALKS, TIMED_WALKS = 14, 60
"""How often, before each round of neighbourhoods: by default, and where the clock says when to stop."""
ENOUGH = 0.9
"""Share of the time after which nothing new is begun."""
FEWER_OPEN = 0.9
"""An outright solve is tried again once so small a share of the candidates is still open."""


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
        return best.is_optimal or good or run.is_over(ENOUGH) or pace.spent > budget

    tried = 2 * len(task.candidates.territory)
    largest = LARGEST_TIMED if timed else LARGEST
    lanes = start_relinking(search, rng) if search.model.unit_count <= largest else None
    for _ in range(ROUNDS if timed else 2):
        if lanes is not None:
            relink(task, lanes, TIMED_WALKS if timed else WALKS, stop)
        if timed and not stop():
            tried = settle_fewer(task, search, tried)
        if stop():
            break
        search.refresh()
        count = 40 + 2 * search.model.territory_count
        better = improve_neighbourhoods(
            search, rng, count=count, pace=pace, stop=stop, seconds=lambda: run.remaining
        )
        if stop() or not (better or timed):
            break


def settle_fewer(task: Task, search: Search, tried: int) -> int:
    """Solve what is left open outright, if that is less than last time; return how much it is.

    Parameters
    ----------
    task
        What to work on.
    search
        Goes on from what is found.
    tried
        Candidates that were open last time.
    """
    margin = task.best.cost - task.priced.value
    left = int(find_near(task.candidates, task.priced, margin).sum())
    if left > FEWER_OPEN * tried:
        return tried
    settle(task, WORK, most=FEW)
    resume(search, task.best)
    return left


def relink(task: Task, lanes: Relinking, rounds: int, stop: Callable[[], bool]) -> None:
    """Relink good assignments until so many rounds in a row found nothing.

    Parameters
    ----------
    task
        What to work on.
    lanes
        Over the search that is improved.
    rounds
        How many, and where the clock says when to stop, how many in a row may find nothing.
    stop
        Asked after each, whether to stop.
    """
    left, work = rounds, min(SEEN, SEEN_EACH * task.model.unit_count)
    lanes.take_search()
    while left > 0:
        better = lanes.run_round(work)
        left = rounds if better and task.run.time_limit is not None else left - 1
        if better:
            task.offer(lanes.search, "chains")
        if stop():
            break


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
