"""Territories that must be connected: kept, proven impossible, and reported on."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import Start, evaluate
from planner.territories.contiguity.graph import (
    build_graph,
    count_extra_parts,
    label_parts,
    make_scratch,
    stays_connected,
)
from planner.territories.contiguity.solving import chunk_tries


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
    assert result.status == "optimal"
    assert result.bound_relaxes == ()


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


def find_best_connected(problem, edges):
    """Return the least cost over all connected alignments within limits, by trying them all."""
    graph, best = build_graph(edges, problem.unit_count), np.inf
    for way in product(range(problem.territory_count), repeat=problem.unit_count):
        owner = np.array(way)
        # The empty territory is connected, too: only what the rules say counts.
        if count_extra_parts(graph, owner) == 0 and not evaluate(problem, owner).violations:
            best = min(best, evaluate(problem, owner).cost)
    return best


@pytest.mark.parametrize("seed", range(8))
def test_small_maps_match_brute_force(seed):
    """The bound never exceeds the optimum, and a plan is found whenever there is one."""
    rng = np.random.default_rng(seed)
    edges = draw_grid(["aaa", "aaa"] if seed % 2 else ["aaa.", "aaaa"])
    units = int(edges.max()) + 1
    calls = rng.integers(1, 5, units).astype(float)
    target = calls.sum() / 2
    problem = AlignmentProblem.from_arrays(
        rng.uniform(0, 10, (units, 2)).round(2),
        {"calls": calls},
        lower={"calls": 0.8 * target},
        upper={"calls": 1.2 * target},
        neighbours=edges,
    )
    best = find_best_connected(problem, edges)
    result = align(problem, seed=0)
    assert result.status == ("optimal" if np.isfinite(best) else "infeasible")
    assert result.bound is None or result.bound <= best + 1e-6
    assert (result.alignment is not None) == np.isfinite(best)
    if result.alignment is not None:
        assert result.cost == pytest.approx(best)


def test_a_part_that_no_number_of_territories_fits_is_proven_infeasible():
    """A lone island with less than a territory must have is named, with what it has."""
    edges = draw_grid(["aaaa.a"])
    problem = AlignmentProblem.from_arrays(
        np.ones((5, 2)),
        {"calls": np.ones(5)},
        lower={"calls": 2},
        neighbours=edges,
        unit_names=["Kent", "Surrey", "Sussex", "Hants", "Wight"],
    )
    result = align(problem)
    assert result.status == "infeasible"
    (found,) = [f for f in result.findings if f.code == "alignment.parts_out_of_balance"]
    assert "Wight" in found.message
    assert "must have 2 at least" in found.message


def test_parts_that_need_more_territories_than_there_are_are_proven_infeasible():
    """Two parts of three calls each need two territories of at most two: four in all."""
    problem = AlignmentProblem.from_arrays(
        np.ones((6, 3)),
        {"calls": np.ones(6)},
        upper={"calls": 2},
        neighbours=draw_grid(["aaa.aaa"]),
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert any("at least 4 territories" in f.message for f in result.findings)


def test_a_connected_start_is_kept_where_nothing_better_is_found():
    """The least effort from a good plan costs no more than it."""
    rng = np.random.default_rng(3)
    edges = draw_grid(["a" * 8] * 8)
    problem = AlignmentProblem.from_arrays(
        rng.uniform(0, 10, (64, 4)),
        {"calls": rng.uniform(0.5, 1.5, 64)},
        tolerance=0.2,
        neighbours=edges,
    )
    good = align(problem, seed=0)
    start = Start(territory_of=good.alignment.territory_of)
    assert align(problem, seed=5, effort=0.01, start=start).cost <= good.cost * (1 + 1e-9)


def test_progress_says_how_far_the_balance_is():
    """While limits are broken the worst is told, and nothing once they hold."""
    told = []
    edges = draw_grid(["aaaa", "aaaa"])
    problem = AlignmentProblem.from_arrays(
        np.arange(16.0).reshape(8, 2), {"calls": np.ones(8)}, tolerance=0.1, neighbours=edges
    )
    align(problem, effort=0.1, progress=told.append)
    shown = [one.worst_balance for one in told if one.stage == "contiguity"]
    assert shown
    assert all(worst is not None for worst in shown)
    assert shown[-1] == 0.0


def make_cut_off(**more):
    """Return a row of seven counties whose middle one the first territory may not serve."""
    eligible = np.ones((7, 2), np.bool_)
    eligible[3, 0] = False
    arrays = {
        "measures": {"calls": np.array([1.0, 2, 1, 1, 1, 1, 1])},
        "lower": {"calls": np.array([4.0, 1.0])},
        "neighbours": draw_grid(["aaaaaaa"]),
        "eligible": eligible,
        "unit_names": list("ABCDEFG"),
        "territory_names": ["North", "South"],
    }
    arrays |= more
    measures = arrays.pop("measures")
    return AlignmentProblem.from_arrays(np.ones((7, 2)), measures, **arrays)


def test_a_limit_that_a_territory_can_just_connect_to_is_not_refused():
    """Its larger side has four calls of the four that it must have."""
    result = align(make_cut_off())
    assert result.status == "optimal"
    assert result.alignment.territory_of.tolist() == [0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("more", "amount", "units"),
    [
        ({"lower": {"calls": np.array([4.5, 1.0])}}, "4 (3 units", "A, B, C"),
        ({"held": np.array([-1, -1, -1, -1, 0, -1, -1])}, "3 (3 units", "E, F, G"),
        ({"held": np.array([-1, 1, -1, -1, -1, -1, -1])}, "3 (3 units", "E, F, G"),
    ],
)
def test_a_territory_that_connects_to_too_little_is_named_before_any_solving(more, amount, units):
    """Territory, measure, amount and limit are told, and progress hears of no search."""
    told = []
    result = align(make_cut_off(**more), progress=told.append)
    assert result.status == "infeasible"
    (found,) = [f for f in result.findings if f.code == "alignment.territory_cut_off"]
    assert found.subject == "North"
    assert "of calls" in found.message
    assert amount in found.message
    assert units in found.message
    assert told == []


@pytest.mark.parametrize("seed", range(6))
def test_shortfalls_are_only_told_where_brute_force_finds_nothing(seed):
    """Whatever counting refuses has no connected alignment at all."""
    rng = np.random.default_rng(seed)
    edges = draw_grid(["aaa", "aaa"])
    eligible = rng.uniform(size=(6, 2)) < 0.75
    eligible[~eligible.any(axis=1)] = True
    problem = AlignmentProblem.from_arrays(
        rng.uniform(0, 10, (6, 2)),
        {"calls": rng.integers(1, 5, 6).astype(float)},
        tolerance=0.25,
        neighbours=edges,
        eligible=eligible,
    )
    result = align(problem, seed=0)
    best = find_best_connected(problem, edges)
    assert (result.status == "infeasible") == np.isinf(best)
    assert (result.alignment is None) == np.isinf(best)


def test_large_territories_are_tried_in_small_chunks():
    """What a chunk may walk through is bounded, so that a limit of time and Ctrl-C are heeded."""
    for units, territories in ((60, 6), (10_000, 50), (100_000, 20)):
        tries = chunk_tries(units, territories)
        assert 2_000 <= tries <= 100_000
        assert tries == 2_000 or tries * units / territories <= 5_000_000
