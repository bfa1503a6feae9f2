"""How a year's bookings spread over the months of the plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.period import Period

Floats = npt.NDArray[np.float64]

MONTHS = 12
# How many years of an even season stand beside the years observed.
PRIOR_YEARS = 1.0


def calendar_season(history: pd.DataFrame | None, as_of: date) -> Floats:
    """Return each calendar month's daily bookings against the year's mean day, (12,).

    Each month is pulled toward 1 by how few times it was observed. Only the last whole number
    of years is used where there is one, so that growth is not taken for season.

    Parameters
    ----------
    history
        date and amount; None is an even year.
    as_of
        The last day known.
    """
    if history is None or history.empty:
        return np.ones(MONTHS)
    dates = history["date"].to_numpy().astype("datetime64[D]")
    amounts = np.clip(history["amount"].to_numpy(dtype=float), 0, None)
    first = _window_start(dates.min().astype(date), as_of)
    inside = (dates >= np.datetime64(first)) & (dates <= np.datetime64(as_of))
    booked = np.bincount(_month(dates[inside]), amounts[inside], MONTHS).astype(float)
    days = np.bincount(_month(_days(first, as_of)), minlength=MONTHS).astype(float)
    return _shrink(booked, days)


def _shrink(booked: Floats, days: Floats) -> Floats:
    if booked.sum() <= 0:
        return np.ones(MONTHS)
    observed = days > 0
    daily = np.divide(booked, days, out=np.zeros(MONTHS), where=observed)
    relative = np.where(observed, daily / daily[observed].mean(), 1.0)
    years = days / 30.4
    pulled = (years * relative + PRIOR_YEARS) / (years + PRIOR_YEARS)
    return np.asarray(pulled / pulled.mean())


def _window_start(first: date, as_of: date) -> date:
    """Return the first day of the whole years that end with as_of, or the first day known."""
    days = (as_of - first).days + 1
    years = days // 365
    return as_of - timedelta(days=365 * years - 1) if years else first


def _days(first: date, last: date) -> npt.NDArray[np.datetime64]:
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)


def _month(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    return days.astype("datetime64[M]").astype(np.int64) % MONTHS


def season_shares(season: Floats, period: Period) -> tuple[float, ...]:
    """Return the share of the plan's bookings that falls into each of its months.

    Parameters
    ----------
    season
        Daily bookings by calendar month against the mean day, (12,).
    period
        The plan; its months may be any periods (4-4-5, 53 weeks).

    Returns
    -------
    tuple of float
        Sums to 1.
    """
    weights = np.array([period_weight(season, start, end) for start, end in period.bounds])
    return tuple((weights / weights.sum()).tolist())


def period_weight(season: Floats, start: date, end: date) -> float:
    """Return the days from start up to, not with, end, each weighed by its month's season."""
    return float(season[_month(_days(start, end - timedelta(days=1)))].sum())
