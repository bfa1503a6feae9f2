"""A real sample company, where its tables are at hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from planner.findings import Finding
from planner.inputs.data import PlanningData
from planner.inputs.loading import load
from planner.inputs.parameters import ControlParameters, InputsParameters, PeriodParameters

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "adventureworks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the AdventureWorks tables are absent")


@pytest.fixture(name="data", scope="module")
def load_data() -> PlanningData:
    """Return the company, read once."""
    return read_company()


def read_company() -> PlanningData:
    """Read the company with its managers left out, as its scenario does."""
    inputs = InputsParameters.model_validate(
        {
            "accounts": {"path": "accounts.csv", "columns": {"addressable_market": "Annual Sales"}},
            "history": {"path": "history.csv"},
            "reps": {"path": "reps.csv", "where": "Region IS NOT NULL"},
            "quotas": {"path": "quotas.csv"},
        }
    )
    control = ControlParameters(history_total=80_487_704.18, accounts_rows=701)
    period = PeriodParameters(start=date(2014, 6, 1))
    return load(inputs, period, control, "USD", {}, FOLDER)


def find(data: PlanningData, code: str) -> list[Finding]:
    """Return the findings of a code."""
    return [finding for finding in data.findings if finding.code == code]


def test_everything_is_read_and_adds_up(data: PlanningData) -> None:
    """All stores, orders and cents arrive, and the ledger agrees."""
    assert len(data.accounts) == 701
    assert data.history is not None
    assert len(data.history) == 3806
    assert len(data.reps) == 14
    totals = {total.name: total for total in data.control}
    assert totals["history.amount"].read == 8_048_770_418
    assert totals["history.amount"].planned == int(data.history["amount"].sum())
    assert all(total.read == total.excluded + total.planned for total in data.control)
    assert not find(data, "control.history_amount")


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("accounts.owner_differs_from_last_rep", 308),
        ("accounts.never_bought", 66),
        ("accounts.outside_country", 30),
        ("accounts.shared_point", 30),
        ("accounts.few_values", 701),
        ("reps.start_within_history", None),
        ("history.thin_quarter", None),
        ("history.thin_month", None),
        ("history.unknown_rep", None),
        ("quotas.unknown_rep", None),
    ],
)
def test_each_known_oddity_is_found(data: PlanningData, code: str, count: int | None) -> None:
    """What its publisher lists as odd is in the findings, with the right number."""
    found = find(data, code)
    assert found
    if count is not None:
        assert max(finding.count for finding in found) == count


def test_managers_orders_and_quotas_are_named(data: PlanningData) -> None:
    """The three managers without a region are left out, and their records are findings."""
    for code in ("history.unknown_rep", "quotas.unknown_rep"):
        assert {finding.subject for finding in find(data, code)} == {"274", "285", "287"}


def test_the_same_tables_give_the_same_data(data: PlanningData) -> None:
    """Findings and rows do not depend on the run."""
    again = read_company()
    assert again.findings == data.findings
    assert again.accounts.equals(data.accounts)
    assert data.quotas is not None
    assert bool((data.quotas["end"] > data.quotas["start"]).all())
