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


def settle_small(
    model: Model, candidates: Candidates, priced: Priced, run: Run, best: Incumbent, *, work: float
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
    """
    if not candidates.complete or best.is_settled:
        return
    open_gap = best.cost - priced.value
    kept = (
        find_near(candidates, priced, open_gap + 1e-9 * abs(best.cost))
        if np.isfinite(open_gap)
        else None
    )
    left = candidates if kept is None else candidates.keep(kept)
    if (
        len(left.territory) - left.unit_count > SMALL_ENOUGH
        or len(left.territory) > 40 * SMALL_ENOUGH
    ):
        return
    if (np.diff(left.start) == 0).any():
        best.bound = best.cost
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
    take_answer(search, answer, best)


def take_answer(search: Search, answer: Answer, best: Incumbent) -> None:
    """Keep what an outright solve found and proved.

    Parameters
    ----------
    search
        Over the same candidates; its assignment is overwritten.
    answer
        Of the solver.
    best
        Where to keep it.
    """
    if answer.chosen is not None:
        search.place_units(answer.chosen)
        best.offer(search)
    if answer.finished and answer.chosen is None and not np.isfinite(best.cost):
        best.proven_infeasible = True
    best.bound = max(best.bound, min(answer.bound, best.cost))
