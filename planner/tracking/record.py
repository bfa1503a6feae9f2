"""What a changed plan remembers of its year: events, seats, accounts and quotas by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from planner.inputs.likeness import LikelyDuplicate
from planner.inputs.roster import AccountChange, GoalChange, ReportingLine, SeatTenure
from planner.inputs.year_events import YearEvent
from planner.quotas.parts import QuotaPart
from planner.quotas.result import LineKey, QuotaLine
from planner.tracking.ownership import AccountTenure


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonth:
    """A stretch of the plan that has passed, with what was asked and what came.

    Parameters
    ----------
    start, end
        The first day, and the first day after.
    quota
        What the company owed, minor units.
    booked
        What was booked, minor units.
    """

    start: date
    end: date
    quota: int
    booked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRecord:
    """A plan's year up to its last change.

    Parameters
    ----------
    effective
        The first day that the change could alter.
    running
        Name of the running plan that was changed.
    events
        All events so far, those of earlier changes first.
    applied
        The events of this change.
    tenures
        Who was in each seat when.
    accounts
        The seats of the accounts that changed hands, came or went.
    parts
        Everybody's quota by stretch of days.
    closed
        The company's months that have passed.
    booked
        What each person was credited with in them, minor units, by rep_id; what came for an open
        seat is its headcount's, and empty text is nobody.
    moved
        Accounts that changed their seat, and why each had to.
    touched
        People whose remaining quota changed.
    dropped
        People whose quota is no longer set by hand, since the change touched it.
    widened
        Limits of balance that what stays already breaks, in words.
    account_changes, goals, closed_seats
        What became of accounts, goals and seats.
    untouched
        Territories whose accounts, holder and quota are as they were: their approvals stand.
    quota_before
        What people owed in the running plan, minor units, by level and rep_id.
    scenario_goal
        The goal that the scenario itself gave, whatever events say, minor units.
    duplicates
        New accounts that may be known ones under another id; nothing is merged without an event.
    seat_last
        Last year's quota of each seat's accounts, annualised, minor units; seats that cannot be
        compared with last year are left out.
    booked_teams
        Likewise what each manager's team was credited with while it was his.
    lines
        To whom those reported when whose manager changed within the year.
    lines_before, lines_new
        The running plan's quota lines that are others now, or none any more; and those that it
        did not have, by person, level, component and month.
    resettled
        Accounts that the year's plans before this change gave another owner, ascending: what
        such a move loses is lost for the rest of the year, too.
    """

    effective: date
    running: str
    events: tuple[YearEvent, ...]
    applied: tuple[YearEvent, ...]
    tenures: tuple[SeatTenure, ...]
    accounts: tuple[AccountTenure, ...]
    parts: tuple[QuotaPart, ...]
    closed: tuple[ClosedMonth, ...] = ()
    booked: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    account_changes: tuple[AccountChange, ...] = ()
    goals: tuple[GoalChange, ...] = ()
    closed_seats: dict[str, date] = field(default_factory=dict)
    untouched: tuple[str, ...] = ()
    quota_before: dict[str, int] = field(default_factory=dict)
    scenario_goal: int | None = None
    duplicates: tuple[LikelyDuplicate, ...] = ()
    seat_last: dict[str, int] = field(default_factory=dict)
    resettled: tuple[str, ...] = ()
    booked_teams: dict[str, int] = field(default_factory=dict)
    lines: tuple[ReportingLine, ...] = ()
    lines_before: tuple[QuotaLine, ...] = ()
    lines_new: tuple[LineKey, ...] = ()
