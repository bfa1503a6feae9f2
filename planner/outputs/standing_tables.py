"""Score cards, pipeline and ramp as tables for files."""

from __future__ import annotations

from collections.abc import Iterable

from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.plan import Plan
from planner.potential.people.score_cards import Metric, ScoreCard
from planner.potential.pipeline_result import PipelineHealth


def standing_tables(plan: Plan) -> dict[str, Table]:
    """Return the tables of what people did and have open that have rows, by name."""
    tables = (score_card_table(plan), pipeline_table(plan), stages_table(plan), ramp_table(plan))
    return {table.name: table for table in tables if table.rows}


def score_cards(plan: Plan) -> tuple[ScoreCard, ...]:
    """Return the company's score cards, empty where the plan keeps none."""
    return plan.standing.performance.cards if plan.standing else ()


def open_pipeline(plan: Plan) -> PipelineHealth | None:
    """Return the state of the pipeline, None where the plan keeps none."""
    return plan.standing.pipeline if plan.standing else None


def people_names(plan: Plan) -> dict[str, str]:
    """Return the name of each rep and manager, and of the company."""
    return {"company": "Company"} | {rep.rep_id: rep.name for rep in plan.data.reps}


def in_units(plan: Plan, metric: Metric, amount: float | None) -> float | None:
    """Return a score card's figure as people read it: money in units of the currency."""
    if amount is None or metric.unit != "money":
        return amount
    return amount / plan.data.currency.scale


def score_card_table(plan: Plan) -> Table:
    """Return one row for each figure of each card: company, teams, reps."""
    rows = [(card, metric) for card in score_cards(plan) for metric in card.metrics]
    names = people_names(plan)

    def number(name: str, title: str) -> Column:
        values = (in_units(plan, metric, getattr(metric, name)) for _, metric in rows)
        return figures(name, "number", values, title)

    columns = (
        text("level", [card.level for card, _ in rows]),
        text("subject", [card.subject for card, _ in rows], "Who"),
        text("subject_name", [names.get(card.subject, "") for card, _ in rows], "Name"),
        text("role", [card.role for card, _ in rows]),
        text("metric", [metric.name for _, metric in rows]),
        text("unit", [_unit(plan, metric) for _, metric in rows]),
        number("value", "Figure"),
        number("low", "80% from"),
        number("high", "80% to"),
        number("raw", "As counted"),
        figures("count", "integer", [metric.count for _, metric in rows], "Observations"),
        number("benchmark", "Role or company"),
        number("goal", "Goal"),
    )
    return Table(name="scorecards", columns=columns)


def _unit(plan: Plan, metric: Metric) -> str:
    return plan.data.currency.code if metric.unit == "money" else metric.unit


def pipeline_table(plan: Plan) -> Table:
    """Return one row for each rep who has, or had, opportunities."""
    health, names = open_pipeline(plan), people_names(plan)
    rows = health.reps if health else ()
    columns = (
        text("rep_id", [row.rep_id for row in rows]),
        text("rep_name", [names.get(row.rep_id, "") for row in rows]),
        money("open", [row.amount for row in rows], "Open"),
        money("expected", [row.expected for row in rows], "Weighed by the chance to win"),
        figures("win_rate", "share", [row.win_rate for row in rows]),
        figures("win_rate_low", "share", [row.low for row in rows], "80% from"),
        figures("win_rate_high", "share", [row.high for row in rows], "80% to"),
        figures("closed", "integer", [row.closed for row in rows], "Closed opportunities"),
        figures("need", "number", _finite(row.need for row in rows), "Coverage needed"),
        money("quota_left", [row.quota for row in rows], "Quota still to close"),
        figures("coverage", "number", [row.coverage for row in rows]),
    )
    return Table(name="pipeline", columns=columns)


def _finite(values: Iterable[float]) -> list[float | None]:
    return [value if value < float("inf") else None for value in values]


def stages_table(plan: Plan) -> Table:
    """Return one row for each open stage, from early to late."""
    health = open_pipeline(plan)
    rows = health.stages if health else ()
    columns = (
        text("stage", [row.name for row in rows]),
        figures("opportunities", "integer", [row.opportunities for row in rows]),
        money("open", [row.amount for row in rows], "Open"),
        figures("probability", "share", [row.probability for row in rows], "Chance to win"),
        figures("age", "number", [row.age for row in rows], "Median age, days"),
        figures("silence", "number", [row.silence for row in rows], "Median silence, days"),
        figures("stale", "integer", [row.stale for row in rows]),
    )
    return Table(name="stages", columns=columns)


def ramp_table(plan: Plan) -> Table:
    """Return the measured ramp by month since hire, beside the one of the plan."""
    standing = plan.standing
    ramp = standing.ramp if standing else None
    stated = standing.stated_ramp if standing else ()
    months = range(len(ramp.share) if ramp else 0)
    planned = [stated[month] if month < len(stated) else 1.0 for month in months]
    columns = (
        figures("month", "integer", [month + 1 for month in months], "Month since hire"),
        figures("measured", "share", ramp.share if ramp else ()),
        figures("low", "share", ramp.low if ramp else (), "80% from"),
        figures("high", "share", ramp.high if ramp else (), "80% to"),
        figures("hires", "integer", ramp.observed if ramp else ()),
        figures("planned", "share", planned),
    )
    return Table(name="ramp", columns=columns)
