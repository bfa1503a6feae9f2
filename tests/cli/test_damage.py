"""Damaged exports through the command line: findings or a clear refusal, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from planner.cli.commands import planner
from tests.cli.damage import (
    DATES,
    FILES,
    IDS,
    NUMBERS,
    TABLES,
    Company,
    set_dates,
    set_numbers,
)
from tests.cli.odd_scenarios import SCENARIOS, SETTINGS
from tests.cli.odd_shapes import SHAPES
from tests.cli.small_company import QUICK

OPTIONAL = ("quotas", "opportunities", "activities", "places")
# What no message to a person may hold.
JARGON = re.compile(
    r"NoneType|Traceback|Errno|pydantic|numpy|dtype|Decimal\(|codec|Input should|fault of ours"
    r"|object at 0x|KeyError|ValueError|\[key\]|constrained-"
)
# Damage that leaves a table that can still be read for certain, whichever table it is.
READABLE = {
    "commas below the last row", "UTF-8 with BOM", "UTF-16", "UTF-32", "a workbook",
}  # fmt: skip
# Damage that depends on the table: where it stops nothing, the plan can do without those rows.
EITHER = {
    "header only", "semicolons", "truncated", "short rows", "headers of emoji", "headers of SQL",
    "5,000 columns", "formula cells", "a workbook named csv", "quotes unbalanced", "renamed key",
    "each row twice", "cells of markup", "no header", "Windows-1252",
}  # fmt: skip
PLANNED = (
    "one family", "no coordinates", "coordinates all the same", "poles and the date line",
    "all prospects", "all on pool", "all headcount open", "no managers", "history of zero",
    "no market", "yen", "dinar", "required columns alone", "names of markup",
)  # fmt: skip


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a tiny company; nobody may change them."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    folder = tmp_path_factory.mktemp("intact")
    write_company(build_company(accounts=50, reps=4, seed=7), folder)
    return folder


@pytest.fixture
def company(intact: Path, tmp_path: Path) -> Company:
    """A copy that may be damaged."""
    shutil.copytree(intact, tmp_path / "company")
    return Company(tmp_path / "company")


def leave_out(company: Company, kept: str = "") -> None:
    """Take optional tables out of the scenario, so that a case reads no more than it needs."""
    path = company.folder / "baseline.toml"
    text = path.read_text(encoding="utf-8")
    for table in OPTIONAL:
        if table != kept:
            text = text.replace(f'[inputs.{table}]\npath = "{table}.csv"\n', "")
    path.write_text(text, encoding="utf-8")


def refuse_constant(text: str) -> NoReturn:
    raise AssertionError(f"the JSON holds {text}")


def run(company: Company, command: str = "check") -> tuple[int, dict[str, Any]]:
    """Run a command on the company, and assert what holds however it ends."""
    out = company.folder.parent / "plan"
    more = ["--out", str(out)] if command == "plan" else []
    settings = [part for setting in (*QUICK, *company.settings) for part in ("--set", setting)]
    before = sorted(path.name for path in company.folder.parent.rglob("*"))
    arguments = [command, str(company.folder / "baseline.toml"), "--json", *settings, *more]
    done = CliRunner().invoke(planner, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in {0, 1, 2, 3, 4}, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout, parse_constant=refuse_constant)
    if done.exit_code:
        assert printed["error"]
        assert done.stderr
        assert sorted(path.name for path in company.folder.parent.rglob("*")) == before
    wordings = [printed.get("error", "")]
    for finding in printed.get("findings", ()):
        assert finding["message"]
        wordings += [finding["message"], finding["advice"]]
    for wording in wordings:
        assert not JARGON.search(wording), wording
        assert len(wording) < 5_000, wording[:500]
    return done.exit_code, printed


def errors(printed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings that stop a plan."""
    return [finding for finding in printed["findings"] if finding["severity"] == "error"]


def file_cases() -> list[tuple[str, str]]:
    """Return each damage with its tables: the three main ones, and one of the rest in turn."""
    if os.environ.get("PLANNER_ALL_DAMAGES"):
        return [(name, table) for name in FILES for table in TABLES]
    return [
        (name, table)
        for number, name in enumerate(FILES)
        for table in ("accounts", ("history", "reps")[number % 2], OPTIONAL[number % 4])
    ]


@pytest.mark.parametrize(("name", "table"), file_cases())
def test_a_damaged_file_ends_in_words(name: str, table: str, company: Company) -> None:
    """Whatever became of the file: it is read, or the finding or refusal names table or file."""
    leave_out(company, table)
    FILES[name](company, table)
    code, printed = run(company)
    if name in READABLE:
        assert code == 0, printed
    elif name not in EITHER:
        assert code in {1, 2}
    if code == 1:
        assert any(finding["table"] == table for finding in errors(printed))
    if code == 2:
        assert table in printed["error"]


@pytest.mark.parametrize("value", NUMBERS)
def test_odd_numbers_end_in_words(value: str, company: Company) -> None:
    """A value in every cell that held a number, in every table at once."""
    for table in TABLES:
        set_numbers(company, table, value)
    code, printed = run(company)
    if value not in {"0", "12.5%", "#N/A", "1e-320"}:
        assert code == 1
        assert any(finding["value"] == value for finding in errors(printed))


@pytest.mark.parametrize("value", DATES)
def test_odd_dates_end_in_words(value: str, company: Company) -> None:
    """A value in every cell that held a date, in every table at once."""
    for table in TABLES:
        set_dates(company, table, value)
    code, printed = run(company)
    if value in {"2026-02-30", "0001-01-01", "-2026-01-01", "yesterday", "31/12/2026", "#VALUE!"}:
        assert code == 1
        assert any(
            "date" in finding["code"] or "date" in finding["message"]
            for finding in printed["findings"]
        )


def test_odd_ids_are_kept_to_the_last_file(company: Company) -> None:
    """Seventeen ids that exports hold are read, planned on, and written as they were."""
    known = [row["account_id"] for row in company.rows("accounts")]
    for old, new in zip(known, IDS, strict=False):
        company.rename("account_id", old, new)
    code, _ = run(company, "plan")
    assert code == 0
    written = (company.folder.parent / "plan" / "assignments.csv").read_text(encoding="utf-8")
    for kept in ("00012", "😀", "x" * 100, "<script>alert(1)</script>", "1e5", "{0}%s", "../../x"):
        assert kept in written
    page = (company.folder.parent / "plan" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("name", SHAPES)
def test_companies_of_odd_shape_end_in_words(name: str, company: Company) -> None:
    """What is consistent but odd is planned or refused, and never breaks a later stage."""
    SHAPES[name](company)
    code, printed = run(company, "plan" if name in PLANNED else "check")
    if code == 1:
        assert errors(printed)
    if code == 0 and name in PLANNED:
        read_every_table(company.folder.parent / "plan")


def read_every_table(plan: Path) -> None:
    """Assert that no file of a plan for machines holds a number that is none."""
    for path in [*plan.glob("*.csv"), *plan.glob("*.json"), *plan.glob("*.geojson")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".csv":
            json.loads(text, parse_constant=refuse_constant)
        else:
            assert not re.search(r"(^|,)-?(nan|inf|NaN|None|<NA>)(,|$)", text, re.MULTILINE), path


@pytest.mark.parametrize("name", SETTINGS)
def test_odd_settings_end_in_words(name: str, company: Company) -> None:
    """A setting that asks for what cannot be is named in the refusal."""
    leave_out(company)
    company.say(*SETTINGS[name])
    code, printed = run(company)
    if code == 2:
        key, _, value = SETTINGS[name][0].partition("=")
        named = (
            key.rpartition(".")[2],
            key.partition(".")[0],
            "--set",
            "extends",
            "ondition",
            "Hold",
        )
        assert any(part and part in printed["error"] for part in (*named, value))


@pytest.mark.parametrize("name", SCENARIOS)
def test_odd_scenario_files_end_in_words(name: str, company: Company) -> None:
    """A scenario's file of any content is read, or refused by its name."""
    path = company.folder / "baseline.toml"
    change: Callable[[bytes], bytes] = SCENARIOS[name]
    old = path.read_bytes()
    path.write_bytes(change(old))
    assert path.read_bytes() != old
    code, printed = run(company)
    if name in {"with BOM", "line ends of Windows"}:
        assert code == 0
    else:
        assert code == 2
        assert "baseline.toml" in printed["error"] or "scenario" in printed["error"]
