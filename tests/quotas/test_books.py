"""History that follows accounts, and last year's quota of the same accounts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.quotas.books import annualise_quotas, build_books, spread_last_quotas
from tests.quotas.conftest import YEAR

ZERO = np.zeros(4, dtype=np.int64)


def test_history_goes_where_the_accounts_go():
    """An account's revenue is in the book of the seat that will serve it; -1 is nobody's."""
    books = build_books(
        ["T1", "T2"],
        ["A", "B"],
        np.array([0, 1, 1, -1]),
        np.array([10, 20, 30, 40]),
        np.array([1, 2, 3, 4]),
        measures={"renewals": np.array([5.0, np.nan, 7.0, 8.0])},
    )
    assert books.history.tolist() == [10, 50]
    assert books.potential.tolist() == [1, 5]
    assert books.accounts.tolist() == [1, 2]
    assert books.measures["renewals"].tolist() == [5.0, 7.0]


def test_without_past_quotas_a_book_is_compared_with_its_run_rate():
    """Where no quota is known, last year is what the same accounts booked; nothing is nothing."""
    books = build_books(
        ["T1", "T2", "T3"],
        ["A", "B", "C"],
        np.array([0, 1, 1, -1]),
        np.array([10, 20, 30, 40]),
        np.array([1, 2, 3, 4]),
    )
    assert books.last_quota.tolist() == [10, 50, 0]
    assert books.comparable.tolist() == [True, True, False]


def test_an_unchanged_book_keeps_its_own_quota():
    """When no account moves, last year's run rate is the rep's own quota."""
    owners, trailing = ["A", "A", "B", "B"], np.array([10, 30, 20, 20])
    spread = spread_last_quotas(owners, trailing, {"A": 1000, "B": 400})
    books = build_books(
        ["T1", "T2"],
        ["A", "B"],
        np.array([0, 0, 1, 1]),
        trailing,
        ZERO,
        last_quota_of_account=spread,
    )
    assert books.last_quota.tolist() == [1000, 400]
    assert books.comparable.all()


def test_a_moved_account_takes_its_part_of_the_quota_along():
    """Three quarters of A's revenue move to B, and so does three quarters of A's quota."""
    owners, trailing = ["A", "A", "B", "B"], np.array([10, 30, 20, 20])
    spread = spread_last_quotas(owners, trailing, {"A": 1000, "B": 400})
    books = build_books(
        ["T1", "T2"],
        ["A", "B"],
        np.array([0, 1, 1, 1]),
        trailing,
        ZERO,
        last_quota_of_account=spread,
    )
    assert books.last_quota.tolist() == [250, 1150]


def test_a_book_mostly_without_quota_is_not_comparable():
    """Below 80% of the revenue with a known quota nothing is compared, since others have one."""
    owners, trailing = ["A", "X", "X", None], np.array([10, 30, 20, 20])
    spread = spread_last_quotas(owners, trailing, {"A": 1000})
    assert np.isnan(spread[1:]).all()
    books = build_books(
        ["T1"], ["A"], np.array([0, 0, 0, 0]), trailing, ZERO, last_quota_of_account=spread
    )
    assert not books.comparable[0]
    assert books.last_quota[0] == 0


def test_quarterly_quotas_are_annualised():
    """Four quarters add up to the year; two quarters of a new rep are doubled."""
    starts = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]
    rows = [("A", start, None, 100) for start in starts]
    rows += [("B", start, None, 100) for start in starts[2:]]
    rows += [("C", date(2024, 1, 1), date(2024, 12, 31), 999)]
    annual = annualise_quotas(*zip(*rows, strict=True), YEAR)
    assert annual["A"] == 400
    assert annual["B"] == pytest.approx(400, rel=0.02)
    assert "C" not in annual


def test_rows_of_a_rep_on_ramp_are_left_out():
    """A quota of months on ramp is no run rate."""
    rows = [("A", date(2026, 1, 1), date(2026, 12, 31), 100)]
    columns = list(zip(*rows, strict=True))
    assert annualise_quotas(*columns, YEAR, steady_from={"A": date(2026, 6, 1)}) == {}
    assert annualise_quotas(*columns, YEAR, steady_from={"A": date(2025, 6, 1)}) == {"A": 100}


def test_a_row_without_end_lasts_until_the_next():
    """The last row is as long as the ones before it."""
    rows = [("A", date(2025, 7, 1), None, 50), ("A", date(2026, 1, 1), None, 60)]
    annual = annualise_quotas(*zip(*rows, strict=True), YEAR)
    assert annual["A"] == pytest.approx(120, rel=0.02)
