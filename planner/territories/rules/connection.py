"""Contiguity: the units of each territory hang together in the graph of neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows, Violation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Connection:
    """The units of each territory hang together in the graph of neighbours."""

    name = "contiguity"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Count the pieces of every territory."""
        if problem.neighbours is None:
            return []
        return [self._check(problem, count_pieces(problem, territory_of))]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the check after moves: only the territories concerned are counted again."""
        if problem.neighbours is None:
            return []
        after = moves.apply(territory_of)
        touched = np.union1d(territory_of[moves.units], moves.to)
        touched = touched[touched >= 0]
        kept = np.where(np.isin(after, touched), after, -1)
        pieces = checks[0].value.copy()
        pieces[touched] = count_pieces(problem, kept)[touched]
        return [self._check(problem, pieces)]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return nothing: moves keep territories connected, and models cut those that are not."""
        del problem
        return []

    def words(self, territory: str, pieces: int) -> Violation:
        """Say that a territory is in pieces."""
        return Violation(
            rule=self.name,
            subject=territory,
            name="pieces",
            value=pieces,
            limit=1.0,
            words=f"{territory} is in {pieces} pieces that do not touch",
        )

    def _check(self, problem: AlignmentProblem, pieces: Floats) -> Check:
        found = tuple(
            self.words(problem.territory_ids[place], int(pieces[place]))
            for place in np.flatnonzero(pieces > 1).tolist()
        )
        return Check(
            rule=self.name,
            name=self.name,
            value=pieces,
            lower=np.zeros(problem.territory_count),
            upper=np.ones(problem.territory_count),
            violations=found,
        )


def count_pieces(problem: AlignmentProblem, territory_of: Ints) -> Floats:
    """Return how many pieces each territory is in, (territories,).

    Parameters
    ----------
    problem
        The problem, with neighbours.
    territory_of
        Territory of each unit, -1 none, (units,).
    """
    edges = problem.neighbours
    if problem.member_neighbours is not None:
        edges, territory_of = problem.member_neighbours, problem.expand(territory_of)
    assert edges is not None
    one, other = edges[:, 0], edges[:, 1]
    inside = (territory_of[one] == territory_of[other]) & (territory_of[one] >= 0)
    ones = np.ones(int(inside.sum()))
    size = len(territory_of)
    graph = sparse.coo_array((ones, (one[inside], other[inside])), shape=(size, size))
    _, piece = connected_components(graph.tocsr(), directed=False)
    placed = np.flatnonzero(territory_of >= 0)
    _, first = np.unique(piece[placed], return_index=True)
    owners = territory_of[placed[first]]
    return np.bincount(owners, minlength=problem.territory_count).astype(float)
