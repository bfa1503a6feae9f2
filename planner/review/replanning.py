"""What a re-plan is asked for: the scenario with what was accepted and overridden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sqlalchemy.orm import Session

from planner.errors import ScenarioError
from planner.review.decision_models import AcceptedMove
from planner.review.decisions.overrides import active_overrides
from planner.review.decisions.publication import active_holds, find_pending
from planner.review.plans import OpenPlan
from planner.review.refusals import RefusedError
from planner.review.versions import lock_version
from planner.scenario.model import Scenario

Scope = Literal["touched", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the worker plans.

    Parameters
    ----------
    scenario
        As the worker takes it.
    includes
        What went into it, as the new version keeps it.
    """

    scenario: dict[str, Any]
    includes: dict[str, Any]


def build_request(session: Session, opened: OpenPlan, scope: Scope) -> Request:
    """Return a version's scenario with every accepted move and override in force.

    Parameters
    ----------
    scope
        ``touched`` leaves every territory as it is that no new move concerns; ``all`` lets
        everything move that the scenario's own rules let move.

    Raises
    ------
    RefusedError
        When the scenario no longer holds together with them.
    """
    version = lock_version(session, opened.key)
    holds = active_holds(session, version.lineage)
    overrides = active_overrides(session, version.lineage)
    scenario = dict(version.base_scenario)
    alignment = dict(scenario["alignment"])
    added = _accepted(opened, holds)
    if scope == "touched":
        pending = find_pending(session, version)
        touched = {home for _, name, to in pending.holds for home in (to, _home(opened, name))}
        added += _kept(opened, touched, {hold.account_id for hold in holds})
    alignment["holds"] = [*added, *(alignment.get("holds") or ())]
    scenario["alignment"] = alignment
    _override(opened, scenario, {row.rep_id: row.quota or 0 for row in overrides})
    _check(scenario)
    return Request(
        scenario=scenario,
        includes={
            "holds": [hold.hold_id for hold in holds],
            "overrides": {row.rep_id: row.quota for row in overrides},
        },
    )


def _home(opened: OpenPlan, account_id: str) -> str:
    at = int(opened.plan.territory_of_account[opened.position_of_account[account_id]])
    return opened.plan.territory_ids[at] if at >= 0 else ""


def _accepted(opened: OpenPlan, holds: Sequence[AcceptedMove]) -> list[dict[str, Any]]:
    """Return one hold of the scenario for each territory that accounts were given to."""
    given: dict[str, list[str]] = {}
    for hold in holds:
        if hold.account_id in opened.position_of_account:
            given.setdefault(hold.territory_id, []).append(hold.account_id)
    return [
        {
            "account_ids": sorted(names),
            "to": holder_of(opened, territory),
            "name": f"accepted in review for {territory}",
        }
        for territory, names in sorted(given.items())
    ]


def _kept(opened: OpenPlan, touched: set[str], moved: set[str]) -> list[dict[str, Any]]:
    """Return holds that leave every other territory as it is."""
    names = np.array(list(opened.position_of_account), dtype=object)
    served = opened.plan.territory_of_account
    holds = []
    for at, territory in enumerate(opened.plan.territory_ids):
        accounts = [str(name) for name in names[served == at] if name not in moved]
        if accounts and territory not in touched:
            holds.append(
                {
                    "account_ids": accounts,
                    "to": holder_of(opened, territory),
                    "name": f"{territory} stays as in {opened.key}",
                }
            )
    return holds


def holder_of(opened: OpenPlan, territory_id: str) -> str:
    """Return the rep by whom a hold names a territory: its holder, else its last one.

    Raises
    ------
    RefusedError
        When the plan has no such territory.
    """
    at = opened.position_of_territory.get(territory_id)
    if at is None:
        raise RefusedError(f"This version has no territory {territory_id}; lift the move to it.")
    seats = opened.plan.seats
    return seats.rep_ids[at] or (seats.profile_ids[at] if seats.profile_ids else territory_id)


def _override(opened: OpenPlan, scenario: dict[str, Any], quotas: dict[str, int]) -> None:
    if not quotas:
        return
    if not scenario.get("quota"):
        raise RefusedError("The scenario sets no quotas, so none can be overridden.")
    quota = dict(scenario["quota"])
    currency = opened.plan.data.currency
    words = {rep: currency.to_text(amount) for rep, amount in quotas.items()}
    quota["overrides"] = {**(quota.get("overrides") or {}), **words}
    scenario["quota"] = quota


def _check(scenario: dict[str, Any]) -> None:
    try:
        Scenario.model_validate(scenario)
    except (ValueError, ScenarioError) as error:
        message = f"The scenario does not hold together with what was decided: {error}"
        raise RefusedError(message) from error
