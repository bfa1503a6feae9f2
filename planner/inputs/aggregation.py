"""History added up where it lies: the database sends sums by day or month instead of every line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.inputs.matching import match_headers
from planner.inputs.parameters import TableParameters
from planner.inputs.tables import known_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

KEYS = ("account_id", "rep_id", "product", "type", "currency")


def aggregate_query(connection: Connection, query: str, parameters: TableParameters) -> Select[Any]:
    """Return a statement that adds a history query's amounts up inside the database.

    Parameters
    ----------
    connection
        Where the query runs; it is asked for the query's columns, and for no row.
    query
        The scenario's own, with one row for each line.
    parameters
        ``aggregate`` is ``day`` or ``month``; a month stands under its last date with an amount,
        so that nothing is dated after what was booked.

    Raises
    ------
    ScenarioError
        When the query has no column for account, date or amount.
    """
    from sqlalchemy import column, extract, func, select, text

    headers = tuple(
        connection.execute(select(text("*")).select_from(_inner(query)).limit(0)).keys()
    )
    found = match_headers(known_tables()["history"], headers, parameters.columns)
    missing = [name for name in ("account_id", "date", "amount") if name not in found.columns]
    if missing:
        raise ScenarioError(
            f"[inputs.history] aggregate needs columns for account_id, date and amount; the query has "
            f"none for {', '.join(missing)}."
        )
    named: dict[str, Any] = {name: column(headers[place]) for name, place in found.columns.items()}
    keys = [named[name] for name in KEYS if name in named]
    day, amount = named["date"], named["amount"]
    if parameters.aggregate == "month":
        months = [extract("year", day), extract("month", day)]
        shown, groups = [*keys, func.max(day).label(day.name)], [*keys, *months]
    else:
        shown, groups = [*keys, day], [*keys, day]
    total = func.sum(amount).label(amount.name)
    # In order, so that the digest of what was read does not depend on the database's mood.
    return select(*shown, total).select_from(_inner(query)).group_by(*groups).order_by(*groups)


def _inner(query: str) -> Any:
    from sqlalchemy import text

    plain = query.strip().rstrip(";").replace(":", r"\:")
    return text(f"({plain}) AS planner_history")
