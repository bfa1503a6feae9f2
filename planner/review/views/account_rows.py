"""Accounts as rows of a page, and as a file of what a page shows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.csv_files import write_csv
from planner.review.people import Person
from planner.review.views.account_index import (
    AccountIndex,
    AccountQuery,
    Field,
    find_accounts,
    read_word,
)
from planner.review.views.desks import Desk
from planner.review.visibility import visible_accounts

Ints = npt.NDArray[np.int64]
PAGE_UP_TO = 500


def list_columns(desk: Desk) -> list[dict[str, str]]:
    """Return the columns that a table of accounts may show."""
    return [
        {"name": one.name, "title": one.title, "kind": one.kind, "meaning": one.meaning}
        for one in desk.index.get().fields.values()
    ]


def page_accounts(
    desk: Desk, person: Person, query: AccountQuery, *, offset: int, limit: int, positions: bool
) -> dict[str, Any]:
    """Return one page of the accounts that a person asks for and may see.

    Parameters
    ----------
    desk
        The plan.
    person
        Who asks.
    query
        Which accounts, in which order.
    offset, limit
        Where the page begins, and how many rows it has at most.
    positions
        Whether the positions of all that were found are wanted, for the map.
    """
    index, scale = desk.index.get(), desk.opened.plan.data.currency.scale
    found = find_accounts(index, query, desk.opened, visible_accounts(desk.opened, person))
    page = found[offset : offset + min(limit, PAGE_UP_TO)]
    return {
        "total": len(found),
        "rows": [_row(index, at, scale) for at in page.tolist()],
        "sums": _sums(index, found, scale),
        **({"positions": np.sort(found).tolist()} if positions else {}),
    }


def _row(index: AccountIndex, at: int, scale: int) -> dict[str, Any]:
    return {"position": at, **{name: _value(one, at, scale) for name, one in index.fields.items()}}


def _value(column: Field, at: int, scale: int) -> Any:
    value = column.values[at]
    if column.kind == "flag":
        return bool(value)
    if column.kind in {"text", "date"}:
        return read_word(value)
    number = float(value) / (scale if column.kind == "money" else 1)
    return round(number, 2) if np.isfinite(number) else None


def _sums(index: AccountIndex, found: Ints, scale: int) -> dict[str, float]:
    sums = {}
    for name, one in index.fields.items():
        if one.kind in {"money", "hours", "number"}:
            total = float(np.nansum(np.asarray(one.values, dtype=np.float64)[found]))
            sums[name] = round(total / (scale if one.kind == "money" else 1), 2)
    return sums


def name_accounts(desk: Desk, person: Person, positions: Sequence[int]) -> list[dict[str, Any]]:
    """Return id, name and territories of chosen accounts; what may not be seen is left out."""
    index, seen = desk.index.get(), visible_accounts(desk.opened, person)
    wanted = ("account_id", "name", "territory", "previous")
    return [
        {"position": at, **{name: read_word(index.fields[name].values[at]) for name in wanted}}
        for at in positions
        if 0 <= at < index.size and seen[at]
    ]


def write_accounts(
    desk: Desk, person: Person, query: AccountQuery, columns: Sequence[str]
) -> bytes:
    """Return what a page shows as a CSV file that no spreadsheet runs anything of.

    Parameters
    ----------
    columns
        Names of the columns, in order; unknown ones are left out, none means all.
    """
    index = desk.index.get()
    found = find_accounts(index, query, desk.opened, visible_accounts(desk.opened, person))
    chosen = [index.fields[name] for name in columns if name in index.fields]
    table = Table(
        name="accounts",
        columns=tuple(_column(one, found) for one in chosen or index.fields.values()),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.csv"
        write_csv(table, desk.opened.plan.data.currency, path)
        return path.read_bytes()


def _column(one: Field, found: Ints) -> Column:
    name = one.name.removeprefix("measure_")
    if one.kind in {"text", "date"}:
        return text(name, [read_word(one.values[at]) for at in found.tolist()])
    values = np.asarray(one.values)[found]
    if one.kind == "money":
        return money(name, values)
    return figures(name, one.kind, values)
