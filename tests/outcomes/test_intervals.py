"""The account's distribution has the mean and the upper end that it was given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from planner.outcomes.intervals import fit_interval


def passed(ratio, chance, spread):
    """P(amount > ratio × mean) of the fitted distribution."""
    level = (np.log(ratio * chance) + spread**2 / 2) / spread
    return chance * (1 - ndtr(level))


def fit(mean, low, high, churn=0.0, lumpiness=0.8):
    arrays = [np.array([float(value)]) for value in (mean, low, high)]
    chance, spread = fit_interval(*arrays, churn, lumpiness)
    return float(chance[0]), float(spread[0])


@given(ratio=st.floats(1.15, 2.2), floor=st.floats(0.0, 0.15))
def test_upper_end_is_passed_once_in_ten(ratio, floor):
    """For any usual interval a tenth of the years is above its upper end."""
    chance, spread = fit(1000, floor * 1000, ratio * 1000)
    if spread > 0.01:
        assert passed(ratio, chance, spread) == pytest.approx(0.1, abs=0.004)


@given(ratio=st.floats(2.2, 3.8))
def test_a_far_upper_end_means_fewer_and_larger_amounts(ratio):
    """Beyond what the lumpiness allows, the chance of anything falls instead."""
    chance, spread = fit(1000, 0, ratio * 1000)
    assert spread == 0.8
    assert chance < 0.9
    assert passed(ratio, chance, spread) == pytest.approx(0.1, abs=0.015)


def test_nothing_at_the_lower_end_is_a_tenth_of_nothing():
    """An interval from nothing leaves one year in ten without bookings."""
    assert fit(1000, 0, 1500)[0] == pytest.approx(0.9)


def test_a_lower_end_above_nothing_raises_the_chance():
    """The nearer the lower end is to a lognormal's, the rarer is nothing."""
    chances = [fit(1000, low, 1600)[0] for low in (1, 200, 400, 600)]
    assert chances == sorted(chances)
    assert chances[-1] == 1.0
    assert fit(1000, 600, 1600, churn=0.05)[0] == pytest.approx(0.95)


def test_a_near_lower_end_narrows_the_amounts():
    """Ends at 0.5 and 1.8 times the mean are 80% apart, as an interval's should be."""
    chance, spread = fit(1000, 500, 1800)
    assert chance == 1.0
    assert spread == pytest.approx(np.log(3.6) / (2 * 1.2815515655))


def test_an_upper_end_below_the_mean_is_a_rare_large_deal():
    """The mean is carried by few years."""
    chance, _ = fit(1000, 0, 500)
    assert 0.1 <= chance <= 0.15
    assert fit(1000, 0, 0)[0] < 0.1


def test_an_impossible_upper_end_is_not_believed():
    """Forty times the mean cannot be passed once in ten, so it makes no monster."""
    assert fit(1000, 0, 40_000) == (pytest.approx(0.9), 0.8)


def test_nothing_expected_is_never_drawn():
    """A mean of nothing has no chance."""
    assert fit(0, 0, 100)[0] == 0.0
