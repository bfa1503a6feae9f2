"""Path relinking with ejection chains, and the step of costs that proofs use."""

from __future__ import annotations

import numpy as np
import pytest

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import evaluate
from planner.territories.blocks import run_blocks
from planner.territories.given.chains import find_chain, find_top, lay_out, relist, shift_totals
from planner.territories.given.model import make_model
from planner.territories.given.relinking import Relinking, start_relinking
from planner.territories.given.search import start_search
from planner.territories.given.settling import find_step, round_up
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.dual import price_candidates, typical_cost
from tests.territories.small_problems import find_best


def make_tight(seed: int, units: int = 8, territories: int = 2) -> AlignmentProblem:
    """Costs that fall as amounts rise, and capacities that leave little room."""
    rng = np.random.default_rng(seed)
    amounts = rng.integers(5, 25, (units, territories)).astype(float)
    cost = 60.0 - amounts + rng.integers(-10, 10, (units, territories))
    upper = amounts.mean(axis=1).sum() / territories * 1.05
    return AlignmentProblem.from_arrays(cost, {"load": amounts}, upper={"load": upper})


def make_lanes(problem: AlignmentProblem) -> Relinking:
    """Lanes that begin where every unit is cheapest, whatever the limits."""
    model = make_model(problem)
    candidates = list_candidates(problem, model.by_pair)
    prices = np.zeros((model.territory_count, len(model.rows)))
    priced = price_candidates(model, candidates, prices)
    search = start_search(model, candidates, priced, typical_cost(candidates))
    return start_relinking(search, np.random.default_rng(0))


@pytest.mark.parametrize("seed", range(6))
def test_relinking_finds_the_best(seed: int) -> None:
    """From the cheapest of everything, limits broken, it comes to the least cost that keeps them."""
    problem = make_tight(seed)
    best = find_best(problem)
    lanes = make_lanes(problem)
    for _ in range(3):
        lanes.run_round(30_000)
    found = evaluate(problem, lanes.search.territory_of)
    if np.isfinite(best):
        assert not found.violations
        assert found.cost == pytest.approx(best)
    else:
        assert found.violations


@pytest.mark.parametrize("seed", range(4))
def test_relinking_knows_every_kind_of_limit(seed: int) -> None:
    """Two measures, one with both limits and one in zones, and a budget over the plan."""
    rng = np.random.default_rng(seed)
    problem = AlignmentProblem.from_arrays(
        rng.integers(1, 60, (8, 3)).astype(float),
        {
            "load": rng.integers(5, 25, 8).astype(float),
            "worth": rng.integers(1, 9, 8).astype(float),
        },
        tolerance=0.35,
        soft={"worth": {"buffer": 0.2, "penalty": (3.0, 9.0)}},
        current=rng.integers(0, 3, 8),
        budgets={"accounts": {"limit": 5.0}},
    )
    best = find_best(problem)
    lanes = make_lanes(problem)
    for _ in range(3):
        lanes.run_round(30_000)
    found = evaluate(problem, lanes.search.territory_of)
    assert bool(found.violations) != bool(np.isfinite(best))
    if np.isfinite(best):
        assert found.cost == pytest.approx(best)


def test_a_chain_loses_what_it_says() -> None:
    """Applied, a chain changes what is lost by its change; looked for, it leaves totals alone."""
    lanes = make_lanes(make_tight(1, units=30, territories=4))
    board, hand = lanes.boards[0], lanes.hands[0]
    board.slope[:] = 4.0
    lost, made = lay_out(board, hand), 0
    for unit in [*range(30)] * 4:
        for new in range(int(board.start[unit]), int(board.end[unit])):
            if new == hand.place[unit]:
                continue
            loads = hand.loads.copy()
            length, change = find_chain(board, hand, unit, new, find_top(hand.loss))
            np.testing.assert_allclose(hand.loads, loads)
            for step in range(length):
                shift_totals(board, hand, hand.left[step], hand.joins[step])
                relist(board, hand, hand.units[step], hand.joins[step])
            made += length > 1
            lost += change
            assert lay_out(board, hand) == pytest.approx(lost, abs=1e-6)
    assert made > 0


def test_one_thread_finds_what_two_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lanes one after the other end with the same assignment as lanes beside each other."""
    found = []
    for blocks in (run_blocks, lambda task, count: [task(one) for one in range(count)]):
        monkeypatch.setattr("planner.territories.given.relinking.run_blocks", blocks)
        lanes = make_lanes(make_tight(2))
        for _ in range(2):
            lanes.run_round(20_000)
        found.append([lane.kept.copy() for lane in lanes.lanes])
    np.testing.assert_array_equal(found[0], found[1])


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
