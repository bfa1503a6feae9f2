"""A raw table as a frame of the contract's columns, with every faulty cell noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.cells import (
    Cells,
    Problem,
    read_dates,
    read_flags,
    read_further,
    read_numbers,
    read_text,
)
from planner.inputs.matching import match_headers
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import RawTable
from planner.inputs.tables import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

RESERVED = {"row", "family", "placed_by", "owner_given"}
SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One table, understood cell by cell.

    Parameters
    ----------
    table
        The contract.
    frame
        Every column of the contract, the file's further columns, and ``row``.
    headers
        Our name to the file's header, as matched.
    problems
        Faulty cells by position in ``frame``.
    codes
        Money column to the currency that its amounts name themselves.
    raw
        The cells as they were read, to quote from.
    findings
        What concerns the table as a whole.
    totals
        Money column to its sum over all rows in minor units of the plan currency, rounded once.
    """

    table: Table
    frame: pd.DataFrame
    headers: dict[str, str]
    raw: RawTable
    problems: tuple[Problem, ...] = ()
    codes: Mapping[str, NDArray[np.object_]]
    findings: tuple[Finding, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)

    def has(self, column: str) -> bool:
        """Return whether the file has a column of the contract."""
        return column in self.headers


def build_frame(table: Table, raw: RawTable, parameters: TableParameters) -> Frame:
    """Match a table's headers and read each of its columns as its kind says."""
    import pandas as pd

    match = match_headers(table, raw.headers, parameters.columns)
    series: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    codes: dict[str, NDArray[np.object_]] = {}
    for column in table.columns:
        position = match.columns.get(column.name)
        if position is None:
            series[column.name] = _empty_column(column, len(raw.rows))
            continue
        cells = read_column(column, raw, position, parameters)
        series[column.name] = cells.values
        problems += [replace(problem, column=column.name) for problem in cells.problems]
        if column.kind == "money" and cells.codes is not None:
            codes[column.name] = cells.codes
    further, findings = _read_further(table, raw, match.columns, parameters.decimal)
    frame = pd.DataFrame({**series, **further})
    frame["row"] = raw.rows
    return Frame(
        table=table,
        frame=frame,
        headers={name: raw.headers[position] for name, position in match.columns.items()},
        raw=raw,
        problems=tuple(problems),
        codes=codes,
        findings=(*raw.findings, *match.findings, *findings),
    )


def read_column(column: Column, raw: RawTable, position: int, parameters: TableParameters) -> Cells:
    """Read one column of the contract."""
    cells = raw.cells[position]
    if column.kind == "date":
        return read_dates(cells, column.name, parameters.date_format)
    if column.kind == "flag":
        return read_flags(cells, column.name)
    if column.kind in {"money", "number"}:
        read = read_numbers(cells, column.name, parameters.decimal)
        return _check_range(column, read)
    return read_text(cells)


def _check_range(column: Column, cells: Cells) -> Cells:
    """Note numbers outside the column's range; a share given in percent is brought to 0 to 1."""
    import numpy as np

    values, mixed = cells.values, False
    if column.unit == "fraction" and bool((values > 1).any()) and not bool((values > 100).any()):
        # Beside a fraction a number above 1 is no percent: 0.5 and 1.5 cannot be told apart then.
        mixed = bool(((values > 0) & (values < 1)).any())
        values = values if mixed else values / 100.0
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    outside = np.flatnonzero(((values < low) | (values > high)).to_numpy())
    if not len(outside):
        return replace(cells, values=values)
    limits = f"at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}"
    problem = Problem(
        code="out_of_range",
        column=column.name,
        positions=outside,
        sentence=f"is out of range; {column.name} must be {limits}",
        advice="Write the whole column in fractions, or the whole column in percent."
        if mixed
        else "Correct the cell, or leave the row out with where.",
    )
    return replace(cells, values=values, problems=(*cells.problems, problem))


def _empty_column(column: Column, count: int) -> pd.Series:
    """Return a column that the file lacks."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if column.kind in {"money", "number"}:
        return pd.Series(np.full(count, np.nan))
    if column.kind == "date":
        return pd.Series(np.full(count, np.datetime64("NaT"), dtype="datetime64[us]"))
    if column.kind == "flag":
        return pd.Series(pd.array([None] * count, dtype="boolean"))
    return pd.Series(pa.nulls(count, pa.large_string()).to_pandas(), dtype="str")


def _read_further(
    table: Table, raw: RawTable, matched: Mapping[str, int], decimal: str
) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Read the columns that the contract does not know, under their own or the chosen name."""
    ours = {position: name for name, position in matched.items()}
    taken = {name.casefold() for name in (*table.names(), *RESERVED)}
    further: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for position, header in enumerate(raw.headers):
        if position in ours and table.column(ours[position]) is not None:
            continue
        name = ours.get(position, header)
        if not name:
            continue
        if name.casefold() in taken:
            findings.append(_name_taken(table, name))
            continue
        taken.add(name.casefold())
        further[name] = read_further(raw.cells[position], decimal).values
    return further, findings


def _name_taken(table: Table, name: str) -> Finding:
    return Finding(
        severity="warning",
        code=f"{table.name}.column_ignored",
        message=f"The column {name!r} of {table.name} is not read: the name is already taken.",
        advice="Rename it if a measure or a condition needs it.",
        table=table.name,
        column=name,
    )


def keep_rows(frame: Frame, kept: NDArray[np.bool_]) -> Frame:
    """Return a frame with only some of its rows; faults of the others are forgotten."""
    import numpy as np

    if kept.all():
        return frame
    positions = np.cumsum(kept) - 1
    problems = []
    for problem in frame.problems:
        left = problem.positions[kept[problem.positions]]
        if len(left):
            problems.append(replace(problem, positions=positions[left]))
    return replace(
        frame,
        frame=frame.frame[kept].reset_index(drop=True),
        raw=_filter_raw(frame.raw, kept),
        problems=tuple(problems),
        codes={name: codes[kept] for name, codes in frame.codes.items()},
    )


def _filter_raw(raw: RawTable, kept: NDArray[np.bool_]) -> RawTable:
    import pyarrow as pa

    mask = pa.array(kept)
    cells = tuple(column.filter(mask) for column in raw.cells)
    shapes = None if raw.geometry is None else raw.geometry[kept]
    return replace(raw, cells=cells, rows=raw.rows[kept], geometry=shapes)


def note_missing(frame: Frame) -> Frame:
    """Note the blank cells of columns that a row cannot do without."""
    problems = [
        problem
        for column in frame.table.columns
        if column.required and frame.has(column.name)
        for problem in _find_missing(frame, column)
    ]
    return replace(frame, problems=(*frame.problems, *problems))


def _find_missing(frame: Frame, column: Column) -> list[Problem]:
    import numpy as np

    blank = frame.frame[column.name].isna().to_numpy(dtype=bool, copy=True)
    for problem in frame.problems:
        if problem.column == column.name:
            blank[problem.positions] = False
    own_id = column == frame.table.columns[0] and column.kind == "id"
    soft = frame.table.name in {"opportunities", "activities"} and column.kind != "id"
    # Whoever lacks an Id is left out of the CRM's files; the plan itself does not need it.
    soft = soft or frame.table.name == "associations"
    problem = Problem(
        code="missing_id" if own_id else f"missing_{column.name}",
        column=column.name,
        positions=np.flatnonzero(blank),
        sentence="is empty",
        advice="Fill in the cell, or leave the row out with where.",
        severity="warning" if soft else "error",
    )
    return [problem] if len(problem.positions) else []


def report_problems(frame: Frame) -> list[Finding]:
    """Return a finding for each faulty cell, up to a number, and one for the rest of a kind."""
    return [finding for problem in frame.problems for finding in _report(frame, problem)]


def _report(frame: Frame, problem: Problem) -> Iterable[Finding]:
    if problem.once:
        yield _summarise(frame, problem)
        return
    for position in problem.positions[:EXAMPLES_SHOWN]:
        yield _quote(frame, problem, int(position))
    if len(problem.positions) > EXAMPLES_SHOWN:
        yield _summarise(frame, problem)


def _quote(frame: Frame, problem: Problem, position: int) -> Finding:
    """Return the finding for one faulty cell."""
    table = frame.table.name
    header = frame.headers.get(problem.column, problem.column)
    value = quote_cell(frame, problem.column, position)
    row = int(frame.raw.rows[position])
    return Finding(
        severity=problem.severity,
        code=f"{table}.{problem.code}",
        message=f"Row {row} of {table}: {header} {value!r} {problem.sentence}.",
        advice=problem.advice,
        table=table,
        row=row,
        column=header,
        value=value,
    )


def _summarise(frame: Frame, problem: Problem) -> Finding:
    """Return the finding that speaks for all cells of a problem."""
    table = frame.table.name
    header = frame.headers.get(problem.column, problem.column)
    count = len(problem.positions)
    rows = f"{count} rows" if count > 1 else "One row"
    return Finding(
        severity=problem.severity,
        code=f"{table}.{problem.code}",
        message=f"{rows} of {table}: {header} {problem.sentence}.",
        advice=problem.advice,
        table=table,
        row=int(frame.raw.rows[problem.positions[0]]),
        column=header,
        count=count,
    )


def quote_cell(frame: Frame, column: str, position: int) -> str:
    """Return a cell as it was read, shortened."""
    header = frame.headers.get(column, column)
    value = frame.raw.cells[frame.raw.headers.index(header)][position].as_py()
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
