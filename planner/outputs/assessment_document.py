"""The assessment as plain values, for plan.json."""

from __future__ import annotations

from typing import Any

from planner.outcomes.result import RepPay
from planner.outputs.assessment_tables import known_pay
from planner.outputs.fairness_words import fairness_tests
from planner.outputs.money_values import money_number, plain_number
from planner.outputs.plan import Plan
from planner.quotas.bottom_up import TopDown
from planner.quotas.changes import QuotaBridge
from planner.quotas.fairness_result import FairnessTest

PERCENTILES = ("expected", "p10", "p50", "p90")
STEPS = ("last_year", "growth", "basis", "ramp", "limits", "override", "rounding", "quota")


def assessment_document(plan: Plan) -> dict[str, Any]:
    """Return fairness, compensation, bridge and bottom_up; None each where not assessed."""
    found = plan.assessment
    if found is None:
        return dict.fromkeys(("fairness", "compensation", "bridge", "bottom_up"))
    return {
        "fairness": _fairness(plan),
        "compensation": _compensation(plan),
        "bridge": [_bridge(plan, row) for row in found.bridge],
        "bottom_up": [_bottom_up(plan, row) for row in found.bottom_up],
    }


def _fairness(plan: Plan) -> dict[str, Any]:
    from planner.quotas.fairness import worst_light

    tests = fairness_tests(plan)
    return {
        "light": worst_light([test for test in tests if not test.circular]),
        "tests": [_test(test) for test in tests],
    }


def _test(test: FairnessTest) -> dict[str, Any]:
    return {
        "test": test.name,
        "evidence": test.evidence,
        "light": test.light,
        "circular": test.circular,
        "figure": plain_number(test.figure.value),
        "low": plain_number(test.figure.low),
        "high": plain_number(test.figure.high),
        "observations": test.figure.count,
        "sentence": test.sentence,
        "threshold": test.threshold,
    }


def _compensation(plan: Plan) -> dict[str, Any] | None:
    pay = known_pay(plan)
    if pay is None:
        return None
    return {
        **{name: money_number(plan, getattr(pay, name)) for name in PERCENTILES},
        "cost_of_sales": plain_number(pay.cost_of_sales),
        "reps": [_rep_pay(plan, row) for row in pay.reps],
        "elements": [
            {
                "role": row.role,
                "element": row.element,
                "cost": money_number(plan, row.cost),
                "bookings": money_number(plan, row.bookings),
                "idle": row.idle,
                "sentence": row.words,
            }
            for row in pay.elements
        ],
    }


def _rep_pay(plan: Plan, row: RepPay) -> dict[str, Any]:
    return {
        "rep_id": row.rep_id,
        "role": row.role,
        **{
            name: money_number(plan, getattr(row, name))
            for name in ("base", "variable", *PERCENTILES)
        },
        "at": {f"{share:g}": money_number(plan, amount) for share, amount in row.at.items()},
    }


def _bridge(plan: Plan, row: QuotaBridge) -> dict[str, Any]:
    steps = {name: money_number(plan, getattr(row, name)) for name in STEPS}
    return {"rep_id": row.rep_id, "component": row.component, **steps}


def _bottom_up(plan: Plan, row: TopDown) -> dict[str, Any]:
    amounts = {
        name: money_number(plan, getattr(row, name))
        for name in ("set_quota", "submitted", "difference")
    }
    return {"level": row.level, "rep_id": row.rep_id, **amounts}
