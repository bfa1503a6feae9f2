"""A problem reduced to its free units says the same as the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.territories import AlignmentProblem, align
from planner.territories.alignment import evaluate
from planner.territories.reduction import settle_units, settled_totals


def make_problem(seed: int, *, current: bool = True) -> tuple[AlignmentProblem, np.ndarray]:
    """Sixty units around five homes, balanced on one measure, and where each is nearest."""
    rng = np.random.default_rng(seed)
    points, homes = rng.random((60, 2)) * 10, rng.random((5, 2)) * 10
    work = rng.uniform(1, 3, 60)
    far = np.linalg.norm(points[:, None] - homes[None], axis=2)
    now = align(AlignmentProblem.from_arrays(far, {"work": work}, tolerance=0.2), seed=1)
    assert now.alignment is not None
    problem = AlignmentProblem.from_arrays(
        far, {"work": work}, tolerance=0.2, current=now.alignment.territory_of
    )
    return problem, now.alignment.territory_of


@pytest.mark.parametrize("seed", range(3))
def test_a_reduced_answer_costs_and_weighs_what_the_whole_does(seed: int) -> None:
    """Cost, totals and violations of any alignment of the free units are those of the whole."""
    problem, now = make_problem(seed)
    rng = np.random.default_rng(seed)
    settled = np.where(rng.random(60) < 0.8, now, -1)
    reduction = settle_units(problem, settled)
    answer = reduction.problem.held.copy()
    answer[: len(reduction.free)] = rng.integers(0, 5, len(reduction.free))
    whole = evaluate(problem, reduction.expand(answer))
    part = evaluate(reduction.problem, answer)
    assert part.cost == pytest.approx(whole.cost)
    assert part.totals["work"] == pytest.approx(whole.totals["work"])
    assert len(part.violations) == len(whole.violations)


@pytest.mark.parametrize("seed", range(3))
def test_the_reduced_problem_finds_the_best_of_the_whole_with_holds(seed: int) -> None:
    """Solved with and without the settled units, the best costs the same."""
    problem, now = make_problem(seed)
    settled = now.copy()
    settled[now == 0] = -1
    reduction = settle_units(problem, settled)
    small = align(reduction.problem, seed=1)
    large = align(replace(problem, held=settled), seed=1)
    assert small.alignment is not None
    assert large.cost is not None
    assert small.cost == pytest.approx(large.cost, rel=1e-3)
    whole = evaluate(problem, reduction.expand(small.alignment.territory_of))
    assert whole.violations == ()


def test_settled_units_bring_their_territories_what_they_have() -> None:
    """The totals of what is settled are those of its units."""
    problem, now = make_problem(4)
    settled = np.where(np.arange(60) < 40, now, -1)
    work = problem.measures[0].amounts
    expected = [work[(settled == t)].sum() for t in range(5)]
    assert settled_totals(problem, settled)["work"] == pytest.approx(expected)


def test_a_territory_with_nothing_settled_is_open_to_free_units() -> None:
    """Where a seat has no unit of its own, the reduced problem still fills it."""
    problem, now = make_problem(5)
    settled = np.where(now == 2, -1, now)
    reduction = settle_units(problem, settled)
    result = align(reduction.problem, seed=1)
    assert result.alignment is not None
    assert (reduction.expand(result.alignment.territory_of) == 2).any()
