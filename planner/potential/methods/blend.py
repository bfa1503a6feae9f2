"""A weighted mean of the other methods, each trusted as far as its past forecasts deserve.

Stacked generalisation (Wolpert 1992; Breiman 1996) with weights that are not negative and sum
to one. They are learned from forecasts of past windows that were made before those began, and
held to a belief, so that few or odd pasts change little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.potential.methods.baselines import LastYear, Mean, Smoothing
from planner.potential.methods.models import Forecaster, Method, scaled_to
from planner.potential.methods.shrinkage import Shares, Shrinkage
from planner.potential.methods.trees import Trees

if TYPE_CHECKING:
    from planner.potential.features import Snapshot
    from planner.potential.panel import Lesson

Floats = npt.NDArray[np.float64]

# How strongly the weights are held to what is believed beforehand, after one full past window.
BELIEF_STRENGTH = 0.01
# The loss is absolute above this error, in mean accounts: nearly what methods are judged by.
ROBUST_FROM = 0.02


@dataclass(frozen=True, slots=True)
class Blend:
    """The weighted mean of the forecasts of its members, each at the company's present rate.

    Parameters
    ----------
    members
        What is blended.
    belief
        Their weights before any past forecast, summing to one.
    """

    name: str = "blend"
    members: tuple[Method, ...] = (LastYear(), Mean(), Smoothing(), Shrinkage(), Trees())
    belief: tuple[float, ...] = (0.1, 0.1, 0.1, 0.5, 0.2)

    def fit(self, lessons: Sequence[Lesson], snapshot: Snapshot, seed: int) -> Several:
        """Fit all members, weighed as believed."""
        fitted = tuple(member.fit(lessons, snapshot, seed) for member in self.members)
        return Several(fitted, np.array(self.belief))


@dataclass(frozen=True, slots=True)
class Several:
    """The fitted members with their weights, (members,)."""

    members: tuple[Forecaster, ...]
    weights: Floats

    def predict(self, snapshot: Snapshot) -> Floats:
        """Return the weighted mean of all members."""
        rates = [member.predict(snapshot) for member in self.members]
        return blend_forecasts(rates, self.weights, snapshot.total_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecasts:
    """What the members forecast for one past window, and what came of it.

    Parameters
    ----------
    rates
        Forecasts, (accounts, members).
    actual
        What was booked, (accounts,).
    weight
        How far the day saw and forecast a whole buying cycle, from 0 to 1.
    """

    rates: Floats
    actual: Floats
    weight: float


def blend_forecasts(forecasts: Sequence[Floats], weights: Floats, total: float) -> Floats:
    """Return the weighted mean of forecasts, each scaled to ``total``."""
    scaled = [scaled_to(rates, total) for rates in forecasts]
    return np.asarray(sum(weight * rates for weight, rates in zip(weights, scaled, strict=True)))


def learned_weights(past: Sequence[PastForecasts], belief: Sequence[float]) -> Floats:
    """Return the weights that would have served best, held to what is believed, (members,).

    Parameters
    ----------
    past
        Forecasts made before their window began.
    belief
        Weights before any of them, (members,).
    """
    useful = [one for one in past if one.weight > 0 and one.actual.sum() > 0]
    evidence = sum(one.weight for one in useful)
    if evidence <= 0:
        return np.array(belief)
    rows = np.vstack([one.rates / one.rates.mean(axis=0) for one in useful])
    target = np.concatenate([one.actual / one.actual.mean() for one in useful])
    weight = np.concatenate([np.full(len(one.actual), one.weight) for one in useful])
    weights = Shares(
        rows=rows,
        target=target,
        weight=weight / weight.sum(),
        belief=np.array(belief),
        strength=BELIEF_STRENGTH / min(evidence, 1.0),
        robust_from=ROBUST_FROM,
    ).solve()
    return np.asarray(weights / weights.sum())
