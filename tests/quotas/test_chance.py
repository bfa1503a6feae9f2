"""What chance leaves, on companies whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.quotas.chance import (
    Chance,
    check_dispersion,
    find_chance,
    measure_chance,
    toss_surprises,
)
from planner.quotas.past_attainment import PastPeriod

REPS, ACCOUNTS = 14, 40


def company(seed: int, quotas: str) -> tuple[PastPeriod, ...]:
    """Return four periods of accounts that buy or not, under honest, skewed or knowing quotas."""
    rng = np.random.default_rng(seed)
    usual = rng.lognormal(11, 1.0, (REPS, ACCOUNTS))
    buys = rng.uniform(0.4, 1.0, (REPS, ACCOUNTS))
    mean = usual.sum(axis=1)
    skew = np.where(np.arange(REPS) % 2, 1.5, 0.6)
    periods = []
    for place in range(4):
        size = usual / buys * rng.lognormal(-0.125, 0.5, usual.shape)
        booked = np.where(rng.random(usual.shape) < buys, size, 0.0)
        known = booked.sum(axis=1)
        given = {"honest": mean, "skewed": mean * skew, "knowing": known * 1.2}[quotas]
        periods.append(
            PastPeriod(
                name=str(place),
                history=mean,
                potential=mean,
                run_rate=mean,
                size=np.full(REPS, float(ACCOUNTS)),
                tenure=np.full(REPS, 24.0),
                productive=np.ones(REPS),
                actual=known,
                quota=given * rng.lognormal(0, 0.05, REPS),
                surprises=tuple(booked - usual * (booked.sum() / usual.sum())),
            )
        )
    return tuple(periods)


def judge(periods: tuple[PastPeriod, ...], seed: int = 1) -> Chance:
    """Return chance under the quotas that there were."""
    tossed = toss_surprises(periods, seed)
    assert tossed is not None
    found = measure_chance(periods, tossed, None)
    assert found is not None
    return found


def test_honest_quotas_leave_what_chance_leaves() -> None:
    """Over many companies the two are alike, and single ones fall outside now and then."""
    found = [judge(company(seed, "honest")) for seed in range(40)]
    ratio = np.median([one.observed / one.dispersion for one in found])
    assert ratio == pytest.approx(1.0, abs=0.1)
    assert sum(one.verdict == "within" for one in found) >= 36


@pytest.mark.parametrize(("quotas", "verdict"), [("skewed", "above"), ("knowing", "below")])
def test_other_quotas_are_told_apart(quotas: str, verdict: str) -> None:
    """Quotas that miss the reps' means leave more, and quotas made from the result leave less."""
    found = [judge(company(seed, quotas)) for seed in range(10)]
    assert {one.verdict for one in found} == {verdict}


def test_squares_of_chance_and_the_rest_add_up() -> None:
    """What is beyond chance is told as a dispersion of its own."""
    found = Chance(dispersion=0.3, low=0.2, high=0.4, observed=0.5, count=56)
    assert found.beyond == pytest.approx(0.4)
    best, past = find_chance(found, replace(found, observed=0.1))
    assert "Of the dispersion of 0.50" in best.message
    assert "about 0.30 is chance (0.20 to 0.40)" in best.message
    assert "The other 0.40" in best.advice
    assert "left 0.10" in past.message
    assert "below" in past.message
    assert find_chance(None, None) == ()


def test_never_more_chance_than_there_is_to_explain() -> None:
    """A lucky past is not told to hold more chance than dispersion."""
    found = Chance(dispersion=0.3, low=0.2, high=0.4, observed=0.25, count=56)
    (best,) = find_chance(found, None)
    assert "about 0.25 is chance" in best.message
    assert found.beyond == 0.0


def test_without_bookings_by_account_nothing_is_said() -> None:
    """Periods whose surprises are unknown have no chance to measure."""
    periods = company(1, "honest")
    assert toss_surprises((), 1) is None
    assert toss_surprises((replace(periods[0], surprises=None), *periods[1:]), 1) is None


def test_the_seed_alone_decides() -> None:
    """Same seed, same figures; another seed, nearly the same."""
    periods = company(3, "honest")
    assert judge(periods) == judge(periods)
    assert judge(periods, 2).dispersion == pytest.approx(judge(periods).dispersion, rel=0.05)


@pytest.mark.parametrize(
    ("observed", "count", "light"),
    [(0.3, 56, "green"), (0.5, 56, "amber"), (0.1, 56, "amber"), (0.3, 7, "grey")],
)
def test_the_light_is_never_red(observed: float, count: int, light: str) -> None:
    """People sell unlike well, which is no fault of quotas."""
    found = Chance(dispersion=0.3, low=0.2, high=0.4, observed=observed, count=count)
    test = check_dispersion(found, "held_out")
    assert test.light == light
    if light == "grey":
        assert test.figure.value is None
    else:
        assert test.figure.value == pytest.approx(observed / 0.3)
        assert f"{observed:.2f}" in test.sentence
