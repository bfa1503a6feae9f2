"""Why an account or a territory is as it is, as far as one person may know it."""

from __future__ import annotations

from typing import Any

from planner.pipeline.explaining import explain_account
from planner.pipeline.explaining_territories import explain_territory
from planner.review.people import Person
from planner.review.views.desks import Desk
from planner.review.visibility import (
    may_see_account,
    may_see_pay,
    may_see_territory,
    sees_whole_plan,
    visible_accounts,
    visible_reps,
    visible_territories,
)

# Limits by this name say what somebody is paid.
PAY_LIMIT = "ote_ratio"
RESEMBLES = "It resembles "


def why_account(desk: Desk, person: Person, account_id: str) -> dict[str, Any] | None:
    """Return why an account is where it is; None where a person may not see it.

    Alternatives are shown with figures where the person may see their territory, and by name
    with the rule that forbids them elsewhere.
    """
    opened = desk.opened
    if not may_see_account(opened, person, account_id):
        return None
    found = explain_account(opened.plan, account_id, opened.company).as_dict()
    if sees_whole_plan(person):
        return found
    shown, seen = visible_territories(opened, person), visible_accounts(opened, person)
    positions = opened.position_of_account
    found["alternatives"] = [one for one in found["alternatives"] if one["territory_id"] in shown]
    if person.role == "rep":
        # Who else there is, and what may be served by whom, is not a rep's to know.
        found["forbidden"] = []
    together = found["kept_together_with"]
    found["kept_together_with"] = [one for one in together if seen[positions[one]]]
    # These name other accounts, and what they book.
    found["potential"]["lookalikes"] = []
    why = found["potential"]["why"]
    found["potential"]["why"] = [words for words in why if not words.startswith(RESEMBLES)]
    return found


def why_territory(desk: Desk, person: Person, territory_id: str) -> dict[str, Any] | None:
    """Return what a territory has and what binds it; None where a person may not see it."""
    opened = desk.opened
    if not may_see_territory(opened, person, territory_id):
        return None
    found = explain_territory(opened.plan, territory_id).as_dict()
    rep_id = opened.plan.seats.rep_ids[opened.position_of_territory[territory_id]]
    found["rep_id"] = rep_id
    found["quota"] = why_quota(desk, person, rep_id)
    return found


def why_quota(desk: Desk, person: Person, rep_id: str) -> list[dict[str, Any]]:
    """Return how a rep's quota came about by component; limits of pay only for who may see pay."""
    opened, quotas = desk.opened, desk.opened.plan.quotas
    if quotas is None or rep_id not in visible_reps(opened, person):
        return []
    scale, pay = opened.plan.data.currency.scale, may_see_pay(opened, person, rep_id)
    return [
        {
            "component": one.component,
            "quota": one.quota / scale,
            "fair_share": one.fair_share / scale,
            "last_year": None if one.last_year is None else one.last_year / scale,
            "ramp": one.ramp,
            "capacity": one.capacity,
            "by_hand": one.override,
            "limits": [words for words in one.limits if pay or not words.startswith(PAY_LIMIT)],
        }
        for one in quotas.derivations
        if one.rep_id == rep_id
    ]
