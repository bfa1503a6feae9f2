"""Which territories share candidates: what is near, and halves that can be worked on apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.dual import Priced

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MANY = 100
"""From so many territories on, pairs in two halves of them are worked on beside each other."""
MARKED = 8_000
"""Up to so many territories their pairs are marked in a matrix instead of sorted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Borders:
    """The pairs of territories that share candidates, as a graph.

    Parameters
    ----------
    graph
        Symmetric, (territories, territories).
    """

    graph: sparse.csr_array

    def reach(self, chosen: Bools, hops: int) -> Bools:
        """Return the chosen territories and those within so many borders of one, (territories,)."""
        near = chosen.copy()
        for _ in range(hops):
            near |= np.asarray(self.graph @ near.astype(np.int64)) > 0
        return near

    def halve(self, chosen: Bools, first: int) -> list[Bools]:
        """Return two halves of the chosen territories, the first grown around one of them.

        What is grown border by border is cut from the rest along few of them.
        """
        members = np.flatnonzero(chosen)
        inner = sparse.csr_array(self.graph[members][:, members])
        begin = int(np.searchsorted(members, first))
        order = csgraph.breadth_first_order(inner, begin, directed=False, return_predecessors=False)
        grown = np.zeros(len(members), dtype=np.bool_)
        grown[order[: len(members) // 2]] = True
        halves = [np.zeros(len(chosen), dtype=np.bool_) for _ in range(2)]
        halves[0][members[grown]] = True
        halves[1][members[~grown]] = True
        return halves


def draw_borders(ones: Ints, others: Ints, territories: int) -> Borders:
    """Return the borders of pairs of territories.

    Parameters
    ----------
    ones, others
        The pairs, each once, (pairs,).
    territories
        How many there are.
    """
    marks = np.ones(2 * len(ones), dtype=np.int64)
    ends = np.concatenate([ones, others]), np.concatenate([others, ones])
    return Borders(graph=sparse.csr_array((marks, ends), shape=(territories, territories)))


def find_pairs(candidates: Candidates, priced: Priced, territories: int) -> tuple[Ints, Ints]:
    """Return the pairs of territories that stand next to each other for some unit.

    Parameters
    ----------
    candidates, priced
        Near candidates at their prices.
    territories
        How many territories there are.
    """
    owner = np.repeat(candidates.territory[priced.best], np.diff(candidates.start)).astype(np.int64)
    other = candidates.territory.astype(np.int64)
    keys = np.minimum(owner, other) * territories + np.maximum(owner, other)
    if territories <= MARKED:
        marks = np.zeros(territories * territories, dtype=np.bool_)
        marks[keys] = True
        marks[:: territories + 1] = False
        keys = np.flatnonzero(marks)
    else:
        keys = np.unique(keys[owner != other])
    return keys // territories, keys % territories


def split_lanes(model: Model, borders: Borders, ones: Ints, others: Ints) -> tuple[Ints, ...]:
    """Return the numbers of the pairs in each half of the territories, then those across.

    Where there are few territories, or totals over the whole plan, all pairs stand in one lane.

    Parameters
    ----------
    model
        The model.
    borders
        Of the pairs.
    ones, others
        The pairs, (pairs,).
    """
    every = np.arange(len(ones))
    if model.territory_count < MANY or model.wide.any():
        return every, every[:0]
    half, _ = borders.halve(np.ones(model.territory_count, dtype=np.bool_), 0)
    both, neither = half[ones] & half[others], ~half[ones] & ~half[others]
    return every[both], every[neither], every[~both & ~neither]
