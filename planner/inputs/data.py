"""Everything that was read, checked and put in one currency: what all later stages start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.year_events import YearEvent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table as it was found.

    Parameters
    ----------
    table
        The table's name in the contract.
    location
        The path relative to the data folder, or the database URL without its password.
    sha256
        Digest of the file, or of the rows that a query returned.
    rows
        Rows read, the header not counted.
    columns
        Our column name to theirs, as matched.
    """

    table: str
    location: str
    sha256: str
    rows: int
    columns: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """One figure followed from the file to the plan, so that finance can tick it off.

    Parameters
    ----------
    name
        What is counted, such as ``history.amount`` or ``accounts.rows``.
    read, excluded, planned
        The same figure as read, as left out, and as planned on; read = excluded + planned.
        Money is minor units of the plan currency.
    reasons
        Why something was left out, with its share of ``excluded``.
    ledger
        What the scenario's ``[control]`` says it should be, None where it says nothing.
    money
        Whether the figure is money.
    """

    name: str
    read: int
    excluded: int
    planned: int
    reasons: dict[str, int] = field(default_factory=dict)
    ledger: int | None = None
    money: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningData:
    """The tables of one company, checked and frozen; no stage changes them.

    ``accounts`` is sorted by account_id and every per-account array of later stages follows
    that order. Its columns, always all present: account_id, name, latitude, longitude (float,
    NaN where unplaced), placed_by (coordinates, postal_code, unit or none), postal_code, city,
    state, country, unit_id, segment, industry, parent_id, owner_id (a rep_id of ``reps`` or
    missing), owner_given (as the file had it), owner_since, status, addressable_market, arr,
    renewal_amount (Int64 minor units of the plan currency), renewal_date, visits_per_year,
    hours_per_visit (float), currency, family (the id of its ultimate parent, its own id where
    it has none), row (spreadsheet row), and every further column of the file under its own
    name.

    ``history`` is sorted by account_id, date; columns account_id, date (datetime64), amount
    (int64 minor units of the plan currency), rep_id, product, type. Only rows of known accounts
    up to ``period.as_of``.

    ``quotas``: rep_id, start, end, quota, attained (Int64 minor units). ``opportunities``:
    opportunity_id, account_id, stage, amount (int64), type, created, close_date, probability,
    last_activity, rep_id. ``activities``: rep_id, date, kind, count, hours, account_id,
    accepted. ``units``: a GeoDataFrame in WGS 84 with unit_id, geometry and its measures.
    ``associations``: see ``planner.inputs.crm_tables``, each object and id once. ``boundary``: a
    GeoDataFrame in WGS 84, outside which no area is drawn.
    A table that was not given is None.

    Parameters
    ----------
    reps
        Sorted by rep_id.
    reps_table
        The same reps as a frame, with the file's further columns, for conditions.
    events
        What changed within the year, in the order in which it applies; only a change to a
        running plan takes it in.
    """

    currency: Currency
    period: Period
    accounts: pd.DataFrame
    reps: tuple[Rep, ...]
    reps_table: pd.DataFrame
    history: pd.DataFrame | None = None
    quotas: pd.DataFrame | None = None
    opportunities: pd.DataFrame | None = None
    activities: pd.DataFrame | None = None
    units: gpd.GeoDataFrame | None = None
    associations: pd.DataFrame | None = None
    boundary: gpd.GeoDataFrame | None = None
    rates: dict[str, float] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    control: tuple[ControlTotal, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: tuple[YearEvent, ...] = ()
