"""What an alignment costs in money, whatever weights a scenario gave the terms of its search."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.outputs.moves import revenue_at_risk
from planner.outputs.plan import Plan

WEIGHED = ("travel", "disruption")


def money_costs(plan: Plan) -> dict[str, float]:
    """Return the cost of each term at a weight of 1, units of the plan currency.

    A weight makes a search avoid hours or moves more than their money asks for. Plans that were
    made with unlike weights are comparable only without them.

    Parameters
    ----------
    plan
        With its cost by term as the search weighed it.
    """
    return {
        name: _unweighed(plan, name, cost) if name in WEIGHED else cost
        for name, cost in _with_free_terms(plan).items()
    }


def money_cost(plan: Plan) -> float | None:
    """Return the cost of all terms at a weight of 1, None where the plan has none.

    Parameters
    ----------
    plan
        As for :func:`money_costs`.
    """
    return None if plan.alignment.cost is None else sum(money_costs(plan).values())


def is_weighed(plan: Plan) -> bool:
    """Return whether a weight other than 1 is in the plan's cost."""
    return any(_weight(plan, name) != 1.0 for name in WEIGHED)


def _with_free_terms(plan: Plan) -> dict[str, float]:
    """Return the terms as weighed; one with a weight of 0 cost the search nothing."""
    terms = dict(plan.alignment.cost_by_term)
    free = {name: 0.0 for name in WEIGHED if _weight(plan, name) == 0.0}
    return terms | {name: cost for name, cost in free.items() if _plain(plan, name) > 0}


def _unweighed(plan: Plan, name: str, cost: float) -> float:
    weight = _weight(plan, name)
    return cost / weight if weight > 0 else _plain(plan, name)


def _plain(plan: Plan, name: str) -> float:
    """Return hours times their cost, or revenue that changes hands times what of it is lost."""
    settings = _settings(plan, name)
    if name == "travel":
        return float(np.nansum(plan.travel)) * float(settings.get("cost_per_hour") or 0.0)
    loss = float(settings.get("loss_rate") or 0.0)
    return float(revenue_at_risk(plan).sum()) / plan.data.currency.scale * loss


def _weight(plan: Plan, name: str) -> float:
    weight = _settings(plan, name).get("weight")
    return 1.0 if weight is None else float(weight)


def _settings(plan: Plan, name: str) -> dict[str, Any]:
    found = (plan.provenance.scenario.get("alignment") or {}).get(name)
    return found if isinstance(found, dict) else {}
