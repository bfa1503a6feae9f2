"""Who holds which seat on which day, and how one event after another changes that."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from planner.inputs.reps import Rep

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTenure:
    """Who is in a seat from one day to another.

    Parameters
    ----------
    territory_id
        The seat.
    rep_id
        Who; empty text is open headcount.
    start, end
        The first day, and the first day after; None is open.
    role
        ``holder``, or ``cover`` for whoever serves it while nobody holds it, or its holder is away.
    """

    territory_id: str
    rep_id: str
    start: date
    end: date | None = None
    role: Literal["holder", "cover"] = "holder"

    def includes(self, day: date) -> bool:
        """Return whether it runs on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """An account that comes, goes, or becomes part of another.

    Parameters
    ----------
    account_id, kind
        Which, and how.
    day
        The first day on which it holds.
    into
        Of a merged account: what it is part of now.
    """

    account_id: str
    kind: Literal["added", "merged", "lost"]
    day: date
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalChange:
    """A new goal of the company for the whole plan, minor units, and from when it holds."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingLine:
    """To whom a person reports from a day on, until his next line.

    Parameters
    ----------
    rep_id, manager_id
        Who, and to whom; empty text is nobody.
    start
        The first day; the calendar's first one for the manager he had before.
    """

    rep_id: str
    manager_id: str
    start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """People, seats and accounts as they stand after some events; each event gives a new one.

    Parameters
    ----------
    reps
        By id.
    tenures
        Who holds each seat when, by seat, role and day.
    accounts
        What became of accounts.
    goals
        New goals, by day.
    closed
        Seats that are given up, with the first day without them.
    lines
        To whom those reported when whose manager changed within the year, by person and day.
    """

    reps: Mapping[str, Rep]
    tenures: tuple[SeatTenure, ...]
    accounts: tuple[AccountChange, ...] = ()
    goals: tuple[GoalChange, ...] = ()
    closed: Mapping[str, date] = field(default_factory=dict)
    lines: tuple[ReportingLine, ...] = ()
    _of_seat: dict[str, list[SeatTenure]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Note whose tenures are of which seat: it is asked for each seat in each month."""
        for tenure in self.tenures:
            self._of_seat.setdefault(tenure.territory_id, []).append(tenure)

    @property
    def seats(self) -> frozenset[str]:
        """Return every seat that there is or was."""
        return frozenset(tenure.territory_id for tenure in self.tenures)

    def seat_of(self, rep_id: str, day: date) -> str | None:
        """Return the seat that a person holds on a day."""
        found = (t for t in self.tenures if t.rep_id == rep_id and t.role == "holder")
        return next((t.territory_id for t in found if t.includes(day)), None)

    def holder_of(self, territory_id: str, day: date) -> str:
        """Return who holds a seat on a day, empty text while it is open."""
        mine = (t for t in self._of_seat.get(territory_id, ()) if t.role == "holder")
        return next((t.rep_id for t in mine if t.includes(day)), "")

    def serves(self, territory_id: str, day: date) -> str:
        """Return who serves a seat on a day: who covers it, else its holder, else nobody."""
        mine = [t for t in self._of_seat.get(territory_id, ()) if t.includes(day)]
        cover = next((t.rep_id for t in mine if t.role == "cover"), "")
        return cover or next((t.rep_id for t in mine if t.role == "holder"), "")

    def manager_of(self, rep_id: str, day: date) -> str:
        """Return to whom a person reports on a day, empty text for nobody."""
        mine = [line for line in self.lines if line.rep_id == rep_id and line.start <= day]
        if mine:
            return mine[-1].manager_id
        return self.reps[rep_id].manager_id or "" if rep_id in self.reps else ""

    def is_here(self, rep_id: str, day: date) -> bool:
        """Return whether a person works here on a day."""
        rep = self.reps.get(rep_id)
        if rep is None:
            return False
        started = [d for d in (rep.hire_date, rep.role_start) if d is not None]
        # Whoever starts later than today may still be named for a later day.
        begun = not started or min(started) <= day
        return begun and (rep.leave_date is None or day <= rep.leave_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What events may speak of beside the roster.

    Parameters
    ----------
    account_ids
        Every account of the running plan and of the tables.
    newcomers
        Rows of the reps table about people who are not in the running plan.
    """

    account_ids: frozenset[str]
    newcomers: Mapping[str, Rep] = field(default_factory=dict)


def name_open_seat(territory_id: str, people: Container[str]) -> str:
    """Return under what name an open seat's headcount stands: the seat's, unless a person has it."""
    return f"open-{territory_id}" if territory_id in people else territory_id


def close_tenure(roster: Roster, territory_id: str, day: date) -> Roster:
    """Return the roster with whoever is in a seat gone from a day on; empty stays are dropped."""
    kept: list[SeatTenure] = []
    for tenure in roster.tenures:
        if tenure.territory_id != territory_id or (tenure.end or date.max) <= day:
            kept.append(tenure)
        elif tenure.start < day:
            kept.append(replace(tenure, end=day))
    return replace(roster, tenures=sort_tenures(kept))


def stop_covering(roster: Roster, rep_id: str, day: date) -> Roster:
    """Return the roster with a person covering no seat from a day on."""
    kept: list[SeatTenure] = []
    for tenure in roster.tenures:
        if (tenure.rep_id, tenure.role) != (rep_id, "cover") or (tenure.end or date.max) <= day:
            kept.append(tenure)
        elif tenure.start < day:
            kept.append(replace(tenure, end=day))
    return replace(roster, tenures=sort_tenures(kept))


def uncover(roster: Roster, territory_id: str, day: date) -> Roster:
    """Return the roster without the cover of a seat that begins on a day."""
    key = (territory_id, "cover", day)
    kept = [t for t in roster.tenures if (t.territory_id, t.role, t.start) != key]
    return replace(roster, tenures=tuple(kept))


def add_tenures(roster: Roster, added: Iterable[SeatTenure]) -> Roster:
    """Return the roster with further tenures."""
    return replace(roster, tenures=sort_tenures((*roster.tenures, *added)))


def change_rep(roster: Roster, rep: Rep) -> Roster:
    """Return the roster with one person's row changed or added."""
    people = {**roster.reps, rep.rep_id: rep}
    return replace(roster, reps={rep_id: people[rep_id] for rep_id in sorted(people)})


def sort_tenures(tenures: Iterable[SeatTenure]) -> tuple[SeatTenure, ...]:
    """Return tenures by seat, holders before covers, and day."""
    return tuple(
        sorted(tenures, key=lambda t: (t.territory_id, t.role != "holder", t.start, t.rep_id))
    )
