"""The few statistics that fairness rests on, with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Z95 = 1.959963984540054
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95% confidence interval.

    Parameters
    ----------
    value, low, high
        None where the data cannot say.
    count
        How many observations it rests on.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0

    @property
    def excludes_zero(self) -> bool:
        """Return whether the interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def rank_correlation(first: Floats, second: Floats) -> Estimate:
    """Return Spearman's rank correlation with its interval (Bonett & Wright 2000).

    Parameters
    ----------
    first, second
        (people,); pairs with a missing value are left out.
    """
    known = np.isfinite(first) & np.isfinite(second)
    count = int(known.sum())
    if count < 4 or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return Estimate(value=None, count=count)
    from scipy.stats import rankdata

    rho = float(np.corrcoef(rankdata(first[known]), rankdata(second[known]))[0, 1])
    rho = float(np.clip(rho, -1.0, 1.0))
    centre = np.arctanh(np.clip(rho, -0.999999, 0.999999))
    error = Z95 * np.sqrt((1 + rho**2 / 2) / (count - 3))
    low, high = (float(np.tanh(centre + sign * error)) for sign in (-1, 1))
    return Estimate(value=rho, low=low, high=high, count=count)


def group_effect(values: Floats, groups: Sequence[str], seed: int) -> tuple[Estimate, float | None]:
    """Return how much of the ranks' variance groups explain, and its Kruskal–Wallis p-value.

    The figure is epsilon squared (Kelley 1935), 0 where groups explain what chance would, with a
    bootstrap interval that resamples people within their groups.

    Parameters
    ----------
    values
        (people,)
    groups
        A name for each, empty where unknown, (people,).
    seed
        Of the bootstrap.
    """
    known = np.array([bool(group) for group in groups]) & np.isfinite(values)
    names = np.array(list(groups), dtype=object)[known]
    kept = values[known]
    members = [np.flatnonzero(names == name) for name in sorted(set(names.tolist()))]
    members = [rows for rows in members if len(rows) >= 2]
    count = sum(len(rows) for rows in members)
    if len(members) < 2 or np.ptp(np.concatenate([kept[rows] for rows in members])) == 0:
        return Estimate(value=None, count=count), None
    from scipy.stats import kruskal

    samples = [kept[rows] for rows in members]
    p_value = float(kruskal(*samples).pvalue)
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(sample, (RESAMPLES, len(sample))) for sample in samples]
    low, high = np.quantile(_epsilon_squared(drawn), [0.025, 0.975])
    value = float(_epsilon_squared([sample[None, :] for sample in samples])[0])
    return Estimate(value=value, low=float(low), high=float(high), count=count), p_value


def _epsilon_squared(samples: Sequence[Floats]) -> Floats:
    """Return the adjusted share of the ranks' variance that lies between samples, (draws,).

    Parameters
    ----------
    samples
        The values of each group, (draws, people of the group).
    """
    from scipy.stats import rankdata

    joined = np.concatenate(samples, axis=1)
    ranks = rankdata(joined, axis=1) - (joined.shape[1] + 1) / 2
    total = (ranks**2).sum(axis=1)
    ends = np.cumsum([sample.shape[1] for sample in samples])[:-1]
    parts = np.split(ranks, ends, axis=1)
    between = np.sum([part.shape[1] * part.mean(axis=1) ** 2 for part in parts], axis=0)
    within = (total - between) / max(joined.shape[1] - len(samples), 1)
    spare = between - (len(samples) - 1) * within
    share = np.divide(spare, total, out=np.zeros(len(total)), where=total > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def gini(values: Floats) -> float | None:
    """Return the Gini coefficient, None without a positive value.

    Parameters
    ----------
    values
        At least zero, (people,).
    """
    ordered = np.sort(values[np.isfinite(values)])
    if not len(ordered) or ordered.sum() <= 0:
        return None
    places = np.arange(1, len(ordered) + 1)
    return float(2 * (places @ ordered) / (len(ordered) * ordered.sum()) - 1 - 1 / len(ordered))


def theil(values: Floats) -> float | None:
    """Return Theil's T, None without a positive value; zeros count with their limit of nothing."""
    known = values[np.isfinite(values)]
    if not len(known) or known.sum() <= 0:
        return None
    share = known / known.mean()
    positive = share[share > 0]
    return float((positive * np.log(positive)).sum() / len(known))


@dataclass(frozen=True, slots=True, kw_only=True)
class RatchetFit:
    """By how much quotas follow a beat and a miss, as fractions of it.

    Parameters
    ----------
    after_beat, after_miss
        Change of the quota over the beat or miss it follows.
    difference
        The first less the second, with its interval.
    """

    after_beat: float
    after_miss: float
    difference: Estimate


def fit_ratchet(
    quota: Floats, attained: Floats, following: Floats, groups: Floats
) -> RatchetFit | None:
    """Fit the ratchet of Leone, Misra & Zimmerman (2004) on past quotas.

    The relative change of the quota is regressed on the relative beat and the relative miss
    before it; a ratchet raises more after a beat than it lowers after a miss. Errors are
    clustered by person.

    Parameters
    ----------
    quota, attained, following
        A person's quota, what was attained, and the next quota, (observations,).
    groups
        The person of each, (observations,).

    Returns
    -------
    None where there are too few beats or misses to tell.
    """
    known = (quota > 0) & np.isfinite(attained) & np.isfinite(following)
    beat = attained[known] / quota[known] - 1.0
    change = following[known] / quota[known] - 1.0
    if min((beat > 0).sum(), (beat < 0).sum()) < 5:
        return None
    design = np.column_stack([np.ones(len(beat)), np.maximum(beat, 0), np.minimum(beat, 0)])
    inverse = np.linalg.pinv(design.T @ design)
    slopes = inverse @ design.T @ change
    scores = design * (change - design @ slopes)[:, None]
    people, codes = np.unique(groups[known], return_inverse=True)
    sums = np.zeros((len(people), 3))
    np.add.at(sums, codes, scores)
    clusters = len(people)
    factor = clusters / max(clusters - 1, 1) * (len(beat) - 1) / max(len(beat) - 3, 1)
    variance = inverse @ (sums.T @ sums) @ inverse * factor
    contrast = np.array([0.0, 1.0, -1.0])
    gap = float(contrast @ slopes)
    error = Z95 * float(np.sqrt(max(contrast @ variance @ contrast, 0.0)))
    return RatchetFit(
        after_beat=float(slopes[1]),
        after_miss=float(slopes[2]),
        difference=Estimate(value=gap, low=gap - error, high=gap + error, count=len(beat)),
    )
