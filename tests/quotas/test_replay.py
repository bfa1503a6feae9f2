"""Past periods are rebuilt with only what was known on their first day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from planner.quotas.past import gather_past
from planner.quotas.replay import Orders, replay_periods
from tests.quotas.conftest import make_reps

DAYS = ["2025-03-01", "2026-01-05", "2026-02-10", "2026-04-02", "2026-05-20"]


def orders():
    days = np.array(DAYS, dtype="datetime64[D]")
    return Orders(
        accounts=np.array([0, 0, 1, 0, 1]),
        reps=np.array([0, 0, 1, 1, 1]),
        days=days.astype(np.int64),
        amounts=np.array([50, 10, 20, 30, 40]),
        count=2,
    )


def replay(**keys):
    days = np.array(DAYS, dtype="datetime64[D]")
    past = gather_past(
        ["A", "B", "A", "B"],
        [date(2026, 1, 1)] * 2 + [date(2026, 4, 1)] * 2,
        [date(2026, 3, 31)] * 2 + [date(2026, 6, 30)] * 2,
        [100, 200, 110, 210],
        [None] * 4,
        as_of=date(2026, 11, 30),
        order_reps=["A", "A", "B", "B", "B"],
        order_days=days,
        order_amounts=np.array([50, 10, 20, 30, 40]),
    )
    reps = make_reps({"A": None, "B": None}, A={"hire_date": date(2025, 4, 1)})
    return replay_periods(past, orders(), reps, **keys)


def test_books_are_those_of_the_first_day():
    """In April the first account still is A's, although B sells to it the day after."""
    period = replay()[-1]
    assert period.name == "2026-04-01"
    assert period.history.tolist() == [10.0, 20.0]
    assert period.size.tolist() == [1.0, 1.0]
    assert period.actual.tolist() == [0.0, 70.0]
    assert period.quota.tolist() == [110.0, 210.0]
    assert period.tenure[0] == pytest.approx(12, abs=0.05)


def test_recent_orders_weigh_more():
    """The plain forecast halves an order every four months."""
    day = int(np.datetime64("2026-04-01", "D").astype(np.int64))
    recent = orders().recent(day)
    ages = [(date(2026, 4, 1) - date.fromisoformat(text)).days for text in DAYS[:2]]
    assert recent[0] == round(50 * 0.5 ** (ages[0] / 120) + 10 * 0.5 ** (ages[1] / 120))


def test_a_given_forecast_is_used_and_the_last_periods_are_taken():
    """The caller's forecast of the day stands for potential."""
    asked = []

    def forecast(first, after):
        asked.append((first, after))
        return np.array([7, 9])

    (period,) = replay(periods=1, forecast=forecast)
    assert period.potential.tolist() == [7.0, 9.0]
    assert asked == [(date(2026, 4, 1), date(2026, 7, 1))]


def test_an_account_without_an_order_is_its_present_owners():
    """The third account is B's on the first day, and runs at what it is expected to book."""
    waiting = replace(orders(), count=3, owners=np.array([1, 1, 1]))
    day = int(np.datetime64("2026-04-01", "D").astype(np.int64))
    assert waiting.holders(day).tolist() == [0, 1, 1]
    assert replace(waiting, owners=None).holders(day).tolist() == [0, 1, -1]
    quarter = int(np.datetime64("2026-01-01", "D").astype(np.int64))
    assert waiting.run_rate(day, quarter, np.array([1.0, 2.0, 3.4])).tolist() == [10, 20, 3]


def test_an_order_that_another_took_leaves_the_account_with_its_rep():
    """A manager stands in once; after a year of his orders the account is nobody's."""
    stood_in = replace(orders(), reps=np.array([0, 0, 1, -1, 1]))
    may = int(np.datetime64("2026-05-01", "D").astype(np.int64))
    assert stood_in.holders(may).tolist() == [0, 1]
    assert stood_in.holders(may + 300).tolist() == [-1, 1]


def test_surprises_add_up_to_what_was_not_expected():
    """The first account goes to B against A's book; by rep they are bookings less expectation."""

    def forecast(first, after):
        return np.array([30, 10])

    (period,) = replay(periods=1, forecast=forecast)
    # 70 were booked and 40 expected, so a good period for all raises each expectation by 1.75.
    a, b = period.surprises
    assert a.tolist() == [-52.5]
    assert sorted(b.tolist()) == [22.5, 30.0]
