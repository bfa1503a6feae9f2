"""Where the people and the pipeline stand at as_of: score cards, open deals, the company's ramp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.potential.people.performance import measure_performance
from planner.potential.people.ramp_cohorts import RampCurve, measure_ramp
from planner.potential.people.score_cards import Performance, ScoreCard
from planner.potential.pipeline_health import assess_pipeline
from planner.potential.pipeline_result import PipelineHealth

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.parameters import PerformanceParameters
    from planner.potential.result import Potential

# Shares of full productivity this close to the measured interval agree with it.
NEAR = 0.05
LEVELS = ("company", "team", "rep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What people did and what they have open, beside what is planned for them.

    Parameters
    ----------
    performance
        Score cards of reps, teams and the company.
    pipeline
        None without a table of opportunities.
    ramp
        Measured on the company's own hires, None where too few can be compared.
    stated_ramp
        The ramp that the plan was made with, by month since hire.
    findings
        What is missing, what is stale, and how the two ramps compare.
    """

    performance: Performance
    pipeline: PipelineHealth | None
    ramp: RampCurve | None
    stated_ramp: tuple[float, ...] = ()
    findings: tuple[Finding, ...] = ()


def assess_standing(
    data: PlanningData,
    potential: Potential,
    stated_ramp: Sequence[float],
    parameters: PerformanceParameters,
) -> Standing:
    """Measure people, pipeline and ramp from whichever tables are there.

    Parameters
    ----------
    data
        The company's tables.
    potential
        Of the same accounts.
    stated_ramp
        Share of full productivity by month since hire that the plan uses; empty is none.
    parameters
        Goals at the three levels.
    """
    performance = measure_performance(data, potential)
    performance = set_goals(performance, parameters, data.currency.scale)
    pipeline = assess_pipeline(data)
    ramp, why = measure_ramp(data)
    found = [*performance.findings, *(pipeline.findings if pipeline else ()), *why]
    if pipeline is None:
        found.append(_no_pipeline())
    if ramp is not None and stated_ramp:
        found += _compare_ramps(ramp, stated_ramp)
    return Standing(
        performance=performance,
        pipeline=pipeline,
        ramp=ramp,
        stated_ramp=tuple(stated_ramp),
        findings=tuple(found),
    )


def set_goals(
    performance: Performance, parameters: PerformanceParameters, scale: int
) -> Performance:
    """Return the score cards with the goals of the scenario; a goal for nothing is a finding."""
    known = {metric.name for card in performance.cards for metric in card.metrics}
    asked = {name for level in LEVELS for name in parameters.goals_of(level)}
    return replace(
        performance,
        cards=tuple(_card_with_goals(card, parameters, scale) for card in performance.cards),
        findings=(
            *performance.findings,
            *(_unknown_goal(name, sorted(known)) for name in sorted(asked - known)),
        ),
    )


def _card_with_goals(card: ScoreCard, parameters: PerformanceParameters, scale: int) -> ScoreCard:
    goals = parameters.goals_of(card.level)
    metrics = (
        replace(one, goal=goals[one.name] * (scale if one.unit == "money" else 1))
        if one.name in goals
        else one
        for one in card.metrics
    )
    return replace(card, metrics=tuple(metrics))


def _unknown_goal(name: str, known: Sequence[str]) -> Finding:
    return Finding(
        severity="warning",
        code="performance.unknown_goal",
        message=f"A goal is set for {name!r}, which no score card has. There are: "
        f"{', '.join(known) or 'none, for want of tables'}.",
        advice="Write the figure's name as the score cards have it, or give the table it needs.",
        table="performance",
        subject=name,
    )


def _no_pipeline() -> Finding:
    return Finding(
        severity="info",
        code="pipeline.no_opportunities",
        message="The open pipeline cannot be judged: there is no table of opportunities.",
        advice="Give it for coverage by rep, stale deals, expected bookings by month, and the "
        "open deals of accounts that move.",
        table="opportunities",
    )


def _compare_ramps(ramp: RampCurve, stated: Sequence[float]) -> list[Finding]:
    """Offer the measured ramp where the stated one lies outside its interval."""
    months = range(len(ramp.share))
    planned = [stated[month] if month < len(stated) else 1.0 for month in months]
    outside = [
        month
        for month in months
        if not ramp.low[month] - NEAR <= planned[month] <= ramp.high[month] + NEAR
    ]
    if not outside:
        return []
    measured = ", ".join(f"{share:.2f}" for share in ramp.share)
    return [
        Finding(
            severity="info",
            code="ramp.differs",
            message=f"The company's own {len(ramp.hires)} hires were ramped otherwise than "
            f"quota.ramp says in {len(outside)} of {len(ramp.share)} months; measured: {measured}.",
            advice='Set quota.ramp_from = "cohorts" to plan with what was measured.',
            table="reps",
            column="hire_date",
            subject="quota.ramp",
            count=len(outside),
        )
    ]
