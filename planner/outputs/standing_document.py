"""Score cards, pipeline and ramp as plain values, for plan.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from planner.outputs.money_values import money_number, plain_number
from planner.outputs.plan import Plan
from planner.outputs.standing_tables import in_units
from planner.potential.people.score_cards import Metric, Performance
from planner.potential.pipeline_result import PipelineHealth, RepPipeline, Stage


def standing_document(plan: Plan) -> dict[str, Any]:
    """Return performance, pipeline and ramp; None each where the tables did not allow it."""
    found = plan.standing
    if found is None:
        return dict.fromkeys(("performance", "pipeline", "ramp"))
    ramp = found.ramp
    return {
        "performance": _performance(plan, found.performance),
        "pipeline": _pipeline(plan, found.pipeline) if found.pipeline else None,
        "ramp": asdict(ramp) | {"planned": list(found.stated_ramp)} if ramp else None,
    }


def _performance(plan: Plan, found: Performance) -> dict[str, Any]:
    return {
        "ranking": list(found.ranking),
        "rejection_reasons": dict(found.rejection_reasons),
        "cards": [
            {
                "level": card.level,
                "subject": card.subject,
                "role": card.role,
                "metrics": {metric.name: _metric(plan, metric) for metric in card.metrics},
            }
            for card in found.cards
        ],
    }


def _metric(plan: Plan, metric: Metric) -> dict[str, Any]:
    names = ("value", "low", "high", "raw", "benchmark", "goal")
    unit = plan.data.currency.code if metric.unit == "money" else metric.unit
    values = {name: plain_number(in_units(plan, metric, getattr(metric, name))) for name in names}
    return {"unit": unit, "count": metric.count, **values}


def _pipeline(plan: Plan, health: PipelineHealth) -> dict[str, Any]:
    starts = plan.data.period.starts
    months = zip(starts, health.expected_by_month.tolist(), strict=True)
    return {
        "win_rate": plain_number(health.win_rate),
        "stages": [_stage(plan, stage) for stage in health.stages],
        "reps": [_rep(plan, rep) for rep in health.reps],
        "expected_before": money_number(plan, health.before),
        "expected_by_month": {
            start.isoformat(): money_number(plan, amount) for start, amount in months
        },
        "stale": list(health.stale),
    }


def _stage(plan: Plan, stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.name,
        "opportunities": stage.opportunities,
        "open": money_number(plan, stage.amount),
        "probability": plain_number(stage.probability),
        "age": plain_number(stage.age),
        "silence": plain_number(stage.silence),
        "stale": stage.stale,
    }


def _rep(plan: Plan, rep: RepPipeline) -> dict[str, Any]:
    return {
        "rep_id": rep.rep_id,
        "open": money_number(plan, rep.amount),
        "expected": money_number(plan, rep.expected),
        "win_rate": plain_number(rep.win_rate),
        "low": plain_number(rep.low),
        "high": plain_number(rep.high),
        "closed": rep.closed,
        "need": plain_number(rep.need),
        "quota_left": None if rep.quota is None else money_number(plan, rep.quota),
        "coverage": plain_number(rep.coverage),
    }
