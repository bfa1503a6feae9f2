"""The state of the pipeline: what is open, stale, expected and enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from planner.inputs.data import PlanningData
from planner.inputs.reps import Rep
from planner.potential.opportunities import open_amounts, outcomes
from planner.potential.pipeline_health import assess_pipeline
from tests.potential.conftest import AS_OF, make_company

COLUMNS = [
    "opportunity_id",
    "account_id",
    "stage",
    "amount",
    "created",
    "close_date",
    "probability",
    "last_activity",
    "rep_id",
]
ROWS = [
    ("O1", "A000", "Prospecting", 1000, "2026-12-01", "2027-01-20", 0.1, "2026-12-20", "R1"),
    ("O2", "A000", "Prospecting", 5000, "2026-05-01", "2027-03-20", 0.1, "2026-06-01", "R1"),
    ("O3", "A001", "Prospecting", 1000, "2026-12-01", "2027-02-20", 0.1, "2026-12-21", "R1"),
    ("O4", "A001", "Negotiation", 4000, "2026-10-01", "2026-12-01", 0.5, "2026-12-28", "R2"),
    ("O5", "A002", "Closed Won", 2000, "2026-01-01", "2026-03-01", 1.0, "2026-03-01", "R2"),
    ("O6", "A002", "Closed Lost", 2000, "2026-01-01", "2026-04-01", 0.0, "2026-04-01", "R2"),
]


def company_with(rows: list[tuple[object, ...]] = ROWS) -> PlanningData:
    deals = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("created", "close_date", "last_activity"):
        deals[column] = pd.to_datetime(deals[column])
    quotas = pd.DataFrame(
        {
            "rep_id": ["R1"],
            "start": pd.to_datetime(["2026-10-01"]),
            "end": pd.to_datetime(["2026-12-31"]),
            "quota": pd.array([10_000], dtype="Int64"),
            "attained": pd.array([3_000], dtype="Int64"),
        }
    )
    reps = (Rep(rep_id="R1", name="R1"), Rep(rep_id="R2", name="R2"))
    return make_company(None, 3, reps=reps, opportunities=deals, quotas=quotas)


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("Closed Won", "won"),
        ("closed-lost", "lost"),
        ("Signed", "won"),
        ("Negotiation", "open"),
        ("Disqualified", "lost"),
        ("No decision", "lost"),
        ("Order", "won"),
        ("Wonderful", "open"),
    ],
)
def test_stages_say_how_it_ended(stage: str, outcome: str) -> None:
    """Common names of stages are understood."""
    assert outcomes(pd.DataFrame({"stage": [stage]})).tolist() == [outcome]


def test_a_pipeline_is_weighed_and_timed() -> None:
    """Amounts are weighed by the chance to win and fall into their months."""
    health = assess_pipeline(company_with())
    assert health.expected_by_account.tolist() == [600, 2100, 0]
    assert health.expected_by_month.sum() + health.before == 2700
    assert health.win_rate == 0.5
    assert [stage.name for stage in health.stages] == ["Prospecting", "Negotiation"]


def test_a_silent_opportunity_is_stale() -> None:
    """One that was silent far longer than others of its stage is named, the others are not."""
    health = assess_pipeline(company_with())
    assert health.stale == ("O2",)
    assert "O2" in {finding.subject for finding in health.findings}


def test_coverage_is_against_what_is_still_to_close() -> None:
    """Open pipeline over the rest of the running quota, against one over the win rate."""
    rep = next(rep for rep in assess_pipeline(company_with()).reps if rep.rep_id == "R1")
    assert rep.quota == 7_000
    assert rep.coverage == pytest.approx(1.0)
    assert rep.need == pytest.approx(1 / rep.win_rate)


def test_age_stands_in_for_a_missing_probability() -> None:
    """Without probabilities the chance is that of closed ones at least as old."""
    rows = [(*row[:6], None, *row[7:]) for row in ROWS]
    health = assess_pipeline(company_with(rows))
    assert all(stage.probability == 0.5 for stage in health.stages)


def test_no_table_is_no_health() -> None:
    """Without opportunities there is nothing to assess."""
    assert assess_pipeline(replace(company_with(), opportunities=None)) is None


def test_the_past_pipeline_is_as_it_stood() -> None:
    """On a past day those count that were open then, whatever became of them."""
    data = company_with()
    deals = data.opportunities
    today = open_amounts(data.accounts, deals, AS_OF, today=True)
    np.testing.assert_array_equal(today, [6000, 5000, 0])
    before = open_amounts(data.accounts, deals, date(2026, 2, 1), today=False)
    np.testing.assert_array_equal(before, [0, 0, 4000])
