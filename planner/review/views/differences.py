"""What differs between two versions of a plan, as far as one person may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.outputs.plan import Plan
from planner.pipeline.reasons import name_seats
from planner.quotas.changes import list_changes
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.visibility import visible_accounts, visible_reps, visible_territories

SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From an earlier version to a later one.

    Parameters
    ----------
    accounts
        Those whose territory differs: id, name, from, to; the first few of them.
    count
        How many there are.
    territories
        Each that gives or takes: accounts and deviation of each measure, before and after.
    quotas
        Whose quota differs: name, before and after, units of the plan currency.
    """

    accounts: tuple[dict[str, str], ...]
    count: int
    territories: tuple[dict[str, Any], ...]
    quotas: tuple[dict[str, Any], ...]


def find_difference(earlier: OpenPlan, later: OpenPlan, person: Person) -> Difference:
    """Compare two versions by ids.

    Parameters
    ----------
    earlier, later
        The versions.
    person
        Who asks: he sees what he may see in both.
    """
    moved = _moved(earlier, later, person)
    touched = sorted({moved[account][side] for account in moved for side in (0, 1)} - {""})
    shown = visible_territories(earlier, person) & visible_territories(later, person)
    names = _names(earlier.plan) | _names(later.plan)
    return Difference(
        accounts=tuple(
            {
                "account_id": account,
                "name": later.name_of(account),
                "from": names.get(before, before or "nobody"),
                "to": names.get(after, after or "nobody"),
            }
            for account, (before, after) in list(moved.items())[:SHOWN]
        ),
        count=len(moved),
        territories=tuple(
            _territory(earlier.plan, later.plan, name, names) for name in touched if name in shown
        ),
        quotas=_quotas(earlier, later, person),
    )


def _names(plan: Plan) -> dict[str, str]:
    people = {rep.rep_id: rep.name for rep in plan.data.reps}
    return dict(zip(plan.territory_ids, name_seats(plan.seats, people), strict=True))


def _moved(earlier: OpenPlan, later: OpenPlan, person: Person) -> dict[str, tuple[str, str]]:
    seen, before = visible_accounts(later, person), visible_accounts(earlier, person)
    moved = {}
    for account, at in later.position_of_account.items():
        was = earlier.position_of_account.get(account)
        if was is None or not (seen[at] or before[was]):
            continue
        pair = (_home(earlier.plan, was), _home(later.plan, at))
        if pair[0] != pair[1]:
            moved[account] = pair
    return moved


def _home(plan: Plan, at: int) -> str:
    place = int(plan.territory_of_account[at])
    return plan.territory_ids[place] if place >= 0 else ""


def _territory(earlier: Plan, later: Plan, name: str, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": names[name],
        "accounts": (_count(earlier, name), _count(later, name)),
        "measures": [
            (measure.replace("_", " "), _off(earlier, measure, name), _off(later, measure, name))
            for measure in later.alignment.measures
        ],
    }


def _count(plan: Plan, name: str) -> int:
    return int((plan.territory_of_account == plan.territory_ids.index(name)).sum())


def _off(plan: Plan, measure: str, name: str) -> float | None:
    summary, at = plan.alignment.measures.get(measure), plan.territory_ids.index(name)
    if summary is None or not summary.target[at] > 0:
        return None
    off = float(summary.proposed[at] / summary.target[at] - 1)
    return off if np.isfinite(off) else None


def _quotas(earlier: OpenPlan, later: OpenPlan, person: Person) -> tuple[dict[str, Any], ...]:
    if earlier.plan.quotas is None or later.plan.quotas is None:
        return ()
    seen = visible_reps(earlier, person) & visible_reps(later, person)
    names = {rep.rep_id: rep.name for rep in later.plan.data.reps}
    scale = later.plan.data.currency.scale
    return tuple(
        {
            "name": names.get(change.rep_id) or change.rep_id,
            "before": change.before / scale,
            "after": change.after / scale,
            "by_hand": change.overridden,
        }
        for change in list_changes(earlier.plan.quotas, later.plan.quotas)
        if change.rep_id in seen
    )
