"""What people look at before they load: what changes, and the open deals of what moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.outputs.columns import Table, figures, money, text
from planner.outputs.moves import (
    hold_over_until,
    plan_moves,
    previous_reps,
    proposed_reps,
    proposed_territories,
)
from planner.outputs.plan import Plan
from planner.potential.opportunities import outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs: of an account, a territory or a person."""

    kind: str
    id: str
    name: str
    field: str
    before: str
    after: str


def plan_changes(plan: Plan, against: Plan | None) -> list[Change]:
    """Return what a plan changes against an earlier one, or against today where none is given."""
    return [
        *_account_changes(plan, against),
        *(_territory_changes(plan, against) if against else ()),
        *(_quota_changes(plan, against) if against else ()),
    ]


def changes_table(changes: list[Change]) -> Table:
    """Return changes as a table for people."""
    columns = tuple(
        text(name, [getattr(one, name) for one in changes])
        for name in ("kind", "id", "name", "field", "before", "after")
    )
    return Table(name="changes", columns=columns)


def _account_changes(plan: Plan, against: Plan | None) -> Iterator[Change]:
    ids = plan.data.accounts["account_id"].tolist()
    names = _account_names(plan)
    for field, before, after in _account_fields(plan, against):
        for account, name, new in zip(ids, names, after, strict=True):
            old = before.get(account)
            if old is None:
                yield _change(account, name, field, "not in the earlier plan", new)
            elif old != new:
                yield _change(account, name, field, old, new)
    if against is not None:
        gone = dict(zip(_ids(against), _account_names(against), strict=True))
        for account in ids:
            gone.pop(account, None)
        for account, name in gone.items():
            yield _change(account, name, "account", "in the plan", "not in this plan")


def _change(account: str, name: str, field: str, before: str, after: str) -> Change:
    return Change(kind="account", id=account, name=name, field=field, before=before, after=after)


def _account_fields(
    plan: Plan, against: Plan | None
) -> list[tuple[str, dict[str, str], list[str]]]:
    """Return (field, value before by account, values after in the order of the accounts)."""
    if against is None:
        seats = ("", *plan.territory_ids)
        today = [seats[place + 1] for place in plan.today.seat_of_account.tolist()]
        before = (today, previous_reps(plan))
        ids = _ids(plan)
    else:
        before = (proposed_territories(against), proposed_reps(against))
        ids = _ids(against)
    after = (proposed_territories(plan), proposed_reps(plan))
    return [
        (field, dict(zip(ids, old, strict=True)), new)
        for field, old, new in zip(("territory", "owner"), before, after, strict=True)
    ]


def _ids(plan: Plan) -> list[str]:
    ids: list[str] = plan.data.accounts["account_id"].tolist()
    return ids


def _account_names(plan: Plan) -> list[str]:
    names = plan.data.accounts["name"]
    return names.astype(object).where(names.notna(), "").astype(str).tolist()


def _territory_changes(plan: Plan, against: Plan) -> Iterator[Change]:
    before = dict(zip(against.territory_ids, against.seats.rep_ids, strict=True))
    after = dict(zip(plan.territory_ids, plan.seats.rep_ids, strict=True))
    for territory in sorted({*before, *after}):
        old, new = before.get(territory), after.get(territory)
        if old != new:
            yield Change(
                kind="territory",
                id=territory,
                name="",
                field="holder",
                before="no such territory" if old is None else old,
                after="no such territory" if new is None else new,
            )


def _quota_changes(plan: Plan, against: Plan) -> Iterator[Change]:
    names = {rep.rep_id: rep.name for rep in (*against.data.reps, *plan.data.reps)}
    before, after = (one.quotas.by_person() if one.quotas else {} for one in (against, plan))
    for person in sorted({*before, *after}):
        old, new = before.get(person), after.get(person)
        same = old == new and plan.data.currency == against.data.currency
        if not same:
            yield Change(
                kind="quota",
                id=person,
                name=names.get(person, ""),
                field="quota",
                before="" if old is None else against.data.currency.to_text(old),
                after="" if new is None else plan.data.currency.to_text(new),
            )


def open_opportunities_table(plan: Plan) -> Table:
    """Return the open opportunities of accounts that leave their owner, by account."""
    accounts = plan.data.accounts
    data = plan.data.opportunities
    moved = plan_moves(plan)
    position = {one: at for at, one in enumerate(_ids(plan))}
    before, after = previous_reps(plan), proposed_reps(plan)
    rows: list[tuple[int, int]] = []
    if data is not None and len(data):
        open_now = np.flatnonzero(outcomes(data) == "open").tolist()
        of_account = [position.get(one, -1) for one in data["account_id"].tolist()]
        rows = sorted((of_account[at], at) for at in open_now if of_account[at] >= 0)
        rows = [(account, at) for account, at in rows if moved[account]]
    until = hold_over_until(plan)

    def take(name: str) -> list[object]:
        if data is None:
            return []
        values = data[name].astype(object).where(data[name].notna(), None).tolist()
        return [values[at] for _, at in rows]

    names = _account_names(plan)
    columns = (
        text("opportunity_id", take("opportunity_id")),
        text("account_id", [accounts["account_id"].iloc[account] for account, _ in rows]),
        text("account_name", [names[account] for account, _ in rows]),
        text("stage", [one or "" for one in take("stage")]),
        money("amount", take("amount")),
        figures("close_date", "date", [_day(one) for one in take("close_date")]),
        text("opportunity_owner", [one or "" for one in take("rep_id")]),
        text("from", [before[account] for account, _ in rows]),
        text("to", [after[account] for account, _ in rows]),
        figures("hold_over_until", "date", [until] * len(rows)),
    )
    return Table(name="open_opportunities", columns=columns)


def _day(value: object) -> object:
    return getattr(value, "date", lambda: None)()
