"""How each kind of event changes the roster: departures first, then arrivals, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.inputs.roster import (
    DAY,
    AccountChange,
    GoalChange,
    Roster,
    SeatTenure,
    Surroundings,
    add_tenures,
    change_rep,
    close_tenure,
    reports_of,
    unknown_person,
)
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
    found: list[Finding] = _contradictions(ordered)
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


def _contradictions(events: Sequence[YearEvent]) -> list[Finding]:
    """Return events of one day that cannot both hold."""
    found = []
    for earlier, later in pairwise(events):
        same = (earlier.kind, earlier.day, earlier.rep_id, earlier.account_id)
        if same == (later.kind, later.day, later.rep_id, later.account_id):
            found.append(
                later.blame(
                    "twice",
                    f"The {later.words} stands in the table twice, with differences.",
                    "Keep one of the two rows.",
                )
            )
    return found


def _leave(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None or not roster.is_here(event.rep_id, event.day):
        return roster, [unknown_person(event, event.rep_id, "rep_id")]
    roster, wrong = _hand_team_over(roster, event)
    if wrong:
        return roster, wrong
    seat = roster.seat_of(event.rep_id, event.day)
    gone = replace(rep, leave_date=event.day, status="leaving", territory_id=seat)
    if seat is None:
        return change_rep(roster, replace(gone, territory_id=rep.territory_id)), []
    if event.closes:
        closed = {**roster.closed, seat: event.day + DAY}
        roster = change_rep(roster, replace(gone, coverage="none"))
        return replace(close_tenure(roster, seat, event.day + DAY), closed=closed), []
    return _vacate(change_rep(roster, gone), event, seat)


def _hand_team_over(roster: Roster, event: YearEvent) -> Outcome:
    """Give the team of a manager who leaves to the manager that the event names."""
    team = reports_of(roster, event.rep_id, event.day)
    if not team:
        return roster, []
    if not event.manager_id:
        shown = ", ".join(team[:5]) + (f" and {len(team) - 5} more" if len(team) > 5 else "")
        return roster, [
            event.blame(
                "manager_leaves",
                f"{event.rep_id} leaves on {event.day} and is the manager of {shown}.",
                "Name in manager_id who takes over the team.",
                "manager_id",
            )
        ]
    if event.manager_id in {*team, event.rep_id} or not roster.is_here(event.manager_id, event.day):
        return roster, [unknown_person(event, event.manager_id, "manager_id")]
    for rep_id in team:
        roster = change_rep(roster, replace(roster.reps[rep_id], manager_id=event.manager_id))
    return roster, []


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
    if not event.territory_id:
        return roster, []
    seat = roster.seat_of(event.rep_id, event.day)
    if seat is None or seat == event.territory_id:
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
    person = replace(
        row or _like_before(roster, event, seat),
        territory_id=seat,
        role_start=event.day,
        leave_date=None,
        status="active",
        manager_id=event.manager_id or (row or _like_before(roster, event, seat)).manager_id,
    )
    return _arrive(change_rep(roster, person), event, seat)


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
        coverage="direct",
        hire_date=event.day,
        absence_start=None,
        absence_end=None,
        covered_by=None,
        row=0,
    )


def _move(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    """Seat a person who is transferred, or give him another manager."""
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None:
        return roster, []
    if event.manager_id and event.manager_id not in roster.reps:
        return roster, [unknown_person(event, event.manager_id, "manager_id")]
    rep = replace(rep, manager_id=event.manager_id or rep.manager_id)
    if not event.territory_id:
        return change_rep(roster, rep), []
    moved = replace(rep, territory_id=event.territory_id, role_start=event.day)
    return _arrive(change_rep(roster, moved), event, event.territory_id)


def _arrive(roster: Roster, event: YearEvent, seat: str) -> Outcome:
    """Seat a person, unless somebody sits there."""
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


def _absent(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    del around
    rep = roster.reps.get(event.rep_id)
    if rep is None or not roster.is_here(event.rep_id, event.day):
        return roster, [unknown_person(event, event.rep_id, "rep_id")]
    away = replace(
        rep,
        absence_start=event.day,
        absence_end=event.until,
        covered_by=event.covered_by or rep.covered_by,
    )
    roster = change_rep(roster, away)
    seat = roster.seat_of(event.rep_id, event.day)
    if seat is None:
        return roster, []
    end = None if event.until is None else event.until + DAY
    return _cover(
        roster, event, seat, SeatTenure(territory_id=seat, rep_id="", start=event.day, end=end)
    )


def _account(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    wrong = []
    for column in ("account_id", "into"):
        name = getattr(event, column)
        if name and name not in around.account_ids:
            words = f"The {event.words} names account {name}, which is in no table."
            advice = "Correct the id, or add the account to the accounts table."
            wrong.append(event.blame("unknown_account", words, advice, column))
    gone = {c.account_id for c in roster.accounts if c.kind != "added"}
    for name in {event.account_id, event.into} & gone:
        words = f"The {event.words} names account {name}, which is gone by then."
        wrong.append(event.blame("account_gone", words, "Remove one of the two events."))
    if event.kind == "merged" and event.account_id == event.into:
        wrong.append(event.blame("merged_into_itself", f"The {event.words}.", "Correct into."))
    if wrong or event.kind not in {"added", "merged", "lost"}:
        return roster, wrong
    change = AccountChange(
        account_id=event.account_id, kind=event.kind, day=event.day, into=event.into
    )
    key = sorted((*roster.accounts, change), key=lambda c: (c.day, c.kind, c.account_id))
    return replace(roster, accounts=tuple(key)), []


def _goal(roster: Roster, event: YearEvent, around: Surroundings) -> Outcome:
    del around
    assert event.amount is not None
    goals = (*roster.goals, GoalChange(day=event.day, amount=event.amount))
    return replace(roster, goals=tuple(sorted(goals, key=lambda g: g.day))), []


DEPARTURES: dict[str, Step] = {"leave": _leave, "transfer": _depart}
ARRIVALS: dict[str, Step] = {"transfer": _move, "hire": _hire}
OTHERS: dict[str, Step] = {
    "absence": _absent,
    "added": _account,
    "merged": _account,
    "lost": _account,
    "goal": _goal,
}
