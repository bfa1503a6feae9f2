"""A rep as the planner sees one, after the table was read and checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

Coverage = Literal["direct", "pool", "overlay", "none"]
RepStatus = Literal["active", "leaving", "tbh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which a person is away.

    Parameters
    ----------
    start, end
        The first and the last day; None is open.
    covered_by
        Who covers the seat meanwhile.
    """

    start: date
    end: date | None = None
    covered_by: str | None = None

    def includes(self, day: date) -> bool:
        """Return whether a day is one of them."""
        return self.start <= day and (self.end is None or day <= self.end)

    def meets(self, other: Absence) -> bool:
        """Return whether the two share a day."""
        return self.includes(other.start) or other.includes(self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """One person or open headcount of the reps table.

    Parameters
    ----------
    rep_id, name, role
        As in the table; ``name`` is the id where none was given, ``role`` may be empty.
    manager_id
        Whom the rep reports to; None is the company.
    territory_id
        The seat, which outlives its holder; None where the rep's own id names it.
    coverage
        Only ``direct`` and ``pool`` receive accounts.
    latitude, longitude
        Home in degrees (WGS 84), None where unknown.
    hire_date, role_start, leave_date, absence_start, absence_end
        Dates that ramp, months in the seat and absence rest on.
    capacity
        1 is a full rep.
    ote
        On-target earnings a year, minor units of ``currency``; None where not given.
    variable_share
        Variable pay as a fraction of ``ote``.
    segments, skills, countries
        What the rep may serve; empty means no restriction.
    currency
        ISO code of the rep's own currency.
    row
        The row of the table, as a spreadsheet counts it.
    later_absences
        Those within the year beside the first one, which events told.
    """

    rep_id: str
    name: str
    role: str = ""
    manager_id: str | None = None
    territory_id: str | None = None
    coverage: Coverage = "direct"
    supports: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    hire_date: date | None = None
    role_start: date | None = None
    leave_date: date | None = None
    absence_start: date | None = None
    absence_end: date | None = None
    covered_by: str | None = None
    capacity: float = 1.0
    ote: int | None = None
    variable_share: float | None = None
    segments: frozenset[str] = field(default_factory=frozenset)
    skills: frozenset[str] = field(default_factory=frozenset)
    countries: frozenset[str] = field(default_factory=frozenset)
    status: RepStatus = "active"
    currency: str = ""
    row: int = 0
    later_absences: tuple[Absence, ...] = ()

    @property
    def absences(self) -> tuple[Absence, ...]:
        """Return all of them, by their first day."""
        if self.absence_start is None:
            return self.later_absences
        first = Absence(start=self.absence_start, end=self.absence_end, covered_by=self.covered_by)
        return (first, *self.later_absences)

    def with_absences(self, absences: Iterable[Absence]) -> Rep:
        """Return the rep with these absences and no others."""
        ordered = sorted(absences, key=lambda one: one.start)
        if not ordered:
            return replace(self, absence_start=None, absence_end=None, later_absences=())
        first, *later = ordered
        return replace(
            self,
            absence_start=first.start,
            absence_end=first.end,
            covered_by=first.covered_by,
            later_absences=tuple(later),
        )

    @property
    def receives_accounts(self) -> bool:
        """Return whether accounts may be aligned to this rep."""
        return self.coverage in {"direct", "pool"}
