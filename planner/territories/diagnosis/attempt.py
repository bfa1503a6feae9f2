"""What an alignment that breaks limits would need of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.diagnosis.terms import Relief, RuleGroup, Scales, group_of, hard_rows
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Rows, find_broken
from planner.territories.rules.measure_limits import widen_for_large
from planner.territories.rules.totals import total_rows

Ints = npt.NDArray[np.int64]
MARGIN = 1e-9


def reliefs_of_attempt(
    problem: AlignmentProblem, territory_of: Ints, scales: Scales | None = None
) -> tuple[Relief, ...]:
    """Return how far each limit must move for an alignment to keep it.

    Parameters
    ----------
    problem
        Territories given.
    territory_of
        An alignment that breaks limits, (units,), each unit with a territory.
    scales
        What one whole of a relief is.

    Returns
    -------
    tuple of Relief
        Together they let the alignment stand, where it breaks limits alone.
    """
    told = scales or Scales()
    found: dict[RuleGroup, float] = {}
    for rows in hard_rows(problem):
        by = _needed(problem, rows, territory_of, told)
        if by > 0:
            group = group_of(rows)
            found[group] = max(found.get(group, 0.0), by)
    return tuple(Relief(group=group, by=by) for group, by in found.items())


def _needed(problem: AlignmentProblem, rows: Rows, territory_of: Ints, scales: Scales) -> float:
    value, upper = total_rows(problem, rows, territory_of), rows.upper
    if rows.capped:
        upper = widen_for_large(problem, rows, territory_of)
    if not find_broken(value, rows.lower, upper):
        return 0.0
    over = np.where(value > upper, value - rows.upper, 0.0)
    under = np.maximum(rows.lower - value, 0.0)
    step = scales.step(problem, rows)
    off = np.maximum(over, under)
    if (off[step <= 0] > 0).any():
        return np.inf
    return float((off[step > 0] / step[step > 0]).max(initial=0.0)) * (1 + MARGIN)
