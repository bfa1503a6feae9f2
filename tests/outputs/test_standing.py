"""Score cards, pipeline and ramp on the page, in the workbook, in CSV and in plan.json."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.outputs.folder import load_plan
from planner.outputs.plan import Plan
from planner.outputs.report import make_report
from planner.outputs.standing_document import standing_document
from planner.outputs.standing_page import standing_page
from planner.outputs.standing_tables import standing_tables


@pytest.fixture(scope="module")
def plan(demo_plan: Path) -> Plan:
    return load_plan(demo_plan)


def test_every_figure_of_every_card_is_a_row(plan: Plan, demo_plan: Path) -> None:
    """scorecards.csv has as many rows as there are figures, and money in units."""
    with (demo_plan / "scorecards.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    cards = plan.standing.performance.cards
    assert len(rows) == sum(len(card.metrics) for card in cards)
    company = next(card for card in cards if card.level == "company").metric("average deal")
    row = next(row for row in rows if (row["level"], row["metric"]) == ("company", "average deal"))
    assert row["unit"] == "USD"
    assert float(row["value"]) == pytest.approx(company.value / 100, rel=1e-6)


def test_the_document_and_the_tables_agree(plan: Plan, demo_plan: Path) -> None:
    """plan.json holds the same pipeline as the table, in units of the currency."""
    written = json.loads((demo_plan / "plan.json").read_text(encoding="utf-8"))
    assert written["pipeline"] == json.loads(json.dumps(standing_document(plan)["pipeline"]))
    table = standing_tables(plan)["pipeline"]
    opened = {row["rep_id"]: row["open"] for row in written["pipeline"]["reps"]}
    for rep, amount in zip(table.column("rep_id").values, table.column("open").values, strict=True):
        assert opened[rep] == pytest.approx(amount / 100)


def test_expected_bookings_are_within_the_open_amount(plan: Plan) -> None:
    """What should close before and within the plan is no more than what is open at face."""
    health = plan.standing.pipeline
    opened = sum(stage.amount for stage in health.stages)
    assert 0 < health.before + int(health.expected_by_month.sum()) <= opened


def test_the_report_has_the_sections(plan: Plan) -> None:
    """The page shows the cards of all three levels, the pipeline and the chart of productivity."""
    page = make_report(plan)
    for words in ("What people did", "Score cards", "The open pipeline", "Productivity"):
        assert words in page
    cards = standing_page(plan)["cards"]
    assert {row[0].words for row in cards.rows} == {"Company", "Team", "Rep"}


def test_a_plan_without_standing_shows_no_section(company: Plan) -> None:
    """Plans that keep no score cards have no empty section, and null in plan.json."""
    assert "What people did" not in make_report(company)
    assert standing_document(company) == {"performance": None, "pipeline": None, "ramp": None}
    assert standing_tables(company) == {}
