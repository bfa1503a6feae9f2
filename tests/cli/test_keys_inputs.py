"""Each key of ``[period]``, ``[fx]``, ``[inputs]`` and ``[control]`` by its effect on a plan."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from planner.cli.commands import planner
from tests.cli.damage import workbook
from tests.cli.small_company import Row, SmallCompany, csv_text

HOME = "start = 2027-01-01\nmonths = 12"


def total(rows: list[Row], column: str) -> int:
    """Return the sum of a column."""
    return sum(int(row[column]) for row in rows)


def quota_starts(answer_rows: list[Row]) -> list[str]:
    """Return the first days of the months that the company's quota is split into."""
    return sorted({row["period_start"] for row in answer_rows if row["level"] == "company"})


@pytest.mark.parametrize("weeks", [52, 53])
def test_a_calendar_of_weeks(small: SmallCompany, weeks: int) -> None:
    """4-4-5 weeks, the last quarter of 53-week years 4-5-5: quotas begin on the days given."""
    lengths = [4, 4, 5] * 4
    lengths[-2] += weeks - 52
    first = date(2027, 1, 31)
    starts = [first + timedelta(weeks=sum(lengths[:number])) for number in range(12)]
    days = ", ".join(map(str, starts))
    end = first + timedelta(weeks=weeks)
    small.scenario = small.scenario.replace(HOME, f"starts = [{days}]\nend = {end}")
    plan = small.plan('quota.seasonality="even"')
    assert quota_starts(plan.rows("quotas")) == [str(day) for day in starts]
    assert plan.document["period"]["end"] == str(end)
    months = [float(row["quota"]) for row in plan.rows("quotas") if row["level"] == "company"]
    assert sum(months) == pytest.approx(1_000_000, abs=0.001)
    assert [round(52 * month / 1_000_000 * weeks / 52) for month in months] == lengths
    late = small.refused(f"period.starts=[{starts[1]}, {starts[0]}]", code=2)
    assert "ascending" in late.said


def test_a_fiscal_year_from_february(small: SmallCompany) -> None:
    """Months begin with February, and as_of is the last history date before them."""
    small.scenario = small.scenario.replace("2027-01-01", "2027-02-01")
    small.tables["history"].append(
        {"account_id": "A000", "date": "2027-01-20", "amount": "5000", "rep_id": "R1"}
    )
    plan = small.plan()
    assert quota_starts(plan.rows("quotas"))[0] == "2027-02-01"
    assert quota_starts(plan.rows("quotas"))[-1] == "2028-01-01"
    assert plan.document["period"]["as_of"] == "2027-01-20"


def test_history_after_as_of_is_left_out_and_said(small: SmallCompany) -> None:
    """A row later than as_of is a finding, and counts in no figure."""
    plan = small.plan("period.as_of=2026-06-30")
    late = [row for row in small.tables["history"] if row["date"] > "2026-06-30"]
    (found,) = (f for f in plan.findings if f["code"].startswith("history.") and f["count"] == 60)
    assert "2026-06-30" in found["message"]
    lines = {line["name"]: line for line in plan.document["control_totals"]}
    assert lines["history.amount"]["excluded"] == total(late, "amount")
    said = small.refused("period.as_of=2029-01-01", code=2).said
    assert "as_of" in said


def test_mixed_currencies_need_plan_rates(small: SmallCompany) -> None:
    """With rates amounts are brought to the plan currency; without, each currency is named."""
    for row in small.accounts:
        if row["owner_id"] == "R1":
            row["currency"] = "EUR"
    for row in small.tables["history"]:
        if row["rep_id"] == "R1":
            row["currency"] = "JPY"
    refused = small.refused(code=1)
    assert {"EUR", "JPY"} <= {word for f in refused.findings for word in f["message"].split()}
    plan = small.plan("fx={ EUR = 1.25, JPY = 0.01 }")
    lines = {line["name"]: line for line in plan.document["control_totals"]}
    mine = [row for row in small.accounts if row["owner_id"] == "R1"]
    theirs = [row for row in small.accounts if row["owner_id"] != "R1"]
    market = total(mine, "addressable_market") * 1.25 + total(theirs, "addressable_market")
    assert lines["accounts.addressable_market"]["read"] == market
    booked = sum(
        int(row["amount"]) * (0.01 if row["rep_id"] == "R1" else 1)
        for row in small.tables["history"]
    )
    assert lines["history.amount"]["read"] == pytest.approx(booked)
    assert "EUR" in small.refused("fx={ EUR = 0 }", code=2).said


@pytest.mark.parametrize(("code", "times"), [("JPY", 1), ("IDR", 10_000_000)])
def test_currencies_without_minor_units_and_of_trillions(
    small: SmallCompany, code: str, times: int
) -> None:
    """Yen have no minor unit; rupiah reach trillions: every level still sums to the unit."""
    for row in small.accounts:
        row["addressable_market"] = str(int(row["addressable_market"]) * times)
    for row in small.tables["history"]:
        row["amount"] = str(int(row["amount"]) * times)
    goal = 1_000_003 * times
    plan = small.plan(f'currency="{code}"', f"quota.goal={goal}", "quota.round_to=1")
    quota = plan.printed["quota"]
    digits = 2 if code == "IDR" else 0
    assert quota["goal"] == goal
    assert quota["rep_total"] == round(goal * 1.1, digits)
    assert sum(plan.quotas("rep").values()) == pytest.approx(
        quota["rep_total"], abs=10**-digits / 2
    )
    texts = [row["quota"] for row in plan.rows("quotas")]
    assert all(("." in text) == (digits > 0) for text in texts)


def test_tables_from_a_database(small: SmallCompany) -> None:
    """url and query read SQLite; neither works alone, and a wrong query is named."""
    small.write()
    base = small.folder / "crm.db"
    with sqlite3.connect(base) as connection:
        for name in ("accounts", "history"):
            rows = small.tables[name]
            columns = ", ".join(f'"{key}" TEXT' for key in rows[0])
            connection.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(
                f"INSERT INTO {name} VALUES ({marks})",
                [tuple(row.values()) for row in rows],
            )
    expected = small.plan().owners()
    for name in ("accounts", "history"):
        small.scenario = small.scenario.replace(
            f'path = "{name}.csv"',
            f'url = "sqlite:///{base}"\nquery = "SELECT * FROM {name}"',
        )
        (small.folder / f"{name}.csv").unlink()
        small.tables.pop(name)
    assert small.plan().owners() == expected
    said = small.refused('inputs.accounts.query="SELECT * FROM acounts"', code=2).said
    assert "acounts" in said
    small.scenario = small.scenario.replace('query = "SELECT * FROM accounts"', "")
    assert "belong together" in small.refused(code=2).said


@pytest.mark.parametrize("kind", ["parquet", "xlsx", "utf-16", "semicolons", "Windows-1252"])
def test_every_kind_of_file(small: SmallCompany, kind: str) -> None:
    """Parquet, XLSX and other text files give the plan that UTF-8 with commas gives."""
    small.account("A000")["name"] = "Müller & Söhne"
    expected = small.plan().rows("assignments")
    assert expected[0]["name"] == "Müller & Söhne"
    rows = small.tables.pop("accounts")
    text = csv_text(rows)
    name = {"parquet": "accounts.parquet", "xlsx": "accounts.xlsx"}.get(kind, "accounts.csv")
    path = small.folder / name
    (small.folder / "accounts.csv").unlink()
    small.scenario = small.scenario.replace("accounts.csv", name)
    if kind == "parquet":
        import pandas as pd

        pd.DataFrame(rows).to_parquet(path)
    elif kind == "xlsx":
        path.write_bytes(workbook(list(csv.reader(io.StringIO(text)))))
    elif kind == "semicolons":
        path.write_text(text.replace(",", ";"), encoding="utf-8-sig", newline="\r\n")
    else:
        path.write_text(text, encoding={"utf-16": "utf-16"}.get(kind, "cp1252"))
    assert small.plan().rows("assignments") == expected


def test_headers_are_mapped_or_matched_and_printed(small: SmallCompany) -> None:
    """``columns`` wins, aliases match, and check prints which header was read as which column."""
    theirs = {
        "account_id": "Account ID (18)",
        "name": "Account Name",
        "addressable_market": "Spend p.a.",
        "owner_id": "Account Owner: Full Name",
        "segment": "Tier",
    }
    small.tables["accounts"] = [
        {theirs.get(key, key): value for key, value in row.items()} for row in small.accounts
    ]
    for row in small.accounts:
        row["Account Owner: Full Name"] = f"REP, {row['Account Owner: Full Name'][1:]}".title()
    for row in small.reps[:4]:
        row["name"] = f"{row['rep_id'][1:]} Rep"
    assert "addressable_market" in small.refused(code=1).said
    small.scenario = small.scenario.replace(
        'path = "accounts.csv"',
        'path = "accounts.csv"\ncolumns = { addressable_market = "Spend p.a." }',
    )
    plan = small.plan()
    assert {row["previous_rep_id"] for row in plan.rows("assignments")} == {"R1", "R2", "R3", "R4"}
    (source,) = (item for item in plan.document["inputs"] if item["table"] == "accounts")
    assert source["columns"] == {**{k: k for k in source["columns"]}, **theirs}
    done = CliRunner().invoke(planner, ["check", str(small.folder / "scenario.toml")])
    assert "addressable_market ← Spend p.a." in done.stdout
    assert "owner_id ← Account Owner: Full Name" in done.stdout
    said = small.refused('inputs.accounts.columns.segment="Tierr"', code=1)
    assert any("'Tier'" in f["advice"] for f in said.findings)


def test_conditions_leave_rows_out_of_every_table(small: SmallCompany) -> None:
    """``where`` of accounts, history and reps: what is left out is in no figure, and counted."""
    small.account("A000")["status"] = "closed"
    small.rep("R4")["region"] = "no"
    small.tables["history"][7]["kind"] = "intercompany"
    for table, where in (
        ("accounts", "status <> 'closed'"),
        ("history", "kind IS DISTINCT FROM 'intercompany'"),
        ("reps", "region IS NULL OR region <> 'no'"),
    ):
        small.scenario = small.scenario.replace(
            f'path = "{table}.csv"', f'path = "{table}.csv"\nwhere = "{where}"'
        )
    plan = small.plan()
    assert "A000" not in plan.owners()
    assert set(plan.served()) == {"R1", "R2", "R3"}
    lines = {line["name"]: line for line in plan.document["control_totals"]}
    assert lines["accounts.rows"]["excluded"] == 1
    assert lines["accounts.rows"]["planned"] == 59
    gone = sum(row["account_id"] == "A000" for row in small.tables["history"])
    assert lines["history.rows"]["excluded"] == gone + 1
    said = small.refused("inputs.accounts.where=\"staus <> 'x'\"", code=2).said
    assert "status" in said
    assert (
        "read_text"
        in small.refused(
            "inputs.accounts.where=\"name IN (SELECT content FROM read_text('/etc/hostname'))\"",
            code=2,
        ).said
    )


def test_control_figures_of_the_ledger(small: SmallCompany) -> None:
    """What differs from the ledger is said with the difference; strict stops the plan."""
    booked = total(small.tables["history"], "amount")
    right = small.plan(f"control.history_total={booked}", "control.accounts_rows=60")
    lines = {line["name"]: line for line in right.document["control_totals"]}
    assert lines["history.amount"]["agrees"] is True
    assert lines["accounts.rows"]["agrees"] is True
    wrong = small.check(f"control.history_total={booked + 0.18}")
    (found,) = (f for f in wrong.findings if f["code"] == "control.history_amount")
    assert "0.18" in found["message"]
    strict = small.refused(f"control.history_total={booked + 1}", "control.strict=true", code=1)
    assert "control.history_amount" in strict.codes("error")
    assert not small.check(f"control.history_total={booked + 1}", "control.tolerance=1").codes() & {
        "control.history_amount"
    }


def test_salesforce_ids_of_both_lengths_match(small: SmallCompany) -> None:
    """History by 15 characters belongs to accounts by 18, and owners likewise."""
    long, short = "001A000001LoFSuIAN", "001A000001LoFSu"
    for row in small.accounts:
        if row["account_id"] == "A000":
            row["account_id"] = long
    for row in small.tables["history"]:
        if row["account_id"] == "A000":
            row["account_id"] = short
    plan = small.plan()
    assert long in plan.owners()
    assert not any(f["severity"] == "error" for f in plan.findings)
    lines = {line["name"]: line for line in plan.document["control_totals"]}
    assert lines["history.rows"]["excluded"] == 0


def test_postal_codes_place_accounts(small: SmallCompany) -> None:
    """An account without coordinates is placed by its postal code; without either, no travel."""
    for key in ("A000", "A001"):
        small.account(key).update(latitude="", longitude="", postal_code="010")
    small.account("A001")["postal_code"] = "999"
    for row in small.accounts[2:]:
        row["postal_code"] = ""
    places = [{"postal_code": "010", "latitude": "40.70", "longitude": "-74.00"}]
    small.add_table("places", places)
    plan = small.plan()
    (found,) = (f for f in plan.findings if f["code"] == "accounts.placement")
    assert "58 of 60" in found["message"]
    assert "1 by postal code" in found["message"]
    assert plan.owners().keys() >= {"A000", "A001"}


def test_numbers_as_people_write_them(small: SmallCompany) -> None:
    """Currency signs, brackets for negatives, and decimal commas where the scenario says so."""
    expected = total(small.accounts, "addressable_market")
    for row in small.accounts:
        row["addressable_market"] = f"${int(row['addressable_market']):,}.00"
    for row in small.tables["history"]:
        row["amount"] = f"{int(row['amount']):,}".replace(",", ".") + ",00"
    small.tables["history"].append(
        {"account_id": "A000", "date": "2026-10-01", "amount": "(500,00)", "rep_id": "R1"}
    )
    small.scenario = small.scenario.replace(
        'path = "history.csv"', 'path = "history.csv"\ndecimal = ","'
    )
    lines = {line["name"]: line for line in small.plan().document["control_totals"]}
    assert lines["accounts.addressable_market"]["read"] == expected
    booked = sum(2 * 3 * (10_000 + 2_000 * (number * 7 % 16)) // 10 for number in range(60))
    assert lines["history.amount"]["read"] == booked - 500


def test_dates_in_a_stated_format(small: SmallCompany) -> None:
    """date_format reads what is written so; without it each cell is a finding."""
    for row in small.tables["history"]:
        year, month, day = row["date"].split("-")
        row["date"] = f"{day}/{month}/{year}"
    assert small.refused(code=1).codes("error") >= {"history.not_a_date"}
    plan = small.plan('inputs.history.date_format="%d/%m/%Y"')
    assert plan.document["period"]["as_of"] == "2026-09-15"
