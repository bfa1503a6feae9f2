"""The report's sections on fairness and pay."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.outcomes.result import CompensationCost
from planner.outputs.assessment_tables import known_pay
from planner.outputs.fairness_words import (
    CIRCULAR,
    EVIDENCE,
    LIGHTS,
    count_lights,
    fairness_tests,
    fairness_title,
    interval_words,
    list_thresholds,
)
from planner.outputs.plan import Plan
from planner.outputs.report_tables import (
    Cell,
    PageTable,
    choose_rows,
    head_cells,
    name_cell,
    number_cell,
    rep_names,
    word_cell,
)
from planner.outputs.wording import full_money, percent, short_money
from planner.quotas.fairness_result import Evidence, FairnessTest

SHOWN_ATTAINMENTS = (0.8, 1.0, 1.2)


def assessment_page(plan: Plan) -> dict[str, PageTable | None]:
    """Return the tables on fairness, pay and bottom-up by name, None for one without rows."""
    tables = {
        **{f"fairness_{evidence}": fairness_rows(plan, evidence) for evidence in EVIDENCE},
        "thresholds": threshold_rows(plan),
        "pay": pay_rows(plan),
        "pay_elements": element_rows(plan),
        "bottom_up": bottom_up_rows(plan),
    }
    return {name: table if table.rows else None for name, table in tables.items()}


def assessment_words(plan: Plan) -> dict[str, Any]:
    """Return the sentences over those tables."""
    tests, pay = fairness_tests(plan), known_pay(plan)
    return {
        "fairness": count_lights(tests),
        "groups": [
            {
                "name": f"fairness_{evidence}",
                "title": title,
                "note": CIRCULAR if _is_circular(tests, evidence) else "",
            }
            for evidence, title in EVIDENCE.items()
        ],
        "pay": pay_sentence(plan, pay) if pay else "",
        "missing_pay": [one.message for one in pay.findings] if pay else [],
    }


def _is_circular(tests: tuple[FairnessTest, ...], evidence: Evidence) -> bool:
    return any(test.circular for test in tests if test.evidence == evidence)


def pay_sentence(plan: Plan, pay: CompensationCost) -> str:
    """Return in words what pay costs, how sure that is, and its share of bookings."""
    money = plan.data.currency
    share = pay.cost_of_sales
    sales = "" if share is None else f" That is {percent(share, 1)} of the expected bookings."
    return (
        f"Pay is expected to cost {short_money(money, pay.expected)} over the plan; in eight of "
        f"ten simulated years it lies from {short_money(money, pay.p10)} to "
        f"{short_money(money, pay.p90)}, in half of them below {short_money(money, pay.p50)}."
        f"{sales}"
    )


def fairness_rows(plan: Plan, evidence: Evidence) -> PageTable:
    """Return each test on some evidence with its light, its sentence and its figure."""
    rows = tuple(
        (
            Cell(words=LIGHTS[test.light], kind=f"light {test.light}"),
            word_cell(fairness_title(test)),
            Cell(words=test.sentence),
            number_cell(interval_words(test)),
        )
        for test in fairness_tests(plan)
        if test.evidence == evidence
    )
    heads = head_cells("Light", "Test", "Result", "Figure (95%)", text=3)
    return PageTable(heads=heads, rows=rows)


def threshold_rows(plan: Plan) -> PageTable:
    """Return what decides each light, and where that comes from."""
    rows = tuple(
        (Cell(words=titles), Cell(words=threshold))
        for titles, threshold in list_thresholds(fairness_tests(plan))
    )
    return PageTable(heads=head_cells("Tests", "Limits and their source", text=2), rows=rows)


def pay_rows(plan: Plan) -> PageTable:
    """Return each person's pay at target, as expected, and at several attainments."""
    pay, names, money = known_pay(plan), rep_names(plan), plan.data.currency
    people = pay.reps if pay else ()
    shown, note = choose_rows(np.array([row.expected for row in people], dtype=np.float64), "pay")
    rows = []
    for row in (people[place] for place in shown):
        spread = (row.base, row.variable, row.expected, row.p10, row.p90)
        amounts = (*spread, *(row.at[share] for share in SHOWN_ATTAINMENTS if share in row.at))
        rows.append(
            (
                word_cell(row.rep_id, "id"),
                name_cell(names.get(row.rep_id, row.rep_id)),
                word_cell(row.role),
                *(number_cell(short_money(money, amount)) for amount in amounts),
            )
        )
    at = [f"At {percent(share)}" for share in SHOWN_ATTAINMENTS]
    columns = ("Base", "Variable", "Expected", "P10", "P90", *at)
    heads = head_cells("ID", "Name", "Role", *columns, text=3)
    return PageTable(heads=heads, rows=tuple(rows), note=note)


def element_rows(plan: Plan) -> PageTable:
    """Return each part of the pay plans: what it costs, and what it moves."""
    pay, money = known_pay(plan), plan.data.currency
    rows = tuple(
        (
            word_cell(row.role or "No role"),
            word_cell(row.element),
            number_cell(short_money(money, row.cost)),
            number_cell(short_money(money, row.bookings)),
            Cell(words="■ Costs more than it moves" if row.idle else "", kind="light red"),
        )
        for row in (pay.elements if pay else ())
    )
    heads = (
        *head_cells("Role", "Part of the pay plan", "Costs", "Bookings it moves", text=2),
        word_cell(""),
    )
    return PageTable(heads=heads, rows=rows)


def bottom_up_rows(plan: Plan) -> PageTable:
    """Return the company's and the managers' figures from above and from below."""
    names, money = rep_names(plan) | {"company": "Company"}, plan.data.currency
    found = plan.assessment.bottom_up if plan.assessment else ()
    people = [row for row in found if row.level != "rep"]
    rows = tuple(
        (
            word_cell(row.rep_id, "id"),
            name_cell(names.get(row.rep_id, row.rep_id)),
            number_cell(full_money(money, row.set_quota)),
            number_cell(full_money(money, row.submitted)),
            number_cell(full_money(money, row.difference)),
        )
        for row in people
    )
    heads = head_cells("ID", "Of the reps below", "Set", "From below", "Difference", text=2)
    note = "From below is what was submitted, else the potential of the reps' books."
    return PageTable(heads=heads, rows=rows, note=note)
