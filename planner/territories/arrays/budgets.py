"""Budgets of change from plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.arrays.families import Grouping, read_whole
from planner.territories.limits import Budget

Ints = npt.NDArray[np.int64]


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
    budgets = rest.get("budgets") or {}
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
    weights = np.array(np.broadcast_to(np.asarray(given.get("weights", 1.0), float), (rows,)))
    if (~(weights >= 0)).any():
        raise ValueError(f"the weights of budget {name!r} must be 0 or more")
    if given.get("units") is not None:
        counted = np.zeros(rows, dtype=np.bool_)
        counted[np.asarray(given["units"])] = True
        weights[~counted] = 0.0
    has = np.flatnonzero((owners >= 0) & (weights > 0))
    stay = sparse.csr_array((weights[has], (has, owners[has])), shape=(rows, territories))
    return Budget(name=name, stay=grouping.add_up(stay), limit=float(given["limit"]))
