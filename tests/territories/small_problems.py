"""Small problems with known or enumerable answers, shared by the tests of the engine."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from planner.territories import AlignmentProblem
from planner.territories.alignment import evaluate

Ints = npt.NDArray[np.int64]


def make_company(
    seed: int, units: int, territories: int, measures: int = 2, tolerance: float = 0.1
) -> AlignmentProblem:
    """A field of accounts with heavy tails around the homes of reps."""
    rng = np.random.default_rng(seed)
    points = rng.random((units, 2)) * 100
    homes = rng.random((territories, 2)) * 100
    amounts = {
        f"measure {number}": rng.lognormal(0, 0.8, units).clip(0.1, 8.0)
        for number in range(measures)
    }
    return AlignmentProblem.from_homes(points, homes, amounts, tolerance=tolerance)


def make_tiny(seed: int) -> AlignmentProblem:
    """Up to six units and three territories, with a budget, a cap on accounts or soft limits."""
    rng = np.random.default_rng(seed)
    territories = int(rng.integers(2, 4))
    units = int(rng.integers(territories, 7))
    whole = bool(rng.integers(2))
    cost = rng.integers(0, 10, (units, territories)) if whole else rng.random((units, territories))
    amounts = rng.integers(1, 9, units) if rng.integers(2) else rng.random(units)
    given: dict[str, object] = {"tolerance": float(rng.choice([0.1, 0.3, 0.6]))}
    kind = int(rng.integers(5))
    if kind == 1:
        given["current"] = rng.integers(0, territories, units)
        given["budgets"] = {"accounts": {"limit": float(rng.integers(0, units))}}
    if kind == 2:
        given["max_accounts"] = int(np.ceil(units / territories)) + int(rng.integers(2))
    if kind == 3:
        given["soft"] = {"load": {"buffer": 0.1, "penalty": (5.0, 20.0)}}
    measures: dict[str, object] = {"load": amounts}
    if kind == 4:
        measures["by pair"] = rng.random((units, territories))
    return AlignmentProblem.from_arrays(cost.astype(float), measures, **given)


def find_best(problem: AlignmentProblem) -> float:
    """The least cost over every alignment that keeps the rules, infinite where none does."""
    best = np.inf
    for choice in itertools.product(range(problem.territory_count), repeat=problem.unit_count):
        found = evaluate(problem, np.array(choice, dtype=np.int64))
        if not found.violations:
            best = min(best, found.cost)
    return best
