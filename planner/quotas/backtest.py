"""Quota methods judged on past periods: what each would have set, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.quotas.basis import HALVES
from planner.quotas.fairness_result import FairnessSample
from planner.quotas.past_attainment import (
    Basis,
    Blend,
    PastPeriod,
    attain,
    quota_shares,
    relate_to_company,
)
from planner.quotas.statistics import Estimate, rank_correlation

Floats = npt.NDArray[np.float64]
AS_SET = "as_set"
# The plan's own basis, by component and role as it stands.
OWN = "plan"
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


def backtest_quotas(
    periods: Sequence[PastPeriod],
    blends: Sequence[Blend] | None = None,
    own: Basis | None = None,
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
    own
        The plan's own basis, by component and role; None leaves it out.

    Returns
    -------
    Scores by method: ``as_set``, ``plan`` (the own one), ``equal``, and
    ``history=0.5,potential=0.5`` and its like.
    """
    methods = quota_methods(blends, own)
    return {name: _score(periods, blend) for name, blend in methods.items()}


def quota_methods(
    blends: Sequence[Blend] | None = None, own: Basis | None = None
) -> dict[str, Basis | None]:
    """Return the basis of each method by its name, None for the quotas that there were.

    Parameters
    ----------
    blends
        Bases to try; default: :func:`list_blends`.
    own
        The plan's own basis; None leaves it out.
    """
    methods: dict[str, Basis | None] = {AS_SET: None}
    methods |= {} if own is None else {OWN: own}
    methods |= {"equal": {"equal": 1.0}}
    tried = list_blends() if blends is None else blends
    return methods | {name_blend(blend): blend for blend in tried}


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
            apart.append(_judge(period, choose_blend(scores)))
    found = np.concatenate(apart) if apart else np.empty(0)
    return float(found.std()) if len(found) > 1 else None


def _dependence(score: QuotaScore) -> float:
    """Return the largest rank correlation of attainment with what reps were given."""
    values = [figure.value for figure in score.rank_correlation.values()]
    return max((abs(value) for value in values if value is not None), default=0.0)


def held_out_sample(
    periods: Sequence[PastPeriod], blend: Basis, regions: Sequence[str]
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
        attainment=np.concatenate([attain(period, blend) for period in periods]),
        quota=np.concatenate([_relative(quota_shares(period, blend)) for period in periods]),
        potential=over_time("potential"),
        history=over_time("history"),
        size=over_time("size"),
        tenure=over_time("tenure"),
        region=tuple(regions) * len(periods),
    )


def name_blend(blend: Blend) -> str:
    """Return a basis as the name of its method."""
    return ",".join(f"{name}={weight:g}" for name, weight in blend.items() if weight)


def _score(periods: Sequence[PastPeriod], blend: Basis | None) -> QuotaScore:
    attained = [attain(period, blend) for period in periods]
    attainment = np.concatenate(attained) if attained else np.empty(0)
    known = attainment[np.isfinite(attainment)]
    apart = np.concatenate([_judge(period, blend) for period in periods] or [np.empty(0)])
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


def _judge(period: PastPeriod, blend: Basis | None) -> Floats:
    return relate_to_company(period, attain(period, blend))


def _relative(values: Floats) -> Floats:
    """Bring a period's figures to its mean, so that growth over time is no difference of reps."""
    mean = np.nanmean(values) if np.isfinite(values).any() else 0.0
    return values / mean if mean > 0 else values
