"""The generated reference speaks of every command, scenario key, table column and output."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from planner.cli.commands import COMMANDS
from planner.inputs.tables import known_tables
from planner.outputs.export import FORMATS
from planner.outputs.plan import Plan
from planner.outputs.summary import plan_document
from planner.outputs.tables import plan_tables
from planner.pipeline.backtesting import Backtest
from planner.pipeline.quota_backtest import QuotaBacktest
from planner.potential.backtest import BacktestReport
from planner.scenario.model import Scenario
from planner.scenario.reading import all_keys
from tests.docs.known_commands import describe_commands
from tests.outputs.conftest import build_plan

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([^`]+)`", re.MULTILINE)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The Sphinx extension that writes the pages."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from extensions import reference
    finally:
        sys.path.pop(0)
    return reference


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A small plan with every part."""
    return build_plan(accounts=12, reps=3, seed=1)


def parts(page: str) -> dict[str, str]:
    """Return the text below each heading of the second level."""
    pieces = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def table_path(header: str) -> str:
    """Return a TOML header as the dotted path of its keys."""
    return header.strip("`[]").replace(".NAME", "").replace(".ROLE", "")


def documented_keys(page: str) -> set[str]:
    """Return every dotted key that the page of the scenario gives a row."""
    keys: set[str] = set()
    for heading, text in parts(page).items():
        names = [name for name in ROW.findall(text) if not name.startswith("[")]
        headers = [name for name in ROW.findall(text) if name.startswith("[")] or [heading]
        tops = [""] if heading.startswith("The top") else [table_path(h) + "." for h in headers]
        keys |= {top + name for top in tops for name in names}
    return keys


def test_every_scenario_key_is_documented(reference: ModuleType) -> None:
    """The page holds the keys of the scenario's models, no more and no fewer."""
    assert documented_keys(reference.scenario_page()) == set(all_keys(Scenario))


def test_every_scenario_key_says_what_it_is_for(reference: ModuleType) -> None:
    """No row is without a meaning or a type."""
    rows = [row for row in reference.scenario_page().splitlines() if row.startswith("| `")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert all(all((cell[0], cell[1], cell[-1])) for cell in cells)


def test_every_table_column_is_documented(reference: ModuleType) -> None:
    """Each column of each table has a row with a meaning; the required ones are marked."""
    sections = parts(reference.tables_page())
    assert list(sections) == list(known_tables())
    for name, table in known_tables().items():
        assert ROW.findall(sections[name]) == [column.name for column in table.columns]
        marked = re.findall(r"^\| `([^`]+)` \\\*", sections[name], re.MULTILINE)
        assert tuple(marked) == table.required
        assert all(column.description for column in table.columns)


def test_every_output_column_is_documented(reference: ModuleType, plan: Plan) -> None:
    """Each column of each file that a plan writes has a row, measures under a name for all."""
    sections = parts(reference.files_page())
    measures = {*plan.alignment.measures, *plan.account_measures}
    any_measure = re.compile(rf"^(measure_)?({'|'.join(measures)})(?=$|_target|_deviation|_today)")
    for name, table in plan_tables(plan).items():
        documented = set(ROW.findall(sections[f"{name}.csv"]))
        written = {column.name for column in table.columns}
        measured = {any_measure.sub("MEASURE", column) for column in written - documented}
        assert (written & documented) | measured == documented


def test_every_key_of_the_record_is_documented(reference: ModuleType, plan: Plan) -> None:
    """Each key of plan.json has a row."""
    section = parts(reference.files_page())["plan.json"]
    assert set(ROW.findall(section)) == set(plan_document(plan))


def test_every_key_of_a_backtest_is_documented(reference: ModuleType) -> None:
    """Each key that planner backtest prints has a row."""
    report = BacktestReport(scores={}, chosen="mean", margin=0.0, cuts=(), window=12)
    printed = Backtest(potential=report, quotas=QuotaBacktest(), findings=()).as_dict()
    section = parts(reference.files_page())["planner backtest"]
    assert set(ROW.findall(section)) == set(printed)


def test_every_file_of_a_plan_is_documented(reference: ModuleType, demo_plan: Path) -> None:
    """Each file of a plan's folder has a row, and no other has."""
    names = {path.name + ("/" if path.is_dir() else "") for path in demo_plan.iterdir()}
    assert set(reference.output_words()["files"]) == names


def test_every_command_is_documented(reference: ModuleType) -> None:
    """Each command has a section of its own, and a line of help that --help shows too."""
    part = reference.commands_part()
    assert re.findall(r":prog: planner (\w+)", part) == list(COMMANDS)
    assert "generated/commands.inc" in (ROOT / "docs" / "reference" / "commands.md").read_text(
        encoding="utf-8"
    )
    assert all(command.help for command in describe_commands().values())


def test_every_option_says_what_it_does() -> None:
    """No option of any command is without help."""
    silent = [
        f"{name} {parameter.name}"
        for name, command in describe_commands().items()
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_every_export_format_is_in_the_help() -> None:
    """``planner export --help`` names each format."""
    export = describe_commands()["export"]
    words = " ".join(getattr(option, "help", "") or "" for option in export.params)
    assert [name for name in FORMATS if name not in words] == []
