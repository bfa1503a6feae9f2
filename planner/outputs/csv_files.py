"""Tables as CSV for people: exact money, short numbers, and text that no spreadsheet runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.inputs.money import Currency
from planner.outputs.columns import Column, Kind, Table

QUOTED = re.compile(r'[",\r\n]')
# A spreadsheet takes a cell that begins so for a formula.
RUNS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(table: Table, currency: Currency, path: Path) -> None:
    """Write a table as UTF-8 with commas and one header row; the same table gives the same bytes.

    Parameters
    ----------
    currency
        The plan currency, whose minor units the money columns hold.
    """
    cells = [_format_column(column, currency) for column in table.columns]
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        header = [_quote_cell(quote_formula(column.name)) for column in table.columns]
        stream.write(",".join(header) + "\n")
        stream.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))


def quote_formula(value: str) -> str:
    """Return text with an apostrophe before what a spreadsheet would run."""
    return f"'{value}" if value.startswith(RUNS) else value


def format_number(value: float) -> str:
    """Return a number with at most six decimals and no trailing zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _quote_cell(value: str) -> str:
    # The csv module leaves a lone carriage return bare, and readers take it for a new row.
    return '"' + value.replace('"', '""') + '"' if QUOTED.search(value) else value


def _format_column(column: Column, currency: Currency) -> list[str]:
    form = _formatter(column, currency)
    if column.kind == "text":
        # Most columns of words say few different things: each is worded once.
        words = {value: "" if value is None else form(value) for value in set(column.values)}
        return [words[value] for value in column.values]
    return ["" if value is None else form(value) for value in column.values]


def _formatter(column: Column, currency: Currency) -> Callable[[Any], str]:
    if column.kind == "money":
        return _money_formatter(currency)
    return FORMS.get(column.kind, lambda value: format_number(float(value)))


FORMS: dict[Kind, Callable[[Any], str]] = {
    "text": lambda value: _quote_cell(quote_formula(str(value))),
    "integer": lambda value: str(int(value)),
    "flag": lambda value: "true" if value else "false",
    "date": lambda value: str(value.isoformat()),
    "decimal": str,
}


def _money_formatter(currency: Currency) -> Callable[[int], str]:
    digits, scale = currency.digits, currency.scale
    if digits == 0:
        return str

    def form(minor: int) -> str:
        whole, rest = divmod(abs(minor), scale)
        return f"{'-' if minor < 0 else ''}{whole}.{rest:0{digits}d}"

    return form
