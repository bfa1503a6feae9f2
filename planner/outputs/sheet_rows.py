"""Rows of long sheets: written as XML in one go, into a workbook that a library made around them.

The library lays a sheet out and writes one empty row in each column's format; that row is where
the sheet's own rows go. The elements are those of ECMA-376, part 1, 18.3.1.73 (row) and 18.3.1.4 (c).
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from planner.outputs.cell_comments import find_sheets
from planner.outputs.workbook_styles import cell_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
BLOCK = 4096
# Cells from which a sheet's XML may outgrow what a ZIP file without its extension can hold.
VAST = 10_000_000
# Low: rows are so alike that more effort costs three times the time for a sixth of the size.
EFFORT = 2
# Day 0 of spreadsheet programs, for every date from March 1900 on.
DAY_ZERO = date(1899, 12, 30).toordinal()
# What a spreadsheet program would take for a letter written as its number.
NUMBERED = re.compile("_(?=x[0-9a-fA-F]{4}_)")
# Text that stands in XML as it is: no blank at either end, and nothing that needs another word.
PLAIN = re.compile(r"(?!\s)[^\x00-\x1f&<>_\ud800-\udfff\ufffe\uffff]{1,32767}(?<!\s)")
MODEL = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column of a long sheet below its heading.

    Parameters
    ----------
    style
        How its cells look.
    values
        One for each row; None and empty text leave no cell.
    form
        Returns the XML behind the cell's attributes ``r`` and ``s``.
    filled
        Whether rows without a value have an empty cell of that look.
    """

    style: Format
    values: Sequence[Any]
    form: Callable[[Any], str]
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBook:
    """A workbook that is being written, and the rows that go into its long sheets."""

    book: Workbook
    rows: dict[str, tuple[Cells, ...]] = field(default_factory=dict)

    def put(self, sheet: Worksheet, columns: Sequence[Cells]) -> None:
        """Put columns below a sheet's first row; nothing else may be written below it."""
        last = max((len(column.values) for column in columns), default=0)
        if not last:
            return
        for line in sorted({1, last}):
            for place, column in enumerate(columns):
                sheet.write_blank(line, place, None, column.style)
        self.rows[sheet.get_name()] = tuple(columns)


def word_text(value: object) -> str:
    """Return the XML of a cell that holds text, to the letter."""
    text = str(value)
    if not PLAIN.fullmatch(text):
        text = cell_text(text)
        marked = escape(NUMBERED.sub("_x005F_", text)).replace("\r", "_x000D_")
        kept = ' xml:space="preserve"' if text != text.strip() else ""
        return f' t="inlineStr"><is><t{kept}>{marked}</t></is></c>'
    return f' t="inlineStr"><is><t>{text}</t></is></c>'


def word_number(value: float) -> str:
    """Return the XML of a cell that holds a number.

    Raises
    ------
    ValueError
        If it is not finite.
    """
    if not math.isfinite(value):
        message = f"a cell cannot hold {value}"
        raise ValueError(message)
    return f"><v>{value:.16G}</v></c>"


def word_date(value: date) -> str:
    """Return the XML of a cell that holds a day."""
    return f"><v>{value.toordinal() - DAY_ZERO}</v></c>"


@contextmanager
def open_workbook(path: Path, title: str) -> Iterator[RowBook]:
    """Open a workbook for writing; the same content gives the same bytes.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    import xlsxwriter

    frame = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(frame, options) as book:
        book.set_properties({"created": MADE, "title": title})
        made = RowBook(book=book)
        yield made
    with zipfile.ZipFile(frame) as source:
        _join(source, made.rows, path)


def _join(source: zipfile.ZipFile, rows: dict[str, tuple[Cells, ...]], path: Path) -> None:
    """Write the library's workbook again with the rows in their place."""
    parts = find_sheets(source)
    of_part = {parts[name]: columns for name, columns in rows.items()}
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=EFFORT) as target,
        ThreadPoolExecutor(max_workers=1) as packing,
    ):
        for name in source.namelist():
            columns = of_part.get(name, ())
            cells = len(columns) * max((len(column.values) for column in columns), default=0)
            frame = source.read(name)
            with target.open(name, "w", force_zip64=cells > VAST) as stream:
                _write_behind(stream, _fill(frame, columns) if columns else [frame], packing)


def _write_behind(stream: IO[bytes], texts: Iterable[bytes], packing: Executor) -> None:
    """Write stretches in their order, each while the next one is worded."""
    written: Future[int] | None = None
    try:
        for text in texts:
            if written is not None:
                written.result()
            written = packing.submit(stream.write, text)
    finally:
        # The stream may be closed only when nobody writes to it any more.
        if written is not None:
            written.result()


def _fill(frame: bytes, columns: tuple[Cells, ...]) -> Iterator[bytes]:
    """Return a sheet's XML in stretches, the rows in the place of the empty one and its last."""
    start, stop = frame.index(b'<row r="2"'), frame.index(b"</sheetData>")
    model = MODEL.findall(frame[start : frame.index(b"</row>", start)])
    places = [(name.decode(), f' s="{style.decode()}"' if style else "") for name, style in model]
    yield frame[:start]
    for first in range(0, max(len(column.values) for column in columns), BLOCK):
        yield "".join(_rows(places, columns, first)).encode()
    yield frame[stop:]


def _rows(places: list[tuple[str, str]], columns: tuple[Cells, ...], first: int) -> Iterable[str]:
    """Return the XML of the rows of a block."""
    count = max(len(column.values) for column in columns)
    lines = range(first + 2, min(first + BLOCK, count) + 2)
    numbers = [str(line) for line in lines]
    heads = [f'<row r="{line}">' for line in numbers]
    body = [
        _column(name, style, column, numbers, column.values[first : first + BLOCK])
        for (name, style), column in zip(places, columns, strict=True)
    ]
    return ("".join(row) for row in zip(heads, *body, ["</row>"] * len(heads), strict=True))


def _column(
    name: str, style: str, column: Cells, numbers: list[str], values: Sequence[Any]
) -> list[str]:
    """Return the XML of a column's cells in a block; what is alike is worded once."""
    empty = f'"{style}/>' if column.filled else None
    words: dict[Any, str | None] = {
        value: empty if value is None or value == "" else f'"{style}{column.form(value)}'
        for value in set(values)
    }
    start = f'<c r="{name}'
    return [
        "" if (word := words[value]) is None else f"{start}{line}{word}"
        for line, value in zip(numbers, values, strict=True)
    ]
