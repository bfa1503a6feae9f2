"""The copy of a workbook with the reasons at its cells."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from planner.inputs.edits import ACCOUNTS_SHEET, QUOTAS_SHEET, Edit
from planner.outputs.plan import Plan
from planner.outputs.refusals import write_refusals
from planner.outputs.workbook import write_workbook
from tests.programs import resave_with_spreadsheet

REFUSED = (
    Edit(kind="owner", subject="1", value="x", sheet=ACCOUNTS_SHEET, cell="G2", reason="a < b & c"),
    Edit(kind="hold", subject="1", value="y", sheet=ACCOUNTS_SHEET, cell="H2", reason="twice"),
    Edit(kind="quota", subject="R", value="z", sheet=QUOTAS_SHEET, cell="F3", reason="too much"),
)


@pytest.fixture(name="workbook")
def make_workbook(company: Plan, tmp_path: Path) -> Path:
    """Return a plan's workbook."""
    write_workbook(company, tmp_path / "workbook.xlsx")
    return tmp_path / "workbook.xlsx"


def comments(path: Path) -> dict[str, str]:
    """Return every comment of a workbook by its cell."""
    book = openpyxl.load_workbook(path)
    return {
        f"{sheet.title} {cell.coordinate}": cell.comment.text
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


EXPECTED = {
    f"{ACCOUNTS_SHEET} G2": "Refused: a < b & c.",
    f"{ACCOUNTS_SHEET} H2": "Refused: twice.",
    f"{QUOTAS_SHEET} F3": "Refused: too much.",
}


def test_the_copy_says_why_and_the_original_stays(workbook: Path) -> None:
    """The user's file keeps its bytes; every other part of the copy is the original's."""
    before = workbook.read_bytes()
    copy, reason = write_refusals(workbook, REFUSED)
    assert reason == ""
    assert copy == workbook.with_name("workbook.refused.xlsx")
    assert workbook.read_bytes() == before
    assert comments(copy) == EXPECTED
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(copy) as new:
        assert new.testzip() is None
        same = [n for n in old.namelist() if old.read(n) == new.read(n)]
        changed = set(old.namelist()) - set(same)
    assert {name.rpartition("/")[0] for name in changed} <= {"", "xl/worksheets"}
    assert len(changed) == 3


def test_nothing_is_ever_overwritten(workbook: Path) -> None:
    """A copy that stands there, perhaps worked on, is left alone."""
    names = []
    for _ in range(3):
        copy, _reason = write_refusals(workbook, REFUSED)
        assert copy is not None
        names.append(copy.name)
    assert names == ["workbook.refused.xlsx", "workbook.refused-2.xlsx", "workbook.refused-3.xlsx"]
    again, _reason = write_refusals(workbook.with_name(names[0]), REFUSED)
    assert again is not None
    assert again.name == "workbook.refused-4.xlsx"
    assert comments(again) == EXPECTED


def test_comments_that_people_wrote_stay(workbook: Path) -> None:
    """Only the comment at a refused cell gives way."""
    book = openpyxl.load_workbook(workbook)
    for cell, words in (("B2", "mine"), ("G2", "old refusal")):
        book[ACCOUNTS_SHEET][cell].comment = Comment(words, "me")
    book.save(workbook)
    copy, _ = write_refusals(workbook, REFUSED)
    assert copy is not None
    assert comments(copy) == {**EXPECTED, f"{ACCOUNTS_SHEET} B2": "mine"}


def test_a_spreadsheet_program_shows_the_comments(workbook: Path, tmp_path: Path) -> None:
    """LibreOffice opens the copy, and its own file gets a copy in turn."""
    copy, _ = write_refusals(workbook, REFUSED)
    assert copy is not None
    saved = resave_with_spreadsheet(copy, tmp_path / "saved")
    assert comments(saved) == EXPECTED
    third, reason = write_refusals(saved, REFUSED[:1])
    assert reason == ""
    assert third is not None
    assert comments(third) == EXPECTED


def test_what_cannot_be_written_is_said(tmp_path: Path, workbook: Path) -> None:
    """Another kind of file, and a folder that is gone, give a reason instead of a copy."""
    (tmp_path / "table.xlsx").write_bytes(b"PK no zip")
    assert write_refusals(tmp_path / "table.xlsx", REFUSED)[0] is None
    copy, reason = write_refusals(tmp_path / "none" / "workbook.xlsx", REFUSED)
    assert copy is None
    assert "none" in reason
    assert write_refusals(workbook, ())[0] is None
