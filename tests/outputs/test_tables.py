"""The plan's tables, as an independent reader finds them in the files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.money import Currency
from planner.outputs.columns import Table, figures, money, text
from planner.outputs.csv_files import format_number, quote_formula, write_csv
from planner.outputs.plan import Plan
from planner.outputs.tables import plan_tables
from planner.outputs.writing import write_tables

HEADERS = {
    "assignments": "account_id name territory_id rep_id previous_rep_id moved held reason",
    "territories": "territory_id rep_id manager_id accounts",
    "quotas": "rep_id territory_id level depth parent_id component period_start currency quota "
    "quota_local basis ramp limits_hit override last_year",
    "outcomes": "level rep_id expected p10 p50 p90 probability_of_quota",
    "transitions": "account_id from to trailing_revenue open_pipeline hold_over_until "
    "quota_effect reason",
}


def read(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as a script would."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def files(company: Plan, tmp_path: Path) -> Path:
    """Return a folder with the tables of the company of twelve."""
    write_tables(company, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", list(HEADERS))
def test_columns_stand_in_the_contracts_order(files: Path, name: str) -> None:
    """Each file begins with the columns that scripts rely on."""
    header = (files / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    wanted = HEADERS[name].split()
    assert header[: len(wanted)] == wanted
    assert len(header) == len(set(header))


def test_every_account_stands_once(files: Path, company: Plan) -> None:
    """No account is lost or doubled, and the one nobody serves has no territory."""
    rows = read(files / "assignments.csv")
    assert [row["account_id"] for row in rows] == [f"{place:06d}" for place in range(12)]
    assert rows[3]["territory_id"] == "" == rows[3]["rep_id"]
    for row in rows:
        old, new = row["previous_rep_id"], row["rep_id"]
        assert row["moved"] == ("true" if old and old != new else "false")
    assert {"potential", "workload", "measure_name"} <= set(rows[0])
    potential = sum(Decimal(row["potential"]) for row in rows)
    assert potential * 100 == int(company.potential.expected.sum())


def test_measures_of_territories_add_up(files: Path) -> None:
    """A territory's figure is the sum of its accounts', and the deviation follows from it."""
    accounts = read(files / "assignments.csv")
    for row in read(files / "territories.csv"):
        mine = [one for one in accounts if one["territory_id"] == row["territory_id"]]
        assert int(row["accounts"]) == len(mine)
        assert Decimal(row["potential"]) == sum(Decimal(one["potential"]) for one in mine)
        share = float(row["potential"]) / float(row["potential_target"]) - 1
        assert float(row["potential_deviation"]) == pytest.approx(share, abs=1e-6)
        assert row["manager_id"] == "M1"


def test_quotas_are_exact_in_both_currencies(files: Path, company: Plan) -> None:
    """Quotas are decimals of their currency: yen have no digits, dollars two."""
    rows = read(files / "quotas.csv")
    assert company.quotas is not None
    total = sum(line.quota for line in company.quotas.lines)
    assert sum(Decimal(row["quota"]) for row in rows) * 100 == total
    yen = next(row for row in rows if row["currency"] == "JPY")
    assert yen["quota_local"].isdigit()
    assert yen["ramp"] == "0.875"
    company_line = rows[0]
    assert (company_line["level"], company_line["territory_id"]) == ("company", "")
    assert company_line["basis"] == "" == company_line["override"]


def test_transitions_are_the_moved_accounts(files: Path) -> None:
    """The sheet holds each moved account once, with from, to and the hold-over day."""
    moved = [row for row in read(files / "assignments.csv") if row["moved"] == "true"]
    rows = read(files / "transitions.csv")
    assert [row["account_id"] for row in rows] == [row["account_id"] for row in moved]
    assert [row["from"] for row in rows] == [row["previous_rep_id"] for row in moved]
    assert {row["hold_over_until"] for row in rows} <= {"2027-04-01"}
    assert all(row["reason"] for row in rows)


def test_hostile_names_are_text(hostile_company: Plan, tmp_path: Path) -> None:
    """A name that begins like a formula has an apostrophe, and no number does."""
    write_tables(hostile_company, tmp_path)
    names = {row["name"] for row in read(tmp_path / "assignments.csv")}
    assert "'=cmd|' /C calc'!A0" in names
    assert "<script>alert(1)</script>" in names
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)
    deviations = [row["potential_deviation"] for row in read(tmp_path / "territories.csv")]
    assert any(value.startswith("-") for value in deviations)


def test_a_plan_without_quotas_has_headers_only(company: Plan, tmp_path: Path) -> None:
    """Where no goal is set, the files of quotas and outcomes are there and empty."""
    from dataclasses import replace

    write_tables(replace(company, quotas=None, outcomes=None), tmp_path)
    assert read(tmp_path / "quotas.csv") == []
    assert read(tmp_path / "outcomes.csv") == []


def test_the_order_of_tables_is_fixed(build: Callable[..., Plan]) -> None:
    """All five tables come from one plan, whatever its size."""
    assert list(plan_tables(build(accounts=5, reps=1, seed=0))) == list(HEADERS)


@given(st.integers(-(10**17), 10**17), st.sampled_from([0, 2, 3, 4]))
def test_money_is_exact(minor: int, digits: int) -> None:
    """Any amount comes back to the minor unit."""
    import tempfile

    currency = Currency("XXX", digits)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.csv"
        write_csv(Table(name="one", columns=(money("amount", [minor]),)), currency, path)
        written = read(path)[0]["amount"]
    assert Decimal(written).scaleb(digits) == minor
    assert written == currency.to_text(minor)


@given(st.text(max_size=30).filter(lambda value: "\x00" not in value))
def test_any_text_comes_back(value: str) -> None:
    """Quotes, commas, line ends and odd letters survive, the apostrophe apart."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.csv"
        table = Table(name="one", columns=(text("id", ["1"]), text("name", [value])))
        write_csv(table, Currency("USD", 2), path)
        found = read(path)[0]["name"]
    assert found == quote_formula(value)
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1, "0.1"), (-0.0, "0"), (1234567.0, "1234567"), (-1e-9, "0"), (2 / 3, "0.666667")],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    """Floats have at most six decimals and no trailing zeros."""
    assert format_number(value) == shown


def test_empty_cells_are_empty(tmp_path: Path) -> None:
    """NaN, None and missing dates leave nothing."""
    columns = (
        figures("a", "number", [float("nan"), 1.5]),
        figures("b", "date", [None, date(2027, 1, 1)]),
        figures("c", "flag", [None, True]),
        money("d", [float("nan"), 12.0]),
    )
    write_csv(Table(name="t", columns=columns), Currency("USD", 2), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "a,b,c,d\n,,,\n1.5,2027-01-01,true,0.12\n"


def test_columns_must_agree_in_length() -> None:
    """A table whose columns differ in length cannot be made."""
    with pytest.raises(ValueError, match="differ in length"):
        Table(name="t", columns=(text("a", ["1"]), text("b", [])))
