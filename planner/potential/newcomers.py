"""What accounts that never bought begin with, by season."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.potential.history import YEAR, MonthlyHistory
from planner.potential.panel import SHORTEST_PAST

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def newcomers_of_season(history: MonthlyHistory, known: int, months: int) -> float | None:
    """Return what an account that had never bought booked on average in a window a year ago.

    Customers begin in seasons (a season's range, a fiscal year, a fair), which a rate over the
    whole year hides.

    Parameters
    ----------
    history
        Bookings by account and month.
    known
        Months known; the window a year before the one that follows them is looked at.
    months
        Length of the window.

    Returns
    -------
    Minor units an account; None where that window is not known whole, or nobody waited then.
    """
    first = known - YEAR
    if first < SHORTEST_PAST or first + months > known:
        return None
    waiting = ~(history.purchases[:, :first] > 0).any(axis=1)
    booked = np.clip(history.between(first, first + months)[waiting], 0, None)
    return float(booked.mean()) if len(booked) else None


def at_mean(values: Floats, chosen: Bools, mean: float) -> Floats:
    """Return values with the chosen ones in their proportions at another mean.

    Parameters
    ----------
    values
        Minor units, (accounts,).
    chosen
        Which are changed, (accounts,).
    mean
        Of the chosen afterwards, minor units.
    """
    present = float(values[chosen].mean()) if chosen.any() else 0.0
    if present <= 0:
        return np.where(chosen, mean, values)
    return np.where(chosen, values * (mean / present), values)
