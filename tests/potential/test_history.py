"""Bookings by account and month, counted back from the last known day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planner.potential.history import month_starts, months_before, read_history
from tests.potential.conftest import AS_OF, make_company


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 60))
def test_months_before_agrees_with_pandas(day: date, months: int) -> None:
    """Going back months ends on the same day, or on the month's last."""
    assert months_before(day, months) == (pd.Timestamp(day) - pd.DateOffset(months=months)).date()


@given(first=st.dates(date(2020, 1, 1), date(2026, 12, 31)))
def test_months_hold_the_first_day(first: date) -> None:
    """The first month begins no later than the first row, unless more than five years ago."""
    starts = month_starts(first, AS_OF)
    assert starts[0] <= first or len(starts) == 60
    assert list(starts) == sorted(set(starts))
    assert starts[-1] == date(2026, 12, 1)


def test_rows_land_in_their_months() -> None:
    """Amounts are summed, returns taken off, kinds told apart, and later rows left out."""
    rows = pd.DataFrame(
        [
            ("A001", "2026-12-31", 500, "renewal"),
            ("A001", "2026-12-01", -100, "renewal"),
            ("A002", "2026-11-30", 70, "expansion"),
            ("A002", "2027-01-01", 9_999, "renewal"),
        ],
        columns=["account_id", "date", "amount", "type"],
    )
    data = make_company(rows, 3)
    history = read_history(data.accounts, data.history, AS_OF)
    assert history is not None
    np.testing.assert_array_equal(history.sales, [[0, 0], [0, 400], [70, 0]])
    np.testing.assert_array_equal(history.purchases, [[0, 0], [0, 1], [1, 0]])
    assert history.kinds["expansion"].sales.sum() == 70
    assert history.known_at(1).as_of == date(2026, 11, 30)


def test_no_rows_are_no_history() -> None:
    """Without a table, or with later rows alone, there is none."""
    later = pd.DataFrame({"account_id": ["A001"], "date": ["2027-05-01"], "amount": [1]})
    for rows in (None, later):
        data = make_company(rows, 3)
        assert read_history(data.accounts, data.history, AS_OF) is None
