"""What the addressable market says: whitespace, and a figure where there is no history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COLUMNS = (("arr", "recurring revenue"), ("addressable_market", "addressable market"))


def money_column(data: PlanningData, column: str) -> Floats:
    """Return a money column as floats, not negative, NaN where missing, (accounts,)."""
    if column not in data.accounts.columns:
        return np.full(len(data.accounts), np.nan)
    values = data.accounts[column].to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), np.clip(values, 0, None), np.nan)


def whitespace_of(data: PlanningData, trailing: Ints) -> Ints:
    """Return addressable market less the trailing revenue, never below zero, (accounts,)."""
    gap = money_column(data, "addressable_market") - trailing
    return np.asarray(np.rint(np.clip(np.nan_to_num(gap), 0, None)), dtype=np.int64)


def from_market(data: PlanningData, missing: bool) -> tuple[Floats, str, tuple[Finding, ...]]:
    """Return expected bookings without any history, what they rest on, and the warning.

    Parameters
    ----------
    missing
        Whether there is no history at all, rather than one without bookings.
    """
    yearly, basis = _yearly_amounts(data)
    reason = "there is no history" if missing else "the history holds no bookings"
    finding = Finding(
        severity="warning",
        code="potential.no_history",
        message=f"Potential is taken from {basis}, since {reason}: it says which accounts are "
        "larger, but its total means nothing until potential.top_down states one.",
        advice="Give the history table, or state potential.top_down.",
        table="history",
    )
    years = (data.period.end - data.period.start).days / 365.25
    return yearly * years, basis, (finding,)


def _yearly_amounts(data: PlanningData) -> tuple[Floats, str]:
    """Return a yearly amount by account from the first column that has any, and its name."""
    for column, name in COLUMNS:
        values = money_column(data, column)
        known = values > 0
        if known.any():
            return np.where(np.isnan(values), np.median(values[known]), values), name
    return np.full(len(data.accounts), float(data.currency.scale)), "one unit an account"
