"""Whether attainment depends on what a rep was given and did not earn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import mannwhitneyu

from planner.quotas.fairness_result import (
    FEWEST,
    Evidence,
    FairnessSample,
    FairnessTest,
    Floats,
    Light,
)
from planner.quotas.statistics import Estimate, group_effect, rank_correlation

# Correlations of a medium and of a large effect.
MEDIUM, LARGE = 0.3, 0.5
FACTORS = ("potential", "history", "size", "tenure")
INDEPENDENCE = (
    "Attainment must show no relation to territory size, base volume or potential (Aurochs "
    "Solutions, quota independence tests); a correlation of 0.3 is a medium effect, one of 0.5 a "
    "large one (Cohen 1988): grey where a small one is found and a large one cannot be ruled out."
)
REGIONS = "Attainment must show no relation to where a rep sells (Aurochs Solutions)."
BUCKETS = (
    "20-60-20 buckets (Aurochs Solutions): the best and the worst fifth should not differ in "
    "what they were given; medians within 25% are the same ±20% band either way, beyond 50% is "
    "red, one step less where chance alone may explain it (Mann-Whitney p of 5% or more)."
)


def check_independence(
    sample: FairnessSample, evidence: Evidence, seed: int, *, circular: bool
) -> Iterator[FairnessTest]:
    """Test attainment against everything that a rep was given and did not earn.

    Parameters
    ----------
    sample
        One row a person.
    evidence
        What the sample is.
    seed
        Of the bootstrap.
    circular
        Whether quota and attainment rest on the same potential: the light is then grey.
    """
    given = {
        "potential": sample.potential,
        "history": sample.history,
        "size": sample.size,
        "tenure": sample.tenure,
    }
    for name in FACTORS:
        figure = rank_correlation(sample.attainment, given[name])
        light = _correlation_light(figure)
        yield FairnessTest(
            name=f"attainment_{name}",
            evidence=evidence,
            figure=figure,
            light="grey" if circular else light,
            sentence=_correlation_words(name, figure, light, circular=circular),
            threshold=INDEPENDENCE,
            circular=circular,
        )
    yield _region(sample, evidence, seed, circular=circular)
    for name in ("potential", "history"):
        yield _buckets(sample, name, given[name], evidence, circular=circular)


def _correlation_light(figure: Estimate) -> Light:
    if figure.value is None or figure.count < FEWEST:
        return "grey"
    strong = abs(figure.value) >= MEDIUM
    if strong or figure.excludes_zero:
        return "red" if strong and figure.excludes_zero else "amber"
    return "green" if _rules_out(figure, LARGE) else "grey"


def _rules_out(figure: Estimate, effect: float) -> bool:
    """Return whether the interval is narrow enough to say that there is no such effect."""
    low, high = figure.low, figure.high
    return low is not None and high is not None and -effect < low and high < effect


def _correlation_words(name: str, figure: Estimate, light: Light, *, circular: bool) -> str:
    if figure.value is None or figure.count < FEWEST:
        return f"Too few reps ({figure.count}) to say whether attainment depends on {name}."
    side = "more" if figure.value > 0 else "less"
    verdict = {
        "green": f"Attainment does not depend on {name}",
        "amber": f"Attainment may depend on {name}: reps with more of it tend to attain {side}",
        "red": f"Attainment depends on {name}: reps with more of it attain {side}",
        "grey": f"The reps ({figure.count}) are too few to tell whether attainment depends on {name}",
    }[light]
    words = f"{verdict} (rank correlation {figure.value:+.2f}, {_interval(figure)})."
    return words + (CIRCULAR if circular else "")


CIRCULAR = (
    " Quota and simulated attainment rest on the same potential, so this alone proves nothing; "
    "the light comes from held-out periods."
)


def _interval(figure: Estimate) -> str:
    if figure.low is None or figure.high is None:
        return "no interval"
    return f"95% from {figure.low:+.2f} to {figure.high:+.2f}"


def _region(
    sample: FairnessSample, evidence: Evidence, seed: int, *, circular: bool
) -> FairnessTest:
    figure, p_value = group_effect(sample.attainment, sample.region, seed)
    light: Light = "grey"
    words = "Too few reps in two or more regions to compare them."
    if figure.value is not None and p_value is not None and figure.count >= FEWEST:
        sure, strong = p_value < 0.05, figure.value >= 0.06
        light = "red" if sure and strong else "amber" if sure or figure.value >= 0.14 else "green"
        verdict = {
            "red": "differs by region",
            "amber": "may differ by region",
            "green": "does not differ by region",
        }[light]
        words = (
            f"Attainment {verdict}: regions explain {figure.value:.0%} of its ranks "
            f"(p = {p_value:.3f})." + (CIRCULAR if circular else "")
        )
    return FairnessTest(
        name="attainment_region",
        evidence=evidence,
        figure=figure,
        light="grey" if circular else light,
        sentence=words,
        threshold=REGIONS + " 6% of the variance is a medium effect, 14% a large one.",
        circular=circular,
    )


def _buckets(
    sample: FairnessSample, name: str, values: Floats, evidence: Evidence, *, circular: bool
) -> FairnessTest:
    """Compare what the best and the worst fifth by attainment were given."""
    known = np.isfinite(sample.attainment) & np.isfinite(values)
    order = np.argsort(sample.attainment[known], kind="stable")
    fifth = max(round(0.2 * len(order)), 1)
    ranked = values[known][order]
    light: Light = "grey"
    ratio = None
    words = f"Too few reps ({len(order)}) for 20-60-20 buckets."
    if len(order) >= 10 and np.median(ranked[:fifth]) > 0:
        ratio = float(np.median(ranked[-fifth:]) / np.median(ranked[:fifth]))
        chance = float(mannwhitneyu(ranked[-fifth:], ranked[:fifth]).pvalue)
        light = _bucket_light(max(ratio, 1 / ratio) if ratio > 0 else np.inf, chance)
        words = (
            f"The fifth that attains most was given {ratio:.2f} times the {name} of the fifth "
            f"that attains least (p = {chance:.3f})." + (CIRCULAR if circular else "")
        )
    return FairnessTest(
        name=f"buckets_{name}",
        evidence=evidence,
        figure=Estimate(value=ratio, count=len(order)),
        light="grey" if circular else light,
        sentence=words,
        threshold=BUCKETS,
        circular=circular,
    )


def _bucket_light(apart: float, chance: float) -> Light:
    """Return the light of two fifths that are apart by a factor, which chance may explain."""
    if apart <= 1.25:
        return "green"
    if chance < 0.05:
        return "red" if apart > 1.5 else "amber"
    return "amber" if apart > 1.5 else "green"
