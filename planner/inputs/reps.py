"""A rep as the planner sees one, after the table was read and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Coverage = Literal["direct", "pool", "overlay", "none"]
RepStatus = Literal["active", "leaving", "tbh"]


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

    @property
    def receives_accounts(self) -> bool:
        """Return whether accounts may be aligned to this rep."""
        return self.coverage in {"direct", "pool"}
