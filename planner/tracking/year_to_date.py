"""A plan and what has come in, as arrays: what tracking and drift start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.tracking.landing import Trial

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Level = Literal["company", "manager", "rep"]
COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What somebody owes.

    Parameters
    ----------
    level, rep_id
        Who.
    quota, to_date
        Over the plan, and up to as_of, minor units.
    """

    level: Level
    rep_id: str
    quota: int
    to_date: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """The measure that bookings say something about.

    Parameters
    ----------
    name, tolerance
        As in the scenario.
    target
        What each territory should have, (territories,).
    amounts
        Of each account, (accounts,).
    """

    name: str
    tolerance: float
    target: Floats
    amounts: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class YearToDate:
    """A plan and what has come in, as arrays; per-territory arrays follow ``territory_ids``.

    Parameters
    ----------
    as_of
        The last day known.
    done
        Share of the year's bookings that was due by then.
    territory_ids, serving
        The seats, and who serves them from now on, (territories,).
    baseline
        What a year of each seat's accounts should bring, minor units, (territories,).
    booked
        What came in for each seat, minor units, (territories,).
    seat_owed
        What was owed for each seat up to as_of, minor units, (territories,).
    credited
        What each person is credited with, minor units; empty text is nobody.
    owed
        What everybody owes.
    teams
        The people below each manager from now on.
    booked_teams
        What each manager's team is credited with while it was his, minor units.
    due_teams
        The share of a year that was due of each seat while a manager had it, by manager, then seat.
    pipeline
        Open pipeline by person: amount, weighted amount, coverage needed.
    territory_of
        The seat of each account, (accounts,).
    done_before
        Share of the year's bookings that was due before whoever serves each seat began; empty
        is none, (territories,).
    rest
        Share of each seat's bookings to come by who serves it then, by name, (territories,) each;
        empty once the plan is over.
    trials
        Past moments at which the same forecast could have been made.
    balanced
        None where no measure of the plan is about bookings.
    """

    as_of: date
    done: float
    territory_ids: tuple[str, ...]
    serving: tuple[str, ...]
    baseline: Floats
    booked: Floats
    seat_owed: Floats
    credited: Mapping[str, int]
    owed: tuple[Owed, ...]
    teams: Mapping[str, tuple[str, ...]]
    booked_teams: Mapping[str, int] = field(default_factory=dict)
    due_teams: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pipeline: Mapping[str, tuple[int, int, float]] = field(default_factory=dict)
    territory_of: Ints
    done_before: Floats = field(default_factory=lambda: np.zeros(0))
    rest: Mapping[str, Floats] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
    balanced: Balanced | None = None


def company_pace(year: YearToDate) -> float:
    """Return what came over what was due, over the whole company."""
    due = float(year.baseline.sum()) * year.done
    return float(sum(year.credited.values())) / due if due > 0 else 1.0
