"""The plain methods that every better one has to beat: last year, mean, smoothing, linear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.potential.features import SMOOTHING_FACTORS
from planner.potential.methods.models import scaled_to

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]

RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Level:
    """Forecasts one of the levels of the history as it stands."""

    level: str

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the level."""
        return snapshot.levels[self.level]


@dataclass(frozen=True, slots=True)
class LastYear:
    """The same again as in the last twelve months."""

    name: str = "last_year"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Level:
        """Learn nothing."""
        return Level("last 12 months")


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the whole history."""

    name: str = "mean"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Level:
        """Learn nothing."""
        return Level("whole history")


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Exponential smoothing of months, with the factor that did best on the past days."""

    name: str = "smoothing"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Level:
        """Choose the smoothing factor."""
        names = [f"smoothed {factor}" for factor in SMOOTHING_FACTORS]
        errors = [sum(_error(lesson, name) for lesson in lessons) for name in names]
        return Level(names[int(np.argmin(errors))])


def _error(lesson: Lesson, level: str) -> float:
    predicted = scaled_to(lesson.snapshot.levels[level], float(lesson.rate.sum()))
    return lesson.weight * float(np.abs(predicted - lesson.rate).sum())


@dataclass(frozen=True, slots=True)
class Linear:
    """Least squares on last year, the year before, purchases and the attributes."""

    name: str = "linear"

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Surface:
        """Fit the coefficients in units of the typical account of the day."""
        if not lessons:
            return Surface(np.zeros(0))
        rows = np.vstack([_columns(lesson.snapshot) for lesson in lessons])
        target = np.concatenate([lesson.rate / lesson.snapshot.typical_rate for lesson in lessons])
        weights = np.concatenate([np.full(len(lesson.rate), lesson.weight) for lesson in lessons])
        weighted = rows * weights[:, None]
        normal = rows.T @ weighted + RIDGE * np.eye(rows.shape[1])
        return Surface(np.linalg.solve(normal, weighted.T @ target))


@dataclass(frozen=True, slots=True)
class Surface:
    """A fitted linear model; without coefficients it repeats last year."""

    coefficients: Floats

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the plane's value, never below zero."""
        if not len(self.coefficients):
            return snapshot.levels["last 12 months"]
        return np.clip(_columns(snapshot) @ self.coefficients, 0, None) * snapshot.typical_rate


def _columns(snapshot: Snapshot) -> Floats:
    scale = snapshot.typical_rate
    levels = [snapshot.levels[name] / scale for name in ("last 12 months", "last 24 months")]
    active = snapshot.signals["months with a purchase"]
    design = snapshot.attributes.design()
    return np.column_stack([np.ones(len(active)), *levels, active, design])
