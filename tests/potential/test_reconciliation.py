"""Exact sums by largest remainders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.potential.reconciliation import reconcile, share_out

WEIGHTS = st.lists(st.floats(0.01, 1e9), min_size=1, max_size=50)


@given(weights=WEIGHTS, total=st.integers(0, 10**15))
def test_shares_sum_exactly_and_stay_within_one(weights: list[float], total: int) -> None:
    """Integer parts sum to the total, and each is within one unit of its exact share."""
    parts = share_out(np.array(weights), total)
    assert parts.sum() == total
    exact = np.array(weights) / np.sum(weights) * total
    assert (np.abs(parts - exact) <= 1 + 1e-9 * total).all()


def test_fixed_figures_are_kept() -> None:
    """What a person set stays, and the others share the rest."""
    parts = reconcile(np.array([1.0, 1.0, 2.0]), np.array([10.0, np.nan, np.nan]), 100)
    np.testing.assert_array_equal(parts, [10, 30, 60])


def test_equal_shares_where_nothing_is_expected() -> None:
    """With nothing expected anywhere the total is shared alike."""
    np.testing.assert_array_equal(reconcile(np.zeros(2), np.full(2, np.nan), 7), [4, 3])


def test_fixed_figures_beyond_the_total_are_refused() -> None:
    """Overrides that sum to more than the total cannot be met."""
    with pytest.raises(ScenarioError, match="top_down"):
        reconcile(np.array([1.0, 1.0]), np.array([10.0, np.nan]), 5)
