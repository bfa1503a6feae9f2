"""Quotas for finance: company to manager to rep, and what settles around one set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.inputs.reps import Rep
from planner.outcomes.result import Outcome
from planner.quotas.result import Level, QuotaDerivation, QuotaSheet
from planner.review.people import Person
from planner.review.views.desks import Desk
from planner.review.views.effects import list_changes
from planner.review.visibility import may_see_attainment, visible_reps

DEEPEST = 12


def drill_down(desk: Desk, person: Person) -> list[dict[str, Any]]:
    """Return every level's quota from the company down, as rows with their depth.

    Parameters
    ----------
    desk
        The plan.
    person
        Who looks: what he may not see is left out.
    """
    plan = desk.opened.plan
    if plan.quotas is None:
        return []
    seen = visible_reps(desk.opened, person)
    outcomes = {
        (one.rep_id, one.level): one for one in (plan.outcomes.outcomes if plan.outcomes else ())
    }
    people, derived = {rep.rep_id: rep for rep in plan.data.reps}, _by_rep(plan.quotas)
    scale = plan.data.currency.scale
    return [
        _row(
            step,
            people.get(step.key[0]),
            derived.get(step.key[0], []) if step.key[1] == "rep" else [],
            outcomes.get(step.key) if _sees(desk, person, step) else None,
            scale,
        )
        for step in _tree(plan.quotas)
        if step.key[0] in seen
    ]


def _by_rep(sheet: QuotaSheet) -> dict[str, list[QuotaDerivation]]:
    found: dict[str, list[QuotaDerivation]] = {}
    for one in sheet.derivations:
        found.setdefault(one.rep_id, []).append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the hierarchy.

    Parameters
    ----------
    key
        Who, and at which level.
    depth
        How many stand above.
    quota
        Minor units.
    """

    key: tuple[str, Level]
    depth: int
    quota: int


def _sees(desk: Desk, person: Person, step: Step) -> bool:
    return may_see_attainment(desk.opened, person, step.key[0])


def _row(
    step: Step,
    rep: Rep | None,
    derived: Sequence[QuotaDerivation],
    outcome: Outcome | None,
    scale: int,
) -> dict[str, Any]:
    rep_id, level = step.key
    known = [one.last_year for one in derived if one.last_year is not None]
    return {
        "rep_id": rep_id,
        "name": (rep.name if rep else "") or ("The company" if level == "company" else rep_id),
        "role": (rep.role if rep else "") or "",
        "level": level,
        "depth": min(step.depth, DEEPEST),
        "quota": step.quota / scale,
        "last_year": sum(known) / scale if known else None,
        "low": outcome.p10 / scale if outcome else None,
        "high": outcome.p90 / scale if outcome else None,
        "chance": outcome.probability_of_quota if outcome else None,
        "by_hand": any(one.override for one in derived),
    }


def _tree(sheet: QuotaSheet) -> list[Step]:
    """Return every line, each below whom it rolls up to."""
    totals: dict[tuple[str, Level], int] = {}
    parents: dict[tuple[str, Level], str | None] = {}
    for line in sheet.lines:
        if line.component not in sheet.beside:
            key = (line.rep_id, line.level)
            totals[key] = totals.get(key, 0) + line.quota
            parents[key] = line.parent_id
    below: dict[str | None, list[tuple[str, Level]]] = {}
    for key, parent in parents.items():
        below.setdefault(parent, []).append(key)
    found: list[Step] = []
    waiting = [(key, 0) for key in reversed(below.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        found.append(Step(key=key, depth=depth, quota=totals[key]))
        if key[1] != "rep":
            order = sorted(below.get(key[0], []), key=lambda one: (one[1], one[0]), reverse=True)
            waiting += [(one, depth + 1) for one in order]
    return found


def show_settlement(
    desk: Desk, person: Person, overrides: Mapping[str, float]
) -> dict[str, Any] | None:
    """Return whose quota changes when some are set by hand; None where the plan sets none.

    Parameters
    ----------
    desk
        The plan.
    person
        Who asks.
    overrides
        Quotas by rep id, units of the plan currency.
    """
    from planner.pipeline.what_if.resettlement import settle_overrides

    effect = settle_overrides(desk.opened.bench, overrides)
    if effect is None:
        return None
    currency = desk.opened.plan.data.currency
    return {
        "refusal": effect.refusal,
        "changes": list_changes(desk, person, effect.changes),
        "goal": 0
        if desk.opened.plan.quotas is None
        else desk.opened.plan.quotas.goal / currency.scale,
        "currency": currency.code,
    }
