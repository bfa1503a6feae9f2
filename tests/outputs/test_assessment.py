"""Fairness, pay, bridge and bottom-up, wherever a plan shows them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from planner.findings import Finding
from planner.outcomes.result import CompensationCost, PayElement, PlanAssessment, RepPay
from planner.outputs.comparison import compare_plans
from planner.outputs.fairness_words import LIGHTS, count_lights, fairness_tests
from planner.outputs.plan import Plan
from planner.outputs.report import make_report
from planner.outputs.state import read_state, write_state
from planner.outputs.summary import write_plan_json
from planner.outputs.workbook import write_workbook
from planner.quotas.bottom_up import TopDown
from planner.quotas.changes import QuotaBridge
from planner.quotas.fairness_result import Evidence, FairnessTest, Light
from planner.quotas.statistics import Estimate

HOSTILE = "<script>alert(7)</script>"


def a_test(name: str, evidence: Evidence, light: Light, *, circular: bool = False) -> FairnessTest:
    """Return one fairness test with a figure unless it cannot tell."""
    figure = Estimate(value=None, count=3)
    if light != "grey":
        figure = Estimate(value=-0.42, low=-0.7, high=-0.1, count=40)
    return FairnessTest(
        name=name,
        evidence=evidence,
        figure=figure,
        light=light,
        sentence=f"What {name} says of {evidence}.",
        threshold=f"Limits of {name} (Somebody 1999).",
        circular=circular,
    )


def an_assessment() -> PlanAssessment:
    """Return an assessment with every light, pay with an idle part, a bridge and bottom-up."""
    pay = RepPay(
        rep_id="R001",
        role="AE",
        base=5_000_000,
        variable=4_000_050,
        expected=9_500_000,
        p10=8_000_000,
        p50=9_400_000,
        p90=11_000_000,
        at={0.5: 7_000_000, 0.8: 8_000_000, 1.0: 9_000_050, 1.2: 10_000_000, 1.5: 11_000_000},
    )
    part = PayElement(
        role="AE", element="SPIF spring", cost=50_000, bookings=10_000, idle=True, words=HOSTILE
    )
    return PlanAssessment(
        compensation=CompensationCost(
            expected=123_456_789,
            p10=100_000_000,
            p50=120_000_000,
            p90=150_000_000,
            cost_of_sales=0.1375,
            reps=(pay,),
            elements=(part,),
            findings=(
                Finding(severity="warning", code="reps.pay_missing", message="R002 has no ote."),
            ),
        ),
        fairness=(
            a_test("attainment_potential", "expected", "amber", circular=True),
            a_test("attainment_potential", "held_out", "amber"),
            a_test("quota_to_potential_gini", "plan", "green"),
            a_test("share_at_quota", "past", "grey"),
            a_test("ratchet", "past", "red"),
        ),
        bridge=(
            QuotaBridge(
                rep_id="R001",
                component="total",
                last_year=100,
                growth=20,
                basis=-5,
                ramp=-3,
                limits=2,
                override=0,
                rounding=1,
                quota=115,
            ),
        ),
        bottom_up=(
            TopDown(level="company", rep_id="company", set_quota=900, submitted=850),
            TopDown(level="manager", rep_id="M1", set_quota=900, submitted=850),
            TopDown(level="rep", rep_id="R001", set_quota=900, submitted=850),
        ),
    )


@pytest.fixture
def assessed(company: Plan) -> Plan:
    """The hand-made company's plan with an assessment."""
    return replace(company, assessment=an_assessment())


def test_an_assessment_comes_back_exactly(assessed: Plan, tmp_path: Path) -> None:
    """Every figure of the assessment survives the plan's folder, keys that are numbers too."""
    write_state(assessed, tmp_path)
    volatile = {"seconds": {}, "peak_memory_mb": 0.0}
    assert read_state(tmp_path, volatile).assessment == assessed.assessment


def test_plan_json_holds_the_assessment(assessed: Plan, tmp_path: Path) -> None:
    """Each test has its light, figure, interval and sentence; money is in units."""
    write_plan_json(assessed, tmp_path / "plan.json", lambda: assessed)
    found = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert found["fairness"]["light"] == "red"
    gini = next(one for one in found["fairness"]["tests"] if one["evidence"] == "plan")
    assert gini == {
        "test": "quota_to_potential_gini",
        "evidence": "plan",
        "light": "green",
        "circular": False,
        "figure": -0.42,
        "low": -0.7,
        "high": -0.1,
        "observations": 40,
        "sentence": "What quota_to_potential_gini says of plan.",
        "threshold": "Limits of quota_to_potential_gini (Somebody 1999).",
    }
    pay = found["compensation"]
    assert (pay["expected"], pay["p90"], pay["cost_of_sales"]) == (1_234_567.89, 1_500_000, 0.1375)
    assert pay["reps"][0]["variable"] == 40_000.5
    assert pay["reps"][0]["at"]["1"] == 90_000.5
    assert pay["elements"][0]["idle"] is True
    (bridge,) = found["bridge"]
    steps = ("last_year", "growth", "basis", "ramp", "limits", "override", "rounding")
    assert sum(bridge[step] for step in steps) == pytest.approx(bridge["quota"])
    assert found["bottom_up"][0] == {
        "level": "company",
        "rep_id": "company",
        "set_quota": 9,
        "submitted": 8.5,
        "difference": 0.5,
    }


def test_circular_lights_do_not_decide(assessed: Plan, tmp_path: Path) -> None:
    """The overall light is the worst of the tests that prove something."""
    tests = (
        a_test("attainment_potential", "expected", "red", circular=True),
        a_test("quota_to_potential_gini", "plan", "amber"),
    )
    assert assessed.assessment is not None
    found = replace(assessed, assessment=replace(assessed.assessment, fairness=tests))
    write_plan_json(found, tmp_path / "plan.json", lambda: found)
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert document["fairness"]["light"] == "amber"


def test_a_plan_without_quotas_has_no_assessment(company: Plan, tmp_path: Path) -> None:
    """The keys are there and empty, and the page has neither section."""
    write_plan_json(company, tmp_path / "plan.json", lambda: company)
    found = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert [found[key] for key in ("fairness", "compensation", "bridge", "bottom_up")] == [None] * 4
    page = make_report(company)
    assert "Is it fair?" not in page
    assert "What it pays" not in page


def test_the_report_says_whether_it_is_fair(assessed: Plan) -> None:
    """Each light is a shape and a word, each test a sentence, and limits name their source."""
    page = html.unescape(make_report(assessed))
    assert "Of 4 tests: 1 good, 1 to watch, 1 poor, 1 cannot tell." in page
    for light in ("green", "amber", "red", "grey"):
        assert f'<td class="light {light}">{LIGHTS[light]}</td>' in page
    for test in fairness_tests(assessed):
        assert test.sentence in page
        assert test.threshold in page
    assert "Simulated year (circular)" in page
    assert "-0.42 (-0.70 to -0.10)" in page


def test_every_light_has_a_shape_and_a_word_of_its_own() -> None:
    """Who sees no colour can tell the four lights apart, in either way."""
    shapes, words = zip(*(name.split(" ", 1) for name in LIGHTS.values()), strict=True)
    assert len(set(shapes)) == len(set(words)) == 4


def test_the_report_says_what_it_pays(assessed: Plan) -> None:
    """Expected pay, its range and the cost of sales are in a sentence, idle parts are marked."""
    page = html.unescape(make_report(assessed))
    sentence = re.search(r"Pay is expected to cost [^<]*", page)
    assert sentence is not None
    for words in ("USD 1.23M", "USD 1M", "USD 1.5M", "USD 1.2M", "13.8%"):
        assert words in sentence.group()
    assert "R002 has no ote." in page
    assert "SPIF spring" in page
    assert "Costs more than it moves" in page


def test_unknown_pay_is_left_out(assessed: Plan, tmp_path: Path) -> None:
    """A plan where nobody's pay is known shows none, rather than nothing as a cost."""
    assert assessed.assessment is not None
    nothing = replace(
        assessed.assessment.compensation, expected=0, p10=0, p50=0, p90=0, cost_of_sales=0.0
    )
    plan = replace(assessed, assessment=replace(assessed.assessment, compensation=nothing))
    assert "What it pays" not in make_report(plan)
    write_plan_json(plan, tmp_path / "plan.json", lambda: plan)
    assert json.loads((tmp_path / "plan.json").read_text())["compensation"] is None
    write_workbook(plan, tmp_path / "w.xlsx")
    names = openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames
    assert "Fairness" in names
    assert "Pay" not in names


def test_words_of_an_assessment_are_never_markup(assessed: Plan) -> None:
    """What a role or a part of a plan is called shows as it was typed."""
    assert assessed.assessment is not None
    pay = assessed.assessment.compensation
    parts = tuple(replace(part, element=HOSTILE, role=HOSTILE) for part in pay.elements)
    hostile = replace(
        assessed.assessment,
        compensation=replace(pay, elements=parts),
        fairness=(replace(assessed.assessment.fairness[2], sentence=HOSTILE),),
    )
    page = make_report(replace(assessed, assessment=hostile))
    assert "<script" not in page
    assert HOSTILE in html.unescape(page)


def test_the_workbook_has_the_assessment(assessed: Plan, tmp_path: Path) -> None:
    """Each part has a sheet that the summary names, with lights in words and figures as numbers."""
    write_workbook(assessed, tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    added = ["Fairness", "Pay", "Pay plans", "Quota bridge", "Bottom-up"]
    assert [name for name in book.sheetnames if name in added] == added
    words = {str(row[0].value) for row in book["Summary"].iter_rows()}
    assert set(added) <= words
    rows = list(book["Fairness"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [
        LIGHTS[light] for light in ("amber", "green", "grey", "red", "amber")
    ]
    assert rows[0][4] == -0.42
    bridge = next(iter(book["Quota bridge"].iter_rows(min_row=2, values_only=True)))
    assert sum(bridge[3:-1]) == pytest.approx(bridge[-1])
    assert book["Bottom-up"].max_row == 4


def test_no_tests_say_nothing() -> None:
    """Where every test is circular there is nothing to count."""
    assert count_lights(()) == ""
    assert count_lights((a_test("share_at_quota", "expected", "grey", circular=True),)) == ""


def test_plans_side_by_side_show_pay_and_fairness(assessed: Plan, company: Plan) -> None:
    """Pay, its share of bookings and lights stand beside each other; who has none has a gap."""
    lines = {
        line.name.strip(): line.values for line in compare_plans([company, assessed]).headlines
    }
    assert lines["pay, expected"] == (None, 1_234_567.89)
    assert lines["share of bookings"] == (None, 0.1375)
    assert lines["fairness tests: poor"] == (None, 1)
    assert lines["to watch"] == (None, 1)
    bare = {line.name for line in compare_plans([company, company]).headlines}
    assert not {"pay, expected", "fairness tests: poor"} & bare
