"""Findings on rows of a table: some named one by one, the rest in one sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from planner.findings import EXAMPLES_SHOWN, Finding, Severity

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

QUOTED = 80


def report_rows(
    frame: pd.DataFrame,
    faulty: NDArray[np.bool_] | pd.Series,
    *,
    table: str,
    code: str,
    severity: Severity,
    column: str | None,
    each: str,
    whole: str,
    advice: str,
    subject: str | None = None,
    shown: int = EXAMPLES_SHOWN,
) -> list[Finding]:
    """Return findings on the faulty rows of a frame.

    Parameters
    ----------
    frame
        With the column ``row``.
    faulty
        (rows,) which rows are meant.
    table, code, severity, column, advice
        As in ``Finding``; ``code`` without the table.
    each
        One sentence on a row, with its columns in braces.
    whole
        One sentence on all of them, with ``{count}``; used when more than ``shown`` are meant.
    subject
        The column whose value names the account or rep concerned.
    shown
        How many rows are named one by one.
    """
    import numpy as np

    positions = np.flatnonzero(np.asarray(faulty, dtype=bool))
    if not len(positions):
        return []
    kind = partial(
        Finding,
        severity=severity,
        code=f"{table}.{code}",
        advice=advice,
        table=table,
        column=column,
    )
    records = frame.iloc[positions[:shown]].to_dict("records")
    findings = [_name_row(kind, record, each, column, subject) for record in records]
    if len(positions) > shown:
        message = whole.format(count=f"{len(positions):,}")
        findings.append(kind(message=message, count=len(positions)))
    return findings


def _name_row(
    kind: Callable[..., Finding],
    record: Mapping[Any, Any],
    each: str,
    column: str | None,
    subject: str | None,
) -> Finding:
    """Return the finding on one row."""
    texts = {str(key): shorten_value(value) for key, value in record.items()}
    return kind(
        message=each.format_map(texts),
        row=int(record["row"]),
        value=texts.get(column) if column else None,
        subject=texts.get(subject) if subject else None,
    )


def shorten_value(value: Any) -> str:
    """Return a value as text for a message: dates without time, long texts cut."""
    import pandas as pd

    if value is None or (not isinstance(value, list) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        # Not value.date(): the day after 9999-12-31 is a timestamp, but no date of Python's.
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
