"""The roster of a running plan, and the changes that today's reps table says without an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from planner.inputs.period import Period
from planner.inputs.reps import Absence, Rep
from planner.inputs.roster import DAY, Roster, SeatTenure, change_rep, sort_tenures
from planner.inputs.year_events import YearEvent

FROM_TABLE = "as the reps table has it"
# What the reps table says of a person at any time; seats, leaving and absence go by events.
OWN_COLUMNS = (
    *("name", "role", "coverage", "supports", "latitude", "longitude", "capacity", "ote"),
    *("variable_share", "segments", "skills", "countries", "currency", "row"),
)


def start_roster(
    reps: Sequence[Rep],
    territory_ids: Sequence[str],
    rep_ids: Sequence[str],
    period: Period,
    tenures: Sequence[SeatTenure] = (),
) -> Roster:
    """Return the roster that a running plan began with, or that its last change left.

    Parameters
    ----------
    reps
        Of the running plan.
    territory_ids, rep_ids
        Its seats and who holds them, (seats,).
    period
        Its months.
    tenures
        Who held each seat when, where the running plan is a change itself.
    """
    people = {rep.rep_id: rep for rep in sorted(reps, key=lambda rep: rep.rep_id)}
    if tenures:
        return Roster(reps=people, tenures=sort_tenures(tenures))
    begun: list[SeatTenure] = []
    for seat, rep_id in zip(territory_ids, rep_ids, strict=True):
        leaves = people[rep_id].leave_date if rep_id in people else None
        last = leaves if leaves and period.start < leaves < period.end - DAY else None
        end = None if last is None else last + DAY
        begun.append(SeatTenure(territory_id=seat, rep_id=rep_id, start=period.start, end=end))
        if end is not None:
            begun.append(SeatTenure(territory_id=seat, rep_id="", start=end))
    return Roster(reps=people, tenures=sort_tenures(begun))


def refresh_people(
    roster: Roster,
    table: Iterable[Rep],
    *,
    keep_capacity: bool = False,
    told: Iterable[YearEvent] = (),
) -> Roster:
    """Return the roster with what today's table says of the people who are in it already.

    Parameters
    ----------
    roster
        Of the running plan.
    table
        Today's reps.
    keep_capacity
        Whether the running plan's capacity stands, since it was measured and not stated.
    told
        Events that change somebody's manager on a day of their own.
    """
    columns = [name for name in OWN_COLUMNS if name != "capacity" or not keep_capacity]
    dated = {event.rep_id for event in told if event.kind == "transfer" and event.manager_id}
    for rep in table:
        known = roster.reps.get(rep.rep_id)
        if known is None and not rep.receives_accounts:
            roster = change_rep(roster, rep)
        elif known is not None:
            keeps = rep.rep_id in dated or any(o.rep_id == rep.rep_id for o in roster.lines)
            manager = known.manager_id if keeps else rep.manager_id
            own = {name: getattr(rep, name) for name in columns}
            roster = change_rep(roster, replace(known, manager_id=manager, **own))
    return roster


def derive_events(
    roster: Roster,
    table: Sequence[Rep],
    given: Sequence[YearEvent],
    effective: date,
    period: Period,
) -> tuple[YearEvent, ...]:
    """Return what today's reps table says that no event does: leavers, hires and transfers.

    Parameters
    ----------
    roster
        Of the running plan.
    table
        Today's reps.
    given
        The events that the table of events holds; who is in one needs none from here.
    effective
        From when the change holds; what the table does not date happens then.
    period
        The plan's.
    """
    told = {(event.kind, event.rep_id) for event in given if event.kind != "absence"}
    today = {rep.rep_id: rep for rep in table}
    events = [
        *_leavers(roster, today, given, effective, period),
        *_transfers(roster, today, given, effective),
        *_hires(roster, today, effective, period),
        *_absences(roster, today, given, period),
    ]
    return tuple(event for event in events if (event.kind, event.rep_id) not in told)


def _leavers(
    roster: Roster,
    today: Mapping[str, Rep],
    given: Sequence[YearEvent],
    effective: date,
    period: Period,
) -> Iterable[YearEvent]:
    for rep_id, rep in roster.reps.items():
        row = today.get(rep_id)
        last = row.leave_date if row else None
        # Whoever was hired by an event alone never stood in the table, and did not leave it.
        listed = rep.row > 0
        gone = listed if row is None else row.status == "leaving" and last is None
        if rep.leave_date is not None or rep.status == "leaving" or not (gone or last):
            continue
        follows = _first_day_after(roster, rep_id, today, given, effective, period)
        if rep.status == "tbh" and follows is not None:
            continue
        day = max(last or min(effective, follows or effective) - DAY, period.start)
        if day < period.end - DAY:
            yield YearEvent(
                kind="leave",
                day=day,
                rep_id=rep_id,
                covered_by=(row.covered_by or "") if row and not row.absence_start else "",
                why=FROM_TABLE if row else "no longer in the reps table",
            )


def _first_day_after(
    roster: Roster,
    rep_id: str,
    today: Mapping[str, Rep],
    given: Sequence[YearEvent],
    effective: date,
    period: Period,
) -> date | None:
    """Return from when somebody else takes a person's seat, None where nobody does."""
    seat = roster.seat_of(rep_id, effective)
    days = [e.day for e in given if e.kind in {"hire", "transfer"} and e.territory_id == seat]
    hires = _hires(roster, today, effective, period)
    days += [event.day for event in hires if event.territory_id == seat]
    return min(days) if days and seat is not None else None


def _transfers(
    roster: Roster, today: Mapping[str, Rep], given: Sequence[YearEvent], effective: date
) -> Iterable[YearEvent]:
    """Yield who has another seat, or another manager, in today's table.

    A seat that he held before in the year says only that the table is older than the event.
    """
    for rep_id, rep in roster.reps.items():
        row = today.get(rep_id)
        if row is None or rep.leave_date or row.leave_date:
            continue
        seat, manager = roster.seat_of(rep_id, effective), _new_manager(roster, row, given)
        wanted = row.territory_id or rep_id
        held = {t.territory_id for t in roster.tenures if t.rep_id == rep_id and t.role == "holder"}
        moves = seat is not None and row.receives_accounts and wanted not in held
        if moves or (manager and roster.is_here(rep_id, effective)):
            yield YearEvent(
                kind="transfer",
                day=effective,
                rep_id=rep_id,
                territory_id=wanted if moves else "",
                manager_id=manager,
                why=FROM_TABLE,
            )


def _new_manager(roster: Roster, row: Rep, given: Sequence[YearEvent]) -> str:
    """Return a manager whom the table names and no event knows yet, empty text for none.

    A manager from before an event says only that the table is older than the event.
    """
    wanted, rep_id = row.manager_id or "", row.rep_id
    known = {line.manager_id for line in roster.lines if line.rep_id == rep_id}
    now = roster.manager_of(rep_id, date.max)
    handed = any((e.kind, e.rep_id, e.manager_id) == ("leave", now, wanted) for e in given)
    return "" if wanted in {now, *known} or handed else wanted


def _hires(
    roster: Roster, today: Mapping[str, Rep], effective: date, period: Period
) -> Iterable[YearEvent]:
    for rep_id, row in today.items():
        if rep_id in roster.reps or not row.receives_accounts or row.leave_date:
            continue
        dates = [day for day in (row.hire_date, row.role_start) if day is not None]
        # Who was here before the plan says with it nothing of when he took the seat.
        day = max(dates) if dates and max(dates) >= period.start else effective
        if day < period.end:
            yield YearEvent(
                kind="hire",
                day=day,
                rep_id=rep_id,
                territory_id=row.territory_id or rep_id,
                why=FROM_TABLE,
            )


def _absences(
    roster: Roster, today: Mapping[str, Rep], given: Sequence[YearEvent], period: Period
) -> Iterable[YearEvent]:
    told = [
        (event.rep_id, Absence(start=event.day, end=event.until))
        for event in given
        if event.kind == "absence"
    ]
    for rep_id, rep in roster.reps.items():
        row = today.get(rep_id)
        away = row.absence_start if row else None
        if row is None or away is None or not period.start <= away < period.end:
            continue
        if (away, row.absence_end) in {(known.start, known.end) for known in rep.absences}:
            continue
        # An event about the same days knows better.
        here = Absence(start=away, end=row.absence_end)
        if any(name == rep_id and one.meets(here) for name, one in told):
            continue
        yield YearEvent(
            kind="absence",
            day=away,
            until=row.absence_end,
            rep_id=rep_id,
            covered_by=row.covered_by or "",
            why=FROM_TABLE,
        )
