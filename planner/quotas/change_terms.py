"""What a change within the year means for quotas: whose seats, which accounts, which goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.roster import Roster
from planner.quotas.parameters import QuotaParameters
from planner.quotas.parts import QuotaPart

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
    before, after
        The roster of the running plan, and after all events.
    books
        What accounts take along.
    seat_weights
        Potential of each seat in the running plan, minor units.
    decided
        Quotas that the running plan had set by hand, by rep, minor units.
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
    return f"open-{territory_id}" if territory_id in roster.reps else territory_id
