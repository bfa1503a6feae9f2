"""The simulated year: attainment by rep, team and company, what it pays, and whether it is fair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.findings import Finding
from planner.quotas.bottom_up import TopDown
from planner.quotas.changes import QuotaBridge
from planner.quotas.fairness_result import FairnessTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The distribution of bookings of one rep, team or the company over the plan.

    Parameters
    ----------
    level
        ``rep``, ``manager`` or ``company``.
    rep_id
        Who; ``company`` for the company.
    quota
        What is owed over the plan, minor units (the goal, for the company).
    expected, p10, p50, p90
        Bookings over the plan, minor units.
    probability_of_quota
        Share of the draws that reach the quota, fraction.
    """

    level: Literal["rep", "manager", "company"]
    rep_id: str
    quota: int
    expected: int
    p10: int
    p50: int
    p90: int
    probability_of_quota: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """All of a plan's outcomes.

    Parameters
    ----------
    outcomes
        Company first, then managers and reps by id.
    goal_probability
        Share of the draws in which the company reaches its goal.
    share_at_quota
        Expected share of reps at or above quota.
    share_within_20
        Expected share of reps within 20% of quota, either side.
    draws
        How many times the plan was simulated.
    company_quantiles
        The company's bookings that 1%, 2%, … 99% of the draws do not exceed, minor units, (99,).
    attainment_shares
        Share of reps and draws whose attainment is from 0 to 10%, 10 to 20%, …; the last one is
        everything from 250% on, (26,).
    """

    outcomes: tuple[Outcome, ...]
    goal_probability: float
    share_at_quota: float
    share_within_20: float
    draws: int
    findings: tuple[Finding, ...] = ()
    company_quantiles: tuple[int, ...] = ()
    attainment_shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepPay:
    """One person's pay over the plan, minor units.

    Parameters
    ----------
    rep_id, role
        Who.
    base, variable
        At target.
    expected, p10, p50, p90
        Over the draws.
    at
        Pay at each of several attainments, own and team alike.
    """

    rep_id: str
    role: str
    base: int
    variable: int
    expected: int
    p10: int
    p50: int
    p90: int
    at: dict[float, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayElement:
    """What one part of a role's pay plan costs and moves.

    Parameters
    ----------
    role, element
        Whose plan, and which part: an accelerator, a cap, a fixed amount, …
    cost
        Expected pay with it less expected pay without it, minor units.
    bookings
        Expected bookings that it moves under the stated response, minor units.
    idle
        Whether it costs money and moves nothing to speak of (less than it costs).
    words
        The same in one sentence.
    """

    role: str
    element: str
    cost: int
    bookings: int
    idle: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationCost:
    """What pay costs over the plan, minor units.

    Parameters
    ----------
    expected, p10, p50, p90
        The company's pay over the draws, managers included.
    cost_of_sales
        Expected pay over expected bookings, None without bookings.
    reps
        By person.
    elements
        Each part of each plan by its marginal cost and bookings.
    """

    expected: int
    p10: int
    p50: int
    p90: int
    cost_of_sales: float | None
    reps: tuple[RepPay, ...]
    elements: tuple[PayElement, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAssessment:
    """What a plan costs, whether it is fair, and where its quotas come from.

    Parameters
    ----------
    compensation
        Pay over the simulated year.
    fairness
        Each test with its light.
    bridge
        From last year's quota to this one, by rep and component.
    bottom_up
        What was set beside what comes from below.
    """

    compensation: CompensationCost
    fairness: tuple[FairnessTest, ...]
    bridge: tuple[QuotaBridge, ...]
    bottom_up: tuple[TopDown, ...]
