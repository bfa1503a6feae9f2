"""The record of a plan's year: who held what when, what is closed, and what the change left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.duplicates import find_duplicates
from planner.pipeline.change_quotas import Settlement, seat_day
from planner.pipeline.held_over import find_held_over
from planner.quotas.parts import QuotaPart
from planner.tracking.ownership import (
    AccountTenure,
    Days,
    HoldOver,
    Ownership,
    credit_bookings,
    name_credit,
)
from planner.tracking.record import ClosedMonth, YearRecord
from planner.tracking.teams import Teams, teams_of

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

    from planner.inputs.data import PlanningData
    from planner.outputs.plan import Plan
    from planner.pipeline.change_alignment import ChangedAlignment
    from planner.pipeline.running import Succession
    from planner.quotas.result import LineKey, QuotaLine
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]


def make_record(
    running: Plan,
    succession: Succession,
    changed: ChangedAlignment,
    settled: Settlement,
    of_account: Ints,
    day: date,
    scenario: Scenario,
    goal: Decimal | None,
) -> YearRecord:
    """Return what a changed plan remembers of its year.

    Parameters
    ----------
    running, succession
        The plan before, and what has changed.
    changed, settled
        The alignment and the quotas after it.
    of_account
        The seat of each account after the change, (accounts,).
    day
        The first day that could change.
    scenario
        For the hold-over window.
    goal
        That the scenario itself gives, whatever events say.
    """
    data = succession.data
    seats = changed.company.seats.territory_ids
    moved, tenures = _account_tenures(running, succession, data, seats, of_account, day)
    earlier = running.year.events if running.year else ()
    events = tuple(dict.fromkeys((*earlier, *succession.applied)))
    accounts = {
        name: seats[at] if at >= 0 else ""
        for name, at in zip(data.accounts["account_id"].tolist(), of_account.tolist(), strict=True)
    }
    changed_hands = {tenure.account_id for tenure in tenures}
    own = Ownership(
        territory_of={a: s for a, s in accounts.items() if a not in changed_hands},
        moved=tenures,
        seats=succession.after.tenures,
    )
    booked, of_teams = _booked(succession, own, settled, running.data.period.start, day, scenario)
    lines_before, lines_new = _changed_lines(running, settled)
    return YearRecord(
        effective=day,
        running=running.provenance.name,
        events=events,
        applied=succession.applied,
        tenures=succession.after.tenures,
        accounts=tenures,
        parts=settled.parts,
        closed=_closed_months(settled.parts, data, running.data.period.bounds, day),
        booked=booked,
        booked_teams=of_teams,
        lines=succession.after.lines,
        lines_before=lines_before,
        lines_new=lines_new,
        moved=moved,
        touched=settled.touched,
        dropped=settled.dropped,
        widened=changed.widened,
        account_changes=tuple(succession.gone.values()),
        goals=succession.after.goals,
        closed_seats=dict(succession.after.closed),
        untouched=_untouched(running, changed, settled, of_account),
        quota_before=_quotas_of(running),
        scenario_goal=None if goal is None else data.currency.to_minor(goal),
        duplicates=find_duplicates(
            data.accounts, [name for name in succession.added if name not in succession.back]
        ),
        seat_last=settled.seat_last,
        resettled=_resettled(running, accounts),
    )


def _resettled(running: Plan, accounts: Mapping[str, str]) -> tuple[str, ...]:
    """Return which accounts the running plan, or one before it this year, gave another owner."""
    today, ids = running.today, running.data.accounts["account_id"].to_numpy(dtype=object)
    moved = today.continues & (running.territory_of_account != today.seat_of_account)
    earlier = running.year.resettled if running.year else ()
    return tuple(sorted({*ids[moved].tolist(), *earlier} & accounts.keys()))


def _account_tenures(
    running: Plan,
    succession: Succession,
    data: PlanningData,
    seats: tuple[str, ...],
    of_account: Ints,
    day: date,
) -> tuple[dict[str, str], tuple[AccountTenure, ...]]:
    """Return why each moved account did, and the seats of all that changed in the year so far."""
    names = ("", *running.territory_ids)
    before = {
        name: names[at + 1]
        for name, at in zip(
            running.data.accounts["account_id"].tolist(),
            running.territory_of_account.tolist(),
            strict=True,
        )
    }
    known: dict[str, list[AccountTenure]] = {}
    for tenure in running.year.accounts if running.year else ():
        known.setdefault(tenure.account_id, []).append(tenure)
    moved: dict[str, str] = {}
    start = running.data.period.start

    def hand_over(account: str, target: str | None, when: date) -> None:
        mine = known.setdefault(account, [])
        if not mine and account in before:
            mine.append(
                AccountTenure(account_id=account, territory_id=before[account], start=start)
            )
        mine[:] = _end_last(mine, when)
        if target is not None:
            mine.append(AccountTenure(account_id=account, territory_id=target, start=when))

    now = ("", *seats)
    for account, at in zip(data.accounts["account_id"].tolist(), of_account.tolist(), strict=True):
        source, target = before.get(account), now[at + 1]
        if account in succession.back.away:
            hand_over(account, None, max(succession.back.away[account], start))
        elif source == target:
            continue
        hand_over(account, target, seat_day(succession, account, source or "", day))
        moved[account] = _why(succession, account, source, target)
    for account, change in succession.gone.items():
        if account in before:
            hand_over(account, None, max(change.day, start))
    every = sorted(known)
    return moved, tuple(tenure for account in every for tenure in known[account])


def _end_last(tenures: Sequence[AccountTenure], day: date) -> list[AccountTenure]:
    """Return an account's tenures with the last one ended on a day, unless it ended before."""
    if not tenures or (tenures[-1].end or date.max) <= day:
        return list(tenures)
    *earlier, last = tenures
    return [*earlier, *([replace(last, end=day)] if last.start < day else [])]


def _why(succession: Succession, account: str, source: str | None, target: str) -> str:
    if account in succession.back:
        return "back"
    if source is None:
        return "new"
    if source in succession.after.closed:
        return "its seat is closed"
    if not source:
        return "had no rep"
    return "moved by a hold or within the budget of the change" if target else "nobody may serve it"


def _closed_months(
    parts: tuple[QuotaPart, ...],
    data: PlanningData,
    bounds: tuple[tuple[date, date], ...],
    day: date,
) -> tuple[ClosedMonth, ...]:
    """Return the company's months up to the change: what was asked, and what came."""
    months = []
    for start, end in bounds:
        stop = min(end, day)
        if start >= day:
            break
        asked = sum(
            p.quota for p in parts if p.level == "company" and p.start >= start and p.end <= stop
        )
        booked = sum(amount for when, amount in _dated(data) if start <= when < stop)
        months.append(ClosedMonth(start=start, end=stop, quota=asked, booked=booked))
    return tuple(months)


def _dated(data: PlanningData) -> list[tuple[date, int]]:
    """Return what was booked on each day, minor units."""
    if data.history is None or data.history.empty:
        return []
    sums = data.history.groupby("date")["amount"].sum()
    return [(when.date(), int(amount)) for when, amount in sums.items()]  # type: ignore[attr-defined]  # the index holds timestamps


def _booked(
    succession: Succession,
    own: Ownership,
    settled: Settlement,
    start: date,
    day: date,
    scenario: Scenario,
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what each person, and each manager's team, is credited with up to the change."""
    if succession.booked is None:
        return {}, {}
    rows, data = within(succession.booked, start, day), succession.data
    into = {c.account_id: c.into for c in succession.gone.values() if c.into}
    window = HoldOver(days=scenario.change.hold_over_days, open_on=find_held_over(data, own, into))
    days = rows["date"].to_numpy().astype("datetime64[D]")
    credited = credit_bookings(
        rows["account_id"].tolist(),
        days,
        rows["rep_id"].fillna("").astype(str).tolist(),
        own,
        window,
        into,
    )
    people = {rep.rep_id for rep in data.reps}
    names = [name_credit(rep_id, seat, people) for rep_id, seat in credited]
    return add_credits(names, days, rows["amount"].tolist(), teams_of(settled.parts))


def add_credits(
    names: Sequence[str], days: Days, amounts: Sequence[int], teams: Teams
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what bookings come to by person, and by the managers he had on their days.

    Parameters
    ----------
    names, days, amounts
        Of each booking, amounts in minor units, (rows,).
    teams
        The managers of everybody by day.
    """
    sums: dict[str, int] = {}
    of_teams: dict[str, int] = {}
    for name, day, amount in zip(names, days.astype(object).tolist(), amounts, strict=True):
        sums[name] = sums.get(name, 0) + int(amount)
        for manager in teams.above(name, day):
            of_teams[manager] = of_teams.get(manager, 0) + int(amount)
    return {n: sums[n] for n in sorted(sums)}, {m: of_teams[m] for m in sorted(of_teams)}


def within(history: pd.DataFrame, start: date, day: date) -> pd.DataFrame:
    """Return the bookings from one day to the day before another."""
    import pandas as pd

    return history[(history["date"] >= pd.Timestamp(start)) & (history["date"] < pd.Timestamp(day))]


def _untouched(
    running: Plan, changed: ChangedAlignment, settled: Settlement, of_account: Ints
) -> tuple[str, ...]:
    """Return the territories that are as they were: same accounts, same holder, same quota."""
    company = changed.company
    before = _books(running.data, running.territory_of_account, running.territory_ids)
    after = _books(company.data, of_account, company.seats.territory_ids)
    was = dict(zip(running.territory_ids, running.seats.rep_ids, strict=True))
    return tuple(
        name
        for name, rep_id in zip(company.seats.territory_ids, company.seats.rep_ids, strict=True)
        if was.get(name) == rep_id
        and before.get(name) == after.get(name)
        and rep_id not in settled.touched
        and name not in settled.touched
    )


def _quotas_of(running: Plan) -> dict[str, int]:
    """Return what people owe in a plan over its direct components, by level and id."""
    sums: dict[str, int] = {}
    for line in running.quotas.lines if running.quotas else ():
        if running.quotas is not None and line.component not in running.quotas.beside:
            key = f"{line.level} {line.rep_id}"
            sums[key] = sums.get(key, 0) + line.quota
    return sums


def _changed_lines(
    running: Plan, settled: Settlement
) -> tuple[tuple[QuotaLine, ...], tuple[LineKey, ...]]:
    """Return the running plan's lines that are others now, and whose it did not have."""
    before = {line.key: line for line in (running.quotas.lines if running.quotas else ())}
    now = {line.key: line for line in (settled.sheet.lines if settled.sheet else ())}
    changed = tuple(line for key, line in before.items() if now.get(key) != line)
    return changed, tuple(key for key in now if key not in before)


def _books(data: PlanningData, places: Ints, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the accounts of each seat."""
    books: dict[str, list[str]] = {}
    for account, at in zip(data.accounts["account_id"].tolist(), places.tolist(), strict=True):
        if at >= 0:
            books.setdefault(names[at], []).append(account)
    return books


def carry_clusters(running: Plan, data: PlanningData) -> Ints:
    """Return the running plan's group of each account, -1 for new ones, (accounts,)."""
    ids = data.accounts["account_id"].tolist()
    if len(running.clusters) != len(running.data.accounts):
        return np.full(len(ids), -1, dtype=np.int64)
    known = dict(
        zip(running.data.accounts["account_id"].tolist(), running.clusters.tolist(), strict=True)
    )
    return np.array([known.get(name, -1) for name in ids], dtype=np.int64)
