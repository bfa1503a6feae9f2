"""What moves and quotas set by hand would do, as far as one person may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from planner.pipeline.what_if.effects import MoveEffect, weigh_moves
from planner.review.people import Person
from planner.review.views.desks import Desk
from planner.review.visibility import (
    COMPANY,
    may_see_attainment,
    sees_whole_plan,
    visible_accounts,
    visible_reps,
    visible_territories,
)

if TYPE_CHECKING:
    from planner.pipeline.what_if.breaks import Break
    from planner.quotas.changes import QuotaChange

SHOWN = 200


def describe_moves(desk: Desk, person: Person, moves: Mapping[str, str]) -> dict[str, Any]:
    """Return what moves would do: figures of what a person may see, and every rule by name.

    Parameters
    ----------
    desk
        The plan.
    person
        Who asks.
    moves
        Territory by account id.
    """
    opened = desk.opened
    bench = opened.bench
    seen = visible_accounts(opened, person)
    known = {
        account: territory
        for account, territory in moves.items()
        if account in opened.position_of_account and seen[opened.position_of_account[account]]
    }
    effect = weigh_moves(bench, known)
    shown = visible_territories(opened, person)
    rows = [row for row in effect.accounts if seen[opened.position_of_account[row["account_id"]]]]
    return {
        "currency": effect.currency,
        "moved": len(effect.accounts),
        "accounts": rows[:SHOWN],
        "come_along": sum(row["comes_along"] for row in effect.accounts),
        "hidden": len(effect.accounts) - len(rows),
        "refused": _refused(moves, known, effect),
        "balances": [asdict(one) for one in effect.balances if one.territory_id in shown],
        "burdens": [asdict(one) for one in effect.burdens if one.territory_id in shown],
        "breaks": [_break(one, shown) for one in effect.breaks[:SHOWN]],
        "mended": [_break(one, shown) for one in effect.mended[:SHOWN]],
        "cost_change": round(effect.cost_change, 2),
        "costs": _costs(effect) if sees_whole_plan(person) else None,
        "quotas": _quotas(desk, person, effect),
    }


def _refused(
    moves: Mapping[str, str], known: Mapping[str, str], effect: MoveEffect
) -> list[dict[str, str]]:
    found = [{"account_id": account, "why": why} for account, why in effect.refused]
    hidden = "The plan has no such account, or it is not for you to move."
    found += [{"account_id": account, "why": hidden} for account in moves if account not in known]
    return found[:SHOWN]


def _break(found: Break, shown: frozenset[str]) -> dict[str, str]:
    private = found.territory_id is not None and found.territory_id not in shown
    return {
        "rule": found.rule,
        "name": found.name,
        "subject": found.subject,
        "words": found.brief if private else found.words,
    }


def _costs(effect: MoveEffect) -> dict[str, dict[str, float]]:
    return {
        name: {"before": round(before, 2), "after": round(after, 2)}
        for name, (before, after) in effect.costs.items()
    }


def _quotas(desk: Desk, person: Person, effect: MoveEffect) -> dict[str, Any] | None:
    if effect.quotas is None:
        return None
    changes = list_changes(desk, person, effect.quotas.changes)
    return {"refusal": effect.quotas.refusal, "changes": changes}


def list_changes(
    desk: Desk, person: Person, changes: Sequence[QuotaChange]
) -> list[dict[str, Any]]:
    """Return the changes of quota that a person may see, in units of the plan currency."""
    plan, seen = desk.opened.plan, visible_reps(desk.opened, person)
    names, scale = {rep.rep_id: rep.name for rep in plan.data.reps}, plan.data.currency.scale
    return [
        {
            "rep_id": change.rep_id,
            "name": names.get(change.rep_id) or change.rep_id,
            "before": change.before / scale,
            "after": change.after / scale,
            "by_hand": change.overridden,
        }
        for change in changes
        if change.rep_id in seen
    ]


def describe_chances(desk: Desk, person: Person, moves: Mapping[str, str]) -> dict[str, Any] | None:
    """Return how moves change who reaches his quota; None where the plan sets none.

    Parameters
    ----------
    desk
        The plan; whoever asks first waits until its year is simulated.
    person
        Who asks.
    moves
        Territory by account id.
    """
    from planner.pipeline.what_if.chances import foresee_moves

    opened, drawn = desk.opened, desk.drawn.get()
    if drawn is None:
        return None
    seen = visible_accounts(opened, person)
    positions = opened.position_of_account
    known = {one: to for one, to in moves.items() if one in positions and seen[positions[one]]}
    found = foresee_moves(desk.opened.bench, drawn, known)
    names = {rep.rep_id: rep.name for rep in opened.plan.data.reps}
    company = may_see_attainment(opened, person, COMPANY)
    return {
        "goal": {"before": found.goal_before, "after": found.goal_after} if company else None,
        "reps": [
            {
                "rep_id": one.rep_id,
                "name": names.get(one.rep_id) or one.rep_id,
                "before": one.before,
                "after": one.after,
            }
            for one in found.reps
            if may_see_attainment(opened, person, one.rep_id)
        ],
    }
