"""The tree over sites: what it proves is what trying every choice shows."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.territories import AlignmentProblem, align
from planner.territories.centres.model import list_sites, make_choice
from planner.territories.contiguity.graph import build_graph, count_extra_parts
from planner.territories.progress import Run
from planner.territories.sites.branch_prices import value_site
from planner.territories.sites.branching import SiteTree

GRID = np.array([(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (0, 3), (1, 4), (2, 5), (3, 6), (4, 7)])


def find_best(cost, amounts, low, high, *, territories, edges=None, fixed=()):
    """Return the least cost over all choices of sites and units, by trying them all."""
    units, sites = cost.shape
    graph, best = build_graph(edges, units), np.inf
    choices = [c for c in combinations(range(sites), territories) if {*fixed} <= {*c}]
    for way in product(range(territories), repeat=units):
        owner = np.array(way)
        loads = np.array([np.bincount(owner, row, territories) for row in amounts])
        broken = (loads < low[:, None] - 1e-9).any() or (loads > high[:, None] + 1e-9).any()
        if broken or len(set(way)) < territories or count_extra_parts(graph, owner) > 0:
            continue
        for chosen in choices:
            best = min(best, float(cost[np.arange(units), np.array(chosen)[owner]].sum()))
    return best


def draw_problem(seed, *, connected):
    """Return a problem of eight units, two measures within limits, and its arrays."""
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 20, (8, 5)).round(2)
    amounts = rng.integers(1, 6, (2, 8)).astype(float)
    mean = amounts.sum(axis=1) / 2
    low, high = np.floor(0.75 * mean), np.ceil(1.25 * mean)
    problem = AlignmentProblem.from_sites(
        cost,
        2,
        {"calls": amounts[0], "sales": amounts[1]},
        lower={"calls": low[0], "sales": low[1]},
        upper={"calls": high[0], "sales": high[1]},
        neighbours=GRID if connected else None,
    )
    return problem, cost, amounts, low, high


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_two_sided_choices_are_proven_at_the_optimum(seed, connected):
    """Whole territories within two limits, connected or not, end optimal at the true least cost."""
    problem, cost, amounts, low, high = draw_problem(seed, connected=connected)
    edges = GRID if connected else None
    best = find_best(cost, amounts, low, high, territories=2, edges=edges)
    result = align(problem, seed=0, effort=0.3)
    if np.isinf(best):
        assert result.alignment is None
        return
    assert result.status == "optimal"
    assert result.cost == pytest.approx(best)
    assert result.bound == pytest.approx(best)


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_broken_off_has_a_bound_below_the_optimum(seed):
    """However early it stops, and however its cutoff was guessed, the bound is valid."""
    problem, cost, amounts, low, high = draw_problem(seed, connected=True)
    best = find_best(cost, amounts, low, high, territories=2, edges=GRID)
    choice = make_choice(problem)
    for cutoff in (0.7 * min(best, 1e3), 2.0 * min(best, 1e3)):
        tree = SiteTree(choice, list_sites(choice), cutoff)
        while not tree.is_done:
            tree.explore(Run(), 1e-9, np.inf)
            assert tree.bound <= max(best, cutoff) + 1e-9
            assert tree.bound <= cutoff
            if cutoff > best:
                assert tree.bound <= best + 1e-9
        assert (tree.found is None) == (cutoff < best)


@pytest.mark.parametrize("seed", range(3))
def test_open_headcount_beside_standing_homes_matches_brute_force(seed):
    """One home stands, one is placed at a point: no other choice of the two costs less."""
    rng = np.random.default_rng(seed)
    points, calls = rng.uniform(0, 10, (7, 2)), rng.integers(1, 5, 7).astype(float)
    home = rng.uniform(0, 10, 2)
    high = np.array([np.ceil(0.65 * calls.sum())])
    away = np.linalg.norm(points[:, None] - np.vstack([points, home])[None], axis=2)
    best = find_best(away, calls[None], np.zeros(1), high, territories=2, fixed=(7,))
    homes = np.array([[np.nan, np.nan], home])
    problem = AlignmentProblem.from_homes(
        points, homes, {"calls": calls}, upper={"calls": high[0]}, distance="euclidean"
    )
    result = align(problem, seed=0, effort=0.3)
    assert result.cost == pytest.approx(best)
    assert result.bound == pytest.approx(best)
    assert result.alignment.centre_points[1].tolist() == home.tolist()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), units=st.integers(1, 7), tight=st.floats(0.0, 1.0))
def test_a_site_chooses_as_the_linear_program_does(seed, units, tight):
    """Its value is that of shares of units within two limits, and its margin prices the limit."""
    rng = np.random.default_rng(seed)
    cost, prices = rng.uniform(0, 10, units), rng.uniform(0, 10, units)
    amounts = rng.uniform(0.5, 2, units)
    lower, upper = np.sort(rng.uniform(0, 1.2 * amounts.sum(), 2))
    lower *= tight
    share = np.zeros(units)
    value, margin = value_site(cost, prices, amounts, lower, upper, share)
    answer = linprog(
        cost - prices, A_ub=[amounts, -amounts], b_ub=[upper, -lower], bounds=(0, 1), method="highs"
    )
    if answer.status == 2:
        assert value == np.inf
        return
    assert value == pytest.approx(answer.fun, abs=1e-7)
    assert value == pytest.approx(share @ (cost - prices), abs=1e-7)
    # Serving one more unit for certain costs at least its reduced cost.
    reduced = np.maximum(cost - prices - margin * amounts, 0.0)
    for unit in range(units):
        floor = np.zeros(units)
        floor[unit] = 1.0
        forced = linprog(
            cost - prices,
            A_ub=[amounts, -amounts],
            b_ub=[upper, -lower],
            bounds=np.column_stack([floor, np.ones(units)]),
            method="highs",
        )
        assert forced.status == 2 or forced.fun >= value + reduced[unit] - 1e-7


def test_sites_without_any_measure_are_chosen_and_proven():
    """The three towns get a centre each where nothing is limited."""
    points = np.array([[0.0, 0], [0, 1], [9, 0], [9, 1], [0, 9], [1, 9]])
    result = align(AlignmentProblem.from_points(points, 3), seed=0, effort=0.3)
    assert result.status == "optimal"
    assert result.cost == pytest.approx(3.0)
