"""Who is still a customer: silence means what the account's own rhythm makes of it."""

from __future__ import annotations

import numpy as np

from planner.potential.history import Purchases
from planner.potential.lifecycle import (
    Rhythm,
    describe_customers,
    fit_rhythm,
    lifecycle_rate,
    spans_of,
)
from tests.potential.test_cycles import regular

QUARTERLY = Rhythm(regularity=20.0, interval=3.0, leaving=0.1)
YEARLY = Rhythm(regularity=20.0, interval=12.0, leaving=0.1)


def silent_for(months: int) -> np.ndarray:
    """One account that bought twice, three months apart, and then nothing."""
    active = np.zeros((1, months + 4), dtype=bool)
    active[0, [0, 3]] = True
    return active


def test_a_rhythm_is_found() -> None:
    """The interval of regular buyers is found, and that they are regular."""
    for every in (3, 12):
        rhythm = fit_rhythm(regular(every))
        assert abs(rhythm.interval - every) < 1
        assert rhythm.regularity > 10
        assert rhythm.leaving < 0.1


def test_leaving_is_found() -> None:
    """Where half the customers stop for good after a purchase, that is found."""
    active = regular(3, accounts=200)
    stop = np.random.default_rng(1).geometric(0.5, 200) * 3
    active &= np.arange(36) < stop[:, None]
    assert 0.35 < fit_rhythm(active).leaving < 0.65


def test_spans_are_counted() -> None:
    """Months between the first and last purchase, since the last, and their number."""
    spans = spans_of(np.array([[1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], dtype=bool))
    first, second = spans.profile
    assert (spans.between[first], spans.since[first], spans.count[first]) == (2, 2, 2)
    assert not spans.bought[second]


def test_the_same_silence_tells_by_rhythm() -> None:
    """Eight silent months mean that a quarterly buyer left, and nothing of a yearly one."""
    spans = spans_of(silent_for(8))
    assert describe_customers(spans, QUARTERLY).alive[0] < 0.05
    assert describe_customers(spans, YEARLY).alive[0] > 0.75


def test_the_rate_is_that_of_the_purchases() -> None:
    """Regular buyers of 100 every three months book about 33 a month, those who never bought 0."""
    active = np.vstack([regular(3), np.zeros((1, 36), dtype=bool)])
    purchases = Purchases(sales=active * 100.0, counts=active.astype(float))
    rate = lifecycle_rate(purchases, fit_rhythm(active))
    np.testing.assert_allclose(rate[:-1], 100 / 3, rtol=0.1)
    assert rate[-1] == 0
