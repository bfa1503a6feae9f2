"""Plans side by side: who wins and loses, what adds up, and a page that loads nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from planner.outputs.capacity import monthly_capacity
from planner.outputs.comparison import compare_plans
from planner.outputs.comparison_charts import _wrap, waterfall_chart
from planner.outputs.comparison_page import answer_questions, make_comparison_page
from planner.outputs.comparison_people import (
    ComparedRep,
    RepFigures,
    compare_reps,
    last_quotas,
)
from planner.outputs.comparison_steps import EMPTY, bookings_steps, cost_steps
from planner.outputs.comparison_workbook import save_comparison
from planner.outputs.folder import load_plan
from planner.outputs.plan import Plan


@pytest.fixture
def figures() -> Callable[..., RepFigures]:
    """Build a rep's figures from those that matter."""

    def build(**given: Any) -> RepFigures:
        plain = {
            "quota": 100,
            "chance": 0.5,
            "attainment": 1.0,
            "pay": None,
            "accounts": 1,
            "revenue": 1,
        }
        return RepFigures(**(plain | given))

    return build


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ({"pay": 1000}, {"pay": 1011}, "gains"),
        ({"pay": 1000}, {"pay": 1009}, "same"),
        ({"pay": 1000}, {"pay": 989}, "loses"),
        ({"pay": 1000, "chance": 0.9}, {"pay": 1000, "chance": 0.1}, "same"),
        ({"chance": 0.5}, {"chance": 0.44}, "loses"),
        ({"chance": 0.5}, {"chance": 0.46}, "same"),
        ({"chance": None}, {"chance": 0.5}, "unknown"),
        (None, {}, "joins"),
        ({}, None, "leaves"),
    ],
)
def test_who_wins_and_loses_is_told_by_pay_then_by_chance(
    figures: Callable[..., RepFigures], before: Any, after: Any, word: str
) -> None:
    """More than 1% of pay, else more than 5 points of chance, either way."""
    pair = tuple(None if one is None else figures(**one) for one in (before, after))
    rep = ComparedRep(rep_id="r", name="R", role="", team="", figures=pair)
    assert rep.verdict(1) == word


def test_capacity_by_month_is_what_the_books_can_bring(company: Plan) -> None:
    """With everybody in the seat and no ramp it is the whole potential; goal months add up."""
    scenario = company.provenance.scenario | {"quota": {"ramp": []}}
    steady = replace(company, provenance=replace(company.provenance, scenario=scenario))
    found = monthly_capacity(steady)
    served = company.territory_of_account >= 0
    most = company.potential.expected[served].sum()
    assert 0 < found.capacity.sum() <= most * (1 + 1e-9)
    assert company.quotas is not None
    assert found.goal.sum() == company.quotas.goal
    everybody = replace(steady, data=replace(steady.data, reps=()))
    assert monthly_capacity(everybody).capacity.sum() == pytest.approx(most)


def test_waterfalls_add_up(company: Plan, build: Callable[..., Plan]) -> None:
    """First total plus all changes is the last total, for bookings and for cost."""
    other = build(accounts=30, reps=4, seed=5)
    names = ("a", "b")
    for steps in (
        bookings_steps([company, other], 1, names),
        cost_steps([company, other], 1, names),
    ):
        assert sum(value for _, value in steps[:-1]) == pytest.approx(steps[-1][1])
    assert waterfall_chart(company, [("a", 5.0), ("x", 0.0), ("b", 5.0)], "w", "Nothing") is None


def test_what_comes_in_for_empty_seats_is_a_step(build: Callable[..., Plan]) -> None:
    """The steps end at what the company expects, although no rep is credited with all of it."""
    company, other = (build(accounts=30, reps=4, seed=seed) for seed in (4, 5))
    assert other.outcomes is not None
    whole = next(one for one in other.outcomes.outcomes if one.level == "company")
    more = replace(whole, expected=whole.expected + 100_000)
    rows = tuple(more if one is whole else one for one in other.outcomes.outcomes)
    hired = replace(other, outcomes=replace(other.outcomes, outcomes=rows))
    steps = bookings_steps([company, hired], 1, ("a", "b"))
    assert steps[-1][1] == pytest.approx(more.expected, abs=len(rows))
    assert steps[-2][0] == EMPTY
    assert sum(value for _, value in steps[:-1]) == pytest.approx(steps[-1][1])


def test_the_page_is_safe_and_whole(company: Plan, hostile_company: Plan, tmp_path: Path) -> None:
    """Hostile names stay text, nothing is loaded, and the three questions are answered."""
    plans = [company, hostile_company]
    comparison = compare_plans(plans)
    page = make_comparison_page(plans, comparison)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
    for question in ("likelier to make the goal", "What does it cost", "Who loses"):
        assert question in page
    assert page == make_comparison_page(plans, comparison)
    save_comparison(comparison, plans, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "comparison.xlsx")
    assert {"Headlines", "By rep", "Capacity by month"} <= set(book.sheetnames)
    document = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert len(document["tables"]["reps"]) == len(compare_reps(plans))


def test_a_finance_user_reads_the_answers(demo_plan: Path) -> None:
    """The same plan with a tenth of the draws' luck taken away is named as the less likely one."""
    plan = load_plan(demo_plan)
    assert plan.outcomes is not None
    worse = replace(
        plan,
        outcomes=replace(plan.outcomes, goal_probability=plan.outcomes.goal_probability / 2),
        provenance=replace(plan.provenance, name="Worse"),
    )
    names = compare_plans([plan, worse]).names
    answers = answer_questions([plan, worse], names, compare_reps([plan, worse]))
    assert answers[0]["lines"][0].startswith(f"{plan.provenance.name}:")
    assert "Worse" in answers[0]["lines"][1]
    assert all(any(name in line for line in answers[1]["lines"]) for name in names)
    assert f"{len(compare_reps([plan]))} stay of" in answers[2]["lines"][0]


def test_the_bridge_of_each_rep_adds_up_on_the_page(demo_plan: Path) -> None:
    """Own last quota and other accounts are the book's last year, that and all steps the quota."""
    plan = load_plan(demo_plan)
    comparison = compare_plans([plan])
    bridge = next(sheet for sheet in comparison.sheets if sheet.name == "bridge")
    own, owed = last_quotas(plan), 0
    for row in bridge.rows:
        steps = np.array([float(value or 0) for value in row[6:]])
        assert steps[:-1].sum() == pytest.approx(steps[-1], abs=0.011)
        if row[4] is not None:
            owed += 1
            assert float(row[4]) == own[str(row[1])] / plan.data.currency.scale
            assert float(row[4]) + float(row[5] or 0) == pytest.approx(
                float(row[6] or 0), abs=0.011
            )
    assert owed > len(bridge.rows) / 2


def test_pay_of_reps_and_of_others_is_all_pay(demo_plan: Path) -> None:
    """What the table of reps adds up to stands in the headlines beside everybody else's pay."""
    comparison = compare_plans([load_plan(demo_plan)])
    lines = {line.name.strip(): line.values[0] for line in comparison.headlines}
    reps = next(sheet for sheet in comparison.sheets if sheet.name == "reps")
    at = [head.endswith(": expected pay") for head, _ in reps.columns].index(True)
    mine, others = (
        float(lines["of it reps"] or 0),
        float(lines["of it managers, overlays, SDRs"] or 0),
    )
    assert mine == pytest.approx(sum(float(row[at] or 0) for row in reps.rows), abs=0.01)
    assert mine + others == pytest.approx(float(lines["pay, expected"] or 0), abs=0.01)
    assert others > 0


def test_hours_beyond_what_a_seat_has_are_no_capacity(company: Plan) -> None:
    """A seat that needs twice its hours serves half of its potential, and the rest comes in part."""
    scenario = company.provenance.scenario | {
        "quota": {"ramp": []},
        "workload": {"hours_per_year": 1000.0},
        "outcomes": {"unserved_share": 0.2},
    }
    seats = len(company.territory_ids)
    plan = replace(
        company,
        provenance=replace(company.provenance, scenario=scenario),
        data=replace(company.data, reps=()),
        seats=replace(company.seats, capacity=np.ones(seats), pool=np.zeros(seats, dtype=bool)),
        travel=np.full(seats, 500.0),
        visit_hours=np.full(seats, 500.0),
    )
    enough = monthly_capacity(plan).capacity
    busy = monthly_capacity(replace(plan, visit_hours=np.full(seats, 1500.0))).capacity
    assert busy == pytest.approx(enough * (0.2 + 0.8 / 2))
    halves = replace(plan.seats, capacity=np.full(seats, 0.5))
    assert monthly_capacity(replace(plan, seats=halves)).capacity == pytest.approx(busy)


def test_names_that_share_their_beginning_stay_apart_under_bars() -> None:
    """Three added seats are told apart by their cities, and no word is cut."""
    names = [f"Added headcount {city}" for city in ("San Antonio", "Los Angeles", "Brooklyn")]
    labels = [_wrap(name, 11) for name in names]
    assert len(set(labels)) == 3
    assert [" ".join(label.split()) for label in labels] == names
