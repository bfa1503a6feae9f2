"""Events of the year as they were read: who, when, why, and what is wrong with their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.change_tables import KINDS
from planner.inputs.identities import Directory, shorten
from planner.inputs.period import Period

if TYPE_CHECKING:
    import pandas as pd

EventKind = Literal["leave", "hire", "transfer", "absence", "goal", "added", "merged", "lost"]
# On one day people go before others come, and accounts merge before one of them is lost.
RANK = {kind: place for place, kind in enumerate(KINDS)}
NEEDS = {
    "leave": ("rep_id",),
    "hire": ("rep_id",),
    "transfer": ("rep_id",),
    "absence": ("rep_id",),
    "goal": ("amount",),
    "added": ("account_id",),
    "merged": ("account_id", "into"),
    "lost": ("account_id",),
}


NOUNS = {"added": "arrival", "merged": "merger", "lost": "loss", "goal": "new goal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEvent:
    """One change within the year.

    Parameters
    ----------
    kind
        What happens.
    day
        A leaver's last day; for all others the first day on which it holds.
    rep_id, territory_id, account_id
        Whom or what it concerns.
    into
        The account that a merged one becomes part of.
    covered_by
        Who covers the seat meanwhile.
    until
        Last day of an absence, None while it is open.
    amount
        The company's new goal, minor units of the plan currency.
    closes
        Whether a leaver's seat is closed, so that its accounts go to others.
    manager_id
        A newcomer's manager; who takes over the team of a manager who leaves.
    name
        Of a hire who is not in the reps table.
    why, by, event_id
        The reason, who decided, and the event's own id.
    row
        The row of the table, 0 where the event follows from another table.
    """

    kind: EventKind
    day: date
    rep_id: str = ""
    territory_id: str = ""
    account_id: str = ""
    into: str = ""
    covered_by: str = ""
    until: date | None = None
    amount: int | None = None
    closes: bool = False
    manager_id: str = ""
    name: str = ""
    why: str = ""
    by: str = ""
    event_id: str = ""
    row: int = 0

    @property
    def order(self) -> tuple[Any, ...]:
        """Return what events are sorted by: their day, then what must come first on it."""
        subject = (self.rep_id, self.account_id, self.territory_id, self.into)
        return (self.day, RANK[self.kind], *subject, self.event_id, self.amount or 0)

    @property
    def words(self) -> str:
        """Return the event in a few words."""
        subject = self.account_id or self.rep_id or "the company"
        end = {
            "merged": f" into {self.into}",
            "hire": f" into seat {self.territory_id}",
            "transfer": f" to {self.territory_id or self.manager_id}",
        }.get(self.kind, "")
        return f"{NOUNS.get(self.kind, self.kind)} of {subject}{end} on {self.day}"

    def says_the_same(self, other: YearEvent) -> bool:
        """Return whether two rows say the same; a reason told better later is no other event."""
        first, second = (replace(e, row=0, why="", by="", name="") for e in (self, other))
        return first == second

    def blame(
        self,
        code: str,
        message: str,
        advice: str,
        column: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Finding:
        """Return what is wrong with this event, or odd about it."""
        return Finding(
            severity=severity,
            code=f"events.{code}",
            message=message,
            advice=advice,
            table="events" if self.row else "reps",
            row=self.row or None,
            column=column or None,
            subject=self.account_id or self.rep_id or None,
        )


def gather_year_events(
    data: pd.DataFrame, accounts: Mapping[str, str], directory: Directory, period: Period
) -> tuple[tuple[YearEvent, ...], tuple[Finding, ...]]:
    """Read events from their table, in the order in which they apply.

    Parameters
    ----------
    data
        The rows that take part, money in minor units.
    accounts
        What an account id is compared by, to the account's id.
    directory
        The reps by id and name.
    period
        The plan's; events outside it are errors.

    Returns
    -------
    tuple
        The events whose rows can be read, and what is wrong with the others.
    """
    findings: list[Finding] = []
    events = []
    for record in data.to_dict("records"):
        wrong = _check_record(record, period)
        findings += wrong
        dated = not _missing(record["date"])
        if dated and not any(found.severity == "error" for found in wrong):
            events.append(_build_event(record, accounts, directory))
    kept, again = _once(sorted(events, key=lambda event: (event.order, event.row)))
    return kept, _fewer_silent([*findings, *again])


def _once(events: list[YearEvent]) -> tuple[tuple[YearEvent, ...], list[Finding]]:
    """Return events without rows that say the same as another one, and which those are."""
    kept: dict[YearEvent, YearEvent] = {}
    again = []
    for event in events:
        bare = replace(event, row=0, why="", by="", name="", event_id="")
        first = kept.setdefault(bare, event)
        if first is not event:
            words = f"The {event.words} stands in row {first.row} already; it counts once."
            advice = "Remove one of the two rows."
            again.append(event.blame("told_twice", words, advice, severity="warning"))
    return tuple(kept.values()), again


def _fewer_silent(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings with a few of the events without a reason, and how many more there are."""
    silent = [found for found in findings if found.code == "events.no_reason"]
    rest = silent[EXAMPLES_SHOWN:]
    if not rest:
        return tuple(findings)
    whole = Finding(
        severity="warning",
        code="events.no_reason",
        message=f"{len(silent):,} events give no reason.",
        advice="Say why, for whoever asks later.",
        table="events",
        column="why",
        count=len(silent),
    )
    return (*(found for found in findings if found not in rest), whole)


def _build_event(
    record: Mapping[Any, Any], accounts: Mapping[str, str], directory: Directory
) -> YearEvent:
    def person(name: str) -> str:
        given = _text(record[name])
        return directory.find(given) or given if given else ""

    def account(name: str) -> str:
        given = _text(record[name])
        return accounts.get(shorten(given), given)

    return YearEvent(
        kind=cast("EventKind", _text(record["kind"]).casefold()),
        day=record["date"].date(),
        rep_id=person("rep_id"),
        territory_id=_text(record["territory_id"]),
        account_id=account("account_id"),
        into=account("into"),
        covered_by=person("covered_by"),
        until=None if _missing(record["until"]) else record["until"].date(),
        amount=None if _missing(record["amount"]) else int(record["amount"]),
        closes=_text(record["seat"]).casefold() == "closed",
        manager_id=person("manager_id"),
        name=_text(record["name"]),
        why=_text(record["why"]),
        by=_text(record["by"]),
        event_id=_text(record["event_id"]),
        row=int(record["row"]),
    )


def _check_record(record: Mapping[Any, Any], period: Period) -> list[Finding]:
    """Say what one row lacks."""
    kind = _text(record["kind"]).casefold()
    if kind not in NEEDS:
        words = f"{_text(record['kind']) or 'An empty cell'} is no kind of event."
        return [_found(record, "unknown_kind", words, f"Write one of {', '.join(KINDS)}.", "kind")]
    found = [
        _found(record, "incomplete", f"An event {kind} needs {name}.", f"Fill in {name}.", name)
        for name in NEEDS[kind]
        if _missing(record[name])
    ]
    if kind == "goal" and not _missing(record["amount"]) and int(record["amount"]) <= 0:
        words = "A goal of nothing is no goal."
        found.append(_found(record, "no_goal", words, "Write the new goal of the plan.", "amount"))
    found += _check_dates(record, kind, period)
    seat = _text(record["seat"]).casefold()
    if seat not in {"", "open", "closed"}:
        words = f"A leaver's seat is open or closed, not {seat!r}."
        found.append(_found(record, "unknown_seat", words, "Write open or closed.", "seat"))
    if not _text(record["why"]):
        words = f"The event {kind} gives no reason."
        advice = "Say why, for whoever asks later."
        found.append(_found(record, "no_reason", words, advice, "why", severity="warning"))
    return found


def _check_dates(record: Mapping[Any, Any], kind: str, period: Period) -> list[Finding]:
    if _missing(record["date"]):
        # The table's own check has said so already.
        return []
    day = record["date"].date()
    if not period.start <= day < period.end:
        last = period.end - timedelta(days=1)
        words = f"The event {kind} of {day} is outside the plan, {period.start} to {last}."
        return [_found(record, "outside_plan", words, "Correct the date.", "date")]
    if not _missing(record["until"]) and record["until"].date() < day:
        words = f"The event {kind} ends on {record['until'].date()}, before it begins on {day}."
        return [_found(record, "ends_early", words, "Correct until.", "until")]
    return []


def _found(
    record: Mapping[Any, Any],
    code: str,
    message: str,
    advice: str,
    column: str,
    severity: Literal["error", "warning"] = "error",
) -> Finding:
    return Finding(
        severity=severity,
        code=f"events.{code}",
        message=message,
        advice=advice,
        table="events",
        row=int(record["row"]),
        column=column,
        value=None if _missing(record.get(column)) else str(record[column]),
        subject=_text(record["rep_id"]) or _text(record["account_id"]) or None,
    )


def _missing(value: Any) -> bool:
    import pandas as pd

    return value is None or bool(pd.isna(value))


def _text(value: Any) -> str:
    return "" if _missing(value) else str(value).strip()
