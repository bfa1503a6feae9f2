"""What every method that estimates potential can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]


class Forecaster(Protocol):
    """A method that has seen the past."""

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return bookings a month, minor units, not negative, (accounts,)."""


class Method(Protocol):
    """A way to estimate bookings."""

    @property
    def name(self) -> str:
        """Return the name that the scenario calls it by."""

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Forecaster:
        """Learn from past days to forecast from ``snapshot``; with none, use prior belief."""


def scaled_to(rates: Floats, total: float) -> Floats:
    """Return rates in proportion, summing to ``total``; equal shares where all are zero."""
    rates = np.nan_to_num(np.clip(rates, 0, None), nan=0.0, posinf=0.0)
    whole = float(rates.sum())
    if whole <= 0:
        return np.full(len(rates), total / max(len(rates), 1))
    return np.asarray(rates * (total / whole))
