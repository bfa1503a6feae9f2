"""A table for people: named columns, each with what its values are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["text", "money", "decimal", "number", "integer", "share", "hours", "date", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table that leaves the planner.

    Parameters
    ----------
    name
        As the contract has it.
    kind
        ``money`` is whole minor units of the plan currency, ``decimal`` is text of an exact
        number in a currency of its own, ``share`` is a fraction; the others say what they are.
    values
        One for each row; None and NaN are empty.
    title
        What people read over it; made from the name where not given.
    """

    name: str
    kind: Kind
    values: Sequence[Any]
    title: str = ""

    @property
    def heading(self) -> str:
        """Return the words over the column."""
        return self.title or _heading(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of equal length under a name.

    Raises
    ------
    ValueError
        If the columns differ in length.
    """

    name: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) > 1:
            message = f"the columns of {self.name} differ in length"
            raise ValueError(message)

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0].values) if self.columns else 0

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def text(name: str, values: Iterable[Any], title: str = "") -> Column:
    """Return a column of words."""
    return Column(name=name, kind="text", values=list(values), title=title)


def money(name: str, values: Iterable[Any], title: str = "") -> Column:
    """Return a column of minor units; amounts that were summed as floats are made whole."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        known = ~np.isnan(values)
        rounded = np.rint(np.where(known, values, 0.0)).astype(np.int64)
        whole = _where(known, rounded)
    else:
        whole = [None if _is_empty(value) else _whole(value) for value in _plain(values)]
    return Column(name=name, kind="money", values=whole, title=title)


def figures(name: str, kind: Kind, values: Iterable[Any], title: str = "") -> Column:
    """Return a column of numbers, dates or flags."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        plain = _where(values == values, values)  # noqa: PLR0124  NaN alone differs from itself
    else:
        plain = [None if _is_empty(value) else value for value in _plain(values)]
    return Column(name=name, kind=kind, values=plain, title=title)


def _where(known: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> list[Any]:
    """Return values as a list, None where they are not known."""
    plain: list[Any] = values.tolist()
    for place in np.flatnonzero(~known).tolist():
        plain[place] = None
    return plain


def _plain(values: Iterable[Any]) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _whole(value: float) -> int:
    # Amounts beyond 2^53 are exact as integers only.
    return value if isinstance(value, int) else int(np.rint(value))


def _is_empty(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124  NaN and NaT alone differ from themselves


def _heading(name: str) -> str:
    words = name.replace("_", " ")
    ending = " ID" if words.endswith(" id") else ""
    words = words.removesuffix(" id") if ending else words
    return words[:1].upper() + words[1:] + ending
