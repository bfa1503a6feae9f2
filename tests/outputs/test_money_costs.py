"""What an alignment costs in money, whatever the weights of its search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.outputs.comparison import compare_plans
from planner.outputs.comparison_steps import cost_steps
from planner.outputs.money_costs import is_weighed, money_cost, money_costs
from planner.outputs.moves import proposed_reps, revenue_at_risk
from planner.outputs.plan import Plan


def weigh(company: Plan, travel: float, disruption: float) -> Plan:
    """Return the plan as searches with these weights would have reported it."""
    reps = proposed_reps(company)
    owners = company.data.accounts.assign(owner_id=[*reps[1:], reps[0]])
    company = replace(company, data=replace(company.data, accounts=owners))
    hours, loss = np.full(len(company.territory_ids), 10.0), 0.1
    at_risk = float(revenue_at_risk(company).sum()) / company.data.currency.scale
    assert at_risk > 0
    terms = {
        "travel": travel * hours.sum() * 60.0,
        "disruption": disruption * at_risk * loss,
        "potential": 500.0,
    }
    terms = {name: cost for name, cost in terms.items() if cost}
    settings = {
        "travel": {"weight": travel, "cost_per_hour": 60.0},
        "disruption": {"weight": disruption, "loss_rate": loss},
    }
    scenario = company.provenance.scenario | {"alignment": settings}
    return replace(
        company,
        travel=hours,
        provenance=replace(company.provenance, scenario=scenario),
        alignment=replace(company.alignment, cost=float(sum(terms.values())), cost_by_term=terms),
    )


@pytest.mark.parametrize(("travel", "disruption"), [(1, 2), (0.5, 3), (0, 1), (1, 0), (0, 0)])
def test_the_same_alignment_costs_the_same_under_any_weights(
    company: Plan, travel: float, disruption: float
) -> None:
    """Hours times their cost and revenue times the loss, however the search weighed them."""
    plain, weighed = weigh(company, 1, 1), weigh(company, travel, disruption)
    assert not is_weighed(plain)
    assert is_weighed(weighed)
    assert money_costs(plain) == pytest.approx(plain.alignment.cost_by_term)
    assert money_costs(weighed) == pytest.approx(money_costs(plain))
    assert money_cost(weighed) == pytest.approx(plain.alignment.cost)


def test_a_comparison_of_unlike_weights_compares_money(company: Plan) -> None:
    """Two plans that differ in a weight alone differ in nothing that finance pays."""
    plans = [weigh(company, 1, 1), weigh(company, 1, 2)]
    steps = cost_steps(plans, 1, ("a", "b"))
    assert all(value == pytest.approx(0) for _, value in steps[1:-1])
    lines = {line.name.strip(): line.values for line in compare_plans(plans).headlines}
    first, second = lines["in money, without weights"]
    assert first == second
    assert lines["cost of the alignment, a year"][0] != lines["cost of the alignment, a year"][1]
    alone = compare_plans(plans[:1]).headlines
    assert "in money, without weights" not in {line.name.strip() for line in alone}
