"""Fairness tests: the planted unfair plan is flagged, the fair one passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.quotas.fairness import assess_fairness, worst_light
from planner.quotas.fairness_result import FairnessSample, QuotaPanel

REPS = 60


def sample(quota_of, seed=4, noise=0.15):
    """A company whose bookings follow potential; quotas follow what is given."""
    rng = np.random.default_rng(seed)
    potential = rng.lognormal(18, 0.5, REPS)
    size = rng.integers(20, 200, REPS).astype(float)
    booked = potential * rng.lognormal(0, noise, REPS)
    quota = quota_of(potential, size) * potential.sum() / quota_of(potential, size).sum() * 0.98
    return FairnessSample(
        attainment=booked / quota,
        quota=quota,
        potential=potential,
        history=potential * rng.lognormal(0, 0.3, REPS),
        size=size,
        tenure=rng.integers(1, 90, REPS).astype(float),
        region=tuple(f"region {i % 4}" for i in range(REPS)),
    )


def fair():
    return sample(lambda potential, size: potential)


def unfair():
    return sample(lambda potential, size: np.ones(REPS))


def lights(tests, evidence):
    return {test.name: test.light for test in tests if test.evidence == evidence}


def test_planted_unfair_plan_is_flagged():
    """The same quota for everybody makes attainment depend on potential: red."""
    tests = assess_fairness(unfair(), held_out=unfair())
    assert lights(tests, "held_out")["attainment_potential"] == "red"
    assert lights(tests, "plan")["quota_to_potential_max_min"] == "red"
    assert worst_light(tests) == "red"


def test_fair_plan_passes():
    """Quotas in proportion to potential are green wherever potential is concerned."""
    tests = assess_fairness(fair(), held_out=fair())
    found = lights(tests, "held_out")
    assert found["attainment_potential"] == "green"
    assert found["attainment_size"] == "green"
    assert found["attainment_region"] == "green"
    assert set(lights(tests, "plan").values()) == {"green"}


def test_circular_tests_are_grey_without_held_out_periods():
    """Expected attainment alone proves nothing, and the sentence says so."""
    tests = assess_fairness(fair())
    circular = [test for test in tests if test.circular and test.name.startswith("attainment")]
    assert circular
    assert {test.light for test in circular} == {"grey"}
    assert all("rest on the same potential" in test.sentence for test in circular)


def test_light_of_a_circular_test_comes_from_held_out_periods():
    """A plan that looks fair in its own simulation is red when the past says so."""
    tests = assess_fairness(fair(), held_out=unfair())
    assert lights(tests, "expected")["attainment_potential"] == "red"


def test_independent_simulation_lights_by_itself():
    """Where quotas do not rest on the simulated potential the light is their own."""
    tests = assess_fairness(unfair(), circular=False)
    assert lights(tests, "expected")["attainment_potential"] == "red"


def test_too_few_reps_are_grey():
    """Five reps cannot tell anything."""
    whole = fair()
    few = FairnessSample(
        **{
            name: getattr(whole, name)[:5]
            for name in ("attainment", "quota", "potential", "history", "size", "tenure", "region")
        }
    )
    tests = assess_fairness(few, held_out=few)
    assert {t.light for t in tests if t.name.startswith("attainment")} == {"grey"}
    assert all("Too few" in t.sentence for t in tests if t.name == "attainment_potential")


def of_first(whole, count):
    """Return the sample of the first few reps."""
    names = ("attainment", "quota", "potential", "history", "size", "tenure", "region")
    return FairnessSample(**{name: getattr(whole, name)[:count] for name in names})


def test_no_relation_among_few_reps_is_grey():
    """Ten reps without a relation cannot rule a large one out; thirty can."""
    ranks = np.array([0, 9, 4, 5, 1, 8, 3, 6, 2, 7], dtype=float)
    few = replace(of_first(fair(), 10), potential=1 + np.arange(10.0), attainment=1 + ranks / 100)
    light = lights(assess_fairness(fair(), held_out=few), "held_out")["attainment_potential"]
    assert light == "grey"
    thrice = np.tile(np.arange(10.0), 3)
    names = {"quota": np.ones(30), "history": thrice, "size": thrice, "tenure": thrice}
    many = FairnessSample(
        attainment=np.tile(1 + ranks / 100, 3), potential=1 + thrice, region=("",) * 30, **names
    )
    light = lights(assess_fairness(fair(), held_out=many), "held_out")["attainment_potential"]
    assert light == "green"


def test_a_small_share_at_quota_of_few_reps_is_not_sure():
    """Two of eight at quota may be chance, fifteen of sixty are not."""
    few, many = (
        replace(of_first(fair(), count), attainment=np.full(count, 0.9)) for count in (8, 60)
    )
    for sample_, light in ((few, "amber"), (many, "red")):
        attainment = sample_.attainment.copy()
        attainment[: len(attainment) // 4] = 1.1
        found = assess_fairness(fair(), held_out=replace(sample_, attainment=attainment))
        assert lights(found, "held_out")["share_at_quota"] == light


def test_a_region_that_is_given_too_much_is_flagged():
    """One region with half the quota per potential stands out."""
    base = fair()
    favoured = np.array([name == "region 1" for name in base.region])
    attainment = np.where(favoured, base.attainment * 2, base.attainment)
    tests = assess_fairness(replace(base, attainment=attainment), circular=False)
    assert lights(tests, "expected")["attainment_region"] == "red"


def test_share_at_quota_thresholds():
    """Nobody at quota is red, 60% is green, everybody is amber since quotas are too easy."""
    for share, light in ((0.0, "red"), (0.6, "green"), (1.0, "amber")):
        attainment = np.where(np.arange(REPS) < share * REPS, 1.1, 0.9)
        tests = assess_fairness(replace(fair(), attainment=attainment), circular=False)
        assert lights(tests, "expected")["share_at_quota"] == light


def panel(after_beat, after_miss):
    rng = np.random.default_rng(0)
    beat = rng.normal(0, 0.3, 200)
    change = np.where(beat > 0, after_beat, after_miss) * beat + rng.normal(0, 0.02, 200)
    quota = np.full(200, 100.0)
    return QuotaPanel(
        person=np.repeat(np.arange(40), 5).astype(float),
        quota=quota,
        attained=quota * (1 + beat),
        following=quota * (1 + change),
    )


def test_ratchet_is_found_and_its_absence_too():
    """Quotas raised by 80% of a beat and lowered by 20% of a miss ratchet."""
    tests = assess_fairness(fair(), panel=panel(0.8, 0.2))
    ratchet = next(test for test in tests if test.name == "ratchet")
    assert ratchet.light == "red"
    assert ratchet.figure.value == pytest.approx(0.6, abs=0.1)
    even = assess_fairness(fair(), panel=panel(0.5, 0.5))
    assert next(test for test in even if test.name == "ratchet").light == "green"


def test_every_test_states_its_threshold_and_a_sentence():
    """A reader finds a sentence and a source with each light."""
    for test in assess_fairness(unfair(), held_out=fair(), past=unfair(), panel=panel(0.5, 0.5)):
        assert test.sentence.endswith(".")
        assert len(test.threshold) > 20
