"""Quota methods judged on past periods: what each would have set, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.quotas.fairness_result import FairnessSample
from planner.quotas.statistics import Estimate, rank_correlation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Blend = dict[str, float]
AS_SET = "as_set"
HALVES = {"history": 0.5, "potential": 0.5}
NEARLY = 1.02
EQUAL_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75)


def list_blends() -> tuple[Blend, ...]:
    """Return the bases that are tried: history, potential and run rate, and some of each alike.

    What is shared alike pulls small books towards the mean, which a noisy measure needs.
    """
    quarters = range(5)
    return tuple(
        {
            "history": (4 - potential - run_rate) / 4 * (1 - equal),
            "potential": potential / 4 * (1 - equal),
            "run_rate": run_rate / 4 * (1 - equal),
        }
        | ({"equal": equal} if equal else {})
        for equal in EQUAL_SHARES
        for run_rate in quarters
        for potential in quarters
        if potential + run_rate <= 4
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """One past period as it could have been planned on its first day; arrays are (reps,).

    Parameters
    ----------
    name
        Such as its first day.
    history, potential
        Revenue before, and expected bookings of the period as known on its first day, of the
        book that the rep had then, minor units.
    size
        Number of accounts in that book.
    tenure
        Months in the role on the first day, NaN where unknown.
    run_rate
        Revenue of the three months before, of the same book, minor units.
    productive
        Productive share of the period.
    actual
        What was booked, minor units.
    quota
        The quota that there was, 0 where none, minor units.
    """

    name: str
    history: Floats
    potential: Floats
    run_rate: Floats
    size: Floats
    tenure: Floats
    productive: Floats
    actual: Floats
    quota: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaScore:
    """How one method would have done.

    Parameters
    ----------
    dispersion
        Standard deviation of attainment over the company's own in the same period, all reps and
        periods: how far reps are apart, whatever the total was; None where it cannot be said.
    share_at_quota
        Share of reps and periods at or above quota.
    rank_correlation
        Of attainment with potential, history, size and tenure.
    attainment
        By rep and period, in the order of the periods.
    """

    dispersion: float | None
    share_at_quota: float | None
    rank_correlation: dict[str, Estimate]
    attainment: Floats


def past_period(
    name: str,
    reps: int,
    rep_of_account: Ints,
    trailing: Ints,
    expected: Ints,
    latest: Ints,
    *,
    actual: Floats,
    quota: Floats,
    tenure: Floats,
    productive: Floats,
) -> PastPeriod:
    """Add the accounts of a past period up by the rep who had them on its first day.

    Parameters
    ----------
    name
        What the period is called.
    reps
        Number of reps.
    rep_of_account
        Position of each account's rep, -1 none, (accounts,).
    trailing, expected, latest
        As known on the first day, minor units, (accounts,).
    actual, quota, tenure, productive
        As in :class:`PastPeriod`, (reps,).
    """
    held = rep_of_account >= 0
    who = rep_of_account[held]
    history, potential, run_rate = (
        np.asarray(np.bincount(who, weights=values[held], minlength=reps), dtype=np.float64)
        for values in (trailing, expected, latest)
    )
    return PastPeriod(
        name=name,
        history=history,
        potential=potential,
        run_rate=run_rate,
        size=np.bincount(who, minlength=reps).astype(np.float64),
        tenure=tenure,
        productive=productive,
        actual=actual,
        quota=quota,
    )


def backtest_quotas(
    periods: Sequence[PastPeriod], blends: Sequence[Blend] | None = None
) -> dict[str, QuotaScore]:
    """Score the quotas that each method would have set, and those that there were.

    A period's total is that of the quotas there were (of the actual bookings where there were
    none), so that methods differ only in how they share it; only reps who had history and
    potential on the first day and, where quotas are known, a quota, take part.

    Parameters
    ----------
    periods
        The past, oldest first.
    blends
        Bases to try; default: :func:`list_blends`.

    Returns
    -------
    Scores by method: ``as_set``, ``equal``, and ``history=0.5,potential=0.5`` and its like.
    """
    tried = list_blends() if blends is None else blends
    methods: dict[str, Blend | None] = {AS_SET: None, "equal": {"equal": 1.0}}
    methods |= {name_blend(blend): blend for blend in tried}
    return {name: _score(periods, blend) for name, blend in methods.items()}


def choose_blend(scores: Mapping[str, QuotaScore], blends: Sequence[Blend] | None = None) -> Blend:
    """Return the basis whose attainment was least dispersed.

    Among those within 2% of the least, the one whose attainment depends least on what reps were
    given, by its largest rank correlation; then the one tried first.

    Parameters
    ----------
    scores
        From :func:`backtest_quotas`.
    blends
        The bases that were tried; default: :func:`list_blends`.
    """
    tried = list_blends() if blends is None else blends
    known = [
        (score.dispersion, _dependence(score), place)
        for place, score in enumerate(scores[name_blend(blend)] for blend in tried)
        if score.dispersion is not None
    ]
    if not known:
        return dict(HALVES)
    least = min(dispersion for dispersion, _, _ in known)
    close = [row[1:] for row in known if row[0] <= NEARLY * least]
    return {name: weight for name, weight in tried[min(close)[1]].items() if weight}


def judge_choice(periods: Sequence[PastPeriod]) -> float | None:
    """Return the dispersion that bases leave in periods on which they were not chosen.

    Each period has the basis that did best on the others, so that a lucky one of many counts
    for nothing.

    Parameters
    ----------
    periods
        The past, oldest first.

    Returns
    -------
    None with fewer than two periods.
    """
    apart = []
    for place, period in enumerate(periods):
        others = [*periods[:place], *periods[place + 1 :]]
        scores = backtest_quotas(others)
        if any(score.dispersion is not None for score in scores.values()):
            apart.append(_apart(period, choose_blend(scores)))
    found = np.concatenate(apart) if apart else np.empty(0)
    return float(found.std()) if len(found) > 1 else None


def _dependence(score: QuotaScore) -> float:
    """Return the largest rank correlation of attainment with what reps were given."""
    values = [figure.value for figure in score.rank_correlation.values()]
    return max((abs(value) for value in values if value is not None), default=0.0)


def held_out_sample(
    periods: Sequence[PastPeriod], blend: Blend, regions: Sequence[str]
) -> FairnessSample:
    """Return attainment on past periods under quotas that a basis would have set, for fairness.

    Parameters
    ----------
    periods
        The past, with only what was known on each first day.
    blend
        The plan's own basis.
    regions
        A name for each rep, (reps,).

    Returns
    -------
    One row a rep and period; figures of each period are over its mean, so that growth over time
    is no difference of reps.
    """

    def over_time(name: str) -> Floats:
        return np.concatenate([_relative(getattr(period, name)) for period in periods])

    return FairnessSample(
        attainment=np.concatenate([_attainment(period, blend) for period in periods]),
        quota=np.concatenate([_relative(_share(period, blend)) for period in periods]),
        potential=over_time("potential"),
        history=over_time("history"),
        size=over_time("size"),
        tenure=over_time("tenure"),
        region=tuple(regions) * len(periods),
    )


def name_blend(blend: Blend) -> str:
    """Return a basis as the name of its method."""
    return ",".join(f"{name}={weight:g}" for name, weight in blend.items() if weight)


def _score(periods: Sequence[PastPeriod], blend: Blend | None) -> QuotaScore:
    attained = [_attainment(period, blend) for period in periods]
    attainment = np.concatenate(attained) if attained else np.empty(0)
    known = attainment[np.isfinite(attainment)]
    apart = np.concatenate([_apart(period, blend) for period in periods] or [np.empty(0)])
    factors = {
        name: np.concatenate([_relative(getattr(period, name)) for period in periods])
        for name in ("potential", "history", "size", "tenure")
        if periods
    }
    return QuotaScore(
        dispersion=float(apart.std()) if len(apart) > 1 else None,
        share_at_quota=float(np.mean(known >= 1.0)) if len(known) else None,
        rank_correlation={
            name: rank_correlation(attainment, values) for name, values in factors.items()
        },
        attainment=attainment,
    )


def _apart(period: PastPeriod, blend: Blend | None) -> Floats:
    """Return attainment over that of all who took part together, (participants,)."""
    attainment = _attainment(period, blend)
    known = np.isfinite(attainment) & (attainment > 0)
    quotas = period.actual[known] / attainment[known]
    company = period.actual[known].sum() / quotas.sum() if known.any() else 0.0
    taken = attainment[np.isfinite(attainment)]
    return taken / company if company > 0 else np.empty(0)


def _relative(values: Floats) -> Floats:
    """Bring a period's figures to its mean, so that growth over time is no difference of reps."""
    mean = np.nanmean(values) if np.isfinite(values).any() else 0.0
    return values / mean if mean > 0 else values


def _attainment(period: PastPeriod, blend: Blend | None) -> Floats:
    """Return attainment under one method, NaN for who takes no part, (reps,)."""
    part = (period.history > 0) & (period.potential > 0) & (period.productive > 0)
    if (period.quota > 0).any():
        part &= period.quota > 0
    total = period.quota[part].sum() or period.actual[part].sum()
    share = _share(period, blend) * part
    result = np.full(len(part), np.nan)
    if share.sum() <= 0 or total <= 0:
        return result
    quota = total * share / share.sum()
    owing = part & (quota > 0)
    result[owing] = period.actual[owing] / quota[owing]
    return result


def _share(period: PastPeriod, blend: Blend | None) -> Floats:
    if blend is None:
        return period.quota
    measures = {
        "history": period.history,
        "potential": period.potential,
        "run_rate": period.run_rate,
        "equal": np.ones(len(period.history)),
    }
    blended = np.zeros(len(period.history))
    for name, weight in blend.items():
        if measures[name].sum() > 0:
            blended += weight * measures[name] / measures[name].sum()
    return blended * period.productive
