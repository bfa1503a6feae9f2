"""Connected territories on a graph: adjacency in arrays, components, and moves that keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

if TYPE_CHECKING:
    from planner.territories.problem import AlignmentProblem

Ints = npt.NDArray[np.int64]


class Graph(NamedTuple):
    """An undirected graph in compressed rows.

    Parameters
    ----------
    first
        Where each node's neighbours start, (nodes + 1,); of length 1 when there is no graph.
    other
        The neighbours, ascending for each node, (2 × edges,).
    """

    first: Ints
    other: Ints


class Scratch(NamedTuple):
    """Working arrays of a search through the graph, reused so that nothing is allocated.

    Parameters
    ----------
    mark
        When a node was last seen, (nodes,).
    queue
        Nodes still to be expanded, (nodes,).
    clock
        The number of searches so far, (1,).
    """

    mark: Ints
    queue: Ints
    clock: Ints


def build_graph(edges: Ints | None, nodes: int) -> Graph:
    """Return the graph of undirected edges, each given once or twice; loops are dropped.

    Parameters
    ----------
    edges
        Pairs of nodes, (edges, 2); None for no graph at all.
    nodes
        Number of nodes.
    """
    if edges is None:
        return Graph(np.zeros(1, np.int64), np.zeros(0, np.int64))
    pairs = np.asarray(edges, np.int64).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    first = np.searchsorted(both[:, 0], np.arange(nodes + 1)).astype(np.int64)
    return Graph(first, np.ascontiguousarray(both[:, 1]))


class RowGraph(NamedTuple):
    """The rows that touch, where a unit may have several: what contiguity is about in the end.

    Parameters
    ----------
    graph
        The neighbours of each row.
    unit_of
        Unit of each row, (rows,).
    """

    graph: Graph
    unit_of: Ints

    def count_extra_parts(self, owner: Ints) -> int:
        """Return how many pieces there are beyond one a territory, from who serves each unit."""
        return count_extra_parts(self.graph, owner[self.unit_of])


def build_row_graph(problem: AlignmentProblem) -> RowGraph:
    """Return the rows that touch and their units; units are rows where that says as much.

    Parameters
    ----------
    problem
        With neighbours or without.
    """
    if problem.member_neighbours is None or problem.unit_of_member is None:
        graph = build_graph(problem.neighbours, problem.unit_count)
        return RowGraph(graph, np.arange(problem.unit_count))
    rows = problem.unit_of_member
    return RowGraph(build_graph(problem.member_neighbours, len(rows)), rows)


def make_scratch(nodes: int) -> Scratch:
    """Return fresh working arrays for a graph of so many nodes."""
    return Scratch(np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.zeros(1, np.int64))


@compiled
def label_parts(graph: Graph, group_of: Ints) -> Ints:
    """Return the connected parts of each group of nodes, numbered by their first nodes.

    Parameters
    ----------
    graph
        The neighbours.
    group_of
        Group of each node; a part never spans two groups, (nodes,).

    Returns
    -------
    Ints
        Part of each node, from 0, (nodes,).
    """
    nodes = group_of.size
    part = np.full(nodes, -1, np.int64)
    queue = np.empty(nodes, np.int64)
    parts = 0
    for start in range(nodes):
        if part[start] >= 0:
            continue
        part[start] = parts
        queue[0] = start
        head, tail = 0, 1
        while head < tail:
            node = queue[head]
            head += 1
            for e in range(graph.first[node], graph.first[node + 1]):
                other = graph.other[e]
                if part[other] < 0 and group_of[other] == group_of[start]:
                    part[other] = parts
                    queue[tail] = other
                    tail += 1
        parts += 1
    return part


def count_extra_parts(graph: Graph, group_of: Ints) -> int:
    """Return how many parts there are beyond one for each group that has a node."""
    if graph.first.size == 1:
        return 0
    return int(label_parts(graph, group_of).max() + 1 - np.unique(group_of).size)


@compiled
def stays_connected(
    graph: Graph, scratch: Scratch, group_of: Ints, size: int, leaving: int, joining: int
) -> bool:
    """Say whether a group of nodes is connected once one node has left and another joined it.

    Parameters
    ----------
    graph, scratch
        The neighbours and working arrays.
    group_of
        Group of each node today, (nodes,).
    size
        Number of nodes of the group today.
    leaving, joining
        The nodes concerned; -1 for none. The group is that of ``leaving``, which must be
        given; see ``touches`` for a node that only joins.
    """
    group = group_of[leaving]
    start = joining
    wanted = size - 1
    if joining >= 0:
        wanted += 1
    else:
        for e in range(graph.first[leaving], graph.first[leaving + 1]):
            if group_of[graph.other[e]] == group:
                start = graph.other[e]
                break
    if start < 0:
        return wanted == 0
    return _count_reached(graph, scratch, group_of, group, start, leaving, joining) == wanted


@compiled
def _count_reached(
    graph: Graph,
    scratch: Scratch,
    group_of: Ints,
    group: int,
    start: int,
    leaving: int,
    joining: int,
) -> int:
    """Count the nodes of a group, with one left and one joined, that are reached from one."""
    scratch.clock[0] += 1
    now = scratch.clock[0]
    scratch.mark[start] = now
    scratch.mark[leaving] = now
    scratch.queue[0] = start
    head, tail = 0, 1
    while head < tail:
        node = scratch.queue[head]
        head += 1
        for e in range(graph.first[node], graph.first[node + 1]):
            other = graph.other[e]
            if scratch.mark[other] != now and (group_of[other] == group or other == joining):
                scratch.mark[other] = now
                scratch.queue[tail] = other
                tail += 1
    return tail


@compiled
def touches(graph: Graph, group_of: Ints, node: int, group: int) -> bool:
    """Say whether a node has a neighbour in a group."""
    for e in range(graph.first[node], graph.first[node + 1]):  # noqa: SIM110 (Numba has no any)
        if group_of[graph.other[e]] == group:
            return True
    return False


@compiled
def has_one_side(graph: Graph, group_of: Ints, node: int) -> bool:
    """Say whether a node touches at most one other node of its own group (so it may leave)."""
    seen = 0
    for e in range(graph.first[node], graph.first[node + 1]):
        if group_of[graph.other[e]] == group_of[node]:
            seen += 1
    return seen == 1
