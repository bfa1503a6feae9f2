"""Territories that must be connected: kept, proven impossible, and reported on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.territories import AlignmentProblem, align
from planner.territories.contiguity.graph import (
    build_graph,
    count_extra_parts,
    label_parts,
    make_scratch,
    stays_connected,
)


def draw_grid(rows):
    """Return the edges of a map drawn as text: letters that stand side by side touch."""
    cells = {
        (y, x): number
        for number, (y, x) in enumerate(
            (y, x) for y, row in enumerate(rows) for x, mark in enumerate(row) if mark != "."
        )
    }
    return np.array(
        [
            (number, cells[y + dy, x + dx])
            for (y, x), number in cells.items()
            for dy, dx in ((0, 1), (1, 0))
            if (y + dy, x + dx) in cells
        ]
    )


def read_owners(rows):
    """Return who holds each cell of a map drawn as text."""
    return np.array([ord(mark) - ord("a") for row in rows for mark in row if mark != "."])


def test_parts_of_a_drawn_map_are_counted():
    """A territory in two pieces is one piece too many."""
    rows = ["aab", "bab", "bbb"]
    graph = build_graph(draw_grid(rows), 9)
    assert count_extra_parts(graph, read_owners(rows)) == 0
    split = ["aba", "bbb", "bbb"]
    assert count_extra_parts(graph, read_owners(split)) == 1


def test_a_unit_that_holds_a_territory_together_may_not_leave():
    """The middle of a line stays; an end may go; the middle may go against a detour."""
    rows = ["aaa", "bbb"]
    graph, owner = build_graph(draw_grid(rows), 6), read_owners(rows)
    scratch = make_scratch(6)
    assert not stays_connected(graph, scratch, owner, 3, 1, -1)
    assert stays_connected(graph, scratch, owner, 3, 0, -1)
    assert not stays_connected(graph, scratch, owner, 3, 1, 4)
    assert stays_connected(graph, scratch, owner, 3, 2, 4)


def test_given_homes_get_connected_territories():
    """A unit that is cheapest far away goes with its neighbours all the same."""
    rows = ["aaaa", "aaaa", "bbbb", "bbbb"]
    edges = draw_grid(rows)
    cost = np.where(read_owners(rows)[:, None] == np.arange(2), 0.0, 10.0)
    cost[0] = [5.0, 0.0]
    problem = AlignmentProblem.from_arrays(
        cost, {"calls": np.ones(16)}, upper={"calls": 9}, neighbours=edges
    )
    result = align(problem, seed=0)
    assert result.cost == pytest.approx(5.0)
    assert result.alignment.territory_of.tolist() == read_owners(rows).tolist()
    assert result.bound <= 5.0 + 1e-9
    assert "contiguity" in result.bound_relaxes


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), wide=st.integers(3, 7), homes=st.integers(2, 4))
def test_any_answer_is_connected_and_within_limits(seed, wide, homes):
    """Whatever the costs, what is returned is connected, eligible and within its limits."""
    rng = np.random.default_rng(seed)
    edges = draw_grid(["a" * wide] * wide)
    units = wide * wide
    calls = rng.uniform(0.5, 1.5, units)
    upper = calls.sum() / homes * 1.5
    problem = AlignmentProblem.from_arrays(
        rng.uniform(0, 10, (units, homes)),
        {"calls": calls},
        upper={"calls": upper},
        neighbours=edges,
    )
    result = align(problem, seed=1, effort=0.2)
    assert result.alignment is not None
    owner = result.alignment.territory_of
    assert count_extra_parts(build_graph(edges, units), owner) == 0
    assert np.bincount(owner, calls, homes).max() <= upper * (1 + 1e-6)
    assert result.bound <= result.cost + 1e-9


def test_islands_and_bridges_are_reported_and_never_joined():
    """An island gets a territory of its own, and the findings name it and the narrow link."""
    #  0-1     4-5
    #  | |     | |
    #  2-3 --- 6-7    8
    edges = np.array([(0, 1), (2, 3), (0, 2), (1, 3), (4, 5), (6, 7), (4, 6), (5, 7), (3, 6)])
    cost = np.ones((9, 3))
    problem = AlignmentProblem.from_arrays(
        cost,
        {"calls": np.ones(9)},
        upper={"calls": 5},
        neighbours=edges,
        unit_names=[f"county {n}" for n in range(9)],
    )
    result = align(problem, seed=0)
    owner = result.alignment.territory_of
    assert (owner == owner[8]).sum() == 1
    codes = {finding.code: finding for finding in result.findings}
    assert "county 8" in codes["units.island"].message
    assert "county 3 with county 6" in codes["units.bridge"].message


def test_more_parts_than_territories_is_proven_infeasible():
    """Three islands cannot make two connected territories."""
    problem = AlignmentProblem.from_arrays(
        np.ones((3, 2)), {"calls": np.ones(3)}, neighbours=np.zeros((0, 2), int)
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert result.alignment is None
    assert any(f.code == "alignment.more_parts_than_territories" for f in result.findings)


def test_a_held_unit_stays_and_its_territory_reaches_it():
    """A unit held to a territory at the other end is linked to it through its neighbours."""
    rows = ["aaaaaa"]
    cost = np.zeros((6, 2))
    cost[:, 1] = [9, 9, 9, 1, 1, 1]
    held = np.array([0, -1, -1, -1, -1, -1])
    cost[0:3, 0] = 5.0
    problem = AlignmentProblem.from_arrays(cost, {}, neighbours=draw_grid(rows), held=held)
    result = align(problem, seed=0)
    owner = result.alignment.territory_of
    assert owner[0] == 0
    assert count_extra_parts(build_graph(draw_grid(rows), 6), owner) == 0


def test_parts_are_numbered_by_their_first_unit():
    """Labels follow the order of units, so that they repeat."""
    graph = build_graph(np.array([(0, 2), (1, 3)]), 5)
    assert label_parts(graph, np.zeros(5, np.int64)).tolist() == [0, 1, 0, 1, 2]
