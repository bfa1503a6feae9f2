"""Cells of one column as values of its kind, with the cells that are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.findings import Severity
from planner.inputs.amounts import MISSING, parse_numbers
from planner.inputs.raw import is_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

GUARD = "^'([=+\\-@\t\r])"
BLANKS = "[\\s\\x{00a0}\\x{200b}\\x{feff}\\x{2060}]"
ISO = r"^\d{4}[-/]\d{2}[-/]\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?$"
DATE_FORMS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%Y%m%d"),
    *("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y"),
    *("%d %B %Y", "%B %d, %Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M"),
)
"""What dates are tried by where none is stated: only to say what would fit, never to read them."""
TRUE, FALSE = {"true", "yes", "y", "1", "x"}, {"false", "no", "n", "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Cells of one column that have the same fault.

    Parameters
    ----------
    code
        What it is called, without the table.
    column
        Our name of the column, or the file's where it is not in the contract.
    positions
        (faults,) positions of the rows.
    sentence
        What is wrong, as said of the value.
    advice
        What to do.
    once
        Whether one finding speaks for all of them: the sentence says all.
    """

    code: str
    column: str
    positions: NDArray[np.int64]
    sentence: str
    advice: str
    severity: Severity = "error"
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column, understood.

    Parameters
    ----------
    values
        (rows,) the values, missing where a cell is blank or faulty.
    problems
        The faulty cells.
    codes
        (rows,) the currency that an amount names itself, None where no amount does.
    """

    values: pd.Series
    problems: tuple[Problem, ...] = ()
    codes: NDArray[np.object_] | None = None


def clean_texts(texts: pa.Array) -> pa.Array:
    """Return texts trimmed, and without the apostrophe that guards against formulas."""
    import pyarrow.compute as pc

    trimmed = pc.replace_substring_regex(texts, f"^{BLANKS}+|{BLANKS}+$", "")
    return pc.replace_substring_regex(trimmed, GUARD, r"\1")


def _encode(column: pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return a text column's distinct texts, cleaned, and which of them each row has."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.fill_null(column.cast(pa.string()), "")
    coded = filled.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = np.asarray(coded.indices, dtype=np.int64)
    return clean_texts(coded.dictionary), codes


def read_text(column: pa.ChunkedArray) -> Cells:
    """Read a column as text; whole numbers lose their ``.0``, leading zeros stay."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    texts, codes = _encode(as_texts(column))
    known = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return Cells(values=pd.Series(known.take(pa.array(codes)).to_pandas(), dtype="str"))


def as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return any column as text, as a person would type it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if is_text(column):
        return column
    if pa.types.is_floating(kind):
        texts = pc.cast(column, pa.string())
        texts = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), texts)
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 1e15))
        as_whole = pc.if_else(pc.fill_null(whole, False), column, 0.0)  # noqa: FBT003
        as_whole = pc.cast(pc.cast(as_whole, pa.int64()), pa.string())
        return pc.if_else(pc.fill_null(whole, False), as_whole, texts)  # noqa: FBT003
    try:
        return column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return _as_python_texts(column)


def _as_python_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values that Arrow cannot print, such as lists or bytes, as text."""
    import pyarrow as pa

    def to_text(value: object) -> str | None:
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, list):
            return ";".join(str(part) for part in value)
        return None if value is None else str(value)

    return pa.chunked_array([pa.array([to_text(v) for v in column.to_pylist()], pa.string())])


def read_numbers(column: pa.ChunkedArray, name: str, decimal: str) -> Cells:
    """Read a column as numbers."""
    import numpy as np
    import pandas as pd

    if not is_text(column):
        return _read_typed_numbers(column, name, decimal)
    texts, codes = _encode(column)
    numbers = parse_numbers(texts, decimal)
    named = numbers.codes[codes] if np.any(numbers.codes != "") else None
    other = "," if decimal == "." else "."
    problem = Problem(
        code="not_a_number",
        column=name,
        positions=np.flatnonzero(numbers.bad[codes]),
        sentence="is not a number",
        advice=f"Correct the cell; if decimals are written with {other!r}, state "
        f'decimal = "{other}".',
    )
    return Cells(
        values=pd.Series(numbers.values[codes]),
        problems=(problem,) if len(problem.positions) else (),
        codes=named,
    )


def _read_typed_numbers(column: pa.ChunkedArray, name: str, decimal: str) -> Cells:
    """Read a column that the file itself holds as numbers; NaN is missing, infinity is not."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if pa.types.is_null(kind):
        return Cells(values=pd.Series(np.full(len(column), np.nan)))
    if pa.types.is_decimal(kind):
        # Through text: Arrow's cast of decimals to floats is not to the nearest.
        return read_numbers(column.cast(pa.string()), name, ".")
    if not numeric:
        return read_numbers(as_texts(column), name, decimal)
    floats = pc.cast(column, pa.float64(), safe=False)
    values = np.array(floats.to_numpy(), dtype=np.float64)
    infinite = np.flatnonzero(np.isinf(values))
    values[infinite] = np.nan
    problem = Problem(
        code="not_a_number",
        column=name,
        positions=infinite,
        sentence="is not a number",
        advice="Correct the cell.",
    )
    return Cells(values=pd.Series(values), problems=(problem,) if len(infinite) else ())


def read_dates(column: pa.ChunkedArray, name: str, date_format: str | None) -> Cells:
    """Read a column as dates: ISO, or in the format stated. The time of day is dropped."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return Cells(values=_as_days(pd.Series(column.to_pandas(timestamp_as_object=False))))
    texts, codes = _encode(as_texts(column))
    written = pd.Series(texts.to_pandas(), dtype="str")
    if date_format is None:
        iso = written.where(written.str.match(ISO), other=None).str.slice(0, 10)
        days = pd.to_datetime(iso.str.replace("/", "-"), format="%Y-%m-%d", errors="coerce")
    else:
        days = pd.to_datetime(written, format=date_format, errors="coerce")
    blank = written.str.match(MISSING).to_numpy(dtype=bool) | (written == "").to_numpy(dtype=bool)
    bad = days.isna().to_numpy() & ~blank
    values = _as_days(days).take(codes).reset_index(drop=True)
    if not bad[codes].any():
        return Cells(values=values)
    problem = Problem(
        code="not_a_date",
        column=name,
        positions=np.flatnonzero(bad[codes]),
        sentence=f"is not a date of the form {date_format or 'YYYY-MM-DD'}",
        advice=_advise_format(written[~blank]),
    )
    return Cells(values=values, problems=(problem,))


def _advise_format(written: pd.Series) -> str:
    """Return what to do about dates that are written otherwise, by the forms that fit them all."""
    import pandas as pd

    fitting = [
        f'date_format = "{form}"'
        for form in DATE_FORMS
        if pd.to_datetime(written, format=form, errors="coerce").notna().all()
    ]
    advice = "Correct the cell, or state how dates are written: "
    if not fitting:
        return f'{advice}date_format = "{DATE_FORMS[0]}".'
    if len(fitting) == 1:
        return f"{advice}{fitting[0]} fits all of them."
    return f"{advice}{' and '.join(fitting)} fit all of them; say which is meant."


def _as_days(dates: pd.Series) -> pd.Series:
    """Return dates without time of day and time zone."""
    import pandas as pd

    days = pd.to_datetime(dates, errors="coerce")
    if days.dt.tz is not None:
        days = days.dt.tz_localize(None)
    return days.dt.normalize().astype("datetime64[us]")


def read_flags(column: pa.ChunkedArray, name: str) -> Cells:
    """Read a column as yes or no."""
    import numpy as np
    import pandas as pd

    texts, codes = _encode(as_texts(column))
    words = [str(word).casefold() for word in texts.to_pylist()]
    flags = [True if w in TRUE else False if w in FALSE else None for w in words]
    bad = np.array([f is None and w != "" for f, w in zip(flags, words, strict=True)], dtype=bool)
    problem = Problem(
        code="not_a_flag",
        column=name,
        positions=np.flatnonzero(bad[codes]) if words else np.zeros(0, dtype=np.int64),
        sentence="is neither yes nor no",
        advice="Write true or false.",
    )
    values = pd.Series(pd.array(flags, dtype="boolean")).take(codes).reset_index(drop=True)
    return Cells(values=values, problems=(problem,) if len(problem.positions) else ())


def read_further(column: pa.ChunkedArray, decimal: str) -> Cells:
    """Read a column that the contract does not know: numbers or dates where all cells are."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return read_dates(column, "", None)
    if pa.types.is_boolean(kind):
        return read_flags(column, "")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind):
        return _read_typed_numbers(column, "", decimal)
    return _read_as_it_looks(as_texts(column), decimal)


def _read_as_it_looks(column: pa.ChunkedArray, decimal: str) -> Cells:
    """Read texts as numbers or dates where every one is, else as text."""
    import pyarrow.compute as pc

    texts, _ = _encode(column)
    filled = texts.filter(pc.not_equal(texts, ""))
    if len(filled) == 0 or _has_leading_zeros(filled):
        return read_text(column)
    if not parse_numbers(filled, decimal).bad.any():
        return read_numbers(column, "", decimal)
    if pc.all(pc.match_substring_regex(filled, ISO)).as_py():
        dates = read_dates(column, "", None)
        return read_text(column) if dates.problems else dates
    return read_text(column)


def _has_leading_zeros(texts: pa.Array) -> bool:
    """Return whether any text is a code such as 00412 rather than a number."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(texts, r"^0\d+$")).as_py())
