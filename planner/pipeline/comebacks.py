"""Accounts that were lost within the year and come back: to the seat they had, with their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.roster import AccountChange

if TYPE_CHECKING:
    from planner.inputs.year_events import YearEvent
    from planner.outputs.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Comebacks:
    """The accounts that a change brings back.

    Parameters
    ----------
    seats
        The seat that each was of when an earlier change lost it, by account id; only seats that
        the running plan still has.
    away
        From when those were lost that this change both loses and brings back, by account id.
    """

    seats: Mapping[str, str] = field(default_factory=dict)
    away: Mapping[str, date] = field(default_factory=dict)

    def holders(self, running: Plan) -> dict[str, str]:
        """Return who serves the seat of each account that comes back to one, by account id."""
        serves = dict(zip(running.territory_ids, running.seats.rep_ids, strict=True))
        return {account: serves[seat] for account, seat in self.seats.items()}

    def __contains__(self, account_id: str) -> bool:
        """Return whether an account comes back."""
        return account_id in self.seats or account_id in self.away


def find_comebacks(
    running: Plan, changes: Sequence[AccountChange], added: Mapping[str, date]
) -> Comebacks:
    """Return which of the accounts that a change adds were there before.

    Parameters
    ----------
    running
        The running plan.
    changes
        What became of accounts, in the order of their days.
    added
        The accounts that come, with their first day.
    """
    here = set(running.data.accounts["account_id"].tolist()) & added.keys()
    lost = {c.account_id: c.day for c in changes if c.kind == "lost"}
    known = set(running.territory_ids)
    before = running.year.accounts if running.year else ()
    last = {tenure.account_id: tenure.territory_id for tenure in before}
    return Comebacks(
        seats={name: last[name] for name in added if last.get(name) in known and name not in here},
        away={name: lost[name] for name in sorted(here & lost.keys())},
    )


def forget_silent_losses(
    running: Plan, present: Iterable[str]
) -> tuple[tuple[AccountChange, ...], tuple[Finding, ...]]:
    """Return what became of accounts, without those that only the accounts table had lost and has again.

    Parameters
    ----------
    running
        The running plan.
    present
        The accounts of today's table.
    """
    if running.year is None:
        return (), ()
    told = _told(running.year.events)
    now = set(present)
    changes = running.year.account_changes
    back = {
        c.account_id
        for c in changes
        if c.kind == "lost" and c.account_id in now and c.account_id not in told
    }
    kept = tuple(c for c in changes if c.account_id not in back)
    return kept, ((_word_back(sorted(back)),) if back else ())


def _told(events: Iterable[YearEvent]) -> set[str]:
    return {event.account_id for event in events if event.kind in {"lost", "merged"}}


def _word_back(names: Sequence[str]) -> Finding:
    shown = ", ".join(names[:EXAMPLES_SHOWN])
    more = len(names) - EXAMPLES_SHOWN
    return Finding(
        severity="info",
        code="accounts.there_again",
        message=f"Accounts that were missing from the accounts table are in it again: {shown}"
        + (f" and {more} more." if more > 0 else ".")
        + " They come back from the day of the change on.",
        advice="Write events added to date it and to say why.",
        table="accounts",
        count=len(names),
    )
