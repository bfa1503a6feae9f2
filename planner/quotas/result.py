"""Quotas as they are published: one line a person, component and month, exact to the minor unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from planner.findings import Finding
from planner.inputs.money import CODES

Level = Literal["rep", "manager", "company"]
# Person, level, component and month.
LineKey = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """What one person owes in one month for one component.

    Parameters
    ----------
    rep_id
        The person; the company's own line is named ``company``.
    territory_id
        The seat, None for managers and the company.
    level, depth
        ``company`` is depth 0, each manager below one more.
    parent_id
        Who it rolls up to, None for the company.
    component
        ``total`` unless the scenario names components.
    period_start
        First day of the month.
    quota
        Minor units of the plan currency.
    currency, quota_local
        The rep's own currency and the quota in its minor units. What is counted (leads) has its
        unit's name for a currency, and both quotas are whole counts.
    """

    rep_id: str
    territory_id: str | None
    level: Level
    depth: int
    parent_id: str | None
    component: str
    period_start: date
    quota: int
    currency: str
    quota_local: int

    @property
    def counted(self) -> bool:
        """Return whether the quota is a count, rather than an amount of money."""
        return self.currency not in CODES

    @property
    def key(self) -> LineKey:
        """Return whose line it is, for what and when."""
        return self.rep_id, self.level, self.component, self.period_start


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaDerivation:
    """How one person's quota of the whole plan came about.

    Parameters
    ----------
    rep_id, component
        Whose, and which.
    basis
        The blended basis, minor units.
    basis_history, basis_potential
        Its two parts before the weights, minor units.
    ramp
        Share of the plan's months that the person is productive, fraction.
    capacity
        1 is a full rep.
    fair_share
        What the basis and capacity alone would give, minor units.
    quota
        What was set, minor units.
    last_year
        The run rate of the same accounts, or last period's quota; None where not comparable.
    limits
        The limits that bind, by name, in words.
    override
        Whether a person set it.
    rounding
        Minor units that rounding added (the named residue stands on one person).
    bottom_up
        What the manager submitted, else the book's potential, minor units; to be read beside
        ``quota``, None where there is neither.
    past_share
        Share of ``basis`` that rests on what was booked, the rest on potential and other figures.
    """

    rep_id: str
    component: str
    basis: int
    basis_history: int
    basis_potential: int
    ramp: float
    capacity: float
    fair_share: int
    quota: int
    last_year: int | None = None
    limits: tuple[str, ...] = ()
    override: bool = False
    rounding: int = 0
    bottom_up: int | None = None
    past_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSheet:
    """All quotas of a plan.

    Parameters
    ----------
    goal
        The company's goal, minor units.
    lines
        Company first, then managers and reps by depth and id, months in order.
    derivations
        One for each rep and component.
    totals
        Plan total by level (``rep``, ``manager``, ``company``) of the components in the direct
        sum, minor units. ``manager`` is the level below the company (0 where nobody manages); it
        includes ``manager_direct``, what falls on reps who report to the company themselves.
        ``beside:NAME`` is the reps' total of a component beside the goal.
    beside
        Components that never enter the direct sum.
    """

    goal: int
    lines: tuple[QuotaLine, ...]
    derivations: tuple[QuotaDerivation, ...]
    totals: dict[str, int]
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    beside: tuple[str, ...] = ()

    def of_rep(self, rep_id: str, level: Level | None = None) -> int:
        """Return a person's quota over the whole plan and all direct components, minor units.

        Parameters
        ----------
        rep_id
            Whose.
        level
            At which level; default: a manager who has a book of his own counts as a manager.
        """
        return self.by_person(level).get(rep_id, 0)

    def by_person(self, level: Level | None = None) -> dict[str, int]:
        """Return every person's quota of the plan over the direct components, minor units.

        Parameters
        ----------
        level
            Only that level; default: each person at the level nearest to the company.
        """
        totals: dict[tuple[str, Level], int] = {}
        for line in self.lines:
            if line.component not in self.beside and level in {None, line.level}:
                key = (line.rep_id, line.level)
                totals[key] = totals.get(key, 0) + line.quota
        result: dict[str, int] = {}
        for (rep_id, _), quota in totals.items():
            result.setdefault(rep_id, quota)
        return result
