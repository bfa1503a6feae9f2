"""The assessment as tables for the workbook: fairness, pay, the bridge, and bottom-up."""

from __future__ import annotations

from planner.outcomes.result import CompensationCost
from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.fairness_words import LIGHTS, evidence_words, fairness_tests, fairness_title
from planner.outputs.plan import Plan
from planner.outputs.wording import percent


def assessment_tables(plan: Plan) -> dict[str, Table]:
    """Return the tables of a plan's assessment that have rows, by name."""
    if plan.assessment is None:
        return {}
    tables = (
        fairness_table(plan),
        pay_table(plan),
        pay_elements_table(plan),
        bridge_table(plan),
        bottom_up_table(plan),
    )
    return {table.name: table for table in tables if table.rows}


def known_pay(plan: Plan) -> CompensationCost | None:
    """Return what pay costs, None where nobody's pay is known."""
    pay = plan.assessment.compensation if plan.assessment else None
    return pay if pay is not None and pay.expected > 0 else None


def fairness_table(plan: Plan) -> Table:
    """Return one row for each fairness test."""
    tests = fairness_tests(plan)
    columns = (
        text("light", [LIGHTS[test.light] for test in tests]),
        text("test", [fairness_title(test) for test in tests]),
        text("evidence", [evidence_words(test) for test in tests], "What it looks at"),
        text("sentence", [test.sentence for test in tests], "Result"),
        figures("figure", "number", [test.figure.value for test in tests]),
        figures("low", "number", [test.figure.low for test in tests], "95% from"),
        figures("high", "number", [test.figure.high for test in tests], "95% to"),
        figures("observations", "integer", [test.figure.count for test in tests]),
        figures("circular", "flag", [test.circular for test in tests]),
        text("threshold", [test.threshold for test in tests], "Limits of the light, and source"),
    )
    return Table(name="fairness", columns=columns)


def pay_table(plan: Plan) -> Table:
    """Return one row for each person who is paid."""
    pay, names = known_pay(plan), _names(plan)
    rows = pay.reps if pay else ()
    attainments = list(rows[0].at) if rows else []
    columns = (
        text("rep_id", [row.rep_id for row in rows]),
        text("rep_name", [names.get(row.rep_id, "") for row in rows]),
        text("role", [row.role for row in rows]),
        money("base", [row.base for row in rows]),
        money("variable", [row.variable for row in rows], "Variable at quota"),
        money("expected", [row.expected for row in rows], "Expected pay"),
        money("p10", [row.p10 for row in rows], "P10"),
        money("p50", [row.p50 for row in rows], "P50"),
        money("p90", [row.p90 for row in rows], "P90"),
        *(
            money(f"at_{share:g}", [row.at[share] for row in rows], f"Pay at {percent(share)}")
            for share in attainments
        ),
    )
    return Table(name="pay", columns=columns)


def pay_elements_table(plan: Plan) -> Table:
    """Return one row for each part of a pay plan: what it costs and what it moves."""
    pay = known_pay(plan)
    rows = pay.elements if pay else ()
    columns = (
        text("role", [row.role for row in rows]),
        text("element", [row.element for row in rows], "Part of the pay plan"),
        money("cost", [row.cost for row in rows], "Costs"),
        money("bookings", [row.bookings for row in rows], "Bookings it moves"),
        figures("idle", "flag", [row.idle for row in rows], "Costs more than it moves"),
        text("sentence", [row.words for row in rows], "In words"),
    )
    return Table(name="pay_elements", columns=columns)


def bridge_table(plan: Plan) -> Table:
    """Return one row for each person and component: from last year's quota to this one."""
    rows, names = plan.assessment.bridge if plan.assessment else (), _names(plan)
    titles = {
        "last_year": "Last year",
        "growth": "Growth of the company",
        "basis": "Book's share",
        "ramp": "Ramp and months in seat",
        "limits": "Limits",
        "override": "By hand",
        "rounding": "Rounding",
        "quota": "Quota",
    }
    columns: tuple[Column, ...] = (
        text("rep_id", [row.rep_id for row in rows]),
        text("rep_name", [names.get(row.rep_id, "") for row in rows]),
        text("component", [row.component for row in rows]),
        *(
            money(name, [getattr(row, name) for row in rows], title)
            for name, title in titles.items()
        ),
    )
    return Table(name="bridge", columns=columns)


def bottom_up_table(plan: Plan) -> Table:
    """Return what was set beside what comes from below: company, managers, reps."""
    rows, names = plan.assessment.bottom_up if plan.assessment else (), _names(plan)
    columns = (
        text("level", [row.level for row in rows]),
        text("rep_id", [row.rep_id for row in rows]),
        text("rep_name", [names.get(row.rep_id, "") for row in rows]),
        money("set_quota", [row.set_quota for row in rows], "Reps' quotas as set"),
        money("submitted", [row.submitted for row in rows], "From below"),
        money("difference", [row.difference for row in rows]),
    )
    return Table(name="bottom_up", columns=columns)


def _names(plan: Plan) -> dict[str, str]:
    return {rep.rep_id: rep.name for rep in plan.data.reps}
