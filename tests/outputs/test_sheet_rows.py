"""The rows of long sheets, as openpyxl reads them."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.outputs import sheet_rows
from planner.outputs.sheet_rows import (
    Cells,
    RowBook,
    open_workbook,
    word_date,
    word_number,
    word_text,
)

# Tabs and breaks, what XML takes for its own, numbered letters, and blanks at either end.
TEXT = st.text(
    st.one_of(
        st.sampled_from("<>&\"' \t\n_x0D00A"),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    ),
    min_size=1,
    max_size=12,
)
NUMBER = st.floats(-1e300, 1e300).map(lambda value: float(f"{value:.16G}"))
DAY = st.dates(min_value=date(1900, 3, 1), max_value=date(2999, 1, 1))


def columns_of(book: RowBook, texts: list[Any], numbers: list[Any], days: list[Any]) -> list[Cells]:
    """Return three columns, one in a format of its own each."""
    styles = [
        book.book.add_format({"num_format": form}) for form in ("@", "#,##0.00", "yyyy-mm-dd")
    ]
    forms: list[Any] = [word_text, word_number, word_date]
    return [
        Cells(style=style, values=values, form=form)
        for style, values, form in zip(styles, (texts, numbers, days), forms, strict=True)
    ]


def write(path: Path, texts: list[Any], numbers: list[Any], days: list[Any]) -> None:
    """Write one sheet with a heading and three columns."""
    with open_workbook(path, "A test") as book:
        sheet = book.book.add_worksheet("Rows & more")
        for place, words in enumerate(("text", "number", "day")):
            sheet.write_string(0, place, words)
        book.put(sheet, columns_of(book, texts, numbers, days))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.one_of(st.none(), TEXT), NUMBER, DAY), min_size=1, max_size=9))
def test_every_value_comes_back(
    rows: list[tuple[str | None, float, date]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Texts to the letter, numbers to the last digit that a cell keeps, days as days."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    texts, numbers, days = (list(column) for column in zip(*rows, strict=True))
    write(path, texts, numbers, days)
    sheet = openpyxl.load_workbook(path)["Rows & more"]
    found = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [(row[0], float(row[1]), row[2].date()) for row in found] == rows
    assert sheet.max_row == len(rows) + 1


@settings(max_examples=40, deadline=None)
@given(text=TEXT)
def test_text_is_worded_as_the_library_words_it(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A cell's XML is that of XlsxWriter, which spreadsheet programs are known to read."""
    path = tmp_path_factory.mktemp("book") / "theirs.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, text)
    with zipfile.ZipFile(path) as parts:
        theirs = parts.read("xl/worksheets/sheet1.xml").decode()
    assert f'<c r="A1"{word_text(text)}' in theirs


def test_blocks_follow_each_other_in_the_formats_of_their_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows beyond one block stand in order, each cell in its column's own format."""
    monkeypatch.setattr(sheet_rows, "BLOCK", 4)
    days = [date(2027, 1, 1) + timedelta(days=place) for place in range(11)]
    write(tmp_path / "book.xlsx", [f"a{place}" for place in range(11)], [0.5] * 11, days)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Rows & more"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [f"a{p}" for p in range(11)]
    for row in sheet.iter_rows(min_row=2):
        assert [cell.number_format for cell in row] == ["@", "#,##0.00", "yyyy-mm-dd"]


def test_only_columns_to_fill_in_have_cells_without_a_value(tmp_path: Path) -> None:
    """An empty cell keeps its look where somebody is to write into it, else there is none."""
    with open_workbook(tmp_path / "book.xlsx", "A test") as book:
        sheet = book.book.add_worksheet("One")
        sheet.write_string(0, 0, "a")
        look = book.book.add_format({"bg_color": "#FFF6D6"})
        values: list[str | None] = ["x", None, ""]
        open_, plain = (
            Cells(style=look, values=values, form=word_text, filled=filled)
            for filled in (True, False)
        )
        book.put(sheet, [open_, plain])
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        rows = parts.read("xl/worksheets/sheet1.xml").decode()
    assert [place for place in ("A2", "A3", "A4", "B2", "B3", "B4") if f'"{place}"' in rows] == [
        "A2",
        "A3",
        "A4",
        "B2",
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_no_cell_can_hold_is_refused(value: float) -> None:
    """What is not finite would make the workbook unreadable."""
    with pytest.raises(ValueError, match="cannot hold"):
        word_number(value)


def test_a_number_in_a_later_block_is_refused_when_earlier_ones_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are packed while the next ones are worded: what cannot be worded is told all the same."""
    monkeypatch.setattr(sheet_rows, "BLOCK", 2)
    days = [date(2027, 1, 1)] * 7
    numbers = [*[0.5] * 6, float("nan")]
    with pytest.raises(ValueError, match="cannot hold"):
        write(tmp_path / "book.xlsx", ["a"] * 7, numbers, days)


def test_a_disk_that_refuses_rows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk says to whoever packs the rows comes to whoever asked for the workbook."""

    class Full(zipfile.ZipFile):
        """A file on a disk that is full before the first sheet."""

        def open(self, name: Any, mode: Any = "r", *args: Any, **keys: Any) -> Any:
            stream = super().open(name, mode, *args, **keys)
            if mode == "w" and self.filename:  # not the frame, which is made in memory
                monkeypatch.setattr(stream, "write", self.refuse)
            return stream

        def refuse(self, data: bytes) -> int:
            message = f"no space left for {len(data)} bytes"
            raise OSError(message)

    monkeypatch.setattr(sheet_rows.zipfile, "ZipFile", Full)
    with pytest.raises(OSError, match="no space left"):
        write(tmp_path / "book.xlsx", ["a"] * 7, [0.5] * 7, [date(2027, 1, 1)] * 7)
