"""Rounding to a step inside limits."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.quotas.limits import UNLIMITED, QuotaLimits
from planner.quotas.rounding import round_quotas


def limits(lower, upper, overrides=None):
    return QuotaLimits(lower=tuple(lower), upper=tuple(upper), overrides=overrides or {}, kinds=())


FREE = limits([0] * 3, [UNLIMITED] * 3)


def test_largest_remainders_and_a_named_residue():
    """Steps go to the largest remainders, what is left to the largest quota."""
    rounded = round_quotas([1040.0, 2090.0, 3075.0], 6205, 100, FREE, [True] * 3)
    assert rounded.quotas == (1000, 2100, 3105)
    assert (rounded.residue, rounded.residue_on) == (5, 2)


def test_step_shrinks_where_limits_leave_no_room():
    """Limits between two steps make the step smaller rather than break."""
    bounds = limits([0, 0], [1050, 1050])
    rounded = round_quotas([1050.0, 1050.0], 2100, 1000, bounds, [True] * 2)
    assert rounded.quotas == (1050, 1050)
    assert rounded.step == 10


def test_narrow_limits_are_kept_exactly():
    """A quota whose limits are narrower than the step stays at its exact amount."""
    bounds = limits([150, 0], [160, UNLIMITED])
    rounded = round_quotas([155.0, 845.0], 1000, 100, bounds, [True] * 2)
    assert rounded.unrounded == (0,)
    assert rounded.quotas[0] == 155
    assert sum(rounded.quotas) == 1000


@given(
    wanted=st.lists(st.floats(0, 10_000), min_size=2, max_size=6),
    slack=st.lists(st.integers(0, 3000), min_size=6, max_size=6),
    step=st.sampled_from([1, 7, 100, 1000]),
)
def test_sum_and_limits_always_hold(wanted, slack, step):
    """Whatever is wanted, the sum is exact and no limit is broken."""
    total = round(sum(wanted))
    lower = [max(int(x) - gap, 0) for x, gap in zip(wanted, slack, strict=False)]
    upper = [int(x) + 1 + gap for x, gap in zip(wanted, slack, strict=False)]
    assume(sum(lower) <= total <= sum(upper))
    rounded = round_quotas(wanted, total, step, limits(lower, upper), [True] * len(wanted))
    assert sum(rounded.quotas) == total
    for quota, low, high in zip(rounded.quotas, lower, upper, strict=True):
        assert low <= quota <= high


def test_who_cannot_receive_stays_at_nothing():
    """A person without a book is no place for a residue."""
    rounded = round_quotas([0.0, 999.0], 999, 100, limits([0] * 2, [UNLIMITED] * 2), [False, True])
    assert rounded.quotas == (0, 999)


def test_impossible_limits_are_not_rounded():
    """Limits that cannot hold are found before; here they are a plain failure."""
    with pytest.raises(AssertionError):
        round_quotas([5.0], 10, 1, limits([0], [5]), [True])
