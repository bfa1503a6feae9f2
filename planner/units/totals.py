"""Sums by group, always added in the same order."""

from __future__ import annotations

import numpy as np

from planner.units.result import Floats, Ints


def total_by(group: Ints, values: Floats | Ints, number: int) -> Floats:
    """Return the sum of the values of each group, (number,).

    Parameters
    ----------
    group
        The group of each value, 0 to number - 1, (values,).
    values
        What is added up, in the order given, (values,).
    number
        How many groups there are.
    """
    return np.bincount(group, weights=values, minlength=number).astype(np.float64)
