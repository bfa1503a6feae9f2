"""Small maps solved exactly: one model, cut off each time that its answer is in pieces.

Separators between two pieces of a territory (Oehrlein and Haunert 2017; Validi, Buchanan and
Lykhovyd 2022) are added as they are met, until the cheapest answer is connected.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.territories.contiguity.graph import RowGraph
from planner.territories.contiguity.separators import Separation
from planner.territories.given.exact import Answer, Piece, solve_piece
from planner.territories.given.moves import Ground
from planner.territories.given.neighbourhoods import read_places
from planner.territories.given.search import Search
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_PAIRS = 2_000
MOST_ROUNDS = 200
WORK = 6.0
TIME_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallAnswer:
    """What the exact model of a small map says.

    Parameters
    ----------
    place
        Each unit's candidate in a connected answer that costs least, (units,), or None.
    bound
        No connected answer costs less; infinite where there is none at all.
    """

    place: Ints | None
    bound: float


def solve_small(search: Search, rows: RowGraph, run: Run, bound: float) -> SmallAnswer:
    """Solve a small problem with connected territories exactly, as far as the effort goes.

    Parameters
    ----------
    search
        The problem, and a partition to begin from.
    rows
        Which rows touch, and the unit of each.
    run
        On which terms.
    bound
        A bound that is known.
    """
    seconds = TIME_SHARE * run.remaining
    answer = solve_connected_piece(
        search.ground, _make_piece(search), rows, WORK * run.effort, run.seed, seconds
    )
    place = answer.chosen if answer.finished else None
    return SmallAnswer(place=place, bound=max(bound, answer.bound))


def solve_connected_piece(
    ground: Ground, piece: Piece, rows: RowGraph, work: float, seed: int, seconds: float = np.inf
) -> Answer:
    """Assign units so that every territory is connected, by one model that is cut off again.

    Parameters
    ----------
    ground
        Limits.
    piece
        All units of the problem, with their candidates.
    rows
        Which rows touch, and the unit of each; empty where territories need not be connected.
    work, seed, seconds
        As in :func:`planner.territories.given.exact.solve_piece`, over all rounds.

    Returns
    -------
    Answer
        Not finished, and nothing chosen, where the effort did not do.
    """
    if rows.graph.first.size == 1:
        return solve_piece(ground, piece, work=work, seed=seed, seconds=seconds)
    low = np.where(ground.wide == 0, ground.low, -np.inf)
    separation, until = Separation(rows, piece, low), time.monotonic() + seconds
    clauses = [*piece.clauses, *separation.need_neighbours()]
    bound, spent = -np.inf, 0.0
    for _ in range(MOST_ROUNDS):
        left = until - time.monotonic()
        if spent >= work or left <= 0:
            break
        cut = replace(piece, clauses=tuple(clauses))
        answer = solve_piece(ground, cut, work=work - spent, seed=seed, seconds=left)
        spent, bound = spent + max(answer.work, 1e-3), max(bound, answer.bound)
        if not answer.finished:
            break
        more = [] if answer.chosen is None else separation.cut(answer.chosen)
        if not more:
            return replace(answer, work=spent)
        clauses += more
    return Answer(chosen=None, finished=False, bound=bound, work=spent)


def _make_piece(search: Search) -> Piece:
    """Return the whole problem for the exact model, rounded so that nothing allowed is left out."""
    candidates = search.candidates
    count = len(candidates.territory)
    return Piece(
        start=np.asarray(candidates.start, np.int64),
        territory=candidates.territory.astype(np.int64),
        cost=candidates.cost,
        amounts=read_places(search.ground, candidates.unit_of, np.arange(count)),
        rest=np.zeros_like(search.state.loads),
        hint=search.state.place.astype(np.int64),
        hard=search.model.hard,
        outer=True,
    )
