"""A plan in a few figures: each role counts what it may see."""

from __future__ import annotations

import pytest

from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.roles import Role
from planner.review.views.headlines import list_headlines
from planner.review.visibility import visible_accounts
from tests.reviews import SECOND


def look(plan: OpenPlan, role: Role, rep_id: str | None = None) -> dict[str, str]:
    person = Person(user_id=0, name="", role=role, rep_id=rep_id)
    return {one.name: one.words for one in list_headlines(plan, person)}


@pytest.mark.parametrize("role", ["operations", "finance", "read-only"])
def test_who_sees_the_plan_sees_its_goal(managed_plan: OpenPlan, role: Role) -> None:
    """Goal and chance of the company stand beside the balance of every measure."""
    found, plan = look(managed_plan, role), managed_plan.plan
    assert plan.quotas is not None
    goal = plan.quotas.goal / plan.data.currency.scale
    assert found["Goal"] == f"{goal:,.0f} {plan.data.currency.code}"
    assert found["Chance of the goal"].endswith("%")
    assert found["Accounts"] == f"{len(plan.territory_of_account):,}"


def test_a_manager_counts_his_own(managed_plan: OpenPlan) -> None:
    """A manager meets neither the goal nor the chance of the company, and only his accounts."""
    found = look(managed_plan, "manager", SECOND)
    own = visible_accounts(managed_plan, Person(user_id=0, name="", role="manager", rep_id=SECOND))
    assert found["Accounts"] == f"{own.sum():,}"
    assert not {"Goal", "Chance of the goal", "Likely bookings"} & set(found)
