"""Conditions of a scenario: DuckDB SQL over one table's columns, and nothing else.

A condition is parsed first. Only then, when it holds nothing but known columns, constants,
operators and functions from a list, is it run, in a database of its own that can reach neither
files nor the network.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

LONGEST_CONDITION = 10_000
CLASSES = {
    "COLUMN_REF",
    "CONSTANT",
    "FUNCTION",
    "OPERATOR",
    "COMPARISON",
    "CONJUNCTION",
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "TYPE",
}
# fmt: off
FUNCTIONS = frozenset(
    {
        "+", "-", "*", "/", "//", "%", "^", "**", "||", "~~", "!~~", "~~*", "!~~*", "~~~",
        "not_like_escape", "like_escape", "ilike_escape", "not_ilike_escape", "abs", "sign",
        "round", "floor", "ceil", "ceiling", "trunc", "sqrt", "ln", "log", "log2", "log10", "exp",
        "pow", "power", "mod", "greatest", "least", "lower", "upper", "lcase", "ucase", "trim",
        "ltrim", "rtrim", "length", "len", "strlen", "substr", "substring", "left", "right",
        "contains", "starts_with", "prefix", "suffix", "ends_with", "instr", "position", "strpos",
        "replace", "split_part", "concat", "concat_ws", "lpad", "rpad", "reverse", "regexp_matches",
        "regexp_full_match", "regexp_extract", "regexp_replace", "strip_accents", "list_value",
        "list_contains", "array_contains", "list_has", "in", "year", "month", "day", "quarter",
        "week", "weekofyear", "dayofmonth", "dayofweek", "dayofyear", "isodow", "date_part",
        "datepart", "date_trunc", "datetrunc", "date_diff", "datediff", "date_sub", "datesub",
        "date_add", "last_day", "make_date", "monthname", "dayname", "strftime", "strptime",
        "try_strptime", "to_days", "to_weeks", "to_months", "to_quarters", "to_years", "to_hours",
        "to_minutes", "to_seconds", "isnan", "isinf", "isfinite", "ifnull", "nullif", "coalesce",
        "if", "damerau_levenshtein", "levenshtein", "struct_pack", "row",
    }
)
# fmt: on
CLOCKS = {
    "now",
    "today",
    "current_date",
    "current_timestamp",
    "current_time",
    "localtime",
    "localtimestamp",
    "get_current_timestamp",
    "get_current_time",
    "transaction_timestamp",
    "random",
    "uuid",
    "gen_random_uuid",
    "age",
}


def select(
    condition: str, frame: pd.DataFrame, constants: Mapping[str, date] | None = None
) -> NDArray[np.bool_]:
    """Return which rows of a frame satisfy a condition.

    Parameters
    ----------
    condition
        A DuckDB SQL expression over the frame's columns. Money is seen in currency units, dates
        as DATE; where a value is missing the condition does not hold.
    frame
        A table of the planning data.
    constants
        Dates that the condition may name: as_of, period_start, period_end.

    Returns
    -------
    (rows,) whether the condition holds.

    Raises
    ------
    ScenarioError
        When it is not a condition, names a column that the table lacks, or asks for anything
        but the table's columns.
    """
    import numpy as np

    named = {name.casefold(): day for name, day in (constants or {}).items()}
    with open_database() as database:
        wanted = find_columns(condition, database)
        columns = _resolve(condition, wanted, list(frame.columns), named)
        database.register("rows_given", _as_arrow(frame, columns, named))
        if not len(frame):
            return np.zeros(0, dtype=bool)
        return _run(condition, database)


def open_database() -> duckdb.DuckDBPyConnection:
    """Open an empty database that can reach nothing outside itself."""
    import duckdb

    database = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    # A query of more than two seconds would draw its progress on standard output. A notebook
    # without ipywidgets has no bar to draw, and refuses to be told so.
    with suppress(duckdb.InvalidInputException):
        for setting in ("enable_progress_bar", "enable_progress_bar_print"):
            database.execute(f"SET {setting} = false")
    database.execute("SET lock_configuration = true")
    return database


def find_columns(condition: str, database: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns that a condition names, in order; refuse whatever else it asks for."""
    if not condition.strip() or len(condition) > LONGEST_CONDITION:
        raise ScenarioError(f"A condition must have 1 to {LONGEST_CONDITION:,} characters.")
    try:
        tree = _parse(condition, database)
        found = [_inspect(condition, node) for node in _walk(tree)]
    except RecursionError:
        raise ScenarioError(f"The condition {_short(condition)} is nested too deeply.") from None
    return list(dict.fromkeys(name for name in found if name is not None))


def _parse(condition: str, database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the tree of a condition; it must be one expression and nothing around it."""
    import duckdb

    query = f"SELECT (\n{condition}\n)"
    try:
        rows = database.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    except (duckdb.Error, UnicodeError) as error:
        raise _refuse(condition, _reason(error)) from None
    parsed = json.loads(rows[0][0])
    if parsed.get("error"):
        raise _refuse(condition, str(parsed.get("error_message", "it cannot be read")))
    statements = parsed["statements"]
    node = statements[0]["node"] if len(statements) == 1 else {}
    plain = (
        node.get("type") == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and (node["from_table"] or {}).get("type") == "EMPTY"
        and not any(node[key] for key in ("where_clause", "group_expressions", "having", "qualify"))
        and not node["modifiers"]
        and not node["cte_map"]["map"]
    )
    if not plain:
        raise _refuse(condition, "it must be one condition, not a query or several")
    return dict(node["select_list"][0])


def _walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every expression of a tree."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for part in tree.values():
            yield from _walk(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _walk(part)


def _inspect(condition: str, node: dict[str, Any]) -> str | None:
    """Return the column that an expression names, if any; refuse what is not allowed."""
    kind = node["class"]
    if kind not in CLASSES:
        raise _refuse(condition, f"it may not hold a {kind.lower()}")
    if kind == "FUNCTION":
        _check_function(condition, str(node["function_name"]).lower())
    if kind != "COLUMN_REF":
        return None
    names = node["column_names"]
    if len(names) != 1:
        raise _refuse(
            condition, f"{'.'.join(names)} is not a column; put names with dots in quotes"
        )
    return str(names[0])


def _check_function(condition: str, name: str) -> None:
    if name in CLOCKS:
        raise _refuse(condition, f"{name} changes from run to run; use as_of or period_start")
    if name not in FUNCTIONS:
        raise _refuse(condition, f"the function {name} is not available in conditions")


def _resolve(
    condition: str, wanted: list[str], columns: list[str], constants: Mapping[str, date]
) -> list[str]:
    """Return the frame's columns that a condition needs; a missing one is refused."""
    known = {column.casefold(): column for column in reversed(columns)}
    resolved = []
    for name in wanted:
        if name.casefold() in known:
            resolved.append(known[name.casefold()])
        elif name.casefold() not in constants and name.casefold() in CLOCKS:
            _check_function(condition, name.casefold())
        elif name.casefold() not in constants:
            raise _missing_column(condition, name, [*columns, *constants])
    return resolved


def _missing_column(condition: str, name: str, columns: list[str]) -> ScenarioError:
    folded = {column.casefold(): column for column in columns}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.4)
    hint = f"did you mean {folded[near[0]]}?" if near else f"there are: {', '.join(columns)[:400]}"
    return _refuse(condition, f"there is no column {name}; {hint}")


def _as_arrow(frame: pd.DataFrame, columns: list[str], constants: Mapping[str, date]) -> pa.Table:
    """Return the columns as a condition sees them: money in units, dates as dates."""
    import pyarrow as pa

    digits = frame.attrs.get("minor_digits", {})
    data = {name: _as_seen(frame[name], digits.get(name)) for name in columns}
    for name, day in constants.items():
        if name not in {column.casefold() for column in columns}:
            data[name] = pa.array([day] * len(frame), pa.date32())
    return pa.table(data)


def _as_seen(series: pd.Series, digits: int | None) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(series, from_pandas=True)
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.date32(), safe=False)
    if digits is not None and pa.types.is_integer(array.type):
        return pc.divide(array.cast(pa.float64(), safe=False), float(10**digits))
    return array


def _run(condition: str, database: duckdb.DuckDBPyConnection) -> NDArray[np.bool_]:
    import duckdb
    import numpy as np

    # The condition was parsed: it holds one expression over known columns.
    query = f"SELECT (\n{condition}\n) AS holds FROM rows_given"  # noqa: S608
    try:
        result = database.sql(query).to_arrow_table().column(0)
    except duckdb.Error as error:
        raise _refuse(condition, _reason(error)) from None
    if str(result.type) == "null":
        return np.zeros(len(result), dtype=bool)
    if str(result.type) != "bool":
        raise _refuse(condition, f"it gives a {result.type}, not true or false")
    return np.asarray(result.fill_null(False).to_numpy(), dtype=bool)  # noqa: FBT003


def _refuse(condition: str, reason: str) -> ScenarioError:
    return ScenarioError(f"The condition {_short(condition)} cannot be used: {reason.rstrip('.')}.")


def _short(condition: str) -> str:
    text = " ".join(condition.split())
    return repr(text if len(text) <= 200 else f"{text[:200]}…")


def _reason(error: Exception) -> str:
    """Return the first line of DuckDB's message."""
    return (str(error).strip().splitlines() or ["it cannot be read"])[0]
