"""A company again, from a plan's folder alone: what explanations and reviews start from."""

from __future__ import annotations

import numpy as np

from planner.outputs.plan import Plan
from planner.pipeline.preparation import Company
from planner.territories.alignment import Prices
from planner.territories.parameters import AlignmentParameters
from planner.territories.planning import build_problem
from planner.units.peers import peer_groups
from planner.units.targets import Targets


def rebuild_company(plan: Plan) -> Company:
    """Return the company as the engine met it when the plan was made.

    Parameters
    ----------
    plan
        As read from its folder.
    """
    rules = alignment_rules(plan)
    measures = plan.alignment.measures
    peers = {
        name: peer_groups(plan.eligibility, plan.seats, rules.measures[name].within)
        for name in measures
    }
    targets = {
        name: Targets(
            target=measure.target,
            lower=measure.lower,
            upper=measure.upper,
            group_totals=np.array([measure.total]),
        )
        for name, measure in measures.items()
    }
    scale = plan.data.currency.scale
    return Company(
        data=plan.data,
        potential=plan.potential,
        units=plan.units,
        seats=plan.seats,
        eligibility=plan.eligibility,
        today=plan.today,
        peers=peers,
        targets=targets,
        values={name: plan.units.measures[name] for name in measures},
        account_measures=plan.account_measures,
        problem=build_problem(
            plan.units, plan.seats, plan.eligibility, plan.today, targets, rules, scale
        ),
        findings=plan.findings,
        ramp=stated_ramp(plan),
    )


def stated_ramp(plan: Plan) -> tuple[float, ...]:
    """Return the ramp that a plan was made with, by month since hire; empty is none."""
    return tuple((plan.provenance.scenario.get("quota") or {}).get("ramp") or ())


def alignment_rules(plan: Plan) -> AlignmentParameters:
    """Return the ``[alignment]`` that a plan was made under."""
    return AlignmentParameters.model_validate(plan.provenance.scenario["alignment"])


def prices_of(plan: Plan) -> Prices | None:
    """Return the engine's prices, None where the plan keeps none."""
    return Prices(by_rule=plan.prices, territory_ids=plan.territory_ids) if plan.prices else None
