"""A table as it stands in its file, before any cell is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.findings import Finding

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

LONGEST_CELL = 1_000_000
MOST_COLUMNS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The cells of one table.

    Parameters
    ----------
    table
        Its name in the contract.
    headers
        As the file has them.
    cells
        One Arrow column a header: text, or the type that the file gave.
    rows
        (rows,) number of each row as a spreadsheet counts it.
    location, sha256
        Where it came from and what it was.
    findings
        What was noticed while reading.
    geometry
        (rows,) shapes in WGS 84 of a spatial table.
    """

    table: str
    headers: tuple[str, ...]
    cells: tuple[pa.ChunkedArray, ...]
    rows: NDArray[np.int64]
    location: str
    sha256: str
    findings: tuple[Finding, ...] = ()
    geometry: NDArray[np.object_] | None = None


class UnreadableError(Exception):
    """Raised by a reader when a file cannot be read at all; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def unreadable(table: str, location: str, problem: str, advice: str) -> UnreadableError:
    """Return the error for a file that cannot be read, naming table and file."""
    return UnreadableError(
        Finding(
            severity="error",
            code=f"{table}.unreadable",
            message=f"{location}, the table {table}, {problem}.",
            advice=advice,
            table=table,
            value=location,
        )
    )


def is_text(column: pa.ChunkedArray) -> bool:
    """Return whether a column holds text."""
    import pyarrow.types as kinds

    return bool(kinds.is_string(column.type) or kinds.is_large_string(column.type))


def drop_blank_rows(raw: RawTable) -> RawTable:
    """Leave out rows in which every cell is blank, as spreadsheets export them by the thousand."""
    from dataclasses import replace

    import numpy as np
    import pyarrow as pa

    filled = np.zeros(len(raw.rows), dtype=bool)
    for column in raw.cells:
        if filled.all():
            return raw
        filled |= _is_filled(column)
    if filled.all():
        return raw
    mask = pa.array(filled)
    cells = tuple(column.filter(mask) for column in raw.cells)
    shapes = None if raw.geometry is None else raw.geometry[filled]
    count = int((~filled).sum())
    finding = Finding(
        severity="info",
        code=f"{raw.table}.blank_rows",
        message=f"{count} rows of {raw.table} are blank and were left out.",
        advice="Nothing to do, unless they should hold something.",
        table=raw.table,
        row=int(raw.rows[~filled][0]),
        count=count,
    )
    findings = (*raw.findings, finding)
    return replace(raw, cells=cells, rows=raw.rows[filled], geometry=shapes, findings=findings)


def _is_filled(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    import numpy as np
    import pyarrow.compute as pc

    present = pc.is_valid(column)
    if is_text(column):
        present = pc.and_(present, pc.match_substring_regex(pc.fill_null(column, ""), r"\S"))
    return np.asarray(present.to_numpy(), dtype=bool)


def check_shape(raw: RawTable) -> tuple[Finding, ...]:
    """Find cells that are too long, too many columns, and headers that are named twice."""
    return (*_check_long_cells(raw), *_check_headers(raw))


def _check_long_cells(raw: RawTable) -> list[Finding]:
    import numpy as np
    import pyarrow.compute as pc

    findings = []
    for header, column in zip(raw.headers, raw.cells, strict=True):
        if not is_text(column) or (pc.max(pc.binary_length(column)).as_py() or 0) <= LONGEST_CELL:
            continue
        lengths = np.asarray(pc.fill_null(pc.binary_length(column), 0))
        first = int(np.argmax(lengths > LONGEST_CELL))
        findings.append(
            Finding(
                severity="error",
                code=f"{raw.table}.long_cell",
                message=f"Row {raw.rows[first]} of {raw.table} has a cell of {lengths[first]:,} "
                f"bytes in {header[:80]!r}; the limit is {LONGEST_CELL:,}.",
                advice="Look for an unclosed quote, or shorten the cell.",
                table=raw.table,
                row=int(raw.rows[first]),
                column=header[:80],
                count=int((lengths > LONGEST_CELL).sum()),
            )
        )
    return findings


def _check_headers(raw: RawTable) -> list[Finding]:
    seen: dict[str, int] = {}
    for header in raw.headers:
        name = header.strip().casefold()
        seen[name] = seen.get(name, 0) + 1
    return [
        Finding(
            severity="error",
            code=f"{raw.table}.duplicate_header",
            message=f"{raw.table} has {count} columns named {header[:80]!r}.",
            advice="Rename or remove all but one, so that it is clear which is meant.",
            table=raw.table,
            row=1,
            column=header[:80],
            count=count,
        )
        for header, count in seen.items()
        if count > 1 and header
    ]
