"""Is the plan fair: each test with a figure, a plain sentence and a light."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from planner.quotas.fairness_result import (
    DISPERSION,
    FEWEST,
    Evidence,
    FairnessSample,
    FairnessTest,
    Light,
    QuotaPanel,
)
from planner.quotas.independence import CIRCULAR, check_independence
from planner.quotas.statistics import Z95, Estimate, fit_ratchet, gini, theil

BAND = (
    "A band of ±20% around the median (rule of practice): evenly spread inside it, max/min is "
    "1.5, Gini 0.067 and Theil 0.0067; twice that is amber."
)
POOR, HEALTHY, TOO_EASY = 0.45, 0.55, 0.85
AT_QUOTA = (
    "55–65% or more of the reps at quota is healthy (Alexander Group; Cortado); the market's "
    "figure is 51% (Bridge Group 2024). Below 45% is red where the interval rules 55% out."
)
RATCHET = "Leone, Misra & Zimmerman 2004: raised more after a beat than lowered after a miss."


def assess_fairness(
    expected: FairnessSample,
    *,
    held_out: FairnessSample | None = None,
    past: FairnessSample | None = None,
    panel: QuotaPanel | None = None,
    dispersion: Sequence[FairnessTest] = (),
    known: Sequence[FairnessTest] = (),
    circular: bool = True,
    seed: int = 0,
) -> tuple[FairnessTest, ...]:
    """Run every fairness test.

    Parameters
    ----------
    expected
        The plan with its simulated attainment.
    held_out
        Attainment on past periods under quotas set by the plan's own method with only what was
        known; the light of the circular tests comes from it.
    past
        Attainment under the quotas that there were.
    panel
        Past quotas, for the ratchet.
    dispersion
        Tests of the dispersion on past periods against chance.
    known
        Tests that were run before, for the same basis: those on held-out periods and of the
        dispersion stand, instead of ``held_out`` and ``dispersion``.
    circular
        Whether the plan's quotas and its simulation rest on the same potential.
    seed
        Of the bootstrap.
    """
    tests = _test_attainment(expected, "expected", seed, circular=circular)
    tests += [test for test in known if test.evidence == "held_out" and test.name != DISPERSION]
    if held_out is not None and not known:
        tests += _test_attainment(held_out, "held_out", seed, circular=False)
    tests = _lit_by_held_out(tests)
    if past is not None:
        tests += _test_attainment(past, "past", seed, circular=False)
    tests += [test for test in known if test.name == DISPERSION] if known else dispersion
    tests += _spread(expected)
    if panel is not None:
        tests.append(_ratchet(panel))
    return tuple(tests)


def _test_attainment(
    sample: FairnessSample, evidence: Evidence, seed: int, *, circular: bool
) -> list[FairnessTest]:
    return [
        *check_independence(sample, evidence, seed, circular=circular),
        _share_at_quota(sample, evidence, circular=circular),
    ]


def worst_light(tests: Sequence[FairnessTest]) -> Light:
    """Return the worst light of those that can tell, grey when none can."""
    lights = {test.light for test in tests}
    order: tuple[Light, ...] = ("red", "amber", "green")
    return next((light for light in order if light in lights), "grey")


def _lit_by_held_out(tests: Sequence[FairnessTest]) -> list[FairnessTest]:
    """Give each circular test the light of the same test on held-out periods."""
    lights = {test.name: test.light for test in tests if test.evidence == "held_out"}
    return [
        replace(test, light=lights.get(test.name, test.light)) if test.circular else test
        for test in tests
    ]


def _spread(sample: FairnessSample) -> Iterator[FairnessTest]:
    """Measure how unlike quotas are as multiples of potential."""
    asked = (sample.potential > 0) & (sample.quota > 0)
    ratio = sample.quota[asked] / sample.potential[asked]
    extreme = float(ratio.max() / ratio.min()) if len(ratio) else None
    measures = [
        ("quota_to_potential_gini", gini(ratio), 0.067, 0.133, "Gini"),
        ("quota_to_potential_theil", theil(ratio), 0.0067, 0.0267, "Theil"),
        ("quota_to_potential_max_min", extreme, 1.5, 2.25, "max/min"),
    ]
    for name, value, green, amber, label in measures:
        few = value is None or len(ratio) < 2
        light: Light = "grey"
        words = "Fewer than two reps have both a quota and potential."
        if value is not None and not few:
            light = "green" if value <= green else "amber" if value <= amber else "red"
            verdict = {"green": "alike", "amber": "somewhat unlike", "red": "unlike"}[light]
            words = (
                f"Quotas are {verdict} as multiples of potential ({label} {value:.3g}; the "
                f"heaviest rep owes {extreme:.2f} times the lightest per unit of potential)."
            )
        yield FairnessTest(
            name=name,
            evidence="plan",
            figure=Estimate(value=None if few else value, count=len(ratio)),
            light=light,
            sentence=words,
            threshold=BAND,
        )


def _share_at_quota(sample: FairnessSample, evidence: Evidence, *, circular: bool) -> FairnessTest:
    known = sample.attainment[np.isfinite(sample.attainment)]
    count = len(known)
    if count < FEWEST:
        figure, light = Estimate(value=None, count=count), "grey"
        words = f"Too few reps ({count}) to judge the share at quota."
    else:
        share = float(np.mean(known >= 1.0)) if sample.at_quota is None else sample.at_quota
        figure = _proportion(share, count)
        # One step less where chance alone may explain it.
        low = figure.high is not None and figure.high < HEALTHY
        off = share < HEALTHY or share > TOO_EASY
        light = "red" if share < POOR and low else "amber" if off else "green"
        near = sample.within_20
        near = float(np.mean(np.abs(known - 1.0) <= 0.2)) if near is None else near
        words = f"{share:.0%} of the reps are at quota, {near:.0%} within 20% of it."
        words += CIRCULAR if circular else ""
    lights: dict[str, Light] = {"red": "red", "amber": "amber", "green": "green", "grey": "grey"}
    return FairnessTest(
        name="share_at_quota",
        evidence=evidence,
        figure=figure,
        light="grey" if circular else lights[light],
        sentence=words,
        threshold=AT_QUOTA,
        circular=circular,
    )


def _proportion(share: float, count: int) -> Estimate:
    """Return a share with Wilson's interval."""
    z = Z95
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return Estimate(value=share, low=float(centre - half), high=float(centre + half), count=count)


def _ratchet(panel: QuotaPanel) -> FairnessTest:
    fit = fit_ratchet(panel.quota, panel.attained, panel.following, panel.person)
    light: Light = "grey"
    figure = Estimate(value=None, count=len(panel.quota))
    words = "Too few past beats or misses to tell whether quotas ratchet."
    if fit is not None:
        figure = fit.difference
        positive = figure.value is not None and figure.value > 0
        light = "red" if positive and figure.excludes_zero else "green"
        if light == "green" and figure.value is not None and figure.value > 0.2:
            light = "amber"
        words = (
            f"After a beat quotas {_changed(fit.after_beat)} of it, after a miss they "
            f"{_changed(-fit.after_miss)} of it: "
            + ("beating a quota is punished." if light == "red" else "no ratchet is proven.")
        )
    return FairnessTest(
        name="ratchet",
        evidence="past",
        figure=figure,
        light=light,
        sentence=words,
        threshold=RATCHET,
    )


def _changed(share: float) -> str:
    return f"{'rose' if share >= 0 else 'fell'} by {abs(share):.0%}"
