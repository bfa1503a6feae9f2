"""What is left open of a small problem, solved outright: the proof that it is best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.given.exact import Answer, Piece, solve_piece
from planner.territories.given.incumbent import Incumbent
from planner.territories.given.model import Model
from planner.territories.given.neighbourhoods import read_places
from planner.territories.given.search import Search, start_search
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import Priced, find_near, price_candidates, typical_cost
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SMALL_ENOUGH = 4_000
"""Up to so many open candidates a problem is solved outright."""

STEP_DIGITS = 4
"""Costs are tried as whole numbers, and as decimals of up to so many digits."""
SLACK = 1e-3
"""Share of a step that sums of costs may be off by rounding."""
LARGEST_WHOLE = 1e9
"""Scaled costs up to here are told from whole numbers safely."""


def settle_small(
    model: Model,
    candidates: Candidates,
    priced: Priced,
    run: Run,
    best: Incumbent,
    *,
    work: float,
    most: int = SMALL_ENOUGH,
) -> None:
    """Solve what is left open outright, where that is little.

    Parameters
    ----------
    model, candidates, priced
        The whole problem at the bound's prices.
    run, best
        As in :func:`search_fixed`.
    work
        Deterministic seconds.
    most
        Open candidates at most.
    """
    if not candidates.complete or best.is_settled:
        return
    step = find_step(model, candidates.cost)
    if _lift_bound(best, step):
        return
    left = candidates
    if np.isfinite(best.cost):
        # Whatever costs less than the best costs a whole step less.
        open_gap = best.cost - (1 - SLACK) * step - priced.value
        kept = find_near(candidates, priced, open_gap + 1e-9 * abs(best.cost))
        if open_gap < 0 or (np.add.reduceat(kept, candidates.start[:-1]) == 0).any():
            best.bound = best.cost
            return
        assert best.territory_of is not None
        owner = np.repeat(best.territory_of, np.diff(candidates.start))
        left = candidates.keep(kept | (candidates.territory == owner))
    if len(left.territory) - left.unit_count > most or len(left.territory) > 40 * SMALL_ENOUGH:
        return
    near = price_candidates(model, left, priced.prices)
    search = start_search(model, left, near, typical_cost(candidates))
    hint = np.zeros(0, dtype=np.int64)
    if best.territory_of is not None and best.excess == 0:
        hint = np.flatnonzero(left.territory == np.repeat(best.territory_of, np.diff(left.start)))
    piece = Piece(
        start=left.start,
        territory=left.territory.astype(np.int64),
        cost=left.cost,
        amounts=read_places(search.ground, left.unit_of, np.arange(len(left.territory))),
        rest=np.zeros_like(priced.prices),
        hint=hint,
        hard=model.hard,
        outer=True,
    )
    answer = solve_piece(
        search.ground, piece, work=work * run.effort, seed=run.seed, seconds=run.remaining
    )
    take_answer(search, answer, best, step)


def _lift_bound(best: Incumbent, step: float) -> bool:
    """Lift the bound to a multiple of the step; return whether that settles the best."""
    best.bound = round_up(best.bound, step)
    return best.is_settled


def find_step(model: Model, cost: Floats) -> float:
    """Return what all costs are whole multiples of, 0.0 where that is nothing simple.

    Parameters
    ----------
    model
        Its limits: a soft one adds any cost.
    cost
        Of each candidate, (candidates,).
    """
    if not model.hard.all():
        return 0.0
    for digits in range(STEP_DIGITS + 1):
        scaled = cost * 10.0**digits
        if np.abs(scaled).max(initial=0.0) < LARGEST_WHOLE and np.allclose(
            scaled, np.rint(scaled), rtol=0.0, atol=1e-9
        ):
            return float(10.0**-digits)
    return 0.0


def round_up(bound: float, step: float) -> float:
    """Return the least multiple of a step that is not below a bound, rounding aside.

    Parameters
    ----------
    bound
        Of a cost that is a multiple of the step.
    step
        0.0 where there is none.
    """
    return float(np.ceil(bound / step - SLACK) * step) if step > 0 and np.isfinite(bound) else bound


def take_answer(search: Search, answer: Answer, best: Incumbent, step: float) -> None:
    """Keep what an outright solve found and proved.

    Parameters
    ----------
    search
        Over the same candidates; its assignment is overwritten.
    answer
        Of the solver.
    best
        Where to keep it.
    step
        What all costs are multiples of, or 0.0.
    """
    if answer.chosen is not None:
        search.place_units(answer.chosen)
        best.offer(search)
    if answer.finished and answer.chosen is None and not np.isfinite(best.cost):
        best.proven_infeasible = True
    best.bound = max(best.bound, min(round_up(answer.bound, step), best.cost))
