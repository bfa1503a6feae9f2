"""How each kind of event changes the roster: departures first, then arrivals, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, pairwise

from planner.findings import Finding
from planner.inputs.account_events import change_account, change_goal
from planner.inputs.reps import Absence, Rep
from planner.inputs.roster import (
    DAY,
    Roster,
    SeatTenure,
    Surroundings,
    add_tenures,
    change_rep,
    close_tenure,
    stop_covering,
    uncover,
)
from planner.inputs.teams import hand_team_over, report_to, reports_to, unknown_person
from planner.inputs.year_events import YearEvent

Outcome = tuple[Roster, list[Finding]]
Step = Callable[[Roster, YearEvent, Surroundings], Outcome]


def apply_events(
    roster: Roster, events: Iterable[YearEvent], around: Surroundings
) -> tuple[Roster, tuple[Finding, ...]]:
    """Apply events to a roster in the order of their days; all of them, or none.

    The order in which they are given does not matter: on each day people leave seats before
    others take them, so that two who swap seats on one day do not stand in each other's way.

    Parameters
    ----------
    roster
        As it stood before.
    events
        In any order.
    around
        The accounts and newcomers that events may name.

    Returns
    -------
    tuple
        The roster after all events, or as it was where any of them is impossible; and why.
    """
    ordered = sorted(dict.fromkeys(events), key=lambda event: event.order)
    found, again = _contradictions(ordered)
    ordered = [event for event in ordered if event not in again]
    after = roster
    for _, group in groupby(ordered, key=lambda event: event.day):
        day = list(group)
        for steps in (DEPARTURES, ARRIVALS, OTHERS):
            for event in day:
                step = steps.get(event.kind)
                if step is not None:
                    after, wrong = step(after, event, around)
                    found += wrong
    return (roster if found else after), tuple(found)


def _contradictions(events: Sequence[YearEvent]) -> tuple[list[Finding], list[YearEvent]]:
    """Return what is said of events of one day that cannot both hold, and the later ones."""
    found, again = [], []
    for earlier, later in pairwise(events):
        same = (earlier.kind, earlier.day, earlier.rep_id, earlier.account_id)
        if same == (later.kind, later.day, later.rep_id, later.account_id):
            again.append(later)
            found.append(
                later.blame(
                    "twice",
                    f"The {later.words} stands in the table twice, with differences.",
                    "Keep one of the two rows.",
                )
            )
    return found, again


def _leave(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None or not roster.is_here(event.rep_id, event.day):
        return roster, [unknown_person(event, event.rep_id, "rep_id")]
    roster, wrong = hand_team_over(roster, event)
    if wrong:
        return roster, wrong
    roster = stop_covering(roster, event.rep_id, event.day + DAY)
    seat = roster.seat_of(event.rep_id, event.day)
    gone = replace(rep, leave_date=event.day, status="leaving", territory_id=seat)
    if seat is None:
        return change_rep(roster, replace(gone, territory_id=rep.territory_id)), []
    if event.closes:
        closed = {**roster.closed, seat: event.day + DAY}
        roster = change_rep(roster, replace(gone, coverage="none"))
        return replace(close_tenure(roster, seat, event.day + DAY), closed=closed), []
    return _vacate(change_rep(roster, gone), event, seat)


def _vacate(roster: Roster, event: YearEvent, seat: str) -> Outcome:
    """Leave a seat open from the day after a leaver's last one, or covered."""
    first = event.day + DAY
    roster = close_tenure(roster, seat, first)
    roster = add_tenures(roster, [SeatTenure(territory_id=seat, rep_id="", start=first)])
    return _cover(roster, event, seat, SeatTenure(territory_id=seat, rep_id="", start=first))


def _cover(roster: Roster, event: YearEvent, seat: str, span: SeatTenure) -> Outcome:
    if not event.covered_by:
        return roster, []
    known = roster.is_here(event.covered_by, span.start) and event.covered_by != event.rep_id
    if not known:
        return roster, [unknown_person(event, event.covered_by, "covered_by")]
    return add_tenures(roster, [replace(span, rep_id=event.covered_by, role="cover")]), []


def _depart(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    """Take a person who is transferred to another seat out of his own."""
    del around
    if event.rep_id not in roster.reps or not roster.is_here(event.rep_id, event.day):
        return roster, [unknown_person(event, event.rep_id, "rep_id")]
    if not event.territory_id and not event.manager_id:
        words = f"The transfer of {event.rep_id} on {event.day} says neither to where nor to whom."
        advice = "Give territory_id, the seat he takes, or manager_id, his new manager, or both."
        return roster, [event.blame("no_target", words, advice, "territory_id")]
    seat = roster.seat_of(event.rep_id, event.day)
    if not event.territory_id or seat is None or seat == event.territory_id:
        return roster, []
    roster = close_tenure(roster, seat, event.day)
    return add_tenures(roster, [SeatTenure(territory_id=seat, rep_id="", start=event.day)]), []


def _hire(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    if event.rep_id in roster.reps and roster.is_here(event.rep_id, event.day):
        words = f"{event.rep_id} is hired on {event.day}, but works here already."
        return roster, [event.blame("already_here", words, "Write transfer instead.", "rep_id")]
    row = around.newcomers.get(event.rep_id)
    seat = event.territory_id or (row.territory_id if row else None) or ""
    if not seat:
        words = f"The hire of {event.rep_id} on {event.day} names no seat."
        advice = "Give territory_id: a seat that is open, or the name of a new one."
        return roster, [event.blame("no_seat", words, advice, "territory_id")]
    own = row or _like_himself(roster, event) or _like_before(roster, event, seat)
    person = replace(
        own,
        territory_id=seat,
        role_start=event.day,
        leave_date=None,
        status="active",
        manager_id=event.manager_id or own.manager_id,
    )
    if event.manager_id and event.manager_id not in roster.reps:
        return roster, [unknown_person(event, event.manager_id, "manager_id")]
    known = event.rep_id in roster.reps
    if known:
        roster = report_to(roster, event.rep_id, person.manager_id or "", event.day)
    return _arrive(change_rep(roster, person), event, seat)


def _like_himself(roster: Roster, event: YearEvent) -> Rep | None:
    """Return the row of somebody who left and comes back, None for who was never here."""
    before = roster.reps.get(event.rep_id)
    if before is None:
        return None
    return replace(
        before,
        name=event.name or before.name,
        coverage="direct" if before.coverage == "none" else before.coverage,
        hire_date=event.day,
        covered_by=None,
    ).with_absences(())


def _like_before(roster: Roster, event: YearEvent, seat: str) -> Rep:
    """Return a newcomer's row: what the seat's last holder was, under his own name."""
    of_seat = [rep.rep_id for rep in roster.reps.values() if rep.territory_id == seat]
    held = [t.rep_id for t in roster.tenures if t.territory_id == seat and t.role == "holder"]
    known = [rep_id for rep_id in (*of_seat, *held) if rep_id in roster.reps]
    name = event.name or event.rep_id
    if not known:
        return Rep(rep_id=event.rep_id, name=name)
    return replace(
        roster.reps[known[-1]],
        rep_id=event.rep_id,
        name=name,
        manager_id=roster.manager_of(known[-1], event.day) or None,
        coverage="direct",
        hire_date=event.day,
        covered_by=None,
        row=0,
    ).with_absences(())


def _move(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    """Seat a person who is transferred, or give him another manager."""
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None:
        return roster, []
    if event.manager_id and event.manager_id not in roster.reps:
        return roster, [unknown_person(event, event.manager_id, "manager_id")]
    if event.manager_id:
        if reports_to(roster, event.manager_id, event.rep_id, event.day):
            words = f"The {event.words} gives him a manager who is below him himself."
            return roster, [event.blame("manager_of_himself", words, "Correct it.", "manager_id")]
        roster = report_to(roster, event.rep_id, event.manager_id, event.day)
    if not event.territory_id:
        return roster, []
    # He does the work he did before, in another seat: his ramp goes on.
    moved = replace(roster.reps[event.rep_id], territory_id=event.territory_id)
    return _arrive(change_rep(roster, moved), event, event.territory_id)


def _arrive(roster: Roster, event: YearEvent, seat: str) -> Outcome:
    """Seat a person, unless somebody sits there."""
    roster = _fill_headcount(roster, event, seat)
    holder = roster.holder_of(seat, event.day)
    later = [
        t.rep_id
        for t in roster.tenures
        if t.territory_id == seat and t.role == "holder" and t.rep_id and t.start > event.day
    ]
    if (holder and holder != event.rep_id) or later:
        words = (
            f"{event.rep_id} takes seat {seat} on {event.day}, but {holder or later[0]} holds it."
        )
        advice = "Let the holder leave or move first, or name another seat."
        return roster, [event.blame("two_holders", words, advice, "territory_id")]
    if seat in roster.closed:
        words = f"{event.rep_id} takes seat {seat} on {event.day}, which is closed."
        return roster, [event.blame("closed_seat", words, "Name another seat.", "territory_id")]
    roster = close_tenure(roster, seat, event.day)
    taken = SeatTenure(territory_id=seat, rep_id=event.rep_id, start=event.day)
    return add_tenures(roster, [taken]), []


def _fill_headcount(roster: Roster, event: YearEvent, seat: str) -> Roster:
    """Return the roster with a row that stands for headcount to be hired gone from its seat."""
    rep = roster.reps.get(roster.holder_of(seat, event.day))
    if rep is None or rep.status != "tbh" or rep.rep_id == event.rep_id:
        return roster
    filled = replace(rep, leave_date=event.day - DAY)
    return close_tenure(change_rep(roster, filled), seat, event.day)


def _absent(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None or not roster.is_here(event.rep_id, event.day):
        return roster, [unknown_person(event, event.rep_id, "rep_id")]
    said = next((one for one in rep.absences if one.start == event.day), None)
    covered_by = event.covered_by or (said.covered_by if said else None)
    away = Absence(start=event.day, end=event.until, covered_by=covered_by)
    others = [one for one in rep.absences if one.start != event.day]
    meets = next((one for one in others if one.meets(away)), None)
    if meets is not None:
        return roster, [_overlaps(event, meets)]
    roster = change_rep(roster, rep.with_absences((*others, away)))
    held = [t for t in roster.tenures if t.rep_id == event.rep_id and t.role == "holder"]
    own = next((t for t in held if t.includes(event.day)), None)
    if own is None:
        return roster, []
    if said is not None:
        roster = uncover(roster, own.territory_id, event.day)
        event = replace(event, covered_by=covered_by or "")
    # Who covers somebody's seat gives it back when he returns, or with the seat itself.
    back = date.max if event.until is None else event.until + DAY
    end = min(back, own.end or date.max)
    span = SeatTenure(
        territory_id=own.territory_id,
        rep_id="",
        start=event.day,
        end=None if end == date.max else end,
    )
    return _cover(roster, event, own.territory_id, span)


def _overlaps(event: YearEvent, known: Absence) -> Finding:
    until = f"to {known.end}" if known.end else "with no end"
    return event.blame(
        "absence_overlaps",
        f"The {event.words} has days in common with the absence from {known.start} {until}.",
        "Let one end before the other begins; the same first day would correct an absence.",
        "date",
    )


DEPARTURES: dict[str, Step] = {"leave": _leave, "transfer": _depart}
ARRIVALS: dict[str, Step] = {"transfer": _move, "hire": _hire}
OTHERS: dict[str, Step] = {
    "absence": _absent,
    "added": change_account,
    "merged": change_account,
    "lost": change_account,
    "goal": change_goal,
}
