"""The sheets that a person edits, and what comes back from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from planner.errors import DataError, ScenarioError
from planner.inputs.edit_checks import read_amount, settle_edits
from planner.inputs.edit_words import describe_edits
from planner.inputs.edits import ACCOUNTS_SHEET, HELP_SHEET, QUOTAS_SHEET, Edits, read_edits
from planner.outputs.plan import Plan
from planner.outputs.workbook import write_workbook

Change = Callable[[Workbook], None]
NEW_OWNER, HOLD, POTENTIAL, COMMENT = "G", "H", "I", "J"


def edited(plan: Plan, folder: Path, change: Change) -> Path:
    """Write a plan's workbook, change it as a person would, and save it."""
    write_workbook(plan, folder / "workbook.xlsx")
    book = openpyxl.load_workbook(folder / "workbook.xlsx")
    change(book)
    book.save(folder / "edited.xlsx")
    return folder / "edited.xlsx"


def cells(**written: Any) -> Change:
    """Return a change of cells of the accounts' sheet."""

    def change(book: Workbook) -> None:
        for place, value in written.items():
            book[ACCOUNTS_SHEET][place] = value

    return change


def settled(plan: Plan, folder: Path, change: Change) -> Edits:
    """Return what comes back from a changed workbook."""
    book = read_edits(edited(plan, folder, change))
    return settle_edits(book, plan.data, plan=plan.provenance.name, quotas=True)


def test_an_untouched_workbook_holds_no_edit(company: Plan, tmp_path: Path) -> None:
    """What the planner wrote itself is not taken for a person's words."""
    edits = settled(company, tmp_path, lambda book: None)
    assert edits.accepted == edits.refused == edits.findings == ()
    assert edits.made_from == "Baseline 2027"


def test_only_the_cells_to_fill_in_are_open_and_none_holds_a_formula(
    company: Plan, tmp_path: Path
) -> None:
    """The sheets are protected, what the plan says is locked, and lists offer the plan's reps."""
    write_workbook(company, tmp_path / "workbook.xlsx")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    for name, open_columns in ((ACCOUNTS_SHEET, "GHIJ"), (QUOTAS_SHEET, "FG")):
        sheet = book[name]
        assert sheet.protection.sheet
        for row in sheet.iter_rows(min_row=2):
            assert not [cell for cell in row if cell.data_type == "f"]
            unlocked = {cell.column_letter for cell in row if not cell.protection.locked}
            assert unlocked == set(open_columns)
    lists = {rule.formula1 for rule in book[ACCOUNTS_SHEET].data_validations.dataValidation}
    assert f"'{HELP_SHEET}'!$D$2:$D$4" in lists
    offered = [book[HELP_SHEET][f"D{row}"].value for row in (2, 3, 4)]
    assert offered == ["R001 · Rep 0", "R002 · Rep 1", "R003 · Rep 2"]


def test_what_is_written_comes_back_with_its_cell_and_comment(
    company: Plan, tmp_path: Path
) -> None:
    """Owner by list, by id and by name, a hold, an amount, a quota and a mere comment count."""

    def change(book: Workbook) -> None:
        cells(G2="R002 · Rep 1", J2="knows  the\nbuyer", G3="R003", G4="Rep 0", I5=1234.5,
              H6="plan", H7="free", J8="look at it")(book)  # fmt: skip
        book[QUOTAS_SHEET]["F2"], book[QUOTAS_SHEET]["G2"] = 5_000_000, "promised"

    edits = settled(company, tmp_path, change)
    assert edits.refused == ()
    found = [(e.kind, e.subject, e.value, e.cell) for e in edits.accepted]
    assert found == [
        ("owner", "000000", "R002", "G2"),
        ("owner", "000001", "R003", "G3"),
        ("owner", "000002", "R001", "G4"),
        ("potential", "000003", "1234.50", "I5"),
        ("hold", "000004", company.territory_ids[company.territory_of_account[4]], "H6"),
        ("hold", "000005", "free", "H7"),
        ("comment", "000006", "look at it", "J8"),
        ("quota", "R001", "5000000.00", "F2"),
    ]
    assert edits.accepted[0].words() == "edited by planner: knows the buyer"
    assert edits.accepted[-1].comment == "promised"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"G2": "nobody"}, "no rep nobody"),
        ({"I2": "lots"}, "is text"),
        ({"I2": "1.234,50"}, "is text"),
        ({"I2": -1}, "not between"),
        ({"I2": 1e300}, "not between"),
        ({"I2": True}, "not an amount"),
        ({"H2": "perhaps"}, "none of plan, today, free"),
        ({"G2": "R001", "H2": "plan"}, "one of New owner and Hold"),
        ({"A2": "missing", "G2": "R001"}, "no account missing"),
        ({"A2": None, "G2": "R001"}, "names no account"),
        ({"E2": "R003", "G2": "R001"}, "out of date"),
        ({"A3": "000000", "G2": "R001", "G3": "R002"}, "rows 2 and 3"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    company: Plan, tmp_path: Path, written: dict[str, Any], reason: str
) -> None:
    """Nothing of the row counts, and a finding names the cell."""
    edits = settled(company, tmp_path, cells(**written))
    assert edits.accepted == ()
    assert edits.refused
    assert all(reason in edit.reason for edit in edits.refused)
    findings = describe_edits(edits)
    assert {finding.code for finding in findings} == {"edits.refused"}
    assert all(finding.row in {2, 3} for finding in findings)


def test_a_row_twice_with_the_same_words_counts_once(company: Plan, tmp_path: Path) -> None:
    """A copied row is no contradiction."""

    def change(book: Workbook) -> None:
        sheet = book[ACCOUNTS_SHEET]
        sheet["G2"] = "R001"
        sheet.append([cell.value for cell in sheet[2]])

    assert len(settled(company, tmp_path, change).accepted) == 1


def test_rows_and_columns_may_stand_elsewhere(company: Plan, tmp_path: Path) -> None:
    """People insert rows above, add columns and sort; headings say what is what."""

    def change(book: Workbook) -> None:
        cells(G5="R001")(book)
        book[ACCOUNTS_SHEET].insert_rows(1, 3)
        book[ACCOUNTS_SHEET].insert_cols(2)

    (edit,) = settled(company, tmp_path, change).accepted
    assert (edit.subject, edit.cell) == ("000003", "H8")


def test_a_missing_sheet_is_said_and_two_are_an_error(company: Plan, tmp_path: Path) -> None:
    """One sheet alone can be read; a workbook without either is another file."""

    def drop(*names: str) -> Change:
        return lambda book: [book.remove(book[name]) for name in names] and None

    edits = settled(company, tmp_path, drop(QUOTAS_SHEET))
    assert [finding.code for finding in edits.findings] == ["edits.sheet_missing"]
    with pytest.raises(DataError, match="neither a sheet"):
        settled(company, tmp_path, drop(QUOTAS_SHEET, ACCOUNTS_SHEET))


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """A file that is not there is the command's fault, one that cannot be read the data's."""
    with pytest.raises(ScenarioError, match="no workbook"):
        read_edits(tmp_path / "none.xlsx")
    (tmp_path / "text.xlsx").write_text("hello", encoding="utf-8")
    with pytest.raises(DataError, match="workbook"):
        read_edits(tmp_path / "text.xlsx")


def test_a_workbook_of_another_plan_or_of_other_tables_says_so(
    company: Plan, tmp_path: Path
) -> None:
    """Edits that still fit count; the reader is told to look."""
    book = read_edits(edited(company, tmp_path, cells(G2="R001")))
    changed = replace(company.data.sources[0], sha256="0" * 64)
    data = replace(company.data, sources=(changed, *company.data.sources[1:]))
    edits = settle_edits(book, data, plan="Another", quotas=True)
    assert len(edits.accepted) == 1
    assert [finding.code for finding in edits.findings] == [
        "edits.other_plan",
        "edits.other_tables",
    ]
    assert changed.table in edits.findings[1].message


def test_accepted_edits_stand_in_the_next_workbook(company: Plan, tmp_path: Path) -> None:
    """Who goes on from the new workbook loses nothing of what was decided before."""

    def change(book: Workbook) -> None:
        cells(G2="R002", J2="why", I3=7, H4="free")(book)
        book[QUOTAS_SHEET]["F2"] = 1000

    first = settled(company, tmp_path, change)
    again = settled(replace(company, edits=first), tmp_path, lambda book: None)

    def essence(edits: Edits) -> set[tuple[str, ...]]:
        return {(e.kind, e.subject, e.value, e.comment) for e in edits.accepted}

    assert essence(again) == essence(first)
    assert len(essence(first)) == 4


@pytest.mark.parametrize("value", [0, 5, 1234.5, "17", "1234.50", 999_999_999_999_999])
def test_amounts_are_read_exactly(value: Any) -> None:
    """Numbers, and text that is nothing but one."""
    amount, reason = read_amount(value)
    assert reason == ""
    assert amount is not None
    assert float(amount) == float(value)
