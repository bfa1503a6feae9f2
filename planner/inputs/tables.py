"""The contracts of the tables: what each column is called, means, and may hold.

This is the one source for reading, for the documentation and for the empty templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "money", "number", "whole", "date", "list", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Ours.
    kind
        How its cells are read.
    description
        One line for people.
    required
        Whether the table is useless without it.
    aliases
        Other headers by which it is known; case, spaces and punctuation do not matter.
    low, high
        The range of a number, None where open.
    values
        The words it may hold, empty where any.
    unit
        Unit of a number.
    """

    name: str
    kind: Kind
    description: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what it holds and its columns in order."""

    name: str
    description: str
    columns: tuple[Column, ...]
    spatial: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the columns that it cannot do without."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column | None:
        """Return the column of a name, None where the contract has none."""
        return next((column for column in self.columns if column.name == name), None)

    def names(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the names of the columns of these kinds, of all kinds where none is given."""
        return tuple(c.name for c in self.columns if not kinds or c.kind in kinds)


def known_tables() -> dict[str, Table]:
    """Return every table of the contract by its name, in the contract's order."""
    from planner.inputs import (
        account_tables,
        change_tables,
        crm_tables,
        event_tables,
        rep_tables,
    )

    tables = (
        account_tables.ACCOUNTS,
        event_tables.HISTORY,
        rep_tables.REPS,
        rep_tables.QUOTAS,
        event_tables.OPPORTUNITIES,
        event_tables.ACTIVITIES,
        account_tables.UNITS,
        account_tables.PLACES,
        crm_tables.ASSOCIATIONS,
        crm_tables.BOUNDARY,
        change_tables.EVENTS,
    )
    return {table.name: table for table in tables}
