"""What there is to say about the events of a change beside the running plan and today's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.account_events import last_name

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.inputs.roster import Roster
    from planner.inputs.year_events import YearEvent
    from planner.outputs.plan import Plan


def find_undone(known: set[YearEvent], given: tuple[YearEvent, ...]) -> list[Finding]:
    """Say which events the running plan holds that the table no longer has."""
    lost = [
        event
        for event in known
        if event.row and not any(event.says_the_same(one) or _corrects(one, event) for one in given)
    ]
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


def _corrects(one: YearEvent, event: YearEvent) -> bool:
    """Return whether an event tells another end of an absence that the running plan holds."""
    keys = [(e.kind, e.rep_id, e.day) for e in (one, event)]
    return event.kind == "absence" and keys[0] == keys[1]


def say_by_table(derived: tuple[YearEvent, ...]) -> list[Finding]:
    """Say which events follow from today's reps table."""
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


def tell_once(found: Iterable[Finding]) -> list[Finding]:
    """Return findings with one for each cell of the events, the first of those that blame it."""
    told: set[tuple[int, str | None]] = set()
    kept = []
    for one in found:
        key = one.row or 0, one.column
        if not (one.row and one.severity == "error" and one.table == "events" and key in told):
            kept.append(one)
            told.add(key)
    return kept


def find_new_seats(before: Roster, after: Roster, applied: tuple[YearEvent, ...]) -> list[Finding]:
    """Say which events take a seat that there was not: it may be new, or its name mistyped."""
    new = after.seats - before.seats
    return [
        event.blame(
            "new_seat",
            f"The {event.words} opens seat {event.territory_id}, which the running plan does not "
            "have: it has no accounts until some may move to it.",
            "Correct territory_id if another seat is meant; let accounts move by "
            "change.max_account_share, or by holds.",
            "territory_id",
            severity="warning",
        )
        for event in applied
        if event.kind in {"hire", "transfer"} and event.territory_id in new
    ]


def find_wrong_accounts(
    running: Plan, data: PlanningData, events: list[YearEvent]
) -> list[Finding]:
    """Return events that add accounts which are there, or merge into accounts which are not."""
    there = set(running.data.accounts["account_id"].tolist())
    since = {event.account_id: event.day for event in events if event.kind == "added"}
    rows = set(data.accounts["account_id"].tolist())
    into = {event.account_id: event.into for event in events if event.kind == "merged"}
    lost = {event.account_id for event in events if event.kind == "lost"}
    found = []
    for event in events:
        left = any((e.kind, e.account_id) == ("lost", event.account_id) for e in events)
        if event.kind == "added" and event.account_id in there and not left:
            words = f"Account {event.account_id} is added on {event.day}, but is in the plan."
            found.append(event.blame("account_there", words, "Remove the event.", "account_id"))
        if event.into not in there and since.get(event.into, event.day) > event.day:
            words = f"The {event.words} needs account {event.into}, which is added later."
            found.append(event.blame("account_missing", words, "Correct one of the dates.", "into"))
        # What merged on, or was lost later, needs no row any more.
        last = last_name(event.into, into) if event.kind == "merged" else ""
        named = event.account_id if event.kind == "added" else last
        if named and named not in rows | lost:
            words = f"The {event.words} needs account {named} in the accounts table."
            found.append(event.blame("account_missing", words, "Add its row.", "account_id"))
    return found
