"""What events make of accounts and of the company's goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planner.findings import Finding
from planner.inputs.roster import AccountChange, GoalChange, Roster, Surroundings
from planner.inputs.year_events import YearEvent


def change_account(
    roster: Roster, event: YearEvent, around: Surroundings
) -> tuple[Roster, list[Finding]]:
    """Return the roster with an account added, merged or lost, and what is wrong with the event.

    Several may merge into one another on a day, in any order, as long as one is left. One that was
    lost may come back on a later day, by being added again.
    """
    wrong = [*_unknown(event, around), *_gone(roster, event), *_there(roster, event)]
    if event.kind == "merged" and event.account_id == event.into:
        words = f"The {event.words} is one of an account into itself."
        wrong = [event.blame("merged_into_itself", words, "Correct into.", "into")]
    elif event.kind == "merged" and _ends_in(roster, event.into) == event.account_id:
        words = f"The {event.words} closes a circle: no account of it would be left."
        wrong = [event.blame("merged_in_circle", words, "Remove one of the events.", "into")]
    if wrong or event.kind not in {"added", "merged", "lost"}:
        return roster, wrong
    change = AccountChange(
        account_id=event.account_id, kind=event.kind, day=event.day, into=event.into
    )
    key = sorted((*roster.accounts, change), key=lambda c: (c.day, c.kind, c.account_id))
    return replace(roster, accounts=tuple(key)), []


def _unknown(event: YearEvent, around: Surroundings) -> list[Finding]:
    wrong = []
    for column in ("account_id", "into"):
        name = getattr(event, column)
        if name and name not in around.account_ids:
            words = f"The {event.words} names account {name}, which is in no table."
            advice = "Correct the id, or add the account to the accounts table."
            wrong.append(event.blame("unknown_account", words, advice, column))
    return wrong


def _gone(roster: Roster, event: YearEvent) -> list[Finding]:
    """Report accounts that are gone; what merged on the same day may still be merged into."""
    gone = {name: c for name, c in last_changes(roster.accounts).items() if c.kind != "added"}
    into, itself = gone.get(event.into), gone.get(event.account_id)
    chained = into is not None and into.kind == "merged" and into.day == event.day
    named = {event.account_id} if chained else {event.account_id, event.into}
    if event.kind == "added" and itself is not None and itself.kind == "lost":
        # It comes back, unless that is before it went.
        named -= {event.account_id} if itself.day < event.day else set()
    return [
        event.blame(
            "account_gone",
            f"The {event.words} names account {name}, which is gone by then.",
            "Remove one of the two events.",
        )
        for name in sorted(named & gone.keys())
    ]


def _there(roster: Roster, event: YearEvent) -> list[Finding]:
    """Report an account that is added while it is there already, or goes on its first day."""
    known = last_changes(roster.accounts).get(event.account_id)
    if known is None or known.kind != "added":
        return []
    if event.kind == "lost" and known.day == event.day:
        words = f"Account {event.account_id} is added and lost on one day, {event.day}."
        return [event.blame("account_gone", words, "Correct one of the two dates.", "date")]
    if event.kind != "added":
        return []
    words = f"Account {event.account_id} is added on {event.day}, but has been since {known.day}."
    return [event.blame("account_there", words, "Remove one of the two events.", "account_id")]


def last_changes(changes: Iterable[AccountChange]) -> dict[str, AccountChange]:
    """Return what last became of each account, by id.

    Parameters
    ----------
    changes
        In the order of their days.
    """
    return {change.account_id: change for change in changes}


def _ends_in(roster: Roster, account_id: str) -> str:
    """Return what an account is part of in the end."""
    return last_name(
        account_id, {c.account_id: c.into for c in last_changes(roster.accounts).values() if c.into}
    )


def last_name(name: str, into: Mapping[str, str]) -> str:
    """Return what a merged account is part of in the end.

    Parameters
    ----------
    name
        Of an account.
    into
        What each merged account became part of.
    """
    seen = {name}
    while name in into and into[name] not in seen:
        name = into[name]
        seen.add(name)
    return name


def change_goal(
    roster: Roster, event: YearEvent, around: Surroundings
) -> tuple[Roster, list[Finding]]:
    """Return the roster with a new goal of the company."""
    del around
    assert event.amount is not None
    goals = (*roster.goals, GoalChange(day=event.day, amount=event.amount))
    return replace(roster, goals=tuple(sorted(goals, key=lambda g: g.day))), []
