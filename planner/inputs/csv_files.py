"""Delimited text: every cell is read as text, every row is accounted for."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.encodings import TextFile, to_utf8
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import LONGEST_CELL, MOST_COLUMNS, RawTable, unreadable
from planner.interruptions import Undisturbed

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

DELIMITERS = ",;\t|"
MOST_BLANK_LINES = 10_000
MOST_RAGGED_ROWS = 1_000
BLOCK = 1 << 24
LARGEST_BLOCK = 1 << 30


class _RaggedRows:
    """Collects rows with another number of cells than the header, for one reading."""

    def __init__(self) -> None:
        self.blank: list[int] = []
        self.ragged: list[tuple[int, int, str]] = []

    def __call__(self, row: Any) -> str:
        if not row.text.strip():
            self.blank.append(row.number or 0)
        else:
            self.ragged.append((row.number or 0, row.actual_columns, row.text[:80]))
        return "error" if self.has_too_many else "skip"

    @property
    def has_too_many(self) -> bool:
        return len(self.ragged) > MOST_RAGGED_ROWS or len(self.blank) > 2 * MOST_BLANK_LINES

    @property
    def numbers(self) -> list[int]:
        return [*self.blank, *(number for number, _, _ in self.ragged)]


def read_csv(
    table: str, location: str, path: Path, sha256: str, parameters: TableParameters
) -> RawTable:
    """Read a delimited text file.

    Raises
    ------
    UnreadableError
        When it is not text, has no header, or most of its rows are broken.
    """
    with Undisturbed():
        place = tempfile.TemporaryDirectory(prefix="planner-")
    with place as folder:
        text = to_utf8(table, location, path, parameters.encoding, Path(folder))
        first, hint = _read_header_text(text.path)
        delimiter = parameters.delimiter or hint or _find_delimiter(first)
        headers = _split_header(table, location, first, delimiter)
        ragged = _RaggedRows()
        skipped = 1 if hint else 0
        if len(first) < LONGEST_CELL and not set(first.strip("\r\n")) & {"\r", "\n"}:
            cells = _no_cells(len(headers))
        else:
            cells = _read_cells(table, location, text, len(headers), delimiter, skipped, ragged)
    raw = RawTable(
        table=table,
        headers=headers,
        cells=tuple(cells.columns),
        rows=_number_rows(cells.num_rows, ragged.numbers, skipped),
        location=location,
        sha256=sha256,
        findings=(*text.findings, *_report_ragged(table, len(headers), ragged)),
    )
    return replace(raw, findings=(*raw.findings, *_report_unclosed(table, text, raw)))


def _read_header_text(path: Path) -> tuple[str, str | None]:
    """Return the file's beginning, and the delimiter that a first line ``sep=;`` states."""
    with path.open("rb") as file:
        beginning = file.read(LONGEST_CELL).decode("utf-8-sig", errors="ignore")
    if beginning[:4].lower() == "sep=" and len(beginning) > 5 and beginning[5] in "\r\n":
        rest = beginning[5:].split("\n", 1)
        return (rest[1] if len(rest) > 1 else ""), beginning[4]
    return beginning, None


def _find_delimiter(text: str) -> str:
    """Return the separator that occurs most often in the header, quoted parts aside."""
    line: list[str] = []
    quoted = False
    for sign in text:
        if sign == '"':
            quoted = not quoted
        elif sign in "\r\n" and not quoted and line:
            break
        elif not quoted and sign not in "\r\n":
            line.append(sign)
    header = "".join(line)
    return max(DELIMITERS, key=lambda sign: (header.count(sign), -DELIMITERS.index(sign)))


def _split_header(table: str, location: str, text: str, delimiter: str) -> tuple[str, ...]:
    """Return the headers; a file without any is unreadable."""
    limit = csv.field_size_limit(10 * LONGEST_CELL)
    try:
        row = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    except csv.Error as error:
        problem, advice = "has no readable header", "Export it again."
        if "\r" in text.replace("\r\n", ""):
            problem = "ends lines with a bare carriage return, as old Macs did"
            advice = "Save it with the line ends of Windows or Unix."
        raise unreadable(table, location, problem, advice) from error
    finally:
        csv.field_size_limit(limit)
    headers = tuple(header.strip().lstrip("\ufeff") for header in row)
    if not any(headers):
        raise unreadable(
            table, location, "has no header in its first row", "Put the column names in row 1."
        )
    if len(headers) > MOST_COLUMNS or max(map(len, headers)) > 10_000:
        raise unreadable(
            table,
            location,
            "has a first row that cannot be a header",
            "Put the column names in row 1, and check the separator.",
        )
    return headers


def _read_cells(
    table: str,
    location: str,
    text: TextFile,
    width: int,
    delimiter: str,
    skipped: int,
    ragged: _RaggedRows,
) -> pa.Table:
    """Read all cells as text; a row larger than a block makes the block grow."""
    import pyarrow as pa

    block = BLOCK
    while True:
        ragged.blank.clear()
        ragged.ragged.clear()
        try:
            return _read_blocks(text, width, delimiter, skipped, ragged, block)
        except pa.ArrowInvalid as error:
            if ragged.has_too_many:
                raise _too_ragged(table, location, width, ragged) from error
            if "straddl" in str(error) and block < min(LARGEST_BLOCK, 2 * text.size):
                block *= 8
                continue
            reason = str(error).splitlines()[0][:200]
            raise unreadable(
                table,
                location,
                f"cannot be read as CSV ({reason})",
                "Look for an unclosed quote, and export it again as CSV.",
            ) from error


def _no_cells(width: int) -> pa.Table:
    """Return the cells of a file that is nothing but its header."""
    import pyarrow as pa

    names = [str(index) for index in range(width)]
    return pa.table([pa.array([], pa.string())] * width, names=names)


def _read_blocks(
    text: TextFile, width: int, delimiter: str, skipped: int, ragged: _RaggedRows, block: int
) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(index) for index in range(width)]
    return arrow_csv.read_csv(
        str(text.path),
        # One thread: only then does Arrow number the rows that it hands to the handler.
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=block,
            column_names=names,
            skip_rows=skipped,
            skip_rows_after_names=1,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=text.blank_lines > MOST_BLANK_LINES,
            invalid_row_handler=ragged,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        ),
    )


def _number_rows(count: int, missing: list[int], skipped: int) -> NDArray[np.int64]:
    """Return the numbers of the rows that were kept, as a spreadsheet counts them."""
    import numpy as np

    first = 2 + skipped
    every = np.arange(first, first + count + len(missing), dtype=np.int64)
    kept = np.setdiff1d(every, np.array(missing, dtype=np.int64), assume_unique=True)
    return kept[:count]


def _report_unclosed(table: str, text: TextFile, raw: RawTable) -> list[Finding]:
    """Report a quote that is opened and never closed: it swallows the rest of the file."""
    if text.quotes % 2 == 0 or not len(raw.rows):
        return []
    last = [str(column[-1]) for column in raw.cells]
    swallowed = next((index for index, cell in enumerate(last) if "\n" in cell), None)
    if swallowed is None:
        return []
    return [
        Finding(
            severity="error",
            code=f"{table}.unclosed_quote",
            message=f"Row {raw.rows[-1]} of {table} opens a quote in {raw.headers[swallowed]!r} "
            f"that is never closed, so the rest of the file stands in one cell.",
            advice="Close the quote, or double it where it belongs to the text.",
            table=table,
            row=int(raw.rows[-1]),
            column=raw.headers[swallowed],
            value=last[swallowed][:80],
        )
    ]


def _report_ragged(table: str, width: int, ragged: _RaggedRows) -> list[Finding]:
    """Report rows whose cells do not match the header."""
    findings = [
        Finding(
            severity="error",
            code=f"{table}.ragged_row",
            message=f"Row {number} of {table} has {found} cells where the header has {width}.",
            advice="Look for a separator or a quote inside a cell; quote such cells.",
            table=table,
            row=number or None,
            value=text,
        )
        for number, found, text in ragged.ragged[:EXAMPLES_SHOWN]
    ]
    if len(ragged.ragged) > EXAMPLES_SHOWN:
        findings.append(
            Finding(
                severity="error",
                code=f"{table}.ragged_row",
                message=f"{len(ragged.ragged)} rows of {table} have more or fewer cells than the "
                f"header.",
                advice="Export the table again, or state the delimiter.",
                table=table,
                count=len(ragged.ragged),
            )
        )
    return findings


def _too_ragged(table: str, location: str, width: int, ragged: _RaggedRows) -> Exception:
    number, found, _ = ragged.ragged[0] if ragged.ragged else (ragged.blank[0], 0, "")
    return unreadable(
        table,
        location,
        f"has more than {MOST_RAGGED_ROWS} rows that do not have the header's {width} cells; the "
        f"first is row {number} with {found}",
        f"State [inputs.{table}] delimiter, or export it again.",
    )
