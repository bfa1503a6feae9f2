"""What rules that limit a total share: its value, and how moves change it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Moves, Rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def pair_amounts(rows: Rows, units: Ints, territories: Ints) -> Floats:
    """Return what chosen pairs add to their row, (pairs,).

    Parameters
    ----------
    rows
        The limited amount.
    units, territories
        (pairs,)
    """
    amounts = rows.amounts[units]
    if rows.by_pair is not None:
        amounts = amounts + rows.by_pair.pairs(units, territories)
    return amounts


def total_rows(problem: AlignmentProblem, rows: Rows, territory_of: Ints) -> Floats:
    """Return the total of each row, (territories,) or (1,).

    Parameters
    ----------
    problem
        The problem.
    rows
        The limited amount.
    territory_of
        Territory of each unit, -1 none, (units,).
    """
    placed = np.flatnonzero(territory_of >= 0)
    return _sum_pairs(problem, rows, placed, territory_of[placed])


def change_total(
    problem: AlignmentProblem, rows: Rows, value: Floats, territory_of: Ints, moves: Moves
) -> Floats:
    """Return the total of each row after moves, from the total before them.

    Parameters
    ----------
    problem
        The problem.
    rows
        The limited amount.
    value
        The totals before, (territories,) or (1,).
    territory_of
        The alignment before, (units,).
    moves
        What changes.
    """
    before = territory_of[moves.units]
    left, joined = before >= 0, moves.to >= 0
    return (
        value
        - _sum_pairs(problem, rows, moves.units[left], before[left])
        + _sum_pairs(problem, rows, moves.units[joined], moves.to[joined])
    )


def _sum_pairs(problem: AlignmentProblem, rows: Rows, units: Ints, territories: Ints) -> Floats:
    amounts = pair_amounts(rows, units, territories)
    if rows.plan_wide:
        return np.array([amounts.sum()])
    total = np.bincount(territories, weights=amounts, minlength=problem.territory_count)
    return total.astype(float)
