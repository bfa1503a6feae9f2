"""Reads all tables of a company, checks them, and says everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import DataError, ScenarioError
from planner.findings import Finding, has_errors
from planner.inputs.conditions import select
from planner.inputs.conversion import check_currencies, convert_money
from planner.inputs.data import PlanningData, Source
from planner.inputs.frames import Frame, build_frame, keep_rows, note_missing, report_problems
from planner.inputs.money import Currency, currency
from planner.inputs.parameters import (
    ControlParameters,
    InputsParameters,
    PeriodParameters,
    TableParameters,
)
from planner.inputs.period import Period, build_period, find_calendar
from planner.inputs.raw import RawTable, UnreadableError, check_shape, drop_blank_rows
from planner.inputs.tables import known_tables
from planner.second_process import Beside

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The tables as read and understood, before they are joined.

    Parameters
    ----------
    every
        Each table with all its rows.
    frames
        Each table with the rows that take part.
    kept
        (rows,) which rows take part, for each table.
    unusable
        Tables that lack a column they cannot do without, or could not be read.
    """

    every: dict[str, Frame] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    kept: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unusable: set[str] = field(default_factory=set)


def load(
    inputs: InputsParameters,
    period: PeriodParameters,
    control: ControlParameters,
    plan_currency: str,
    rates: Mapping[str, float],
    folder: Path,
    begun: Mapping[str, Future[Frame]] | None = None,
    told_later: Container[str | None] = (),
) -> PlanningData:
    """Read, check and join the tables of a company.

    Parameters
    ----------
    inputs, period, control
        The scenario's ``[inputs]``, ``[period]`` and ``[control]``.
    plan_currency
        ISO 4217 code that all money is planned in.
    rates
        Units of the plan currency for one unit of another, by code: the scenario's ``[fx]``.
    folder
        The data folder, which paths start from.
    begun
        Tables of ``begin_reading``, which need not be read again.
    told_later
        Tables whose faulty rows are only left out: whoever asks tells of them, with what else is
        wrong there, from the findings that come back.

    Raises
    ------
    DataError
        When any table cannot be planned on; it carries every finding on every table.
    ScenarioError
        When a table's file, query or condition, the period or a currency is wrong.
    StoreError
        When a disk or a database fails.
    """
    from planner.inputs.assembly import assemble

    plan = currency(plan_currency)
    known_rates = {currency(code).code: float(rate) for code, rate in rates.items()}
    reading, found = read_frames(inputs, period, plan, known_rates, folder, begun)
    data = assemble(reading, found, control, plan, known_rates)
    if data is None or has_errors(f for f in reading.findings if f.table not in told_later):
        raise _data_error(reading.findings)
    return replace(data, findings=tuple(reading.findings))


def read_frames(
    inputs: InputsParameters,
    period: PeriodParameters,
    plan: Currency,
    rates: Mapping[str, float],
    folder: Path,
    begun: Mapping[str, Future[Frame]] | None = None,
) -> tuple[Reading, Period]:
    """Read and understand the tables that are given, each by itself, and choose their rows.

    Parameters
    ----------
    inputs, period, folder, begun
        As in :func:`load`.
    plan, rates
        The plan currency, and the others' rates by code.
    """
    reading = _read_tables(inputs, folder, begun or {})
    _understand(reading, inputs, plan, rates)
    found = build_period(period, _last_history(reading, find_calendar(period)[0][0]))
    _choose_rows(reading, inputs, found)
    return reading, found


def _given(inputs: InputsParameters) -> dict[str, TableParameters]:
    """Return the parameters of the tables that the scenario names, in the contract's order."""
    tables = {name: getattr(inputs, name) for name in known_tables()}
    return {name: parameters for name, parameters in tables.items() if parameters is not None}


def begin_reading(
    inputs: InputsParameters, folder: Path, beside: Beside
) -> dict[str, Future[Frame]]:
    """Begin to read the largest tables, two thirds of everything, beside other work.

    Parameters
    ----------
    inputs, folder
        As in :func:`load`.
    beside
        Where they are read.
    """
    given = _given(inputs)
    sizes = {name: _size(parameters, folder) for name, parameters in given.items()}
    begun: dict[str, Future[Frame]] = {}
    for name in sorted(given, key=lambda name: (-sizes[name], name)):
        # The other process has its libraries sooner, so that it has the larger part.
        if 3 * sum(sizes[each] for each in begun) >= 2 * sum(sizes.values()):
            break
        begun[name] = beside.submit(_read_frame, name, given[name], folder)
    return begun


def _read_tables(
    inputs: InputsParameters, folder: Path, begun: Mapping[str, Future[Frame]]
) -> Reading:
    """Read every table; say at once which files are missing."""
    reading = Reading()
    wrong: list[str] = []
    for name, parameters in _given(inputs).items():
        coming = begun.get(name)
        try:
            frame = coming.result() if coming else _read_frame(name, parameters, folder)
        except ScenarioError as error:
            wrong.append(str(error))
        except UnreadableError as error:
            reading.findings.append(error.finding)
            reading.unusable.add(name)
        else:
            _take_in(reading, frame)
    if wrong:
        raise ScenarioError(" ".join(wrong), tuple(reading.findings))
    return reading


def _size(parameters: TableParameters, folder: Path) -> int:
    """Return the bytes of a table's file, 0 where there is none."""
    try:
        return (folder / parameters.path).stat().st_size if parameters.path else 0
    except (OSError, ValueError):
        return 0


def read_raw(table: str, parameters: TableParameters, folder: Path) -> RawTable:
    """Read one table's cells from its file or database."""
    from planner.inputs.databases import read_query
    from planner.inputs.files import read_file
    from planner.inputs.geography import read_units

    if parameters.url is not None:
        return read_query(table, parameters, folder)
    if known_tables()[table].spatial:
        return read_units(table, parameters, folder)
    return read_file(table, parameters, folder)


def _read_frame(name: str, parameters: TableParameters, folder: Path) -> Frame:
    """Read one table, match its headers and read its cells."""
    raw = drop_blank_rows(read_raw(name, parameters, folder))
    return build_frame(known_tables()[name], raw, parameters)


def _take_in(reading: Reading, frame: Frame) -> None:
    """Note what a table is; one without a required column is not usable."""
    raw, table = frame.raw, frame.table
    reading.findings.extend([*frame.findings, *check_shape(raw), *_check_rows(frame)])
    reading.every[raw.table] = frame
    reading.sources.append(
        Source(
            table=raw.table,
            location=raw.location,
            sha256=raw.sha256,
            rows=len(raw.rows),
            columns=frame.headers,
        )
    )
    if not set(table.required) <= set(frame.headers):
        reading.unusable.add(raw.table)


def _check_rows(frame: Frame) -> list[Finding]:
    """Report a table without rows."""
    if len(frame.frame):
        return []
    name = frame.table.name
    return [
        Finding(
            severity="error" if name in {"accounts", "reps"} else "warning",
            code=f"{name}.empty",
            message=f"The table {name} has no rows.",
            advice="Export it again; check the filter of the export."
            if name in {"accounts", "reps"}
            else f"Remove [inputs.{name}] if there is nothing to give.",
            table=name,
        )
    ]


def _understand(
    reading: Reading, inputs: InputsParameters, plan: Currency, rates: Mapping[str, float]
) -> None:
    """Note blank cells and bring money to the plan currency."""
    from planner.inputs.companies import add_families

    for name, frame in reading.every.items():
        frame = note_missing(frame)  # noqa: PLW2901 - each step returns a new frame
        if name == "reps":
            frame = check_currencies(frame, plan, rates)  # noqa: PLW2901
        elif frame.table.names("money"):
            frame = convert_money(frame, plan, rates)  # noqa: PLW2901
        if name == "accounts":
            frame = replace(frame, frame=add_families(frame.frame))  # noqa: PLW2901
        reading.every[name] = frame


def _last_history(reading: Reading, start: date) -> date | None:
    """Return the last date of history before the plan begins."""
    import pandas as pd

    frame = reading.every.get("history")
    if frame is None or "history" in reading.unusable:
        return None
    dates = frame.frame["date"]
    last = dates[dates < pd.Timestamp(start)].max()
    return None if pd.isna(last) else last.date()


def _choose_rows(reading: Reading, inputs: InputsParameters, period: Period) -> None:
    """Apply each table's ``where``; faults of rows that take no part are forgotten."""
    import numpy as np

    for name, parameters in _given(inputs).items():
        frame = reading.every.get(name)
        if frame is None:
            continue
        kept = np.ones(len(frame.frame), dtype=bool)
        if parameters.where is not None and name not in reading.unusable:
            kept = _select(name, parameters.where, frame, period)
        reading.kept[name] = kept
        reading.frames[name] = keep_rows(frame, kept)
        reading.findings.extend(report_problems(reading.frames[name]))
        if len(kept) and not kept.any():
            reading.findings.append(_nothing_left(name, parameters.where))


def _select(name: str, where: str, frame: Frame, period: Period) -> NDArray[np.bool_]:
    try:
        return select(where, frame.frame, period.constants)
    except ScenarioError as error:
        raise ScenarioError(f"[inputs.{name}] where: {error}") from None


def _nothing_left(name: str, where: str | None) -> Finding:
    return Finding(
        severity="error" if name in {"accounts", "reps"} else "warning",
        code=f"{name}.nothing_left",
        message=f"No row of {name} satisfies its where: {where}.",
        advice=f"Correct [inputs.{name}] where.",
        table=name,
    )


def _data_error(findings: list[Finding]) -> DataError:
    errors = [finding for finding in findings if finding.severity == "error"]
    count = f"{len(errors)} errors" if len(errors) > 1 else "1 error"
    return DataError(f"The data cannot be planned on: {count}.", tuple(findings))
