"""What a running plan hands on: its people, its accounts with their owners, and their potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.event_rules import apply_events
from planner.inputs.period import Period
from planner.inputs.roster import DAY, AccountChange, Roster, Surroundings
from planner.inputs.roster_start import derive_events, refresh_people, start_roster
from planner.outputs.moves import proposed_reps
from planner.pipeline.preparation import refuse_errors
from planner.units.result import RunningSeats, Seats

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.data import PlanningData
    from planner.inputs.year_events import YearEvent
    from planner.outputs.plan import Plan
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """A running plan's people and accounts, before and after the events of a change.

    Parameters
    ----------
    before, after
        The roster.
    applied
        The events of this change, in order.
    data
        Today's tables with the people after the events, the accounts that are left, and the
        running plan's owners.
    gone, added
        Accounts that left the plan or came to it, with their day and how.
    findings
        What had to be understood.
    """

    before: Roster
    after: Roster
    applied: tuple[YearEvent, ...]
    data: PlanningData
    gone: Mapping[str, AccountChange]
    added: Mapping[str, date]
    findings: tuple[Finding, ...]


def succeed(running: Plan, data: PlanningData, effective: date, scenario: Scenario) -> Succession:
    """Apply what has changed to a running plan's people and accounts.

    Parameters
    ----------
    running
        The running plan.
    data
        Today's tables, the events among them.
    effective
        The first day that may change.
    scenario
        For how capacity is told: where it was measured, it holds for the plan's year.

    Raises
    ------
    DataError
        When an event is impossible; nothing of any event is applied then.
    """
    period = running.data.period
    tenures = running.year.tenures if running.year else ()
    started = start_roster(
        running.data.reps, running.territory_ids, running.seats.rep_ids, period, tenures
    )
    if running.year is not None:
        started = replace(
            started,
            closed=running.year.closed_seats,
            accounts=running.year.account_changes,
            goals=running.year.goals,
        )
    known = set(running.year.events) if running.year else set()
    fresh = [e for e in data.events if not any(_same(e, old) for old in known)]
    derived = derive_events(started, data.reps, fresh, effective, period)
    measured = scenario.alignment.capacity == "productivity"
    before = refresh_people(started, data.reps, keep_capacity=measured)
    newcomers = {r.rep_id: r for r in data.reps if r.rep_id not in started.reps}
    ids = frozenset(account_ids(data)) | frozenset(account_ids(running.data))
    around = Surroundings(account_ids=ids, newcomers=newcomers)
    applied = tuple(sorted((*fresh, *derived), key=lambda event: event.order))
    after, wrong = apply_events(before, applied, around)
    wrong = (*wrong, *_wrong_accounts(running, data, fresh))
    refuse_errors((*data.findings, *_not_following(wrong, data.findings)))
    gone, added, found = _account_changes(running, data, after, effective)
    return Succession(
        before=started,
        after=after,
        applied=applied,
        data=_tables_after(running, data, after, gone),
        gone=gone,
        added=added,
        findings=(*_undone(known, data.events), *_said_by_table(derived), *found),
    )


def account_ids(data: PlanningData) -> list[str]:
    """Return the accounts of a company, (accounts,)."""
    names: list[str] = data.accounts["account_id"].tolist()
    return names


def _same(one: YearEvent, other: YearEvent) -> bool:
    return replace(one, row=0) == replace(other, row=0)


def _not_following(wrong: Iterable[Finding], told: Iterable[Finding]) -> list[Finding]:
    """Leave out that somebody is not here, or not known, where a faulty row speaks of him too."""
    faulty = {one.subject for one in told if one.severity == "error" and one.table == "events"}
    return [one for one in wrong if one.code != "events.unknown_rep" or one.subject not in faulty]


def _undone(known: set[YearEvent], given: tuple[YearEvent, ...]) -> list[Finding]:
    """Say which events the running plan holds that the table no longer has."""
    lost = [e for e in known if e.row and not any(_same(e, one) for one in given)]
    return [
        Finding(
            severity="warning",
            code="events.in_running_plan",
            message=f"The running plan holds the {event.words}, which the table no longer has; it "
            "stays.",
            advice="To undo it, plan again from the plan before it.",
            table="events",
            subject=event.rep_id or event.account_id or None,
        )
        for event in sorted(lost, key=lambda event: event.order)[:EXAMPLES_SHOWN]
    ]


def _said_by_table(derived: tuple[YearEvent, ...]) -> list[Finding]:
    return [
        Finding(
            severity="info",
            code="events.from_reps_table",
            message=f"Taken from the reps table: {event.words}, {event.why}.",
            advice="Write it into the table of events to date it and to say why.",
            table="reps",
            subject=event.rep_id,
        )
        for event in derived[:EXAMPLES_SHOWN]
    ]


def _wrong_accounts(running: Plan, data: PlanningData, events: list[YearEvent]) -> list[Finding]:
    """Return events that add accounts which are there, or merge into accounts which are not."""
    there = set(account_ids(running.data))
    rows = set(account_ids(data))
    found = []
    for event in events:
        if event.kind == "added" and event.account_id in there:
            words = f"Account {event.account_id} is added on {event.day}, but is in the plan."
            found.append(event.blame("account_there", words, "Remove the event.", "account_id"))
        named = {"added": event.account_id, "merged": event.into}.get(event.kind, "")
        if named and named not in rows:
            words = f"The {event.words} needs account {named} in the accounts table."
            found.append(event.blame("account_missing", words, "Add its row.", "account_id"))
    return found


def _account_changes(
    running: Plan, data: PlanningData, after: Roster, effective: date
) -> tuple[dict[str, AccountChange], dict[str, date], list[Finding]]:
    """Return which accounts go and come, those that only the accounts tables say among them."""
    before = set(account_ids(running.data))
    now = set(account_ids(data))
    gone = {c.account_id: c for c in after.accounts if c.kind != "added"}
    told = {c.account_id: c.day for c in after.accounts if c.kind == "added"}
    silent = sorted(before - now - set(gone))
    for name in silent:
        gone[name] = AccountChange(account_id=name, kind="lost", day=effective)
    added = {name: told.get(name, effective) for name in sorted(now - before - set(gone))}
    found = []
    if silent:
        shown = ", ".join(silent[:5]) + (f" and {len(silent) - 5} more" if len(silent) > 5 else "")
        found.append(
            Finding(
                severity="warning",
                code="accounts.no_longer_there",
                message=f"Accounts of the running plan are not in the accounts table: {shown}; "
                f"they count as lost from {effective} on.",
                advice="Write events lost or merged for them, or put the rows back.",
                table="accounts",
                count=len(silent),
            )
        )
    return {name: gone[name] for name in sorted(gone)}, added, found


def _tables_after(
    running: Plan, data: PlanningData, after: Roster, gone: Mapping[str, AccountChange]
) -> PlanningData:
    """Return today's tables with the roster's people and the running plan's owners."""
    import pandas as pd

    kept = ~data.accounts["account_id"].isin(list(gone)).to_numpy()
    accounts = data.accounts[kept].reset_index(drop=True)
    names, reps = account_ids(running.data), proposed_reps(running)
    owner_of = {name: rep or None for name, rep in zip(names, reps, strict=True)}
    ids = accounts["account_id"].tolist()
    owners = [owner_of.get(name) for name in ids]
    told = accounts["owner_given"].tolist()
    given = [owner_of.get(name, said) for name, said in zip(ids, told, strict=True)]
    accounts = accounts.assign(
        owner_id=pd.Series(owners, dtype="str"), owner_given=pd.Series(given, dtype="str")
    )
    into = {c.account_id: c.into for c in gone.values() if c.kind == "merged"}
    return replace(
        data,
        accounts=accounts,
        reps=tuple(after.reps.values()),
        reps_table=_rep_rows(running, data, after),
        history=_rekey(data.history, into),
        opportunities=_rekey(data.opportunities, into),
        activities=_rekey(data.activities, into),
    )


def _rekey(table: pd.DataFrame | None, into: Mapping[str, str]) -> pd.DataFrame | None:
    """Return a table whose rows of merged accounts belong to the accounts they are part of."""
    if table is None or not into:
        return table
    from planner.inputs.events import sort_history

    target = {name: last_name(name, into) for name in into}
    renamed = table.assign(account_id=table["account_id"].replace(target))
    return sort_history(renamed) if {"amount", "product"} <= set(renamed) else renamed


def last_name(name: str, into: Mapping[str, str]) -> str:
    """Return what a merged account is part of in the end."""
    while name in into:
        name = into[name]
    return name


def _rep_rows(running: Plan, data: PlanningData, after: Roster) -> pd.DataFrame:
    """Return a row of the reps table for everybody, newcomers' like those before them."""
    import pandas as pd

    table = data.reps_table
    older = running.data.reps_table
    missing = older[~older["rep_id"].isin(table["rep_id"])]
    rows = pd.concat([table, missing], ignore_index=True)
    rows = pd.concat([rows, _rows_like(rows, after)], ignore_index=True)
    wanted = pd.DataFrame({"rep_id": pd.Series(list(after.reps), dtype=rows["rep_id"].dtype)})
    rows = wanted.merge(rows, on="rep_id", how="left")
    for name in ("role", "manager_id", "coverage", "status", "name"):
        if name in rows:
            values = [getattr(rep, name) or None for rep in after.reps.values()]
            rows[name] = pd.Series(values, dtype="str")
    return rows


def _rows_like(rows: pd.DataFrame, after: Roster) -> pd.DataFrame:
    """Return a row for each newcomer who has none: the one of whoever was in his seat before."""
    known = {name: at for at, name in enumerate(rows["rep_id"].tolist())}
    seats = {rep.territory_id: rep.rep_id for rep in after.reps.values() if rep.rep_id in known}
    pairs = [
        (rep.rep_id, known[seats[rep.territory_id]])
        for rep in after.reps.values()
        if rep.rep_id not in known and rep.territory_id in seats
    ]
    copied = rows.iloc[[at for _, at in pairs]].copy()
    copied["rep_id"] = [name for name, _ in pairs]
    return copied


def remaining_period(period: Period, effective: date) -> Period:
    """Return the part of a plan that a change may still alter."""
    starts = (effective, *(start for start in period.starts if start > effective))
    return Period(starts=starts, end=period.end, as_of=min(period.as_of, effective - DAY))


def stand(
    running: Plan, succession: Succession, scenario: Scenario, effective: date
) -> RunningSeats:
    """Return the seats after a change, and who serves what in the running plan in their terms."""
    from planner.units.seats import build_seats

    data, after = succession.data, succession.after
    if data.reps:
        ramp = scenario.quota.ramp if scenario.quota else ()
        rest = remaining_period(running.data.period, effective)
        seats = _fill(build_seats(replace(data, period=rest), ramp), running.seats, after, rest)
    else:
        seats = running.seats
    place = {name: at for at, name in enumerate(seats.territory_ids)}
    names = ("", *running.territory_ids)
    before = [names[at + 1] for at in running.territory_of_account.tolist()]
    held_by = ("", *running.seats.rep_ids)
    holders = [held_by[at + 1] for at in running.territory_of_account.tolist()]
    ids = running.data.accounts["account_id"].tolist()
    seat_of = dict(zip(ids, before, strict=True))
    rep_of = dict(zip(ids, holders, strict=True))
    accounts = data.accounts["account_id"].tolist()
    seat = np.array([place.get(seat_of.get(a, ""), -1) for a in accounts], dtype=np.int64)
    stays = [
        at >= 0 and bool(rep_of.get(a)) and seats.rep_ids[at] == rep_of[a]
        for a, at in zip(accounts, seat.tolist(), strict=True)
    ]
    return RunningSeats(
        seats=seats, seat_of_account=seat, continues=np.array(stays, dtype=np.bool_)
    )


def _fill(seats: Seats, before: Seats, after: Roster, rest: Period) -> Seats:
    """Return seats with their holders at the plan's end; open ones keep their place on the map."""
    last = rest.end - DAY
    place = {name: at for at, name in enumerate(before.territory_ids)}
    homes = seats.homes.copy()
    for at, name in enumerate(seats.territory_ids):
        if name in place and np.isnan(homes[at, 0]) and not seats.pool[at]:
            homes[at] = before.homes[place[name]]
    return replace(
        seats,
        rep_ids=tuple(after.holder_of(name, last) for name in seats.territory_ids),
        homes=homes,
        travels=seats.travels | ~np.isnan(homes[:, 0]),
        findings=tuple(f for f in seats.findings if f.code != "seats.open"),
    )
