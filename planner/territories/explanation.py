"""Why a unit is where it is: what every alternative costs at today's prices, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import Prices
from planner.territories.problem import AlignmentProblem
from planner.territories.rules import Rows, collect_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairCosts:
    """What chosen pairs of a unit and a territory cost.

    Parameters
    ----------
    by_term
        Money a year by the name of the term, (pairs,).
    by_rule
        What the pair uses of a limit that binds, in money, by the label of the limit, (pairs,):
        positive where the territory has too much of it, negative where it has too little.
    """

    by_term: Mapping[str, Floats]
    by_rule: Mapping[str, Floats]

    @property
    def cost(self) -> Floats:
        """Money a year over all terms, (pairs,)."""
        return np.asarray(sum(self.by_term.values()), dtype=float)

    @property
    def at_prices(self) -> Floats:
        """Money a year with what the pair uses of the limits that bind, (pairs,)."""
        return np.asarray(self.cost + sum(self.by_rule.values()), dtype=float)


def price_pairs(
    problem: AlignmentProblem, prices: Prices | None, units: Ints, territories: Ints
) -> PairCosts:
    """Return what chosen pairs cost, and what they use of every limit that binds.

    Parameters
    ----------
    problem
        The problem.
    prices
        What one more of each limited amount costs, from the engine; None where none are known.
    units, territories
        The pairs, (pairs,).
    """
    by_term = {term.name: term.pairs(units, territories) for term in problem.terms}
    known = {} if prices is None else dict(prices.by_rule)
    by_rule = {
        rows.label: _use(rows, known[rows.label], units, territories)
        for rows in collect_rows(problem)
        if rows.label in known
    }
    return PairCosts(by_term=by_term, by_rule=by_rule)


def _use(rows: Rows, price: Floats, units: Ints, territories: Ints) -> Floats:
    amounts = rows.amounts[units]
    if rows.by_pair is not None:
        amounts = amounts + rows.by_pair.pairs(units, territories)
    if rows.capped:
        amounts = np.minimum(amounts, rows.upper[territories])
    return np.asarray(amounts * (price[0] if rows.plan_wide else price[territories]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternatives:
    """Every territory that may serve a unit, cheapest first with the limits counted.

    Parameters
    ----------
    territories
        Positions, (alternatives,).
    costs
        In the same order.
    """

    territories: Ints
    costs: PairCosts


def list_alternatives(problem: AlignmentProblem, prices: Prices | None, unit: int) -> Alternatives:
    """Return every territory that may serve a unit, with what it would cost there.

    Parameters
    ----------
    problem, prices
        As for ``price_pairs``.
    unit
        Which unit; a hold does not narrow what is listed.
    """
    every = np.arange(problem.territory_count, dtype=np.int64)
    where = np.full(problem.territory_count, unit, dtype=np.int64)
    eligible = every[problem.eligible_pairs(where, every)]
    costs = price_pairs(problem, prices, where[: len(eligible)], eligible)
    order = np.lexsort((eligible, costs.at_prices))
    return Alternatives(
        territories=eligible[order],
        costs=PairCosts(
            by_term={name: values[order] for name, values in costs.by_term.items()},
            by_rule={name: values[order] for name, values in costs.by_rule.items()},
        ),
    )
