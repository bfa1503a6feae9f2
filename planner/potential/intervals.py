"""Intervals that hold out of time: each account's own scatter, stretched as the past demands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.potential.uncertainty import Scatter

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEGMENT_MINIMUM = 50
# A stretch is believed to be 1 as strongly as this share of a full past window.
OWN_BELIEF = 0.3
# The future strays further than the past did: calibration aims so much higher.
DRIFT_GUARD = 0.03
# Customers that surely buy, may buy and more likely do not, and accounts that never bought, are
# calibrated apart: zeros are easily covered and would hide that the buyers are not.
UNLIKELY = 0.5
GROUPS = 4
# A bound nearer to zero than this share of the forecast is zero.
NEGLIGIBLE = 0.03
# An upper bound lies above the forecast by at least this share of it.
LEAST_ROOM = 0.05
STRETCH = (0.2, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A past forecast with what came of it.

    Parameters
    ----------
    scatter
        As it was believed on that day.
    actual
        What was booked, (accounts,).
    segment
        Codes, (accounts,).
    weight
        How far the day saw and forecast a whole buying cycle, from 0 to 1.
    """

    scatter: Scatter
    actual: Floats
    segment: Ints
    weight: float


def believed(scatter: Scatter, share: float) -> tuple[Floats, Floats]:
    """Return low and high as the scatter alone has them, (accounts,) each.

    Both tails are cut alike, save that zero is never cut off where booking nothing is
    likelier than a tail: then the whole cut is made above.
    """
    tail = (1 - share) / 2
    low = scatter.quantile(np.where(scatter.nothing >= tail, 0.0, tail))
    high = scatter.quantile(1 - tail - np.minimum(scatter.nothing, tail))
    return np.minimum(low, scatter.mean), np.maximum(high, scatter.mean * (1 + LEAST_ROOM))


def buying_group(scatter: Scatter, share: float) -> Ints:
    """Return 0 where a customer surely buys, 1 where it may, 2 where it more likely does not.

    Sure is what leaves less than a tail to booking nothing; 3 never bought, (accounts,).
    """
    sure = scatter.nothing < (1 - share) / 2
    customers = np.where(sure, 0, np.where(scatter.nothing > UNLIKELY, 2, 1))
    return np.where(scatter.new, 3, customers)


def stretches(trials: Sequence[Trial], segments: int, share: float) -> Floats:
    """Return by how much intervals are to be stretched about the forecast, (segments, groups).

    Split conformal prediction with normalised scores, by group (Papadopoulos et al. 2002, Vovk
    2012): the score of a past forecast is how far its outcome lay beyond it in units of the
    believed bound, and the stretch is the score that ``share`` of n + 1 do not exceed. It is
    drawn toward 1 where the past was short of a buying cycle.

    Parameters
    ----------
    trials
        Past forecasts, each made before its window began.
    segments
        How many codes there are.
    share
        Which share of accounts is to be covered.
    """
    found = np.ones((segments, GROUPS))
    evidence = sum(trial.weight for trial in trials)
    if evidence <= 0:
        return found
    goal = min(share + DRIFT_GUARD * (1 - share) / 0.2, 0.999)
    score = np.concatenate([scores(trial.scatter, trial.actual, share) for trial in trials])
    group = np.concatenate([buying_group(trial.scatter, share) for trial in trials])
    segment = np.concatenate([trial.segment for trial in trials])
    weight = np.concatenate([np.full(len(trial.actual), trial.weight) for trial in trials])
    for column in range(GROUPS):
        mine = group == column
        found[:, column] = conformal_quantile(score[mine], weight[mine], goal)
        for code in range(segments):
            own = mine & (segment == code)
            if own.sum() >= SEGMENT_MINIMUM:
                found[code, column] = conformal_quantile(score[own], weight[own], goal)
    return np.asarray(found ** (evidence / (evidence + OWN_BELIEF)))


def scores(scatter: Scatter, actual: Floats, share: float) -> Floats:
    """Return how far outcomes lay from the forecast in units of the believed bounds.

    Below a forecast that may come to nothing no outcome is surprising.
    """
    low, high = believed(scatter, share)
    above = (actual - scatter.mean) / np.maximum(high - scatter.mean, 1e-9)
    below = (scatter.mean - actual) / np.maximum(scatter.mean - low, 1e-9)
    below = np.where(buying_group(scatter, share) > 0, 0.0, below)
    return np.asarray(np.where(actual >= scatter.mean, above, below))


def conformal_quantile(score: Floats, weight: Floats, share: float) -> float:
    """Return the smallest score that at least ``share`` of n + 1 do not exceed, within reason."""
    total = float(weight.sum())
    if total <= 0:
        return 1.0
    order = np.argsort(score, kind="stable")
    covered = np.cumsum(weight[order]) / total * (len(score) / (len(score) + 1))
    place = min(int(np.searchsorted(covered, share)), len(score) - 1)
    return float(np.clip(score[order[place]], *STRETCH))


def interval(
    scatter: Scatter, segment: Ints, stretch: Floats, share: float
) -> tuple[Floats, Floats]:
    """Return low and high of each account, in the unit of the scatter's mean.

    Parameters
    ----------
    stretch
        By segment and group, (segments, groups).
    """
    group = buying_group(scatter, share)
    every = stretch[segment, group]
    low, high = believed(scatter, share)
    low = scatter.mean - every * (scatter.mean - low)
    low = np.where((group > 0) | (low < NEGLIGIBLE * scatter.mean), 0.0, low)
    return low, scatter.mean + every * (high - scatter.mean)
