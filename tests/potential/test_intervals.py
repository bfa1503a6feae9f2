"""Intervals stretched so that they would have held in the past."""

from __future__ import annotations

import numpy as np
import pytest

from planner.potential.intervals import GROUPS, Trial, conformal_quantile, interval, stretches
from planner.potential.uncertainty import Scatter


def world(noise: float, seed: int, accounts: int = 3000) -> tuple[Scatter, np.ndarray, np.ndarray]:
    """Accounts thought to scatter by a third, that scatter by ``noise``, in two segments."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.normal(5, 1, accounts))
    scatter = Scatter(
        mean=mean,
        nothing=np.zeros(accounts),
        variance=np.full(accounts, 0.1),
        new=np.zeros(accounts, dtype=bool),
    )
    actual = mean * rng.gamma(1 / noise**2, noise**2, accounts)
    return scatter, actual, (np.arange(accounts) % 2).astype(np.int64)


@pytest.mark.parametrize("noise", [0.1, 0.3, 0.9])
def test_intervals_cover_what_they_promise(noise: float) -> None:
    """Whatever the belief beforehand, four of five accounts fall inside a year later."""
    scatter, actual, segment = world(noise, 1)
    past = Trial(scatter=scatter, actual=actual, segment=segment, weight=50.0)
    stretch = stretches([past], 2, 0.8)
    scatter, actual, segment = world(noise, 2)
    low, high = interval(scatter, segment, stretch, 0.8)
    for code in (0, 1):
        mine = segment == code
        inside = (actual >= low) & (actual <= high)
        assert 0.78 <= inside[mine].mean() <= 0.88


def test_without_a_past_the_belief_stands() -> None:
    """Nothing is stretched where there is nothing to learn from."""
    np.testing.assert_array_equal(stretches([], 4, 0.8), np.ones((4, GROUPS)))


def test_unlikely_buyers_start_from_zero() -> None:
    """An account that may well book nothing has zero inside its interval."""
    scatter = Scatter(
        mean=np.array([10.0]),
        nothing=np.array([0.4]),
        variance=np.array([0.2]),
        new=np.array([False]),
    )
    low, high = interval(scatter, np.array([0]), np.ones((1, GROUPS)), 0.8)
    assert low[0] == 0
    assert high[0] > 10


def test_a_conformal_quantile_counts_one_more() -> None:
    """Of nine equal weights the eighth is the first to cover three quarters of ten."""
    scores = np.arange(1.0, 10.0)
    assert conformal_quantile(scores, np.ones(9), 0.75) == 8.0


def test_accounts_that_never_bought_are_calibrated_apart() -> None:
    """Newcomers that book far beyond what was believed widen their own intervals alone."""
    scatter, actual, segment = world(0.3, 3)
    new = np.arange(len(actual)) % 3 == 0
    mixed = Scatter(mean=scatter.mean, nothing=scatter.nothing, variance=scatter.variance, new=new)
    beyond = np.where(new, 20 * actual, actual)
    stretch = stretches([Trial(scatter=mixed, actual=beyond, segment=segment, weight=50.0)], 2, 0.8)
    assert stretch[:, 3].min() > 10 * stretch[:, 0].max()
