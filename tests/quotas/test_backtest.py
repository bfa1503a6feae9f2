"""Quota methods on past periods whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.quotas.backtest import backtest_quotas, choose_blend, judge_choice
from planner.quotas.past_attainment import PastPeriod, past_period


def period(name, follows, seed):
    """A past period in which bookings follow ``history`` or ``potential``."""
    rng = np.random.default_rng(seed)
    names = ("history", "potential", "run_rate")
    measures = {name: rng.lognormal(15, 0.6, 30) for name in names}
    return PastPeriod(
        name=name,
        size=rng.integers(10, 90, 30).astype(float),
        tenure=np.full(30, np.nan),
        productive=np.ones(30),
        actual=measures[follows] * rng.lognormal(0, 0.05, 30),
        quota=np.full(30, 1e6),
        **measures,
    )


@pytest.mark.parametrize("follows", ["history", "potential", "run_rate"])
def test_the_method_that_fits_disperses_least(follows):
    """When bookings follow a measure, quotas on it are chosen and disperse by the noise."""
    scores = backtest_quotas([period("one", follows, 1), period("two", follows, 2)])
    assert choose_blend(scores) == {follows: 1.0}
    best = scores[f"{follows}=1"]
    assert best.dispersion == pytest.approx(0.05, abs=0.01)
    assert scores["as_set"].dispersion > 0.3
    assert scores["equal"].dispersion == pytest.approx(scores["as_set"].dispersion)
    judged = "history" if follows == "run_rate" else follows
    assert abs(best.rank_correlation[judged].value) < 0.35
    if follows != "run_rate":
        assert scores["as_set"].rank_correlation[follows].value > 0.9


def test_methods_share_one_total():
    """Every method's quotas add up to those that there were."""
    past = period("one", "history", 1)
    for score in backtest_quotas([past]).values():
        known = score.attainment[np.isfinite(score.attainment)]
        quotas = past.actual / known
        assert quotas.sum() == pytest.approx(past.quota.sum())


def test_nothing_known_is_no_figure():
    """Without a past there is no score, and the blend stays half and half."""
    scores = backtest_quotas([])
    assert scores["as_set"].dispersion is None
    assert choose_blend(scores) == {"history": 0.5, "potential": 0.5}


def test_accounts_are_added_up_by_their_rep_of_the_day():
    """A book is what the rep had on the period's first day."""
    past = past_period(
        "one",
        2,
        np.array([0, 1, 1, -1]),
        np.array([10, 20, 30, 40]),
        np.array([1, 2, 3, 4]),
        np.array([5, 6, 7, 8]),
        actual=np.ones(2),
        quota=np.ones(2),
        tenure=np.ones(2),
        productive=np.ones(2),
    )
    assert past.history.tolist() == [10.0, 50.0]
    assert past.potential.tolist() == [1.0, 5.0]
    assert past.run_rate.tolist() == [5.0, 13.0]
    assert past.size.tolist() == [1.0, 2.0]


def test_noisy_books_are_pulled_towards_the_mean():
    """When books say little about bookings, sharing partly alike is chosen."""
    rng = np.random.default_rng(8)
    past = replace(period("one", "history", 1), actual=1e6 * rng.lognormal(0, 0.1, 30))
    assert choose_blend(backtest_quotas([past]))["equal"] >= 0.5


def test_a_choice_is_judged_where_it_was_not_made():
    """What fits one period by luck leaves another as far apart as it is."""
    alike = judge_choice([period("one", "history", 1), period("two", "history", 2)])
    assert alike == pytest.approx(0.05, abs=0.01)
    turned = judge_choice([period("one", "history", 1), period("two", "potential", 2)])
    assert turned > 0.5
    assert judge_choice([period("one", "history", 1)]) is None
