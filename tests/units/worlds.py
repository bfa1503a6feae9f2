"""A small company with names, built in a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.data import PlanningData
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.potential.result import Potential
from planner.units.control_units import build_units
from planner.units.holds import AccountHolds, resolve_holds
from planner.units.parameters import HoldParameters, WorkloadParameters
from planner.units.result import ControlUnits, Seats
from planner.units.seats import build_seats
from planner.units.workload import measure_work

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 11, 30),
)
TEXT = (
    "account_id", "name", "placed_by", "postal_code", "city", "state", "country", "unit_id",
    "segment", "industry", "parent_id", "owner_id", "owner_given", "status", "currency", "family",
)  # fmt: skip
MONEY = ("addressable_market", "arr", "renewal_amount")
NUMBERS = ("latitude", "longitude", "visits_per_year", "hours_per_visit")
DATES = ("owner_since", "renewal_date")


def make_accounts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return an accounts table with every column of the contract, sorted by id."""
    frame = pd.DataFrame(rows)
    further = [name for name in frame.columns if name not in {*TEXT, *MONEY, *NUMBERS, *DATES}]
    columns: dict[str, pd.Series[Any]] = {}
    for name in (*TEXT, *MONEY, *NUMBERS, *DATES, *further):
        given = frame[name] if name in frame else pd.Series([None] * len(frame), dtype=object)
        columns[name] = given.astype(_dtype(name)) if name not in further else given
    table = pd.DataFrame(columns)
    table["family"] = table["family"].fillna(table["parent_id"]).fillna(table["account_id"])
    table["owner_given"] = table["owner_given"].fillna(table["owner_id"])
    table["row"] = np.arange(len(table)) + 2
    return table.sort_values("account_id", kind="stable", ignore_index=True)


def _dtype(name: str) -> str:
    if name in MONEY:
        return "Int64"
    if name in NUMBERS:
        return "float64"
    return "datetime64[us]" if name in DATES else "str"


def make_reps_table(reps: tuple[Rep, ...], **columns: list[str]) -> pd.DataFrame:
    """Return the reps as a frame, with further columns in the order of the reps."""
    rows = [
        {
            "rep_id": rep.rep_id, "name": rep.name, "role": rep.role, "manager_id": rep.manager_id,
            "territory_id": rep.territory_id, "coverage": rep.coverage, "capacity": rep.capacity,
            "hire_date": pd.Timestamp(rep.hire_date) if rep.hire_date else pd.NaT,
        }
        for rep in reps
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**columns)


def make_data(
    accounts: list[dict[str, Any]], reps: list[Rep], units: Any = None, **columns: list[str]
) -> PlanningData:
    """Return planning data from rows of accounts and reps."""
    ordered = tuple(sorted(reps, key=lambda rep: rep.rep_id))
    return PlanningData(
        currency=Currency("USD", 2),
        period=YEAR,
        accounts=make_accounts(accounts),
        reps=ordered,
        reps_table=make_reps_table(ordered, **columns),
        units=units,
    )


def make_potential(data: PlanningData, **given: dict[str, int]) -> Potential:
    """Return a potential with amounts by account id, 0 where none is given."""
    ids = list(data.accounts["account_id"])

    def amounts(name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([given.get(name, {}).get(i, 0) for i in ids], dtype=np.int64)

    names = ("expected", "low", "high", "whitespace", "trailing", "pipeline")
    return Potential(method="stated", **{name: amounts(name) for name in names})


@dataclass(frozen=True, kw_only=True)
class World:
    """A company with its units and seats, as later stages of the units see it."""

    data: PlanningData
    potential: Potential
    units: ControlUnits
    seats: Seats
    holds: AccountHolds


def make_world(
    accounts: list[dict[str, Any]],
    reps: list[Rep],
    *holds: HoldParameters,
    measures: tuple[str, ...] = ("account_count",),
    amounts: dict[str, dict[str, int]] | None = None,
    **columns: list[str],
) -> World:
    """Return a company whose families stay together."""
    data = make_data(accounts, reps, **columns)
    potential = make_potential(data, **(amounts or {}))
    seats = build_seats(data)
    resolved = resolve_holds(data, potential, seats, holds)
    work = measure_work(data, WorkloadParameters(visits_per_trip=2))
    units = build_units(data, potential, work, resolved, measure_names=measures)
    return World(data=data, potential=potential, units=units, seats=seats, holds=resolved)
