"""Quota settings and people that cannot be, through a whole plan: clear findings, never a NaN."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from planner.errors import DataError, PlannerError, ScenarioError
from planner.outputs.plan import Plan
from planner.outputs.summary import summarise
from planner.pipeline.planning import make_plan
from planner.scenario.reading import read_scenario

FAST = ("outcomes.draws=100", "potential.method=last_year")
Rows = list[dict[str, str]]


@pytest.fixture
def plan_with(tiny_tables: Path, tmp_path: Path) -> Callable[..., Plan]:
    """Plan the tiny company with changed reps and settings."""

    def plan(*settings: str, change: Callable[[Rows], object] | None = None) -> Plan:
        tables = tmp_path / "tables"
        shutil.copytree(tiny_tables, tables)
        path = tables / "reps.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        if change:
            change(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        scenario = read_scenario(tables / "baseline.toml", (*FAST, *settings))
        return make_plan(scenario, tables)

    return plan


def set_all(**values: str) -> Callable[[Rows], None]:
    """Return what writes the same values into every row."""

    def change(rows: Rows) -> None:
        for row in rows:
            row.update(values)

    return change


def check_sound(plan: Plan) -> None:
    """No quota is negative, the sums are exact, and every figure is finite."""
    assert plan.quotas is not None
    assert plan.outcomes is not None
    assert min(line.quota for line in plan.quotas.lines) >= 0
    assert plan.quotas.totals["rep"] == plan.quotas.goal * 11 // 10
    assert sum(plan.quotas.by_person("rep").values()) == plan.quotas.totals["rep"]
    assert np.isfinite(summarise(plan)["goal_probability"])


@pytest.mark.parametrize("goal", ["0", "-5"])
def test_a_goal_of_nothing_or_less_is_refused(plan_with: Callable[..., Plan], goal: str) -> None:
    """The message names the key and its value."""
    with pytest.raises(ScenarioError, match=f"quota.goal = {goal}: must be more than 0"):
        plan_with(f"quota.goal={goal}")


def test_everybody_on_leave_is_refused(plan_with: Callable[..., Plan]) -> None:
    """Nobody can carry the goal: those concerned are named."""
    away = set_all(absence_start="2026-12-01", absence_end="2028-12-31")
    with pytest.raises(PlannerError, match="Nobody can carry") as caught:
        plan_with(change=away)
    assert caught.value.exit_code == 1
    assert any("absence" in finding.advice for finding in caught.value.findings)


def test_a_hierarchy_in_a_circle_is_refused(plan_with: Callable[..., Plan]) -> None:
    """The circle is written out."""

    def turn(rows: Rows) -> None:
        rows[0]["manager_id"] = rows[1]["rep_id"]

    with pytest.raises(DataError) as caught:
        plan_with(change=turn)
    (found,) = [one for one in caught.value.findings if one.code == "reps.manager_loop"]
    assert ">" in found.message


def test_two_roots_are_planned_and_named(plan_with: Callable[..., Plan]) -> None:
    """Whoever reports to nobody reports to the company, and a finding says who."""

    def part(rows: Rows) -> None:
        carriers = [row for row in rows if row["coverage"] == "direct"]
        carriers[0]["manager_id"] = ""

    plan = plan_with(change=part)
    check_sound(plan)
    assert any(finding.code == "reps.several_roots" for finding in plan.findings)


def test_a_rep_without_accounts_owes_nothing(plan_with: Callable[..., Plan]) -> None:
    """The others carry the total, and a finding says so."""
    loose = [
        f"alignment.measures.{name}.hard=false" for name in ("potential", "addressable_market")
    ]
    rule = 'alignment.eligibility=[{accounts="true", reps="rep_id <> \'E1002\'"}]'
    plan = plan_with(*loose, rule, "alignment.holds=[]", "alignment.disruption={}")
    check_sound(plan)
    assert plan.quotas is not None
    assert plan.quotas.of_rep("E1002", "rep") == 0
    assert any(finding.code == "quota.rep_without_accounts" for finding in plan.findings)


def test_a_ramp_longer_than_the_plan_is_named(plan_with: Callable[..., Plan]) -> None:
    """New hires are never fully productive in it, which a finding says."""
    ramp = ",".join(["0.1"] * 16 + ["0.5"] * 4 + ["1.0"])
    plan = plan_with(f"quota.ramp=[{ramp}]", change=set_all(hire_date="2026-11-15"))
    check_sound(plan)
    assert any(finding.code == "quota.ramp_longer_than_plan" for finding in plan.findings)


def test_missing_ote_is_named_where_it_is_needed(plan_with: Callable[..., Plan]) -> None:
    """Limits in multiples of it and the cost of pay cannot be worked out, and findings say so."""
    plan = plan_with("quota.ote_ratio={min=1, max=6}", change=set_all(ote=""))
    check_sound(plan)
    found = [one for one in plan.findings if one.code == "reps.ote_missing"]
    assert found
    assert all(one.advice for one in found)
