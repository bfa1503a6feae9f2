"""The measures to be balanced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.errors import ScenarioError
from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.units.measures import account_measures, is_money
from planner.units.parameters import WorkloadParameters
from planner.units.workload import measure_work
from tests.units.worlds import make_data, make_potential

REPS = [Rep(rep_id="ADA", name="Ada")]


def measure(
    rows: list[dict[str, Any]], name: str, **amounts: Any
) -> tuple[list[float], list[Finding]]:
    data = make_data(rows, REPS)
    work = measure_work(data, WorkloadParameters(visits_per_year=2, hours_per_visit=3))
    measures, findings = account_measures(data, make_potential(data, **amounts), work, [name])
    return measures[name].tolist(), list(findings)


def accounts(*markets: int | None, segments: str = "SSSEE") -> list[dict[str, Any]]:
    return [
        {"account_id": f"A{i}", "addressable_market": market, "segment": segment}
        for i, (market, segment) in enumerate(zip(markets, segments, strict=False))
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("potential", [5, 0]),
        ("revenue", [0, 7]),
        ("pipeline", [0, 9]),
        ("whitespace", [1, 0]),
        ("workload", [6, 6]),
        ("visits", [2, 2]),
        ("account_count", [1, 1]),
        ("employees", [10, 20]),
    ],
)
def test_what_may_be_balanced(name: str, expected: list[float]) -> None:
    """The planner's own figures, and any numeric column of the accounts."""
    rows = [{"account_id": "A0", "employees": 10}, {"account_id": "A1", "employees": 20}]
    values, findings = measure(
        rows,
        name,
        expected={"A0": 5}, trailing={"A1": 7}, pipeline={"A1": 9}, whitespace={"A0": 1},
    )  # fmt: skip
    assert values == expected
    assert findings == []


def test_a_missing_value_is_the_segments_median_and_said() -> None:
    """A2 gets the median of its segment S, not of all accounts."""
    values, findings = measure(accounts(100, 300, None, 9_000, 9_000), "addressable_market")
    assert values == [100, 300, 200, 9_000, 9_000]
    assert [(f.severity, f.code, f.count) for f in findings] == [("warning", "measures.missing", 1)]
    assert "A2" in findings[0].message


def test_a_segment_without_values_gets_the_median_of_all() -> None:
    """Where a segment knows nothing, all accounts speak for it."""
    values, _ = measure(accounts(100, 300, 500, None, None), "addressable_market")
    assert values == [100, 300, 500, 300, 300]


def test_an_empty_measure_is_an_error() -> None:
    """A column without a single value cannot be balanced."""
    _, findings = measure(accounts(None, None), "addressable_market")
    assert [(f.severity, f.code) for f in findings] == [("error", "measures.empty")]


def test_a_negative_value_is_an_error_that_names_the_account() -> None:
    """Amounts below zero stop the plan, with row, column and value."""
    _, findings = measure(accounts(100, -5), "addressable_market")
    (finding,) = findings
    assert (finding.severity, finding.code, finding.row) == ("error", "measures.negative", 3)
    assert (finding.column, finding.value, finding.subject) == ("addressable_market", "-5", "A1")


def test_many_negative_values_are_summed_up() -> None:
    """Twenty are shown, and one finding counts them all."""
    rows = [{"account_id": f"A{i:02d}", "size": -1.0} for i in range(30)]
    _, findings = measure(rows, "size")
    assert len(findings) == 21
    assert findings[-1].count == 30


def test_infinity_is_an_error() -> None:
    """An infinite amount cannot be balanced either."""
    rows = [{"account_id": "A0", "size": np.inf}, {"account_id": "A1", "size": 1.0}]
    assert [f.code for f in measure(rows, "size")[1]] == ["measures.negative"]


def test_returns_above_sales_count_as_nothing() -> None:
    """Revenue below zero is balanced as 0, with a warning."""
    values, findings = measure(accounts(1, 1), "revenue", trailing={"A0": -50, "A1": 20})
    assert values == [0, 20]
    assert [(f.severity, f.code) for f in findings] == [("warning", "measures.below_zero")]


@pytest.mark.parametrize("name", ["adressable_market", "Potential ", "segment", "latitude", "row"])
def test_an_unknown_measure_is_refused(name: str) -> None:
    """A misspelt name, a column of text, and coordinates are no measures."""
    with pytest.raises(ScenarioError, match="is not known"):
        measure(accounts(1, 2), name)


def test_the_nearest_name_is_offered() -> None:
    """A slip of the pen is met with what was probably meant."""
    with pytest.raises(ScenarioError, match="Did you mean addressable_market"):
        measure(accounts(1, 2), "adressable_market")


def test_money_is_told_from_hours() -> None:
    """Outputs write money in currency units, and only money."""
    data = make_data([{"account_id": "A0", "employees": 3}], REPS)
    money = [
        n for n in ("potential", "workload", "arr", "employees", "accounts") if is_money(n, data)
    ]
    assert money == ["potential", "arr"]
