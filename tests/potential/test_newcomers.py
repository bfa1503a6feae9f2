"""What newcomers begin with, on histories small enough to add up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.potential.history import MonthlyHistory, month_starts, months_before
from planner.potential.newcomers import at_mean, newcomers_of_season

AS_OF = date(2026, 6, 30)


def history(sales: np.ndarray) -> MonthlyHistory:
    """Bookings by account and month, the last month June 2026."""
    first = months_before(date(2026, 7, 1), sales.shape[1])
    return MonthlyHistory(
        sales=sales,
        purchases=(sales > 0).astype(float),
        starts=month_starts(first, AS_OF),
        as_of=AS_OF,
    )


def test_newcomers_of_the_same_months_a_year_ago_count():
    """Two of three waiting accounts began in that quarter; old customers do not count."""
    sales = np.zeros((4, 20))
    sales[0, :] = 50.0
    sales[1, 8], sales[2, 10], sales[3, 12] = 30.0, 60.0, 900.0
    assert newcomers_of_season(history(sales), 20, 3) == pytest.approx((30 + 60) / 3)


def test_a_window_that_is_not_whole_tells_nothing():
    """A year ago must lie inside the past, with some months before it, and somebody waiting."""
    sales = np.ones((2, 20))
    assert newcomers_of_season(history(sales), 14, 3) is None
    assert newcomers_of_season(history(sales), 20, 13) is None
    assert newcomers_of_season(history(sales), 20, 3) is None


def test_the_mean_is_met_and_proportions_stay():
    """Only the chosen change; where they were nothing, all become the mean."""
    chosen = np.array([True, True, False])
    assert at_mean(np.array([1.0, 3.0, 9.0]), chosen, 10.0).tolist() == [5.0, 15.0, 9.0]
    assert at_mean(np.array([0.0, 0.0, 9.0]), chosen, 10.0).tolist() == [10.0, 10.0, 9.0]
