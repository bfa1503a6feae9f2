"""Fairness tests in words: what each looks at, and lights that need no colour."""

from __future__ import annotations

from planner.outputs.plan import Plan
from planner.quotas.fairness_result import Evidence, FairnessTest, Light

# A shape and a word for each light, so that colour is never alone.
LIGHTS: dict[Light, str] = {
    "green": "● Good",
    "amber": "▲ Watch",
    "red": "■ Poor",
    "grey": "○ Cannot tell",
}
# What proves most comes first.
EVIDENCE: dict[Evidence, str] = {
    "held_out": "This plan's basis, tried on past periods",
    "plan": "This plan's quotas",
    "past": "Quotas that there were",
    "expected": "Simulated year",
}
TITLES = {
    "attainment_potential": "Attainment and potential",
    "attainment_history": "Attainment and history",
    "attainment_size": "Attainment and number of accounts",
    "attainment_tenure": "Attainment and tenure",
    "attainment_region": "Attainment and region",
    "buckets_potential": "Best and worst fifth: potential",
    "buckets_history": "Best and worst fifth: history",
    "quota_to_potential_gini": "Quota to potential: Gini",
    "quota_to_potential_theil": "Quota to potential: Theil",
    "quota_to_potential_max_min": "Quota to potential: largest over least",
    "share_at_quota": "Share of reps at quota",
    "dispersion": "Dispersion of attainment over chance",
    "ratchet": "Ratchet of past quotas",
}
CIRCULAR = (
    "Circular: quota and simulated year rest on the same potential, so that a good figure proves "
    "nothing. Its light is that of the same test on past periods, and cannot tell without them."
)


def fairness_tests(plan: Plan) -> tuple[FairnessTest, ...]:
    """Return a plan's fairness tests, what proves most first; none where it was not assessed."""
    tests = plan.assessment.fairness if plan.assessment else ()
    order = list(EVIDENCE)
    return tuple(sorted(tests, key=lambda test: order.index(test.evidence)))


def fairness_title(test: FairnessTest) -> str:
    """Return what a test is called on a page."""
    return TITLES.get(test.name, test.name.replace("_", " ").capitalize())


def evidence_words(test: FairnessTest) -> str:
    """Return what a test looks at, marked where it goes round in a circle."""
    return EVIDENCE[test.evidence] + (" (circular)" if test.circular else "")


def interval_words(test: FairnessTest) -> str:
    """Return a test's figure with its 95% interval, a dash where there is nothing to tell."""
    figure = test.figure
    if figure.value is None or (test.light == "grey" and not test.circular):
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3g}"
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def count_lights(tests: tuple[FairnessTest, ...]) -> str:
    """Return in a sentence how the tests that are not circular came out; nothing without any."""
    lights = [test.light for test in tests if not test.circular]
    words = {"green": "good", "amber": "to watch", "red": "poor", "grey": "cannot tell"}
    parts = [f"{lights.count(light)} {words[light]}" for light in LIGHTS if light in lights]
    return f"Of {len(lights)} tests: {', '.join(parts)}." if lights else ""


def list_thresholds(tests: tuple[FairnessTest, ...]) -> list[tuple[str, str]]:
    """Return what each light's limits are and where they come from, with the tests they are for."""
    names: dict[str, list[str]] = {}
    for test in tests:
        titles = names.setdefault(test.threshold, [])
        if fairness_title(test) not in titles:
            titles.append(fairness_title(test))
    return [("; ".join(titles), threshold) for threshold, titles in names.items()]
