"""Territories given: prices for a bound, an assignment from them, repaired and improved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.alignment import AlignmentResult, Start
from planner.territories.given.incumbent import (
    Incumbent,
    finite,
    keep_bound,
    name_prices,
    read_prices,
)
from planner.territories.given.model import Model, make_model
from planner.territories.given.neighbourhoods import Pace, improve_neighbourhoods
from planner.territories.given.reporting import make_result
from planner.territories.given.search import Search, draw_places, repair, start_search
from planner.territories.given.settling import settle_small
from planner.territories.names import list_names
from planner.territories.prices.ascent import COLDEST, LEVELS, WARM_LEVELS, ascend
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import Priced, find_near, price_candidates, typical_cost
from planner.territories.prices.sources import Listed, Look, Source, open_source
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WORK = 4.0
"""Deterministic seconds that neighbourhoods get where the clock does not say."""
GOOD = 2e-4
"""Relative gap at which counted effort ends."""
ROUNDS = 1000
"""Rounds of neighbourhoods at most, where the clock says when to stop."""
WIDEST = 1_000_000
"""With so many near candidates a repair that failed is not tried with more."""
NEAR = 0.2
"""Candidates that cost so many typical differences more than a unit's least are searched."""


def solve_fixed(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Solve a problem whose territories are given, contiguity left aside.

    Parameters
    ----------
    problem
        The problem.
    run
        Seed, effort, time and whom to tell.
    start
        What to begin from.
    """
    model = make_model(problem)
    source = open_source(problem, model)
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    best = Incumbent()
    try:
        search_fixed(source, run, start, best)
    except KeyboardInterrupt:
        best.interrupted = True
    return make_result(
        problem,
        run,
        best.territory_of,
        bound=best.bound if np.isfinite(best.bound) else None,
        infeasible=best.proven_infeasible,
        prices=None if best.prices is None else name_prices(model, best.prices),
        interrupted=best.interrupted,
    )


def refuse_homeless(problem: AlignmentProblem, run: Run, homeless: Ints) -> AlignmentResult:
    """Return the result where some units may be served by nobody.

    Parameters
    ----------
    problem, run
        As in :func:`solve_fixed`.
    homeless
        The units, (some,).
    """
    names = [problem.unit_ids[unit] for unit in homeless[:EXAMPLES_SHOWN].tolist()]
    finding = Finding(
        severity="error",
        code="alignment.no_candidate",
        message=f"No territory may serve {list_names(names)}",
        advice="Widen who is eligible, or leave the unit out.",
        subject=names[0],
        count=len(homeless),
    )
    return make_result(problem, run, None, bound=None, infeasible=True, findings=(finding,))


def find_homeless(problem: AlignmentProblem) -> Ints:
    """Return the units that no territory may serve.

    Parameters
    ----------
    problem
        The problem.
    """
    served = np.asarray(problem.allowed.any(axis=1))[problem.class_of_unit]
    if problem.listed is not None:
        listed = problem.listed
        rows = np.repeat(np.arange(problem.unit_count), np.diff(listed.indptr))
        both = problem.allowed[problem.class_of_unit[rows], listed.indices]
        served = np.bincount(rows[both], minlength=problem.unit_count) > 0
    return np.flatnonzero(~served)


def search_fixed(source: Source, run: Run, start: Start | None, best: Incumbent) -> None:
    """Climb the dual, round, repair and improve; what is found is kept in ``best``.

    Parameters
    ----------
    source
        All pairs of the problem.
    run, start
        As in :func:`solve_fixed`.
    best
        Where to keep it, whatever interrupts.
    """
    rng, model = run.make_rng(), source.model
    begin = read_prices(model, None if start is None else start.prices)
    levels = LEVELS if begin is None else WARM_LEVELS

    def report(look: Look) -> bool:
        keep_bound(best, model, look)
        run.tell("prices", bound=best.bound)
        return run.is_over(0.5)

    first = np.zeros((model.territory_count, len(model.rows))) if begin is None else begin
    prices = ascend(source, first, levels, rng, report)
    candidates = source.candidates if isinstance(source, Listed) else find_reach(source, prices)
    improve(model, candidates, price_candidates(model, candidates, prices), run, rng, best)


def find_reach(source: Source, prices: Floats) -> Candidates:
    """Return the candidates that a search may need, where not all pairs are listed.

    Parameters
    ----------
    source
        All pairs.
    prices
        At the bound, (territories, columns).
    """
    some = np.arange(0, source.model.unit_count, max(source.model.unit_count // 20_000, 1))
    scale = typical_cost(source.pick(some).look(np.zeros_like(prices), np.inf).near)
    return source.look(prices, 5 * NEAR * scale).near


def improve(
    model: Model,
    candidates: Candidates,
    priced: Priced,
    run: Run,
    rng: np.random.Generator,
    best: Incumbent,
) -> None:
    """Round the prices' assignment, repair it, and improve it until the effort is spent.

    Parameters
    ----------
    model, candidates, priced
        What is searched, at the bound's prices.
    run, rng, best
        As in :func:`search_fixed`.
    """
    scale = typical_cost(candidates)
    for width in (NEAR, 5 * NEAR, np.inf):
        near = candidates.keep(find_near(candidates, priced, width * scale))
        search = start_search(model, near, price_candidates(model, near, priced.prices), scale)
        search.place_units(
            draw_places(near, price_candidates(model, near, priced.prices), COLDEST * scale, rng)
        )
        repair(search, rng, 30)
        best.offer(search)
        run.tell("repair", cost=finite(best.cost), bound=best.bound)
        if best.excess == 0 or run.is_over() or len(near.territory) > WIDEST:
            break
    if best.excess > 0:
        settle_small(model, candidates, priced, run, best, work=WORK)
        if best.is_settled:
            return
        deepen(search, run, rng, best)
    if best.excess == 0:
        search = widen_search(model, candidates, priced, best, scale)
        polish(search, rng)
        best.offer(search)
        settle_small(model, candidates, priced, run, best, work=WORK / 2)
        deepen(search, run, rng, best)
    settle_small(model, candidates, priced, run, best, work=2 * WORK)


def widen_search(
    model: Model, candidates: Candidates, priced: Priced, best: Incumbent, scale: float
) -> Search:
    """Return a search from the best assignment, with every candidate that could better it.

    A candidate whose regret exceeds the gap between cost and bound cannot.

    Parameters
    ----------
    model, candidates, priced
        What is searched, at the bound's prices.
    best
        Where to begin.
    scale
        The typical difference in cost.
    """
    assert best.territory_of is not None
    margin = min(max(best.cost - priced.value, 1e-9 * abs(best.cost)), 2 * NEAR * scale)
    kept = find_near(candidates, priced, margin)
    kept |= candidates.territory == np.repeat(best.territory_of, np.diff(candidates.start))
    near = candidates.keep(kept)
    search = start_search(model, near, price_candidates(model, near, priced.prices), scale)
    search.place_units(find_places(near, best.territory_of))
    return search


def find_places(candidates: Candidates, territory_of: Ints) -> Ints:
    """Return the place of each unit's candidate, (units,).

    Parameters
    ----------
    candidates
        Each unit's territory is one of them.
    territory_of
        (units,)
    """
    owner = np.repeat(territory_of, np.diff(candidates.start))
    return np.flatnonzero(candidates.territory == owner)


def deepen(search: Search, run: Run, rng: np.random.Generator, best: Incumbent) -> None:
    """Re-optimise neighbourhoods exactly, round after round.

    Parameters
    ----------
    search
        Changed in place.
    run, rng, best
        As in :func:`search_fixed`.
    """
    pace = Pace()
    timed = run.time_limit is not None
    budget = np.inf if timed else WORK * run.effort

    def stop() -> bool:
        if best.offer(search):
            run.tell("neighbourhoods", cost=finite(best.cost), bound=best.bound)
        good = not timed and best.cost - best.bound <= GOOD / run.effort * abs(best.cost)
        return best.is_optimal or good or run.is_over(0.9) or pace.spent > budget

    for _ in range(ROUNDS if timed else 2):
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
