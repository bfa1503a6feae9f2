"""From an account's expected bookings and 80% interval to the shape of its distribution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]

# The upper end is passed once in ten; an account whose lower end is above nothing brings nothing
# in fewer than one year in ten.
TAIL = 0.1
# Where even the upper end is nothing, anything at all is rarer than the tail.
RARE = 0.08
HIGHEST = 10.0


def fit_interval(
    mean: Floats, low: Floats, high: Floats, churn: float, lumpiness: float
) -> tuple[Floats, Floats]:
    """Fit a zero-inflated lognormal with the given mean whose upper end is passed once in ten.

    The mean and the upper end leave one figure open, the chance of nothing. It is as small as
    the lower end allows: a tenth where that is nothing, between that and ``churn`` where it is
    above (a lower end even nearer narrows the amounts to the interval's width); and it is larger
    where the upper end is so far off that amounts would be more unequal
    than ``lumpiness``. An upper end below the mean is a rare large deal.

    Parameters
    ----------
    mean, low, high
        Minor units, (accounts,); a mean of nothing brings nothing.
    churn
        Least chance of nothing.
    lumpiness
        Largest spread of the amounts of an account whose lower end is nothing.

    Returns
    -------
    The chance to bring anything, and the spread (sigma of the logarithm) of the amounts.
    """
    ratio = np.divide(high, mean, out=np.zeros_like(mean), where=mean > 0)
    floor = np.divide(low, mean, out=np.zeros_like(mean), where=mean > 0)
    usual = _usual_floor(ratio)
    chance = 1.0 - TAIL * (1.0 - np.clip(floor / usual, 0.0, 1.0))
    chance = np.minimum(chance, 1.0 - churn)
    spread = np.where(floor > usual, _both_ends(ratio, floor), _spread(ratio, chance))
    lumpy = (floor <= 0) & ((ratio < 1.0) | (spread > lumpiness))
    chance = np.where(lumpy, np.minimum(_lumpy_chance(ratio, lumpiness), 1.0 - churn), chance)
    spread = np.where(lumpy, lumpiness, spread)
    return np.where(mean > 0, chance, 0.0), spread


def _spread(ratio: Floats, chance: Floats) -> Floats:
    """Return the spread at which ratio × mean is passed once in ten, the smaller root."""
    level = ndtri(1.0 - TAIL / np.maximum(chance, TAIL + 1e-9))
    gap = 2.0 * np.log(np.maximum(ratio * chance, 1.0))
    return np.asarray(level - np.sqrt(np.maximum(level**2 - gap, 0.0)))


def _usual_floor(ratio: Floats) -> Floats:
    """Return the lower end of a plain lognormal with that upper end, both over the mean."""
    spread = _spread(ratio, np.ones_like(ratio))
    return np.asarray(np.exp(ndtri(TAIL) * spread - spread**2 / 2))


def _both_ends(ratio: Floats, floor: Floats) -> Floats:
    """Return the spread of a lognormal with these two ends; its mean then moves both alike."""
    width = np.divide(ratio, floor, out=np.ones_like(ratio), where=floor > 1e-12)
    return np.asarray(np.log(np.maximum(width, 1.0)) / (-2.0 * ndtri(TAIL)))


def _lumpy_chance(ratio: Floats, spread: float) -> Floats:
    """Return the largest chance at which P(amount > ratio × mean) is a tenth.

    Where no chance reaches a tenth, it is the one that comes nearest; below the mean, the
    smallest that reaches it.
    """
    grid = np.linspace(TAIL, 1.0 - TAIL, 161)
    points = np.linspace(0.0, HIGHEST, 1001)[1:]
    level = (np.log(np.outer(points, grid)) + spread**2 / 2) / spread
    passed = grid * (1.0 - ndtr(level))
    enough = passed >= TAIL - 1e-12
    last = len(grid) - 1 - np.argmax(enough[:, ::-1], axis=1)
    first = np.argmax(enough, axis=1)
    chosen = np.where(points < 1.0, first, last)
    chosen = np.where(enough.any(axis=1), chosen, np.argmax(passed, axis=1))
    fitted = grid[chosen][np.clip(np.searchsorted(points, ratio), 0, len(points) - 1)]
    # By Markov's inequality no figure beyond ten times the mean is passed once in ten: such an
    # interval says nothing, and the account is taken as one that usually brings something.
    fitted = np.where(ratio > HIGHEST, 1.0 - TAIL, fitted)
    return np.where(ratio > 0, fitted, RARE)
