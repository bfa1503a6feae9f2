"""What a change within the year means for quotas: whose seats, which accounts, which goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.roster import Roster, name_open_seat
from planner.quotas.parameters import QuotaParameters
from planner.quotas.parts import QuotaPart
from planner.units.presence import ramp_by_month

Stretch = tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChange:
    """What an account takes along when it goes to another seat, or brings when it is new.

    Parameters
    ----------
    source
        The seat it leaves, empty text for an account that is new.
    target
        The seat it goes to, empty text where it goes to nobody.
    weight
        Its potential, minor units.
    day
        The first day with its new seat.
    """

    source: str
    target: str
    weight: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaChange:
    """Everything that bears on the quotas of the days that remain.

    Parameters
    ----------
    effective
        The first day that may change.
    period, currency
        The plan's.
    rates
        Plan rates, for quotas in people's own currencies.
    parameters
        The scenario's ``[quota]`` as it now is, a new goal included.
    goal_from
        From when a new goal holds.
    goal_steps
        Goals that came and were followed by another within this change, with their first days,
        minor units.
    before, after
        The roster of the running plan, and after all events.
    books
        What accounts take along.
    seat_weights
        Potential of each seat in the running plan, minor units.
    decided
        Quotas that the running plan had set by hand, by rep, minor units.
    seat_last
        Last year's quota of each seat's accounts in the running plan, annualised, minor units;
        seats that cannot be compared with last year are left out.
    same_limits
        Whether the limits of quotas are those of the running plan.
    goals
        New goals of components, minor units or counts; empty where a new goal of the company is
        shared as the old one was.
    """

    effective: date
    period: Period
    currency: Currency
    rates: Mapping[str, float]
    parameters: QuotaParameters
    goal_from: date
    before: Roster
    after: Roster
    books: tuple[BookChange, ...] = ()
    seat_weights: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    seat_last: Mapping[str, int] = field(default_factory=dict)
    same_limits: bool = True
    goals: Mapping[str, int] = field(default_factory=dict)
    goal_steps: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenComponent:
    """One component of the quota: what is closed, what is open, and its new goal.

    Parameters
    ----------
    name
        The component's.
    direct
        Whether it is part of the company's goal.
    closed, open
        Its parts before and from the day of the change.
    goal
        The company's goal, minor units.
    step
        What the company's own stretches are multiples of.
    targets
        What people whose quota is newly set by hand owe in the days that remain, minor units.
    """

    name: str
    direct: bool
    closed: tuple[QuotaPart, ...]
    open: tuple[QuotaPart, ...]
    goal: int
    step: int
    targets: Mapping[str, Fraction] = field(default_factory=dict)


def open_name(roster: Roster, territory_id: str) -> str:
    """Return under what name an open seat owes its quota: the seat's, unless a person has it."""
    return name_open_seat(territory_id, roster.reps)


def productive_share(rep: Rep | None, day: date, change: QuotaChange) -> Fraction:
    """Return a person's share of full productivity on a day: his ramp, nothing while absent."""
    if rep is None:
        return Fraction(1)
    if any(away.includes(day) for away in rep.absences):
        return Fraction(0)
    month = max(j for j, start in enumerate(change.period.starts) if start <= day)
    share = float(ramp_by_month(rep, change.period, change.parameters.ramp)[month])
    return Fraction(repr(share))


def seat_last_after(change: QuotaChange) -> dict[str, int]:
    """Return last year's quota of each seat's accounts after the change, annualised.

    An account takes its part along by its potential, as it does of this year's quota. A seat of
    which more than a fifth comes from where last year is not known cannot be compared.

    Parameters
    ----------
    change
        What has changed.
    """
    last = {seat: Fraction(amount) for seat, amount in change.seat_last.items()}
    known = {seat: change.seat_weights.get(seat, 0) for seat in last}
    strange: dict[str, int] = {}
    for book in change.books:
        weight = change.seat_weights.get(book.source, 0)
        if book.source in change.seat_last and weight:
            part = Fraction(change.seat_last[book.source] * book.weight, weight)
            last[book.source] -= part
            known[book.source] -= book.weight
            if book.target:
                last[book.target] = last.get(book.target, Fraction(0)) + part
                known[book.target] = known.get(book.target, 0) + book.weight
        elif book.target:
            strange[book.target] = strange.get(book.target, 0) + book.weight
    grown = {}
    for seat, amount in last.items():
        own = 0 if seat in change.seat_last else change.seat_weights.get(seat, 0)
        unknown = strange.get(seat, 0) + own
        if amount > 0 and known[seat] > 0 and unknown * 4 <= known[seat]:
            grown[seat] = round(amount * (known[seat] + unknown) / known[seat])
    return grown
