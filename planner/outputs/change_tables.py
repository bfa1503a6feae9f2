"""The difference of a changed plan from the running one, as tables."""

from __future__ import annotations

from datetime import date, timedelta

from planner.inputs.roster import AccountChange
from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.moves import hold_over_until, previous_reps, proposed_reps
from planner.outputs.plan import Plan
from planner.tracking.record import YearRecord


def change_tables(plan: Plan) -> dict[str, Table]:
    """Return every table of a change by its file's stem; none for a plan without one."""
    if plan.year is None:
        return {}
    tables = [
        changed_accounts(plan, plan.year),
        changed_quotas(plan, plan.year),
        seats_table(plan.year),
        events_table(plan.year),
        *([duplicates_table(plan.year)] if plan.year.duplicates else []),
    ]
    return {table.name: table for table in tables}


def changed_accounts(plan: Plan, year: YearRecord) -> Table:
    """Return one row for each account whose seat or rep is not the running plan's, then the gone."""
    rows = change_rows(plan, year)
    gone = gone_accounts(plan, year)
    left = [_left(year, change) for change in gone]
    ids = plan.data.accounts["account_id"].tolist()
    names = plan.data.accounts["name"].fillna("").astype(str).tolist()
    old, new = previous_reps(plan), proposed_reps(plan)
    seats = ("", *plan.territory_ids)
    now = plan.territory_of_account.tolist()
    was = _seats_before(plan, year)
    days = _first_days(plan, year)
    blank, none = [""] * len(gone), [None] * len(gone)
    window = hold_over_until(plan) - year.effective
    trailing, pipeline = plan.potential.trailing.tolist(), plan.potential.pipeline.tolist()
    return Table(
        name="change",
        columns=(
            text("account_id", [*(ids[r] for r in rows), *(c.account_id for c in gone)]),
            text("name", [*(names[r] for r in rows), *blank]),
            text("change", [*(_kind(year, ids[r]) for r in rows), *(c.kind for c in gone)]),
            text("from_territory_id", [*(was[ids[r]] for r in rows), *(seat for seat, _ in left)]),
            text("to_territory_id", [*(seats[now[r] + 1] for r in rows), *blank]),
            text("from", [*(old[r] for r in rows), *(rep for _, rep in left)]),
            text("to", [*(new[r] for r in rows), *(c.into for c in gone)]),
            figures("from_day", "date", [*(days[r] for r in rows), *(c.day for c in gone)]),
            figures(
                "hold_over_until",
                "date",
                [*(days[r] + window if old[r] else None for r in rows), *none],
            ),
            money("trailing_revenue", [*(trailing[r] for r in rows), *none]),
            money("open_pipeline", [*(pipeline[r] for r in rows), *none]),
            text(
                "why",
                [*(_why(plan, year, r, ids[r]) for r in rows), *(_said(year, c) for c in gone)],
            ),
        ),
    )


def gone_accounts(plan: Plan, year: YearRecord) -> list[AccountChange]:
    """Return the accounts that this change took out of the plan, by id."""
    if not year.account_changes:
        return []
    present = set(plan.data.accounts["account_id"].tolist())
    told = {e.account_id for e in year.events if e.kind in {"merged", "lost"}}
    now = {e.account_id for e in year.applied}
    return [
        c
        for c in year.account_changes
        if c.kind != "added"
        and c.account_id not in present
        # What no event told was missing from the accounts table on the day of a change.
        and (c.account_id in now or (c.account_id not in told and c.day == year.effective))
    ]


def _left(year: YearRecord, change: AccountChange) -> tuple[str, str]:
    """Return the seat that an account was of before it left the plan, and who served it."""
    mine = [t for t in year.accounts if t.account_id == change.account_id and t.end is not None]
    if not mine:
        return "", ""
    seat, last = mine[-1].territory_id, change.day - timedelta(days=1)
    serving = [t for t in year.tenures if t.territory_id == seat and t.includes(last)]
    serving.sort(key=lambda tenure: tenure.role != "cover")
    return seat, serving[0].rep_id if serving else ""


def _said(year: YearRecord, change: AccountChange) -> str:
    """Return why an account left, as its event has it."""
    mine = [
        e.why for e in year.events if e.account_id == change.account_id and e.kind == change.kind
    ]
    return mine[-1] if mine else "no longer in the accounts table"


def change_rows(plan: Plan, year: YearRecord) -> list[int]:
    """Return the positions of accounts whose seat or rep is not the running plan's."""
    old, new = previous_reps(plan), proposed_reps(plan)
    ids = plan.data.accounts["account_id"].tolist()
    return [
        row
        for row, (account, before, after) in enumerate(zip(ids, old, new, strict=True))
        if before != after or account in year.moved
    ]


def _kind(year: YearRecord, account: str) -> str:
    if account not in year.moved:
        return "rep"
    why = year.moved[account]
    return why if why in {"new", "back"} else "seat"


def _seats_before(plan: Plan, year: YearRecord) -> dict[str, str]:
    """Return the seat of each account before this change, by account id."""
    seats = ("", *plan.territory_ids)
    ids = plan.data.accounts["account_id"].tolist()
    before = {
        a: seats[at + 1] for a, at in zip(ids, plan.territory_of_account.tolist(), strict=True)
    }
    tenures: dict[str, list[str]] = {}
    for tenure in year.accounts:
        tenures.setdefault(tenure.account_id, []).append(tenure.territory_id)
    for account in year.moved:
        mine = tenures.get(account, [])
        before[account] = mine[-2] if len(mine) > 1 else ""
    return before


def _first_days(plan: Plan, year: YearRecord) -> list[date]:
    """Return from when each account is its owner's, (accounts,)."""
    own = {t.account_id: t.start for t in year.accounts}
    seats: dict[str, date] = {}
    for tenure in year.tenures:
        if tenure.role == "holder":
            seats[tenure.territory_id] = max(
                tenure.start, seats.get(tenure.territory_id, tenure.start)
            )
    names = plan.territory_ids
    ids = plan.data.accounts["account_id"].tolist()
    return [
        own[account]
        if account in year.moved and account in own
        else seats.get(names[at] if at >= 0 else "", year.effective)
        for account, at in zip(ids, plan.territory_of_account.tolist(), strict=True)
    ]


def _why(plan: Plan, year: YearRecord, row: int, account: str) -> str:
    return plan.reasons[row] or year.moved.get(account, "")


def changed_quotas(plan: Plan, year: YearRecord) -> Table:
    """Return one row for each person: the running plan's quota, and what it is now."""
    now: dict[str, int] = {}
    closed: dict[str, int] = {}
    beside = plan.quotas.beside if plan.quotas else ()
    for part in year.parts:
        if part.component in beside:
            continue
        key = f"{part.level} {part.rep_id}"
        now[key] = now.get(key, 0) + part.quota
        if part.end <= year.effective:
            closed[key] = closed.get(key, 0) + part.quota
    keys = sorted({*year.quota_before, *now}, key=_order)
    before = [year.quota_before.get(key, 0) for key in keys]
    after = [now.get(key, 0) for key in keys]
    done = [closed.get(key, 0) for key in keys]
    return Table(
        name="change_quotas",
        columns=(
            text("level", [key.partition(" ")[0] for key in keys]),
            text("rep_id", [key.partition(" ")[2] for key in keys]),
            money("quota_before", before),
            money("quota", after),
            money("difference", [b - a for a, b in zip(before, after, strict=True)]),
            money("closed", done),
            money("remaining", [b - c for b, c in zip(after, done, strict=True)]),
            money(
                "booked",
                [
                    year.booked.get(key.partition(" ")[2], 0) if key.startswith("rep ") else None
                    for key in keys
                ],
            ),
        ),
    )


def _order(key: str) -> tuple[int, str]:
    level, _, rep_id = key.partition(" ")
    return ("company", "manager", "rep").index(level), rep_id


def seats_table(year: YearRecord) -> Table:
    """Return who was in each seat from when to when; an empty rep is open headcount."""
    return Table(
        name="seats",
        columns=(
            text("territory_id", [t.territory_id for t in year.tenures]),
            text("rep_id", [t.rep_id for t in year.tenures]),
            text("role", [t.role for t in year.tenures]),
            figures("from", "date", [t.start for t in year.tenures]),
            figures("until", "date", [_last(t.end) for t in year.tenures]),
        ),
    )


def _last(end: date | None) -> date | None:
    return None if end is None else end - timedelta(days=1)


def events_table(year: YearRecord) -> Table:
    """Return every event so far with who, when and why, and whether this change applied it."""
    applied = set(year.applied)
    columns: tuple[Column, ...] = (
        figures("date", "date", [e.day for e in year.events]),
        text("kind", [e.kind for e in year.events]),
        text("rep_id", [e.rep_id for e in year.events]),
        text("account_id", [e.account_id for e in year.events]),
        text("territory_id", [e.territory_id for e in year.events]),
        text("into", [e.into for e in year.events]),
        text("covered_by", [e.covered_by for e in year.events]),
        figures("until", "date", [e.until for e in year.events]),
        money("amount", [e.amount for e in year.events]),
        text("why", [e.why for e in year.events]),
        text("by", [e.by for e in year.events]),
        figures("applied_now", "flag", [e in applied for e in year.events]),
    )
    return Table(name="events", columns=columns)


def duplicates_table(year: YearRecord) -> Table:
    """Return the pairs of accounts that a person should look at."""
    pairs = year.duplicates
    return Table(
        name="duplicates",
        columns=(
            text("account_id", [p.account_id for p in pairs]),
            text("known_id", [p.known_id for p in pairs]),
            text("name", [p.name for p in pairs]),
            text("known_name", [p.known_name for p in pairs]),
            figures("likeness", "share", [p.likeness for p in pairs]),
            text("why", [p.why for p in pairs]),
        ),
    )
