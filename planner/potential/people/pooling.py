"""Partial pooling: a small sample is drawn toward its group's mean by how little it says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Half width of an 80% interval in standard deviations of a normal distribution.
WIDTH = 1.2815515655446004
# With groups of one there is nothing to pool with.
SMALLEST = 1e-12


def pool_ratios(hits: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """Return pooled shares and their standard deviations (beta-binomial by moments).

    Parameters
    ----------
    hits, trials
        By member of one group, (members,).

    Returns
    -------
    Shares and standard deviations, NaN where the group has no trial at all, (members,) each.
    """
    total = float(trials.sum())
    if total <= 0:
        return np.full(len(hits), np.nan), np.full(len(hits), np.nan)
    mean = float(hits.sum()) / total
    prior = _prior_trials(hits, trials, mean)
    share = (hits + prior * mean) / (trials + prior)
    spread = np.sqrt(np.maximum(share * (1 - share), 0) / (trials + prior + 1))
    return share, spread


def _prior_trials(hits: Floats, trials: Floats, mean: float) -> float:
    """Return how many trials the group's mean is worth, from how members differ."""
    seen = trials > 0
    count, noise = int(seen.sum()), mean * (1 - mean)
    if count < 2 or noise <= 0:
        return 50.0
    own = hits[seen] / trials[seen]
    weight = trials[seen] / trials[seen].sum()
    between = float(weight @ (own - mean) ** 2) - noise * (count - 1) / float(trials[seen].sum())
    return float(np.clip(noise / max(between, SMALLEST) - 1, 2.0, 1000.0))


def rate_errors(squares: Floats, weights: Floats, base: Floats) -> Floats:
    """Return the variance of each member's rate, from how its group's observations scatter.

    Parameters
    ----------
    squares, weights
        Sums of (numerator - common rate x denominator)^2 and of denominator^2 over the
        observations of each member, (members,).
    base
        Sum of the denominators of each member, (members,).

    Returns
    -------
    The variance of a ratio estimator (Cochran 1977, Sampling Techniques, ch. 6), with the
    scatter taken from the whole group, (members,).
    """
    scatter = float(squares.sum()) / max(float(weights.sum()), SMALLEST)
    return np.asarray(scatter * weights / np.maximum(base, SMALLEST) ** 2)


def pool_rates(
    total: Floats, base: Floats, count: Floats, error: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return pooled rates and their standard deviations.

    Parameters
    ----------
    total, base, count
        Numerator, denominator and observations of each member, (members,).
    error
        Variance of each member's rate, (members,); without it the count stands for the noise.
    """
    rate = total / np.maximum(base, SMALLEST)
    centre = float(total.sum() / max(base.sum(), SMALLEST))
    if error is None:
        error = centre**2 / np.maximum(count, 1.0)
    between = max(float(np.mean((rate - centre) ** 2 - error)), 0.0)
    trust = between / (between + error + SMALLEST)
    shared = (1 - trust) ** 2 * (between + centre**2 / max(float(count.sum()), 1.0))
    return centre + trust * (rate - centre), np.sqrt(trust**2 * error + shared)


def pool_means(total: Floats, count: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Return pooled means and their standard deviations (normal, variances by moments).

    Parameters
    ----------
    total, count, squares
        Sum, number and sum of squares of each member's observations, (members,).

    Returns
    -------
    Means and standard deviations, NaN where the group has no observation, (members,) each.
    """
    seen = count > 0
    if not seen.any():
        return np.full(len(total), np.nan), np.full(len(total), np.nan)
    own = np.where(seen, total / np.maximum(count, 1), 0.0)
    mean = float(total.sum() / count.sum())
    inside = np.maximum(squares - count * own**2, 0.0)
    freedom = float(np.maximum(count - 1, 0).sum())
    noise = float(inside.sum()) / freedom if freedom > 0 else mean**2
    error = noise / np.maximum(count, 1)
    between = max(float(np.mean((own[seen] - mean) ** 2 - error[seen])), 0.0)
    trust = np.where(seen, between / (between + error + SMALLEST), 0.0)
    # What the group's own mean leaves open comes on top, as far as a member leans on it.
    shared = (1 - trust) ** 2 * (between + noise / float(count.sum()))
    spread = np.sqrt(np.where(seen, trust**2 * error + shared, between + noise))
    return mean + trust * (own - mean), spread
