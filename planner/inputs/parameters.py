"""What a scenario says about its period, its tables and the figures they must add up to."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_serializer, field_validator, model_validator

from planner.parameters import Parameters

FIRST_YEAR, LAST_YEAR = 1950, 2200
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class PeriodParameters(Parameters):
    """The plan's months, and the last day whose history counts."""

    start: date | None = Field(
        default=None, description="First day of the plan; any day, so a fiscal year works."
    )
    as_of: date | None = Field(
        default=None,
        description="Last day whose history is known; default: the last history date before start.",
    )
    months: int = Field(default=12, ge=1, le=60, description="Length of the plan in months.")
    starts: tuple[date, ...] | None = Field(
        default=None,
        min_length=1,
        description="First day of each period instead of start and months: 4-4-5 or 53 weeks.",
    )
    end: date | None = Field(
        default=None, description="First day after the plan; only needed with starts."
    )

    @model_validator(mode="after")
    def _check_calendar(self) -> Self:
        _check_years((self.start, self.as_of, self.end, *(self.starts or ())))
        if self.start is None and self.starts is None:
            raise ValueError("[period] needs start (a date) or starts (a list of dates)")
        if self.starts is not None:
            _check_starts(self.starts, self.start, self.end)
        return self


def _check_years(days: Iterable[date | None]) -> None:
    """Refuse days that no plan can mean, and that a calendar could not count on from."""
    for day in days:
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            message = f"[period] {day} is not between the years {FIRST_YEAR} and {LAST_YEAR}"
            raise ValueError(message)


def _check_starts(starts: tuple[date, ...], start: date | None, end: date | None) -> None:
    """Refuse period starts that do not ascend or that contradict start and end."""
    if any(later <= earlier for earlier, later in itertools.pairwise(starts)):
        raise ValueError("[period] starts must be dates in ascending order, each once")
    if start is not None and start != starts[0]:
        raise ValueError(f"[period] start {start} differs from the first of starts {starts[0]}")
    if end is not None and end <= starts[-1]:
        raise ValueError(f"[period] end {end} must be after the last of starts {starts[-1]}")


class TableParameters(Parameters):
    """Where one table is and how to read it."""

    path: str | None = Field(
        default=None,
        min_length=1,
        description="CSV, XLSX or Parquet file, relative to --data, else to the scenario file.",
    )
    url: str | None = Field(
        default=None,
        description="Database URL (SQLAlchemy) instead of path; ${NAME} is read from the "
        "environment, so that no password needs to be written.",
    )
    query: str | None = Field(default=None, description="SQL query to run at url.")
    aggregate: Literal["none", "day", "month"] = Field(
        default="none",
        description="History from a database only: add the query's amounts up there, by account, "
        "rep, product, type and currency for each day or month, and read the sums.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our column name to the header in the file; other headers match by alias.",
    )
    where: str | None = Field(
        default=None,
        description="Which rows take part: a DuckDB SQL condition on the table's columns.",
    )
    date_format: str | None = Field(
        default=None,
        description="How dates are written, such as %d/%m/%Y; default: ISO 2027-01-31.",
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="Decimal sign of amounts: 1,234.50 is '.', 1.234,50 is ','."
    )
    sheet: str | None = Field(
        default=None, description="Sheet of a workbook; default: the first one with rows."
    )
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        default=None, description="Separator of a CSV file; default: found in the header."
    )
    encoding: str | None = Field(
        default=None, description="Encoding of a CSV file; default: UTF-8, UTF-16 or Windows-1252."
    )
    outside: bool = Field(
        default=False,
        description="Whether path, or a SQLite file at url, may lead out of the data folder.",
    )

    @field_validator("delimiter", mode="before")
    @classmethod
    def _name_tab(cls, value: object) -> object:
        return "\t" if value in {"tab", "\\t", "\t"} else value

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path, or url and query")
        if (self.url is None) != (self.query is None):
            raise ValueError("url and query belong together")
        if self.aggregate != "none" and self.url is None:
            raise ValueError("aggregate is for a table from a database (url and query)")
        return self

    @field_serializer("url")
    def _hide_password(self, url: str | None) -> str | None:
        from planner.inputs.databases import hide_password

        return None if url is None else hide_password(url)


class InputsParameters(Parameters):
    """The tables of one company."""

    accounts: TableParameters = Field(description="Customers and prospects.")
    history: TableParameters | None = Field(default=None, description="Past bookings or orders.")
    reps: TableParameters | None = Field(default=None, description="Reps, seats and managers.")
    quotas: TableParameters | None = Field(default=None, description="Past quotas by rep.")
    opportunities: TableParameters | None = Field(
        default=None, description="Pipeline, open and closed."
    )
    activities: TableParameters | None = Field(default=None, description="Calls, meetings, leads.")
    units: TableParameters | None = Field(
        default=None, description="Geographic units: GeoJSON, GeoPackage or shapefile."
    )
    places: TableParameters | None = Field(
        default=None, description="Where postal codes are, for accounts without coordinates."
    )
    associations: TableParameters | None = Field(
        default=None, description="What the CRM has today, for its load files."
    )
    boundary: TableParameters | None = Field(
        default=None,
        description="Where the land ends, for areas on maps: GeoJSON, GeoPackage or shapefile.",
    )
    events: TableParameters | None = Field(
        default=None, description="What changed within the year; `planner plan --from` applies it."
    )

    @model_validator(mode="after")
    def _check_aggregation(self) -> Self:
        for name in type(self).model_fields:
            table = getattr(self, name)
            if name != "history" and table is not None and table.aggregate != "none":
                raise ValueError(f"aggregate is for history alone, not for {name}")
        return self


class ControlParameters(Parameters):
    """What the ledger says, checked against what was read; amounts in the plan currency."""

    history_total: float | None = Field(default=None, description="Sum of all history amounts.")
    history_rows: int | None = Field(default=None, ge=0, description="Rows of history.")
    accounts_rows: int | None = Field(default=None, ge=0, description="Rows of accounts.")
    arr_total: float | None = Field(default=None, description="Sum of the accounts' arr.")
    addressable_market_total: float | None = Field(
        default=None, description="Sum of the accounts' addressable market."
    )
    tolerance: float = Field(
        default=0.0, ge=0, description="Difference that is allowed, in currency units or rows."
    )
    strict: bool = Field(default=False, description="Whether a difference stops the plan.")
