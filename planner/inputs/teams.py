"""Who reports to whom on which day: a manager's team, and how it is handed to another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from planner.findings import Finding
from planner.inputs.roster import DAY, ReportingLine, Roster, change_rep
from planner.inputs.year_events import YearEvent


def report_to(roster: Roster, rep_id: str, manager_id: str, day: date) -> Roster:
    """Return the roster with a person's manager changed from a day on, until his next change.

    Parameters
    ----------
    roster
        As it was.
    rep_id
        Of somebody in the roster.
    manager_id
        The new manager; empty text is nobody.
    day
        The first day with him.
    """
    before = roster.manager_of(rep_id, day)
    if before == manager_id:
        return roster
    others = [one for one in roster.lines if (one.rep_id, one.start) != (rep_id, day)]
    if not any(one.rep_id == rep_id for one in others):
        others.append(ReportingLine(rep_id=rep_id, manager_id=before, start=date.min))
    lines = [*others, ReportingLine(rep_id=rep_id, manager_id=manager_id, start=day)]
    lines.sort(key=lambda one: (one.rep_id, one.start))
    moved = replace(roster, lines=tuple(lines))
    return change_rep(
        moved,
        replace(roster.reps[rep_id], manager_id=moved.manager_of(rep_id, date.max) or None),
    )


def team_of(roster: Roster, manager_id: str, last: date) -> list[str]:
    """Return who reports to a manager after a day: who is here, and who left a seat open to him."""
    after = last + DAY
    mine = [name for name in roster.reps if roster.manager_of(name, after) == manager_id]
    gone = {name for name in mine if (roster.reps[name].leave_date or date.max) <= last}
    waiting = _held_last_what_is_open(roster, after) if gone else set()
    return [name for name in mine if name not in gone or name in waiting]


def _held_last_what_is_open(roster: Roster, day: date) -> set[str]:
    """Return who held a seat last that is open on a day."""
    last: dict[str, str] = {}
    still_open: set[str] = set()
    for tenure in (one for one in roster.tenures if one.role == "holder"):
        if tenure.rep_id and tenure.start <= day:
            last[tenure.territory_id] = tenure.rep_id
        elif not tenure.rep_id and tenure.includes(day):
            still_open.add(tenure.territory_id)
    return {name for seat, name in last.items() if seat in still_open}


def hand_team_over(roster: Roster, event: YearEvent) -> tuple[Roster, list[Finding]]:
    """Give the team of a manager who leaves to the manager that the event names.

    Parameters
    ----------
    roster
        As it was.
    event
        Of kind leave.

    Returns
    -------
    tuple
        The roster with the team's new manager from the day after on, and what is wrong.
    """
    team = team_of(roster, event.rep_id, event.day)
    if not team:
        return roster, []
    wrong = _check_successor(roster, event, team)
    if wrong:
        return roster, [wrong]
    for rep_id in team:
        roster = report_to(roster, rep_id, event.manager_id, event.day + DAY)
    return roster, []


def _check_successor(roster: Roster, event: YearEvent, team: list[str]) -> Finding | None:
    """Say why nobody takes over a team; None where somebody does."""
    after = event.day + DAY
    shown = ", ".join(team[:5]) + (f" and {len(team) - 5} more" if len(team) > 5 else "")
    if not event.manager_id:
        return event.blame(
            "manager_leaves",
            f"{event.rep_id} leaves on {event.day} and is the manager of {shown}.",
            "Name in manager_id who takes over the team.",
            "manager_id",
        )
    if event.manager_id == event.rep_id or not roster.is_here(event.manager_id, after):
        return unknown_person(event, event.manager_id, "manager_id")
    if reports_to(roster, event.manager_id, event.rep_id, after):
        return event.blame(
            "manager_of_himself",
            f"The {event.words} gives the team to {event.manager_id}, who is below "
            f"{event.rep_id} himself.",
            f"Give {event.manager_id} another manager before, by an event transfer with manager_id.",
            "manager_id",
        )
    return None


def reports_to(roster: Roster, rep_id: str, manager_id: str, day: date) -> bool:
    """Return whether a person is below a manager on a day, at any depth."""
    seen: set[str] = set()
    person = roster.manager_of(rep_id, day)
    while person and person not in seen:
        if person == manager_id:
            return True
        seen.add(person)
        person = roster.manager_of(person, day)
    return False


def unknown_person(event: YearEvent, rep_id: str, column: str) -> Finding:
    """Return the finding that an event names nobody who is here."""
    return event.blame(
        "unknown_rep",
        f"The {event.words} names {rep_id}, who is not here then.",
        "Correct the id or the date, or add the person to the reps table.",
        column,
    )
