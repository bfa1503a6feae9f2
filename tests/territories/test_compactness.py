"""Compact territories of a graph: connected, balanced, and no wider than need be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.territories import AlignmentProblem, align, blocks
from planner.territories.alignment import Start
from planner.territories.compactness.distances import measure_paths
from planner.territories.compactness.starts import long_and_short
from planner.territories.contiguity.graph import build_graph, count_extra_parts


def make_grid(wide, high):
    """Return the edges of a grid of so many columns and rows."""
    across = [(y * wide + x, y * wide + x + 1) for y in range(high) for x in range(wide - 1)]
    down = [(y * wide + x, y * wide + x + wide) for y in range(high - 1) for x in range(wide)]
    return np.array(across + down)


def find_least_diameter(edges, lengths, amounts, territories, tolerance):
    """Return the least largest diameter over all partitions, by trying them all."""
    units = len(amounts)
    distance = measure_paths(edges, lengths, units)
    graph, mean, best = build_graph(edges, units), amounts.sum() / territories, np.inf
    for way in product(range(territories), repeat=units):
        owner = np.array(way)
        loads = np.bincount(owner, amounts, territories)
        if (np.abs(loads - mean) > tolerance * mean + 1e-9).any():
            continue
        if count_extra_parts(graph, owner) > 0:
            continue
        same = owner[:, None] == owner[None, :]
        best = min(best, float(distance[same].max()))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_small_graphs_match_brute_force(seed):
    """The bound stays below the optimum and the answer finds it."""
    rng = np.random.default_rng(seed)
    edges = make_grid(3, 3)
    lengths = rng.uniform(1, 3, len(edges))
    amounts = rng.integers(3, 6, 9).astype(float)
    best = find_least_diameter(edges, lengths, amounts, 3, 0.25)
    problem = AlignmentProblem.from_graph(
        edges, lengths, 3, {"calls": amounts}, tolerance=0.25, compactness="diameter"
    )
    result = align(problem, seed=0)
    if np.isinf(best):
        assert result.alignment is None
        return
    assert result.bound <= best + 1e-9
    assert result.cost == pytest.approx(best)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), wide=st.integers(4, 8), territories=st.integers(2, 4))
def test_answers_are_connected_balanced_and_report_their_diameter(seed, wide, territories):
    """Whatever the lengths, territories hang together, keep three measures, and cost what they say."""
    rng = np.random.default_rng(seed)
    edges = make_grid(wide, wide)
    lengths = rng.uniform(1, 2, len(edges))
    measures = {name: rng.uniform(1, 2, wide * wide) for name in ("calls", "sales", "customers")}
    problem = AlignmentProblem.from_graph(
        edges, lengths, territories, measures, tolerance=0.3, compactness="diameter"
    )
    result = align(problem, seed=0, effort=0.1)
    if result.alignment is None:
        return
    owner = result.alignment.territory_of
    assert count_extra_parts(build_graph(edges, wide * wide), owner) == 0
    for amounts in measures.values():
        loads = np.bincount(owner, amounts, territories)
        assert np.abs(loads / (amounts.sum() / territories) - 1).max() <= 0.3 + 1e-6
    distance = measure_paths(edges, lengths, wide * wide)
    assert result.cost == pytest.approx(distance[owner[:, None] == owner[None, :]].max())
    assert result.bound <= result.cost


def test_the_same_seed_gives_the_same_territories():
    """Counted effort repeats to the unit."""
    edges = make_grid(6, 6)
    problem = AlignmentProblem.from_graph(
        edges, np.ones(len(edges)), 4, {"calls": np.ones(36)}, tolerance=0.1
    )
    one, other = (align(problem, seed=2, effort=0.1) for _ in range(2))
    assert one.alignment.territory_of.tolist() == other.alignment.territory_of.tolist()


def test_starts_grow_as_luby_says():
    """The lengths of starts follow the published sequence."""
    assert [long_and_short(n) for n in range(1, 16)] == [
        1,
        1,
        2,
        1,
        1,
        2,
        4,
        1,
        1,
        2,
        1,
        1,
        2,
        4,
        8,
    ]


def test_a_graph_in_more_parts_than_territories_is_infeasible():
    """Three parts cannot be two connected territories, and the finding says so."""
    edges = np.array([(0, 1), (2, 3), (4, 5)])
    problem = AlignmentProblem.from_graph(
        edges, np.ones(3), 2, {"calls": np.ones(6)}, tolerance=1.0
    )
    result = align(problem)
    assert result.status == "infeasible"
    assert any(f.code == "alignment.more_parts_than_territories" for f in result.findings)


def test_a_start_is_kept_and_completed():
    """A good partition survives the least effort, and units that it does not know are placed."""
    edges = make_grid(6, 6)
    problem = AlignmentProblem.from_graph(
        edges, np.ones(len(edges)), 4, {"calls": np.ones(36)}, tolerance=0.1
    )
    good = align(problem, seed=0, effort=0.2)
    owner = good.alignment.territory_of.copy()
    kept = align(problem, seed=3, effort=0.01, start=Start(territory_of=owner))
    assert kept.cost <= good.cost
    owner[[0, 35]] = -1
    assert align(problem, seed=3, effort=0.05, start=Start(territory_of=owner)).cost is not None


def test_any_number_of_threads_finds_the_same_territories(monkeypatch):
    """Two chains one after the other or beside each other end with the same partition."""
    rng = np.random.default_rng(2)
    edges = make_grid(6, 6)
    problem = AlignmentProblem.from_graph(
        edges,
        rng.uniform(1, 3, len(edges)),
        4,
        {"calls": rng.uniform(1, 2, 36)},
        tolerance=0.1,
        compactness="diameter",
    )
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(blocks, "THREADS", threads)
        found.append(align(problem, seed=4, effort=0.25).alignment.territory_of.tolist())
    assert found[0] == found[1]
