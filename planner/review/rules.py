"""Which rule forbids an account to a territory, so that a decision says so before a re-plan does."""

from __future__ import annotations

from planner.review.plans import OpenPlan


def forbidding_rule(opened: OpenPlan, account_id: str, territory_id: str) -> str | None:
    """Return the rule of eligibility that keeps an account from a territory, None where none does.

    An account that is not in this version, or a territory that is not, is forbidden by nothing
    here: they are refused elsewhere.
    """
    at = opened.position_of_account.get(account_id)
    seat = opened.position_of_territory.get(territory_id)
    if at is None or seat is None:
        return None
    eligibility = opened.plan.eligibility
    group = int(eligibility.class_of_unit[opened.plan.units.unit_of_account[at]])
    if bool(eligibility.allowed[group, seat]):
        return None
    rule = int(eligibility.forbidden_by[group, seat]) if eligibility.forbidden_by.size else -1
    return eligibility.rule_names[rule] if rule >= 0 else "eligibility"
