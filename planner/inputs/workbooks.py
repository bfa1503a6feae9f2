"""Workbooks: XLSX and its kin, refused by size before they are opened."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from planner.inputs.parameters import TableParameters
from planner.inputs.raw import MOST_COLUMNS, RawTable, unreadable

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
LARGEST_CONTENT = 2 << 30
SUSPICIOUS_CONTENT = 64 << 20
SUSPICIOUS_RATIO = 250
MOST_PARTS = 5_000
MOST_CELLS = 60_000_000
CHUNK = 1 << 20
# Cell references that make a sheet large: rows, and cells far to the right or far down.
ROW = re.compile(rb'<row\b[^>]*?\sr="(\d{1,9})"')
FAR_COLUMN = re.compile(rb'<c\b[^>]*?\sr="([A-Z]{2,4})\d{1,9}"')
FAR_ROW = re.compile(rb'<c\b[^>]*?\sr="[A-Z]{1,4}(\d{5,9})"')


def read_workbook(
    table: str, location: str, path: Path, sha256: str, parameters: TableParameters
) -> RawTable:
    """Read one sheet of a workbook; a formula counts as the value that was saved with it.

    Raises
    ------
    UnreadableError
        When it is not a workbook, is a bomb, or has no such sheet or no header.
    """
    if zipfile.is_zipfile(path):
        _refuse_bombs(table, location, path)
    rows, first = _read_rows(table, location, path, parameters.sheet)
    headers = tuple(_as_header(cell) for cell in rows[0])
    if len(headers) > MOST_COLUMNS:
        raise unreadable(
            table, location, f"has {len(headers):,} columns", "Remove columns that are not needed."
        )
    body = rows[1:]
    columns = zip(*body, strict=True) if body else ([] for _ in headers)
    cells = [_as_column(list(column), parameters.decimal) for column in columns]
    headers, cells = _drop_blank_columns(headers, cells)
    return RawTable(
        table=table,
        headers=headers,
        cells=tuple(cells),
        rows=_count_from(first + 1, len(body)),
        location=location,
        sha256=sha256,
    )


def _count_from(first: int, count: int) -> Any:
    import numpy as np

    return np.arange(first, first + count, dtype=np.int64)


def _refuse_bombs(table: str, location: str, path: Path) -> None:
    """Refuse an archive that unpacks to too much, or whose XML defines entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            size, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
            ratio = size / max(packed, 1)
            if (
                len(parts) > MOST_PARTS
                or size > LARGEST_CONTENT
                or (size > SUSPICIOUS_CONTENT and ratio > SUSPICIOUS_RATIO)
            ):
                raise unreadable(
                    table,
                    location,
                    f"unpacks to {size / 1e6:,.0f} MB, {ratio:,.0f} times its size",
                    "Export it again as CSV; if it is meant to be so large, use Parquet.",
                )
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    _check_part(table, location, archive, part)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise unreadable(
            table, location, f"is a damaged workbook ({error})", "Save it again as XLSX or CSV."
        ) from error


def _check_part(table: str, location: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse entity definitions, parts larger than they claim, and sheets of endless extent."""
    rows = columns = 1
    size = 0
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            text = tail + chunk
            if size > part.file_size or b"<!ENTITY" in text or (not tail and b"<!DOCTYPE" in text):
                raise unreadable(
                    table,
                    location,
                    f"holds XML that is not a workbook's ({part.filename})",
                    "Save it again with a spreadsheet program.",
                )
            if "sheet" in part.filename:
                rows = max(rows, *_rows_in(text), 1)
                columns = max(columns, *_columns_in(text), 26)
            tail = text[-200:]
    if rows * columns > MOST_CELLS:
        raise unreadable(
            table,
            location,
            f"has a sheet that reaches over {rows:,} rows and {columns:,} columns",
            "Delete the stray cells at its far end, or export it as CSV.",
        )


def _rows_in(text: bytes) -> list[int]:
    return [int(row) for row in (*ROW.findall(text), *FAR_ROW.findall(text))] or [1]


def _columns_in(text: bytes) -> list[int]:
    return [_column_number(letters) for letters in set(FAR_COLUMN.findall(text))] or [1]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read_rows(
    table: str, location: str, path: Path, sheet: str | None
) -> tuple[list[list[Any]], int]:
    """Return the rows of a sheet from its header on, and the header's row number."""
    return _open_safely(table, location, lambda: _open_sheet(table, location, path, sheet))


def read_sheets(
    table: str, location: str, path: Path, names: Sequence[str]
) -> dict[str, list[list[Any]]]:
    """Return the cells of the named sheets that a workbook has, from its first row and column on.

    Parameters
    ----------
    table
        What the workbook is, for messages.

    Raises
    ------
    UnreadableError
        When it is not a workbook, or is a bomb.
    """
    if zipfile.is_zipfile(path):
        _refuse_bombs(table, location, path)
    return _open_safely(table, location, lambda: _open_named(path, names))


def _open_named(path: Path, names: Sequence[str]) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(str(path)) as book:
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in names
            if name in book.sheet_names
        }


def _open_safely(table: str, location: str, read: Callable[[], T]) -> T:
    """Read, and turn whatever the reader trips over into the finding that the file is damaged."""
    try:
        return read()
    except Exception as error:
        from planner.inputs.raw import UnreadableError

        if isinstance(error, UnreadableError):
            raise
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise unreadable(
            table,
            location,
            f"cannot be read as a workbook ({reason})",
            "Save it again as XLSX or CSV; a password must be taken off first.",
        ) from error
    except BaseException as error:
        # A panic of the Rust reader is not an Exception, and is the file's fault all the same.
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable(
            table, location, "is a damaged workbook", "Save it again as XLSX or CSV."
        ) from error


def _open_sheet(
    table: str, location: str, path: Path, sheet: str | None
) -> tuple[list[list[Any]], int]:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(str(path)) as book:
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise unreadable(
                table, location, f"has no sheet {sheet!r}", f"Its sheets are: {', '.join(names)}."
            )
        for name in [sheet] if sheet is not None else names:
            page = book.get_sheet_by_name(name)
            rows = page.to_python(skip_empty_area=False)
            start = next((i for i, row in enumerate(rows) if _holds_text(row)), None)
            if start is not None:
                return rows[start:], start + 1
    raise unreadable(table, location, "has no rows", "Fill in the sheet, or state another.")


def _holds_text(row: Sequence[Any]) -> bool:
    return any(str(cell).strip() for cell in row)


def _as_header(cell: Any) -> str:
    return _as_text(cell, ".").strip()


def _drop_blank_columns(
    headers: tuple[str, ...], cells: list[pa.ChunkedArray]
) -> tuple[tuple[str, ...], list[pa.ChunkedArray]]:
    """Leave out columns without header and cells, which stray formatting leaves behind."""
    kept = [
        i for i, (h, c) in enumerate(zip(headers, cells, strict=True)) if h or c.null_count < len(c)
    ]
    return tuple(headers[i] for i in kept), [cells[i] for i in kept]


def _as_column(cells: list[Any], decimal: str) -> pa.ChunkedArray:
    """Return cells as numbers or dates where all are, else as text."""
    import pyarrow as pa

    values = [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return pa.chunked_array([pa.array([_as_float(v) for v in values], pa.float64())])
    if kinds and kinds <= {date, datetime}:
        return pa.chunked_array([pa.array([_as_time(v) for v in values], pa.timestamp("us"))])
    texts = [None if value is None else _as_text(value, decimal) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _as_float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _as_time(value: date | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - cells have no time zone


def cell_words(value: Any) -> str:
    """Return a cell as a person would type it, trimmed; nothing for a blank one."""
    return "" if value is None else _as_text(value, ".").strip()


def _as_text(value: Any, decimal: str) -> str:
    """Return a cell as a person would type it: 292.0 is 292, a date is ISO."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        return text.replace(".", decimal)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).encode("utf-8", "replace").decode("utf-8")
