"""A proof on every unit that rules cannot stand together, from the prices of a smaller model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.diagnosis.bunches import unit_amounts
from planner.territories.diagnosis.terms import hard_rows
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Multipliers of limits: added up with them, the limits contradict each other.

    Parameters
    ----------
    prices
        What one more of a limited amount weighs at each territory, by the label of its rows.
    constant
        What the limits themselves weigh.
    """

    prices: Mapping[str, Floats]
    constant: float


def prove(problem: AlignmentProblem, weights: Weights) -> float:
    """Return the least that all units together weigh, less what the limits allow.

    Where it is above zero, no alignment keeps the limits, not even with units split: a sum of
    the limits, each multiplied by a number that is not negative, is broken by every alignment
    (Farkas' lemma). It is also a lower bound on the relief that the model priced.

    Parameters
    ----------
    problem
        Territories given.
    weights
        From any model of the problem; a bad one proves nothing, and never what is not so.
    """
    rows = [row for row in hard_rows(problem) if row.label in weights.prices]
    territories, total = problem.territory_count, 0.0
    chunk = max(1, 2**21 // territories)
    for start in range(0, problem.unit_count, chunk):
        units = np.arange(start, min(start + chunk, problem.unit_count))
        weight = np.zeros((len(units), territories))
        for row in rows:
            cap = row.upper if row.capped else None
            weight += unit_amounts(row, units, territories, cap) * weights.prices[row.label]
        total += float(_least(problem, units, weight).sum())
    return total - weights.constant


def _least(problem: AlignmentProblem, units: Ints, weight: Floats) -> Floats:
    """Return the least weight of each unit over who may serve it, (chosen,)."""
    held = problem.held[units][:, None]
    may = problem.eligible_block(units) & (
        (held < 0) | (held == np.arange(problem.territory_count))
    )
    return np.asarray(np.where(may, weight, np.inf).min(axis=1))
