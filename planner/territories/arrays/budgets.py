"""Budgets of change from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.arrays.families import Grouping
from planner.territories.arrays.numbers import LARGEST, read_mapping, read_numbers, read_whole
from planner.territories.limits import Budget

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def make_budgets(
    rest: Mapping[str, Any], grouping: Grouping, territories: int
) -> tuple[Budget, ...]:
    """Return the budgets of change of an array problem.

    Parameters
    ----------
    rest
        What the caller gave, with ``budgets`` and ``current``.
    grouping
        Which rows make up which unit.
    territories
        How many there are.

    Raises
    ------
    ValueError
        When a budget is not complete, or there is no ``current``.
    """
    budgets = read_mapping(rest.get("budgets"), "budgets", "limits by name")
    if not budgets:
        return ()
    current = rest.get("current")
    if current is None:
        raise ValueError("budgets of change need current, who serves each unit today")
    owners = read_whole(current, "current", grouping.rows)
    return tuple(
        _make_budget(str(name), given, owners, grouping, territories)
        for name, given in budgets.items()
    )


def _make_budget(
    name: str, given: Any, owners: Ints, grouping: Grouping, territories: int
) -> Budget:
    if (
        not isinstance(given, Mapping)
        or "limit" not in given
        or set(given) - {"units", "weights", "limit"}
    ):
        raise ValueError(f"budget {name!r}: give limit, and weights or units")
    rows = len(owners)
    weights = _read_weights(name, given, rows)
    has = np.flatnonzero((owners >= 0) & (weights > 0))
    stay = sparse.csr_array((weights[has], (has, owners[has])), shape=(rows, territories))
    return Budget(name=name, stay=grouping.add_up(stay), limit=_read_limit(name, given["limit"]))


def _read_weights(name: str, given: Mapping[str, Any], rows: int) -> Floats:
    """Return what each row counts for when it moves, (rows,)."""
    weights = read_numbers(given.get("weights", 1.0), f"the weights of budget {name!r}")
    if weights.shape not in ((), (rows,)):
        raise ValueError(
            f"the weights of budget {name!r} have shape {weights.shape}; they must be ({rows},)"
        )
    bad = np.flatnonzero(~((weights >= 0) & (weights <= LARGEST)))
    if len(bad):
        raise ValueError(
            f"budget {name!r}: the weight of unit {int(bad[0])} must be a number of 0 or more"
        )
    weights = np.array(np.broadcast_to(weights, (rows,)))
    if given.get("units") is not None:
        weights[~_read_units(name, given["units"], rows)] = 0.0
    return weights


def _read_units(name: str, given: Any, rows: int) -> Bools:
    """Return which rows a budget counts: given as their numbers, or as truth of each."""
    asked = np.asarray(given)
    if asked.dtype == np.bool_ and asked.shape == (rows,):
        return asked
    numbers = read_numbers(given, f"the units of budget {name!r}").ravel()
    bad = np.flatnonzero(~((numbers >= 0) & (numbers < rows)) | (numbers != np.rint(numbers)))
    if len(bad):
        raise ValueError(f"budget {name!r} names unit {numbers[bad[0]]:g}, which does not exist")
    counted = np.zeros(rows, dtype=np.bool_)
    counted[numbers.astype(np.int64)] = True
    return counted


def _read_limit(name: str, given: Any) -> float:
    limit = read_numbers(given, f"the limit of budget {name!r}")
    if limit.ndim:
        raise ValueError(f"the limit of budget {name!r} must be one number")
    return float(limit)
