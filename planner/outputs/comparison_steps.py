"""What leads from the baseline's figure to a later plan's, step by step, for waterfalls."""

from __future__ import annotations

from collections.abc import Sequence

from planner.outputs.assessment_tables import known_pay
from planner.outputs.comparison_people import managers_of
from planner.outputs.money_costs import money_costs
from planner.outputs.plan import Plan

EMPTY = "seats without a holder"


def bookings_steps(
    plans: Sequence[Plan], place: int, names: Sequence[str]
) -> list[tuple[str, float]]:
    """Return how expected bookings go from the baseline to a later plan, minor units.

    By team; by rep where there is only one team. What comes in for a seat while nobody holds it
    is no rep's, and a step of its own.
    """
    before, after = (_by_team(plan) for plan in (plans[0], plans[place]))
    if len(before.keys() | after.keys()) < 2:
        before, after = (_by_rep(plan) for plan in (plans[0], plans[place]))
    before, after = _with_empty(plans[0], before), _with_empty(plans[place], after)
    parts = sorted(before.keys() | after.keys(), key=lambda part: (part == EMPTY, part))
    changes = [(part, after.get(part, 0.0) - before.get(part, 0.0)) for part in parts]
    return [(names[0], sum(before.values())), *changes, (names[place], sum(after.values()))]


def _with_empty(plan: Plan, totals: dict[str, float]) -> dict[str, float]:
    """Return totals with what the company expects beyond what anybody is credited with."""
    every = plan.outcomes.outcomes if plan.outcomes else ()
    whole = sum(one.expected for one in every if one.level == "company")
    rest = whole - sum(totals.values())
    # Means are rounded one by one, so that a unit a row is nobody's.
    return totals | {EMPTY: rest} if abs(rest) > len(every) else totals


def _by_rep(plan: Plan) -> dict[str, float]:
    names = {rep.rep_id: rep.name or rep.rep_id for rep in plan.data.reps}
    totals: dict[str, float] = {}
    for one in plan.outcomes.outcomes if plan.outcomes else ():
        if one.level == "rep":
            name = names.get(one.rep_id, one.rep_id)
            totals[name] = totals.get(name, 0.0) + one.expected
    return totals


def _by_team(plan: Plan) -> dict[str, float]:
    people = {rep.rep_id: rep for rep in plan.data.reps}
    bosses = managers_of(plan)
    totals: dict[str, float] = {}
    for one in plan.outcomes.outcomes if plan.outcomes else ():
        if one.level != "rep":
            continue
        manager = bosses.get(one.rep_id) or "no manager"
        team = people[manager].name or manager if manager in people else manager
        totals[team] = totals.get(team, 0.0) + one.expected
    return totals


def cost_steps(plans: Sequence[Plan], place: int, names: Sequence[str]) -> list[tuple[str, float]]:
    """Return how pay and the alignment's cost go from the baseline to a later plan, minor units.

    The alignment's cost is money, without the weights that a scenario gave its search.
    """
    before, after = (_costs(plan) for plan in (plans[0], plans[place]))
    parts = dict.fromkeys((*before, *after))
    changes = [(part, after.get(part, 0.0) - before.get(part, 0.0)) for part in parts]
    return [(names[0], sum(before.values())), *changes, (names[place], sum(after.values()))]


def _costs(plan: Plan) -> dict[str, float]:
    pay, scale = known_pay(plan), plan.data.currency.scale
    costs = {"pay": float(pay.expected)} if pay else {}
    return costs | {
        name.replace("_", " "): cost * scale for name, cost in money_costs(plan).items()
    }
