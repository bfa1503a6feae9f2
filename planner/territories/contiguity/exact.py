"""Small maps solved exactly: one model, cut off each time that its answer is in pieces.

Separators between two pieces of a territory (Oehrlein and Haunert 2017; Validi, Buchanan and
Lykhovyd 2022) are added as they are met, until the cheapest answer is connected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.territories.contiguity.graph import Graph, label_parts
from planner.territories.given.exact import Piece, solve_piece
from planner.territories.given.neighbourhoods import read_places
from planner.territories.given.search import Search
from planner.territories.progress import Run
from planner.territories.sites.exact import find_separator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_PAIRS = 2_000
MOST_ROUNDS = 200
WORK = 6.0
TIME_SHARE = 0.5
Clause = tuple[list[int], list[int]]


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


def solve_small(search: Search, graph: Graph, run: Run, bound: float) -> SmallAnswer:
    """Solve a small problem with connected territories exactly, as far as the effort goes.

    Parameters
    ----------
    search
        The problem, and a partition to begin from.
    graph
        The neighbours.
    run
        On which terms.
    bound
        A bound that is known.
    """
    piece, clauses = _make_piece(search), list[Clause]()
    left, until = WORK * run.effort, run.seconds + TIME_SHARE * run.remaining
    for _ in range(MOST_ROUNDS):
        if left <= 0 or run.seconds >= until:
            break
        made = replace(piece, clauses=tuple(clauses))
        answer = solve_piece(
            search.ground, made, work=left, seed=run.seed, seconds=until - run.seconds
        )
        left -= max(answer.work, 1e-3)
        bound = max(bound, answer.bound)
        if answer.chosen is None or not answer.finished:
            break
        cuts = _cut_pieces(search, graph, answer.chosen)
        if not cuts:
            return SmallAnswer(place=answer.chosen, bound=bound)
        clauses += cuts
    return SmallAnswer(place=None, bound=bound)


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


def _cut_pieces(search: Search, graph: Graph, place: Ints) -> list[Clause]:
    """Return clauses that no connected answer breaks and this one does, if it is in pieces."""
    owner = search.candidates.territory[place].astype(np.int64)
    part, cuts = label_parts(graph, owner), list[Clause]()
    size = np.bincount(part)
    for slot in np.unique(owner).tolist():
        pieces = np.unique(part[owner == slot])
        main = int(pieces[np.argmax(size[pieces])])
        for piece in pieces[pieces != main].tolist():
            between = find_separator(graph, part, piece, main)
            ends = [int(np.flatnonzero(part == p)[0]) for p in (piece, main)]
            for territory in range(search.model.territory_count):
                held = [_find(search, unit, territory) for unit in ends]
                if min(held) < 0:
                    continue
                through = [_find(search, unit, territory) for unit in between]
                cuts.append(([c for c in through if c >= 0], held))
    return cuts


def _find(search: Search, unit: int, territory: int) -> int:
    """Return the candidate of a unit at a territory, -1 where it is not eligible."""
    start, stop = search.candidates.start[unit], search.candidates.start[unit + 1]
    found = np.flatnonzero(search.candidates.territory[start:stop] == territory)
    return int(start + found[0]) if found.size else -1
