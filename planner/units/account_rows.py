"""The rows that a scenario's conditions see: accounts with money in currency units, and reps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.conditions import select
from planner.inputs.data import PlanningData
from planner.inputs.period import Period
from planner.potential.result import Potential
from planner.units.result import Bools, Floats

if TYPE_CHECKING:
    import pandas as pd

MONEY_COLUMNS = ("addressable_market", "arr", "renewal_amount")


def condition_rows(data: PlanningData, potential: Potential) -> pd.DataFrame:
    """Return the accounts with the columns that conditions may name; money is marked as such.

    Parameters
    ----------
    data
        The accounts.
    potential
        Adds the columns revenue (twelve months to as_of), pipeline, potential and whitespace
        where the file has no column of that name.
    """
    made = {
        "revenue": potential.trailing,
        "pipeline": potential.pipeline,
        "potential": potential.expected,
        "whitespace": potential.whitespace,
    }
    new = {name: values for name, values in made.items() if name not in data.accounts}
    rows = data.accounts.assign(**new)
    money = dict.fromkeys((*MONEY_COLUMNS, *new), data.currency.digits)
    rows.attrs = {**rows.attrs, "minor_digits": {**rows.attrs.get("minor_digits", {}), **money}}
    return rows


def select_accounts(condition: str, rows: pd.DataFrame, period: Period) -> Bools:
    """Return which accounts meet a condition, (accounts,).

    Raises
    ------
    ScenarioError
        When the condition names an unknown column or is not a condition.
    """
    return select(condition, rows, plan_dates(period))


def plan_dates(period: Period) -> dict[str, date]:
    """Return the dates that a condition may name; period_end is the plan's last day."""
    return {
        "as_of": period.as_of,
        "period_start": period.start,
        "period_end": period.end - timedelta(days=1),
    }


def as_floats(column: pd.Series) -> Floats:
    """Return a column of numbers as floats, NaN where it is empty, (rows,)."""
    return np.asarray(column.astype("Float64").to_numpy(np.float64, na_value=np.nan), np.float64)
