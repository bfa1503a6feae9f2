"""The workbook in a spreadsheet program: opened as it is, and saved again without a difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.inputs.edits import ACCOUNTS_SHEET, QUOTAS_SHEET, read_edits
from planner.outputs.plan import Plan
from planner.outputs.workbook import write_workbook
from tests.outputs.conftest import HOSTILE, build_plan
from tests.programs import resave_with_spreadsheet


def values(path: Path) -> dict[str, dict[str, Any]]:
    """Return every cell that shows something, by sheet and place."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in {None, ""}
        }
        for sheet in book
    }


def kinds(path: Path) -> set[str]:
    """Return the types of all cells: n number, s text, d date, f formula, e error."""
    book = openpyxl.load_workbook(path)
    return {
        cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("names", [(), HOSTILE], ids=["plain", "hostile"])
def test_it_opens_with_no_repair_and_recalculates_nothing(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """Every value is the same after LibreOffice has loaded, recalculated and saved it."""
    write_workbook(build_plan(accounts=60, reps=4, seed=3, names=names), tmp_path / "book.xlsx")
    saved = resave_with_spreadsheet(tmp_path / "book.xlsx", tmp_path / "saved")
    before, after = values(tmp_path / "book.xlsx"), values(saved)
    assert list(after) == list(before)
    for sheet, cells in before.items():
        assert after[sheet].keys() == cells.keys()
        for place, value in cells.items():
            again = after[sheet][place]
            assert again == (pytest.approx(value, rel=1e-14) if isinstance(value, float) else value)
    assert kinds(saved) <= {"n", "s", "d"}


def test_edits_read_back_the_same_from_another_program(company: Plan, tmp_path: Path) -> None:
    """Filled in here or saved by LibreOffice: the same edits."""
    write_workbook(company, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for place, value in {"G2": "R002 · Rep 1", "H3": "today", "I4": 99.5, "J4": "Ümlaut"}.items():
        book[ACCOUNTS_SHEET][place] = value
    book[QUOTAS_SHEET]["F2"] = 12_000
    book.save(tmp_path / "edited.xlsx")
    here = read_edits(tmp_path / "edited.xlsx")
    saved = resave_with_spreadsheet(tmp_path / "edited.xlsx", tmp_path / "saved")
    there = read_edits(saved)
    assert len(here.rows) == 4
    assert there.rows == here.rows
    assert there.origin == here.origin
