"""The season's weights, and splitting without losing a unit."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.period import Period
from planner.quotas.seasonality import season_weights, split_by_weights, split_exactly
from tests.quotas.conftest import YEAR

STARTS = [
    date(2027, 2, 1) + timedelta(weeks=sum((4, 4, 5)[i % 3] for i in range(k))) for k in range(12)
]
WEEKS = Period(
    starts=tuple(STARTS), end=date(2027, 2, 1) + timedelta(weeks=52), as_of=date(2027, 1, 1)
)


def test_even_months_weigh_the_same():
    """Calendar months are alike, whatever their days."""
    assert season_weights("even", (), YEAR)[0].tolist() == pytest.approx([1 / 12] * 12)


def test_a_445_calendar_weighs_by_weeks():
    """The five-week period of a quarter weighs five fifty-seconds."""
    weights = season_weights("even", (), WEEKS)[0]
    assert weights[:3].tolist() == pytest.approx([4 / 52, 4 / 52, 5 / 52])


def test_history_is_used_where_it_is_known():
    """The potential stage's season is taken as it is."""
    past = [0.5, *[0.5 / 11] * 11]
    weights, findings = season_weights("history", past, YEAR)
    assert weights.tolist() == pytest.approx(past)
    assert not findings


@pytest.mark.parametrize("past", [(), [float("nan")] * 12, [0.0] * 12, [1.0] * 3])
def test_unknown_season_is_even_and_said(past):
    """Without a usable history months weigh the same, with a warning."""
    weights, findings = season_weights("history", past, YEAR)
    assert weights.tolist() == pytest.approx([1 / 12] * 12)
    assert [f.code for f in findings] == ["quota.season_unknown"]


def test_twelve_weights_repeat_and_other_counts_are_refused():
    """Twelve weights fit a longer plan; five fit nothing."""
    quarter = Period(starts=YEAR.starts[:3], end=date(2027, 4, 1), as_of=YEAR.as_of)
    assert season_weights([1, 2, 1, *[9] * 9], (), quarter)[0].tolist() == [0.25, 0.5, 0.25]
    with pytest.raises(ScenarioError, match="5 weights"):
        season_weights([1, 2, 3, 4, 5], (), YEAR)


@given(
    total=st.integers(0, 10**15),
    weights=st.lists(st.integers(0, 9), min_size=2, max_size=13).filter(any),
    step=st.sampled_from([1, 20, 1000]),
)
def test_split_loses_nothing(total, weights, step):
    """Parts sum to the total, are near their weights, and nothing goes to weight zero."""
    parts = split_by_weights(total, weights, step)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        assert weight or part == 0
        assert abs(part - total * weight / sum(weights)) < 2 * step + 1e-3


def test_split_exactly_takes_away_where_too_much_was_wanted():
    """A sum below what was wanted is reached without going below nothing."""
    assert split_exactly(3, [Fraction(0), Fraction(21, 10), Fraction(19, 10)]) == [0, 2, 1]
