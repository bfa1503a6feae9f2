"""Which territories share candidates: what is near, and halves that can be worked on apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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
