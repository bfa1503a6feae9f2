"""A whole plan: what was decided, from what, by which rules; all that later commands read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.data import ControlTotal, PlanningData, Source
from planner.inputs.edits import Edits
from planner.outcomes.result import Outcomes, PlanAssessment
from planner.potential.result import Potential
from planner.potential.standing import Standing
from planner.quotas.result import QuotaSheet
from planner.tracking.record import YearRecord
from planner.units.result import ControlUnits, Eligibility, Seats, Today

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Status = Literal["optimal", "feasible", "infeasible", "unknown"]
MeasureKind = Literal["money", "hours", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a plan comes from, so that it can be made again.

    Parameters
    ----------
    name
        The scenario's name.
    scenario
        The scenario as resolved: plain values only, as JSON has them.
    seed
        What every random draw started from.
    versions
        The planner, Python and the libraries that decide figures, by name.
    seconds
        Time by stage; differs from run to run.
    peak_memory_mb
        The largest resident memory; differs from run to run.
    """

    name: str
    scenario: dict[str, Any]
    seed: int
    versions: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule of the scenario as the plan keeps it.

    Parameters
    ----------
    name
        The rule's key in the scenario, such as ``measures.potential.upper``.
    territory
        Whom it concerns, None for the whole plan.
    value, limit
        What the plan has and what the rule asks, in the rule's own unit.
    slack
        How far the value may still go, zero or more where the rule is kept.
    """

    name: str
    territory: str | None
    value: float
    limit: float
    slack: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSummary:
    """One balanced measure: what each territory should have, has today and would have.

    Parameters
    ----------
    kind
        ``money`` is minor units of the plan currency, ``hours`` are hours a year.
    tolerance
        Allowed fraction of a territory's own target, None where the measure is only shown.
    hard
        Whether a territory outside its tolerance is a violation.
    target, lower, upper
        What each territory should have, and its limits, (territories,).
    today, proposed
        Totals under today's and under the proposed alignment, (territories,).
    max_deviation
        Largest absolute proposed ÷ target − 1, fraction; None where no territory has a target.
    cv_today, cv_proposed
        Coefficient of variation of measure ÷ target, None where it does not exist.
    total
        The constant total that was shared out as targets.
    """

    kind: MeasureKind
    tolerance: float | None
    hard: bool
    target: Floats
    lower: Floats
    upper: Floats
    today: Floats
    proposed: Floats
    max_deviation: float | None
    cv_today: float | None
    cv_proposed: float | None
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedSummary:
    """How much changes owner; shares are fractions, of what continuing owners have.

    Parameters
    ----------
    accounts, account_share, revenue_share, pipeline_share
        Accounts that leave an owner who continues in a seat: what disruption budgets count.
    accounts_all, account_share_all, revenue_share_all, pipeline_share_all
        The same over all accounts, those whose owner leaves the company included.
    """

    accounts: int
    account_share: float
    revenue_share: float
    pipeline_share: float
    accounts_all: int
    account_share_all: float
    revenue_share_all: float
    pipeline_share_all: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentSummary:
    """How good the alignment is, and which rules it keeps.

    Parameters
    ----------
    status
        ``optimal`` only when proven.
    cost, cost_by_term, bound
        Units (not minor units) of the plan currency a year.
    gap
        (cost − bound) ÷ the absolute cost; None where it does not exist.
    bound_relaxes
        Hard rules that the bound does not cover.
    violations
        Rules that the plan breaks, in words; empty in a good plan.
    measures
        Each measure by name, in the scenario's order.
    """

    status: Status
    cost: float | None
    bound: float | None
    gap: float | None
    cost_by_term: dict[str, float]
    bound_relaxes: tuple[str, ...]
    rules: tuple[RuleLine, ...]
    violations: tuple[str, ...]
    measures: dict[str, MeasureSummary]
    moved: MovedSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A finished plan, complete enough that no later command needs the tables again.

    Parameters
    ----------
    territory_of_account
        Proposed territory by position in ``seats.territory_ids``, -1 unassigned, (accounts,).
    held
        Whether a hold fixes the account, (accounts,).
    reasons
        One sentence for each moved or unassigned account, empty for the others, (accounts,).
    account_measures
        Every measure by name, (accounts,); money in minor units.
    travel_today, travel
        Driving hours a year of each territory, NaN where travel is not counted, (territories,).
    peer_groups
        Name of each territory's group of comparable territories, (territories,); polygons
        never overlap inside one.
    clusters
        Group of near accounts that each lies in, as many groups as territories, -1 where it is
        unplaced, (accounts,).
    territory_of_unit
        Proposed territory of each control unit, those without accounts too, -1 none, (units,);
        empty in plans of earlier versions.
    prices
        The engine's prices by name, for explanations; any shape.
    quotas, outcomes, assessment
        None where the scenario asks for none.
    standing
        What people did and have open, None in plans that were made without it.
    trips, visit_hours, idle_hours
        Trips from home a year (NaN where travel is not counted), hours at accounts, and what is
        left of the seat's working hours, (territories,).
    findings
        Of all stages, in the stages' order.
    interrupted
        Whether somebody stopped the search, so that this is the best found until then.
    edits
        What a person edited over an earlier plan; None where nobody did.
    year
        What happened within the year, None for a plan that no change was made to.
    """

    provenance: Provenance
    data: PlanningData
    potential: Potential
    units: ControlUnits
    seats: Seats
    eligibility: Eligibility
    today: Today
    alignment: AlignmentSummary
    territory_of_account: Ints
    held: Bools
    reasons: tuple[str, ...]
    account_measures: dict[str, Floats]
    travel_today: Floats
    travel: Floats
    peer_groups: tuple[str, ...]
    prices: dict[str, Floats] = field(default_factory=dict)
    clusters: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    territory_of_unit: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    quotas: QuotaSheet | None = None
    outcomes: Outcomes | None = None
    assessment: PlanAssessment | None = None
    standing: Standing | None = None
    trips: Floats = field(default_factory=lambda: np.zeros(0))
    visit_hours: Floats = field(default_factory=lambda: np.zeros(0))
    idle_hours: Floats = field(default_factory=lambda: np.zeros(0))
    findings: tuple[Finding, ...] = ()
    interrupted: bool = False
    edits: Edits | None = None
    year: YearRecord | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the tables the plan was made from."""
        return self.data.sources

    @property
    def control(self) -> tuple[ControlTotal, ...]:
        """Return the figures that finance can tick off, from file to plan."""
        return self.data.control

    @property
    def territory_ids(self) -> tuple[str, ...]:
        """Return the territories' names, in the order of all per-territory arrays."""
        return self.seats.territory_ids
