"""What parts the pieces of a territory, as clauses that every connected answer keeps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.contiguity.graph import Graph, RowGraph, label_parts
from planner.territories.given.exact import Piece

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Clause = tuple[list[int], list[int]]


def find_separator(graph: Graph, part: Ints, piece: int, main: int) -> list[int]:
    """Return a minimal set of units that parts a piece from the main one.

    Parameters
    ----------
    graph
        The neighbours.
    part
        Connected piece of each unit, (units,).
    piece, main
        Two pieces of one territory, that do not touch.

    Returns
    -------
    list
        Units next to the piece from which the main one is reached without passing others.
    """
    inside = np.flatnonzero(part == piece)
    around = set(neighbours_of(graph, inside).tolist()) - set(inside.tolist())
    reached = set(np.flatnonzero(part == main).tolist())
    queue, border = list(reached), set()
    while queue:
        unit = queue.pop()
        for other in graph.other[graph.first[unit] : graph.first[unit + 1]].tolist():
            if other in around:
                border.add(other)
            elif other not in reached:
                reached.add(other)
                queue.append(other)
    return sorted(border)


def neighbours_of(graph: Graph, units: Ints) -> Ints:
    """Return all neighbours of some units, ascending, each once.

    Parameters
    ----------
    graph
        The neighbours.
    units
        Which units.
    """
    rows = [graph.other[graph.first[unit] : graph.first[unit + 1]] for unit in units.tolist()]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, np.int64)


class Separation:
    """Which clauses keep the territories of a piece connected.

    Parameters
    ----------
    rows
        Which rows touch, and the unit of each.
    piece
        All units of the problem, with their candidates, and after them what else is decided.
    low
        The least that each territory must have, (territories, columns).
    """

    def __init__(self, rows: RowGraph, piece: Piece, low: Floats) -> None:
        self.graph, self.row_unit, self.piece, self.low = *rows, piece, low
        # What a model decides besides who serves each unit comes after the units.
        self.units, territories = int(rows.unit_of.max()) + 1, len(low)
        self.unit_of = np.repeat(np.arange(self.units), np.diff(piece.start[: self.units + 1]))
        self.place = np.full((self.units, territories), -1, np.int64)
        served = np.arange(len(self.unit_of))
        self.place[self.unit_of, piece.territory[served]] = served

    def need_neighbours(self) -> list[Clause]:
        """Return clauses by which no unit is without a neighbour that could not be alone."""
        piece, graph = self.piece, self.graph
        least = np.where(piece.hard & np.isfinite(self.low), self.low, -np.inf)
        served = slice(0, len(self.unit_of))
        needed = least[piece.territory[served]] * (1 - 1e-9)
        alone = (piece.amounts[served] >= needed).all(axis=1)
        clauses: list[Clause] = []
        for candidate in np.flatnonzero(~alone).tolist():
            unit, territory = int(self.unit_of[candidate]), int(piece.territory[candidate])
            around = neighbours_of(graph, np.flatnonzero(self.row_unit == unit))
            around = around[self.row_unit[around] != unit]
            clauses.append((self._list(around, territory), [candidate]))
        return clauses

    def cut(self, chosen: Ints) -> list[Clause]:
        """Return clauses that an answer breaks where a territory of it is in pieces."""
        owner = self.piece.territory[chosen[: self.units]][self.row_unit]
        part, clauses = label_parts(self.graph, owner), list[Clause]()
        size = np.bincount(part)
        for territory in np.unique(owner).tolist():
            pieces = np.unique(part[owner == territory])
            main = int(pieces[np.argmax(size[pieces])])
            for piece in pieces[pieces != main].tolist():
                clauses += self._part(part, piece, main)
        return clauses

    def _part(self, part: Ints, piece: int, main: int) -> list[Clause]:
        """Return clauses by which no territory holds units of both pieces and nothing between."""
        between = np.array(find_separator(self.graph, part, piece, main), np.int64)
        far, inside = int(np.flatnonzero(part == main)[0]), np.flatnonzero(part == piece)
        clauses: list[Clause] = []
        last = int(self.row_unit[far])
        for territory in np.flatnonzero(self.place[last] >= 0).tolist():
            through, end = self._list(between, territory), int(self.place[last, territory])
            clauses += [(through, [near, end]) for near in self._list(inside, territory)]
        return clauses

    def _list(self, rows: Ints, territory: int) -> list[int]:
        """Return the candidates of some rows' units at a territory, where they have one."""
        places = self.place[np.unique(self.row_unit[rows]), territory]
        return [int(place) for place in places[places >= 0].tolist()]
