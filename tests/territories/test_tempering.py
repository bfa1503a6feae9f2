"""Annealing about the limits, and the step of costs that proofs use."""

from __future__ import annotations

import numpy as np
import pytest

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import evaluate
from planner.territories.given.model import make_model
from planner.territories.given.search import start_search
from planner.territories.given.settling import find_step, round_up
from planner.territories.given.tempering import temper
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.dual import price_candidates, typical_cost
from tests.territories.small_problems import find_best


def make_tight(seed: int) -> AlignmentProblem:
    """Costs that fall as amounts rise, and capacities that leave little room."""
    rng = np.random.default_rng(seed)
    amounts = rng.integers(5, 25, (8, 2)).astype(float)
    cost = 60.0 - amounts + rng.integers(-10, 10, (8, 2))
    upper = amounts.mean(axis=1).sum() / 2 * 1.05
    return AlignmentProblem.from_arrays(cost, {"load": amounts}, upper={"load": upper})


@pytest.mark.parametrize("seed", range(6))
def test_annealing_about_the_limits_finds_the_best(seed: int) -> None:
    """From the cheapest of everything, limits broken, it comes to the least cost that keeps them."""
    problem = make_tight(seed)
    best = find_best(problem)
    model = make_model(problem)
    candidates = list_candidates(problem, model.by_pair)
    priced = price_candidates(model, candidates, np.zeros((2, 1)))
    search = start_search(model, candidates, priced, typical_cost(candidates))
    for _ in range(2):
        temper(search, np.random.default_rng(0), cycles=6, bound=priced.value, stop=lambda: False)
    found = evaluate(problem, search.territory_of)
    if np.isfinite(best):
        assert not found.violations
        assert found.cost == pytest.approx(best)
    else:
        assert found.violations


def test_a_bound_on_whole_costs_is_whole() -> None:
    """A bound of 2.3 on whole costs is one of 3; what rounding left above 2 stays 2."""
    assert round_up(2.3, 1.0) == 3.0
    assert round_up(2.0000001, 1.0) == 2.0
    assert round_up(2.3, 0.0) == 2.3


def test_the_step_of_costs_is_read_where_it_is_simple() -> None:
    """Whole costs step by one, prices by cents, measured ones by nothing that helps."""
    hard = make_model(make_tight(0))
    assert find_step(hard, np.array([3.0, 4.0])) == 1.0
    assert find_step(hard, np.array([3.25, 4.1])) == 0.01
    assert find_step(hard, np.array([np.pi, 4.0])) == 0.0
    soft = AlignmentProblem.from_arrays(
        np.ones((4, 2)),
        {"load": np.ones(4)},
        tolerance=0.1,
        soft={"load": {"buffer": 0.1, "penalty": (5.0, 20.0)}},
    )
    assert find_step(make_model(soft), np.array([3.0, 4.0])) == 0.0


def test_whole_costs_are_proven_within_a_step() -> None:
    """A hundred units of whole costs with tight capacities end with a whole bound."""
    result = align(make_tight(3))
    assert result.status == "optimal"
    assert result.bound == result.cost
