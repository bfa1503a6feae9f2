"""The mean of two methods: steady where data are few, and able to bend where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.potential.models import Forecaster, Method, scaled_to
from planner.potential.shrinkage import Shrinkage
from planner.potential.trees import Trees

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blend:
    """The mean of the forecasts of its members, each at the company's present rate."""

    name: str = "blend"
    members: tuple[Method, ...] = (Shrinkage(), Trees())

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Several:
        """Fit all members."""
        return Several(tuple(member.fit(lessons, snapshot, seed) for member in self.members))


@dataclass(frozen=True, slots=True)
class Several:
    """The fitted members."""

    members: tuple[Forecaster, ...]

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the mean of all members."""
        return mean_forecast([member.predict(snapshot) for member in self.members], snapshot)


def mean_forecast(forecasts: Sequence[Floats], snapshot: Snapshot) -> Floats:
    """Return the mean of forecasts, each scaled to the company's present rate."""
    scaled = [scaled_to(rates, snapshot.total_rate) for rates in forecasts]
    return np.asarray(sum(scaled) / len(scaled))
