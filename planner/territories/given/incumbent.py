"""The best assignment and the best bound so far, and prices by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import Prices
from planner.territories.given.model import Model
from planner.territories.given.search import Search
from planner.territories.prices.conjugate import row_worth
from planner.territories.prices.sources import Look

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(slots=True, kw_only=True, eq=False)
class Incumbent:
    """The best assignment so far, and the best bound.

    Parameters
    ----------
    territory_of
        Territory of each unit, (units,), None before any was found.
    cost
        Of it; infinite while it breaks a hard limit.
    excess
        By how many typical units it breaks hard limits.
    worst
        The largest relative excess over any hard limit.
    bound
        No assignment that keeps the rules costs less.
    proven_infeasible
        Whether no assignment keeps the rules.
    interrupted
        Whether the solve was broken off.
    """

    territory_of: Ints | None = None
    cost: float = np.inf
    excess: float = np.inf
    worst: float | None = None
    bound: float = -np.inf
    prices: Floats | None = None
    proven_infeasible: bool = False
    interrupted: bool = False

    def offer(self, search: Search) -> bool:
        """Keep an assignment if it is better; return whether it was."""
        excess = float((search.excess / search.model.scale).sum())
        cost = search.cost
        if excess > 0 and excess >= self.excess:
            return False
        if excess == 0 and self.excess == 0 and cost >= self.cost:
            return False
        self.territory_of = search.territory_of
        self.excess, self.cost = excess, cost if excess == 0 else np.inf
        self.worst = search.worst_balance
        return True

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to find."""
        return self.proven_infeasible or self.is_optimal

    @property
    def is_optimal(self) -> bool:
        """Whether the bound meets the cost."""
        return bool(np.isfinite(self.cost) and self.cost - self.bound <= 1e-9 * abs(self.cost))


def keep_bound(best: Incumbent, model: Model, look: Look) -> None:
    """Keep a dual value if it is the best so far, less what rounding may have added to it.

    Parameters
    ----------
    best
        Where to keep it.
    model, look
        All pairs, looked at from some prices.
    """
    worth = float(np.abs(row_worth(model.zones, look.prices)).sum())
    bound = look.value - 1e-13 * (float(np.abs(look.least).sum()) + worth) * 8
    if bound > best.bound:
        best.bound, best.prices = bound, look.prices


def finite(cost: float) -> float | None:
    """Return a cost, or None where there is none yet."""
    return cost if np.isfinite(cost) else None


def name_prices(model: Model, prices: Floats, territory_ids: Sequence[str]) -> Prices:
    """Return prices by the name of what they limit.

    Parameters
    ----------
    model
        The model.
    territory_ids
        Whose they are.
    prices
        (territories, columns)
    """
    return Prices(
        by_rule={
            rows.label: prices[: 1 if rows.plan_wide else None, column].copy()
            for column, rows in enumerate(model.rows)
        },
        territory_ids=territory_ids,
    )


def read_prices(model: Model, given: Prices | None, territory_ids: Sequence[str]) -> Floats | None:
    """Return named prices as an array, or None where there are none of use.

    A territory that had no price gets the mean of those that had one.

    Parameters
    ----------
    model
        The model.
    given
        Of an earlier solve.
    territory_ids
        Whose prices are wanted.
    """
    if given is None or not len(model.rows):
        return None
    before = list(given.territory_ids or territory_ids)
    place = {name: number for number, name in enumerate(before)}
    known = np.array([place.get(name, -1) for name in territory_ids], dtype=np.int64)
    prices, found = np.zeros((model.territory_count, len(model.rows))), 0
    for column, rows in enumerate(model.rows):
        named = given.by_rule.get(rows.label)
        if named is None or len(named) != (1 if rows.plan_wide else len(before)):
            continue
        found += 1
        if rows.plan_wide:
            prices[:1, column] = named
        else:
            mean = float(np.mean(named[known[known >= 0]])) if (known >= 0).any() else 0.0
            prices[:, column] = np.where(known >= 0, named[known], mean)
    return prices if found else None
