"""What a running plan hands on: its people, its accounts with their owners, and their potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.account_events import last_changes, last_name
from planner.inputs.event_rules import apply_events
from planner.inputs.period import Period
from planner.inputs.roster import DAY, AccountChange, Roster, Surroundings
from planner.inputs.roster_start import derive_events, refresh_people, start_roster
from planner.outputs.moves import proposed_reps
from planner.pipeline.comebacks import Comebacks, find_comebacks, forget_silent_losses
from planner.pipeline.event_findings import (
    find_new_seats,
    find_undone,
    find_wrong_accounts,
    say_by_table,
    tell_once,
)
from planner.pipeline.preparation import refuse_errors
from planner.units.result import RunningSeats, Seats

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.data import PlanningData
    from planner.inputs.reps import Rep
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
    booked
        Today's history with the accounts that each row names, merged ones among them.
    gone, added
        Accounts that left the plan or came to it, with their day and how.
    back
        Those that were lost before and come back.
    findings
        What had to be understood.
    """

    before: Roster
    after: Roster
    applied: tuple[YearEvent, ...]
    data: PlanningData
    booked: pd.DataFrame | None
    gone: Mapping[str, AccountChange]
    added: Mapping[str, date]
    back: Comebacks
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
    changes, there_again = forget_silent_losses(running, account_ids(data))
    if running.year is not None:
        started = replace(
            started,
            closed=running.year.closed_seats,
            accounts=changes,
            goals=running.year.goals,
            lines=running.year.lines,
        )
    known = set(running.year.events) if running.year else set()
    fresh = [e for e in data.events if not any(e.says_the_same(old) for old in known)]
    derived = derive_events(started, data.reps, fresh, effective, period)
    measured = scenario.alignment.capacity == "productivity"
    told = (*fresh, *derived)
    before = refresh_people(started, data.reps, keep_capacity=measured, told=told)
    newcomers = {r.rep_id: r for r in data.reps if r.rep_id not in started.reps}
    ids = frozenset(account_ids(data)) | frozenset(account_ids(running.data))
    around = Surroundings(account_ids=ids, newcomers=newcomers)
    applied = tuple(sorted(told, key=lambda event: event.order))
    after, wrong = apply_events(before, applied, around)
    wrong = (*wrong, *find_wrong_accounts(running, data, fresh))
    unread = [one for one in data.findings if one.table == "events"]
    refuse_errors(tell_once((*unread, *_not_following(wrong, unread))))
    gone, added, found = _account_changes(running, data, after, effective)
    back = find_comebacks(running, after.accounts, added)
    return Succession(
        before=started,
        after=after,
        applied=applied,
        data=_tables_after(running, data, after, gone, back),
        booked=data.history,
        gone=gone,
        added=added,
        back=back,
        findings=(
            *there_again,
            *find_undone(known, data.events),
            *say_by_table(derived),
            *find_new_seats(before, after, applied),
            *found,
        ),
    )


def account_ids(data: PlanningData) -> list[str]:
    """Return the accounts of a company, (accounts,)."""
    names: list[str] = data.accounts["account_id"].tolist()
    return names


def _not_following(wrong: Iterable[Finding], told: Iterable[Finding]) -> list[Finding]:
    """Leave out that somebody is not here, or not known, where a faulty row speaks of him too."""
    faulty = {one.subject for one in told if one.severity == "error" and one.table == "events"}
    return [one for one in wrong if one.code != "events.unknown_rep" or one.subject not in faulty]


def _account_changes(
    running: Plan, data: PlanningData, after: Roster, effective: date
) -> tuple[dict[str, AccountChange], dict[str, date], list[Finding]]:
    """Return which accounts go and come, those that only the accounts tables say among them."""
    before = set(account_ids(running.data))
    now = set(account_ids(data))
    last = last_changes(after.accounts)
    gone = {name: c for name, c in last.items() if c.kind != "added"}
    told = {name: c.day for name, c in last.items() if c.kind == "added"}
    silent = sorted(before - now - set(gone))
    for name in silent:
        gone[name] = AccountChange(account_id=name, kind="lost", day=effective)
    new = now - before - set(gone)
    added = {name: told.get(name, effective) for name in sorted(new | (now & told.keys()))}
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
    running: Plan,
    data: PlanningData,
    after: Roster,
    gone: Mapping[str, AccountChange],
    back: Comebacks,
) -> PlanningData:
    """Return today's tables with the roster's people and the running plan's owners."""
    import pandas as pd

    kept = ~data.accounts["account_id"].isin(list(gone)).to_numpy()
    accounts = data.accounts[kept].reset_index(drop=True)
    names, reps = account_ids(running.data), proposed_reps(running)
    owner_of = {name: rep or None for name, rep in zip(names, reps, strict=True)}
    owner_of |= {name: rep or None for name, rep in back.holders(running).items()}
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
        people = (*_went_on(after), *data.reps)
        seats = build_seats(replace(data, period=rest, reps=people), ramp)
        seats = _fill(seats, running.seats, after, rest)
    else:
        seats = running.seats
    place = {name: at for at, name in enumerate(seats.territory_ids)}
    names = ("", *running.territory_ids)
    before = [names[at + 1] for at in running.territory_of_account.tolist()]
    held_by = ("", *running.seats.rep_ids)
    holders = [held_by[at + 1] for at in running.territory_of_account.tolist()]
    ids = running.data.accounts["account_id"].tolist()
    seat_of = dict(zip(ids, before, strict=True)) | dict(succession.back.seats)
    rep_of = dict(zip(ids, holders, strict=True)) | succession.back.holders(running)
    accounts = data.accounts["account_id"].tolist()
    seat = np.array([place.get(seat_of.get(a, ""), -1) for a in accounts], dtype=np.int64)
    stays = [
        at >= 0 and bool(rep_of.get(a)) and seats.rep_ids[at] == rep_of[a]
        for a, at in zip(accounts, seat.tolist(), strict=True)
    ]
    return RunningSeats(
        seats=seats, seat_of_account=seat, continues=np.array(stays, dtype=np.bool_)
    )


def _went_on(after: Roster) -> list[Rep]:
    """Return a row for each open seat whose last holder has another one now: it outlives him."""
    stand_ins = []
    for seat in sorted(after.seats - set(after.closed)):
        mine = [t for t in after.tenures if t.territory_id == seat and t.role == "holder"]
        held = [t for t in mine if t.rep_id in after.reps]
        if not held or mine[-1].rep_id or held[-1].end is None:
            continue
        last = after.reps[held[-1].rep_id]
        if (last.territory_id or last.rep_id) != seat:
            gone = held[-1].end - DAY
            left = replace(last, territory_id=seat, leave_date=gone, status="leaving")
            stand_ins.append(left)
    return stand_ins


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
