"""Charts of plans side by side: they draw what is known, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from planner.outputs.folder import load_plan
from planner.outputs.plan import Plan
from planner.outputs.scenario_charts import CHARTS


@pytest.fixture(scope="module")
def plans(demo_plan: Path) -> tuple[Plan, Plan]:
    """The demo plan, and one in which two reps' quotas and one's pay differ."""
    plan = load_plan(demo_plan)
    assert plan.quotas is not None
    reps = sorted(plan.quotas.by_person("rep"))[:2]
    lines = tuple(
        replace(line, quota=line.quota + (1000 if line.rep_id == reps[0] else -1000))
        if line.rep_id in reps and line.level == "rep"
        else line
        for line in plan.quotas.lines
    )
    assert plan.assessment is not None
    pay = plan.assessment.compensation
    rows = (
        replace(row, expected=row.expected + 1_000_000) if row.rep_id == reps[0] else row
        for row in pay.reps
    )
    richer = replace(pay, reps=tuple(rows))
    return plan, replace(
        plan,
        quotas=replace(plan.quotas, lines=lines),
        assessment=replace(plan.assessment, compensation=richer),
    )


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_chart_is_a_picture_that_names_the_plans(plans: tuple[Plan, Plan], name: str) -> None:
    """Each is one SVG with a sentence for people who cannot see it."""
    drawing = CHARTS[name][1](plans, ("First", "Second"))
    assert drawing is not None
    root = ET.fromstring(drawing)
    assert root.tag.endswith("svg")
    assert root.attrib["aria-label"]
    assert "First" in drawing
    assert "<script" not in drawing


@pytest.mark.parametrize("name", ["reach", "goal", "attainment", "months", "winners"])
def test_plans_without_quotas_have_no_chart_of_them(plans: tuple[Plan, Plan], name: str) -> None:
    """Nothing is drawn of what was not set or simulated."""
    bare = tuple(replace(plan, quotas=None, outcomes=None, assessment=None) for plan in plans)
    assert CHARTS[name][1](bare, ("First", "Second")) is None
