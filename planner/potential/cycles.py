"""How long a company's buying cycle is: how much past a forecast needs to see all of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

YEAR = 12
SHORTEST = 3
# A purchase is echoed a year later when that is so much likelier than at any shorter distance.
ECHO_RATIO = 1.3
# How steeply a past day loses value when it saw, or forecast, less than a cycle.
STEEPNESS = 6


def echoes(active: Bools) -> Floats:
    """Return how often a purchase is followed by one exactly so many months later, (12,).

    Parameters
    ----------
    active
        Whether a month had a purchase, newest last, (accounts, months), more than 12 months.
    """
    pairs = [
        (float((active[:, :-lag] & active[:, lag:]).sum()), float(active[:, :-lag].sum()))
        for lag in range(1, YEAR + 1)
    ]
    return np.array([both / first if first else 0.0 for both, first in pairs])


def cycle_length(active: Bools) -> int:
    """Return the months that hold a whole buying cycle, from 3 to 12.

    A year where purchases are echoed after a year, where customers buy less than twice a year,
    and where less than fourteen months are known to tell; else the time in which nine of ten
    running customers buy again, twice.

    Parameters
    ----------
    active
        Whether a month had a purchase, newest last, (accounts, months).
    """
    if active.shape[1] < YEAR + 2:
        return YEAR
    echo = echoes(active)
    if echo[-1] > ECHO_RATIO * echo[:-1].max():
        return YEAR
    rows, columns = np.nonzero(active)
    ended = np.diff(columns)[np.diff(rows) == 0]
    usual = float(np.quantile(ended, 0.9)) if len(ended) else float(YEAR)
    return int(np.clip(2 * usual, SHORTEST, YEAR))


def completeness(months: int, cycle: int) -> float:
    """Return how far so many months hold a cycle, from 0 to 1."""
    return float((min(months, cycle) / cycle) ** STEEPNESS)
