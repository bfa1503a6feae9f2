"""The report's sections on what people did, the open pipeline, and the company's own ramp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from planner.outputs.plan import Plan
from planner.outputs.report_tables import (
    Cell,
    PageTable,
    choose_rows,
    head_cells,
    name_cell,
    number_cell,
    word_cell,
)
from planner.outputs.standing_charts import productivity_chart, ramp_chart, stages_chart
from planner.outputs.standing_tables import open_pipeline, people_names, score_cards
from planner.outputs.wording import percent, short_money
from planner.potential.people.performance import PRODUCTIVITY
from planner.potential.people.score_cards import Metric, ScoreCard

# A page has room for so many figures of a card; the workbook has them all.
MOST_METRICS, MOST_REASONS = 7, 5
FORMS: dict[str, Callable[[float], str]] = {
    "share": lambda value: percent(value, 0 if value >= 0.1 else 1),
    "days": lambda value: f"{value:.0f} days",
    "hours": lambda value: f"{value:.0f} h",
    "a month": lambda value: f"{value:.1f} a month",
    "a day": lambda value: f"{value:.1f} a day",
    "multiple": lambda value: f"{value:.2f}",
}


def standing_page(plan: Plan) -> dict[str, PageTable | None]:
    """Return the tables of these sections by name, None for one without rows."""
    tables = {"cards": card_rows(plan), "pipeline": pipeline_rows(plan), "stages": stage_rows(plan)}
    return {name: table if table.rows else None for name, table in tables.items()}


def standing_words(plan: Plan) -> dict[str, Any]:
    """Return the sentences and charts beside those tables; charts as SVG, None where empty."""
    return {
        "performance": _performance_sentence(plan),
        "reasons": _reasons_sentence(plan),
        "pipeline": _pipeline_sentence(plan),
        "ramp": _ramp_sentence(plan),
        "charts": {
            "Productivity": productivity_chart(plan),
            "Open pipeline by stage": stages_chart(plan),
            "Ramp": ramp_chart(plan),
        },
    }


def figure_words(plan: Plan, metric: Metric | None, value: float | None = None) -> str:
    """Return a score card's figure as people say it; a dash where there is none."""
    if metric is None:
        return "–"
    shown = metric.value if value is None else value
    if metric.unit == "money":
        return short_money(plan.data.currency, shown)
    return FORMS[metric.unit](shown)


def card_rows(plan: Plan) -> PageTable:
    """Return the cards of the company, the teams and the reps, with the goals that were set."""
    cards, names = score_cards(plan), people_names(plan)
    metrics = _chosen_metrics(cards)
    if not metrics:
        return PageTable(heads=(), rows=())
    above = [card for card in cards if card.level != "rep"]
    reps = [card for card in cards if card.level == "rep"]
    shown, note = choose_rows(np.array([_weight(card) for card in reps]), "evidence")
    rows = [
        (
            word_cell({"company": "Company", "team": "Team", "rep": "Rep"}[card.level]),
            name_cell(names.get(card.subject, card.subject)),
            word_cell(card.role),
            *(_metric_cell(plan, card, name) for name in metrics),
        )
        for card in [*above, *(reps[place] for place in shown)]
    ]
    heads = head_cells("Level", "Who", "Role", *(_title(name) for name in metrics), text=3)
    return PageTable(heads=heads, rows=tuple(rows), note=" ".join([*_goal_notes(plan), note]))


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _chosen_metrics(cards: tuple[ScoreCard, ...]) -> list[str]:
    """Return the figures that most cards have, those with a goal first, in the cards' order."""
    counts: dict[str, int] = {}
    goals: set[str] = set()
    for card in cards:
        for metric in card.metrics:
            counts[metric.name] = counts.get(metric.name, 0) + 1
            if metric.goal is not None:
                goals.add(metric.name)
    ranked = sorted(counts, key=lambda name: (name not in goals, -counts[name]))[:MOST_METRICS]
    return [name for name in counts if name in ranked]


def _weight(card: ScoreCard) -> float:
    return float(sum(metric.count for metric in card.metrics))


def _metric_cell(plan: Plan, card: ScoreCard, name: str) -> Cell:
    metric = card.metric(name)
    missed = metric is not None and metric.goal is not None and metric.high < metric.goal
    return Cell(words=figure_words(plan, metric), kind="n out" if missed else "n")


def _goal_notes(plan: Plan) -> list[str]:
    """Say which goals hold at which level; each figure surely below its goal is marked."""
    found: dict[tuple[str, str], Metric] = {}
    for card in score_cards(plan):
        for metric in card.metrics:
            if metric.goal is not None:
                found.setdefault((card.level, metric.name), metric)
    if not found:
        return []
    words = ", ".join(
        f"{name} {figure_words(plan, metric, metric.goal)} ({level})"
        for (level, name), metric in found.items()
    )
    return [f"Goals: {words}. A figure is marked where even its 80% range lies below the goal."]


def pipeline_rows(plan: Plan) -> PageTable:
    """Return each rep's open pipeline against what he needs."""
    health, names = open_pipeline(plan), people_names(plan)
    found, money = health.reps if health else (), plan.data.currency
    shown, note = choose_rows(np.array([row.amount for row in found], dtype=float), "pipeline")
    rows = []
    for row in (found[place] for place in shown):
        short = row.coverage is not None and row.coverage < row.need
        rows.append(
            (
                name_cell(names.get(row.rep_id, row.rep_id)),
                number_cell(short_money(money, row.amount)),
                number_cell(short_money(money, row.expected)),
                number_cell(f"{percent(row.win_rate)} ({percent(row.low)}–{percent(row.high)})"),
                number_cell(f"{row.need:.1f}×" if row.need < float("inf") else "–"),
                Cell(
                    words="–" if row.coverage is None else f"{row.coverage:.1f}×",
                    kind="n out" if short else "n",
                ),
            )
        )
    columns = ("Open", "Expected", "Win rate (80%)", "Coverage needed", "Coverage")
    return PageTable(heads=head_cells("Rep", *columns, text=1), rows=tuple(rows), note=note)


def stage_rows(plan: Plan) -> PageTable:
    """Return each open stage: how much, how likely, how old, how silent."""
    health, money = open_pipeline(plan), plan.data.currency
    rows = tuple(
        (
            word_cell(stage.name),
            number_cell(f"{stage.opportunities:,}"),
            number_cell(short_money(money, stage.amount)),
            number_cell(percent(stage.probability)),
            number_cell(_days(stage.age)),
            number_cell(_days(stage.silence)),
            Cell(words=f"{stage.stale:,}", kind="n out" if stage.stale else "n"),
        )
        for stage in (health.stages if health else ())
    )
    columns = ("Open deals", "Amount", "Chance", "Age", "Silent for", "Stale")
    return PageTable(heads=head_cells("Stage", *columns, text=1), rows=rows)


def _days(days: float) -> str:
    return f"{days:.0f} days" if np.isfinite(days) else "–"


def _performance_sentence(plan: Plan) -> str:
    cards = score_cards(plan)
    told = sum(card.level == "rep" and card.metric(PRODUCTIVITY) is not None for card in cards)
    start = "Small samples are drawn toward the role's mean. "
    if not told:
        return start
    ranking = plan.standing.performance.ranking if plan.standing else ()
    names = people_names(plan)
    best = ", ".join(names.get(rep, rep) for rep in ranking[:3])
    return (
        f"{start}Productivity is the multiple of a typical rep that the same accounts would have "
        f"booked with: what the territory gave is taken out. It could be told for {told} reps; the "
        f"highest are {best}."
    )


def _reasons_sentence(plan: Plan) -> str:
    reasons = plan.standing.performance.rejection_reasons if plan.standing else {}
    if not reasons:
        return ""
    total = sum(reasons.values())
    shown = list(reasons.items())[:MOST_REASONS]
    words = ", ".join(f"{reason} {percent(count / total)}" for reason, count in shown)
    return f"{total:,} opportunities were lost: {words}."


def _pipeline_sentence(plan: Plan) -> str:
    health, money = open_pipeline(plan), plan.data.currency
    if health is None:
        return ""
    total = sum(stage.amount for stage in health.stages)
    inside = int(health.expected_by_month.sum())
    return (
        f"{short_money(money, total)} is open. Weighed by the chance to win, "
        f"{short_money(money, health.before)} should close before the plan starts and "
        f"{short_money(money, inside)} within it. Coverage is open pipeline over the quota still to "
        f"close; needed is 1 ÷ win rate. {len(health.stale):,} deals are stale."
    )


def _ramp_sentence(plan: Plan) -> str:
    ramp = plan.standing.ramp if plan.standing else None
    if ramp is None:
        return ""
    month = ramp.months_to_full
    full = "not within a year" if month is None else f"in month {month + 1}"
    return (
        f"Measured on {len(ramp.hires)} hires of the company's own against tenured reps of their "
        f"role, a new rep reaches nine tenths of full productivity {full}."
    )
