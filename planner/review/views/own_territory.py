"""One territory as its rep sees it: accounts, quota by month, and the transition sheet."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.outputs.moves import hold_over_until, quota_effects
from planner.outputs.plan import Plan
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.refusals import NotFoundError
from planner.review.visibility import visible_reps, visible_territories


def describe_territory(opened: OpenPlan, person: Person, territory_id: str) -> dict[str, Any]:
    """Return what a person may know of one territory.

    What an account that leaves brings to its next rep's quota stays out: that is a peer's.

    Raises
    ------
    NotFoundError
        When there is no such territory, or it is not for this person.
    """
    if territory_id not in visible_territories(opened, person):
        raise NotFoundError
    plan, at = opened.plan, opened.position_of_territory[territory_id]
    today, proposed = plan.today.seat_of_account, plan.territory_of_account
    people = {rep.rep_id: rep.name for rep in plan.data.reps}
    rep_id = plan.seats.rep_ids[at]
    return {
        "territory_id": territory_id,
        "rep_id": rep_id,
        "rep": people.get(rep_id, ""),
        "currency": plan.data.currency.code,
        "accounts": _rows(plan, np.flatnonzero(proposed == at)),
        "gained": _changes(
            plan, np.flatnonzero((proposed == at) & (today != at)), today, gained=True
        ),
        "lost": _changes(
            plan, np.flatnonzero((today == at) & (proposed != at)), proposed, gained=False
        ),
        "hold_over_until": hold_over_until(plan).isoformat(),
        "quota": _quota(opened, person, rep_id),
    }


def _rows(plan: Plan, accounts: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    table, currency = plan.data.accounts, plan.data.currency
    ids, names = table["account_id"], table["name"]
    return [
        {
            "account_id": str(ids.iloc[at]),
            "name": str(names.iloc[at]) if isinstance(names.iloc[at], str) else str(ids.iloc[at]),
            "trailing_revenue": currency.to_text(int(plan.potential.trailing[at])),
            "open_pipeline": currency.to_text(int(plan.potential.pipeline[at])),
        }
        for at in accounts.tolist()
    ]


def _changes(
    plan: Plan, accounts: np.ndarray[Any, Any], other: np.ndarray[Any, Any], *, gained: bool
) -> list[dict[str, Any]]:
    people = {rep.rep_id: rep.name for rep in plan.data.reps}
    effects, currency = quota_effects(plan), plan.data.currency
    rows = []
    for at, row in zip(accounts.tolist(), _rows(plan, accounts), strict=True):
        seat = int(other[at])
        rep = plan.seats.rep_ids[seat] if seat >= 0 else ""
        rows.append(
            {
                **row,
                "other_territory_id": plan.territory_ids[seat] if seat >= 0 else None,
                "other_rep": people.get(rep, ""),
                "reason": plan.reasons[at],
                "quota_effect": currency.to_text(int(effects[at])) if gained else None,
            }
        )
    return rows


def _quota(opened: OpenPlan, person: Person, rep_id: str) -> dict[str, Any] | None:
    """Return a rep's quota by component and month, None where it is not to be seen."""
    sheet, currency = opened.plan.quotas, opened.plan.data.currency
    if sheet is None or not rep_id or rep_id not in visible_reps(opened, person):
        return None
    lines = [line for line in sheet.lines if line.rep_id == rep_id and line.level == "rep"]
    return {
        "total": currency.to_text(
            sum(line.quota for line in lines if line.component not in sheet.beside)
        ),
        "months": [
            {
                "component": line.component,
                "period_start": line.period_start.isoformat(),
                "quota": currency.to_text(line.quota),
            }
            for line in lines
        ],
    }
