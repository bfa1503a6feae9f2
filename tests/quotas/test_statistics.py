"""Statistics against figures worked by hand or by their definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from planner.quotas.statistics import gini, group_effect, rank_correlation, theil


def test_rank_correlation_is_spearmans():
    """The same value as SciPy's, with an interval around it, missing pairs left out."""
    rng = np.random.default_rng(1)
    first = rng.normal(size=40)
    second = first + rng.normal(size=40)
    figure = rank_correlation(np.append(first, np.nan), np.append(second, 5.0))
    assert figure.value == pytest.approx(spearmanr(first, second).statistic)
    assert figure.low < figure.value < figure.high
    assert figure.count == 40


def test_constant_values_cannot_be_ranked():
    """No figure rather than NaN."""
    assert rank_correlation(np.ones(20), np.arange(20.0)).value is None


def test_gini_and_theil_by_hand():
    """Gini of (1, 3) is 1/4; Theil of equal values is 0."""
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)
    assert theil(np.array([5.0, 5.0])) == 0.0
    assert theil(np.array([0.0, 2.0])) == pytest.approx(np.log(2))
    assert gini(np.zeros(3)) is None


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=20), st.floats(0.1, 100))
def test_spread_does_not_depend_on_the_unit(values, factor):
    """In cents or in dollars, the figures are the same."""
    amounts = np.array(values)
    assert gini(amounts * factor) == pytest.approx(gini(amounts), abs=1e-9)
    assert theil(amounts * factor) == pytest.approx(theil(amounts), abs=1e-9)


def test_group_effect_tells_groups_apart():
    """Groups that differ explain most of the ranks, random ones next to nothing."""
    rng = np.random.default_rng(3)
    names = ["a", "b"] * 30
    apart = np.array([0.0, 5.0] * 30) + rng.normal(size=60)
    figure, p_value = group_effect(apart, names, 1)
    assert figure.value > 0.6
    assert p_value < 0.001
    alike, p_alike = group_effect(rng.normal(size=60), names, 1)
    assert alike.value < 0.1
    assert p_alike > 0.01
