"""The optimisation itself: its optimum by brute force, its limits, its relaxation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.quotas.allocation import allocate, can_hold, find_relaxation
from planner.quotas.limits import UNLIMITED, Limit, QuotaLimits

BIG = float(UNLIMITED)


def entropy(quotas, weights):
    """The objective: sum x log(x / w) - x + w, with 0 log 0 = 0."""
    x, w = np.asarray(quotas, dtype=float), np.asarray(weights, dtype=float)
    logs = np.where(x > 0, x * np.log(np.where(x > 0, x, 1.0) / w), 0.0)
    return float((logs - x + w).sum())


def limits(lower, upper, kinds=(), overrides=None):
    return QuotaLimits(
        lower=tuple(lower), upper=tuple(upper), overrides=overrides or {}, kinds=tuple(kinds)
    )


@settings(max_examples=40, deadline=None)
@given(
    weights=st.lists(st.integers(1, 20), min_size=3, max_size=3),
    lower=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    room=st.lists(st.integers(0, 8), min_size=3, max_size=3),
)
def test_no_whole_allocation_is_nearer(weights, lower, room):
    """No allocation in whole units inside the limits has a smaller relative entropy."""
    upper = [low + more for low, more in zip(lower, room, strict=True)]
    total = 12
    assume(sum(lower) <= total <= sum(upper))
    column = np.array(weights, dtype=float)[:, None]
    found = allocate(column, np.array([12.0]), np.array(lower, float), np.array(upper, float))
    assert found.sum() == pytest.approx(total)
    assert (found[:, 0] >= np.array(lower) - 1e-9).all()
    assert (found[:, 0] <= np.array(upper) + 1e-9).all()
    ranges = [range(low, high + 1) for low, high in zip(lower, upper, strict=True)]
    best = min(entropy(x, weights) for x in product(*ranges) if sum(x) == total)
    assert entropy(found[:, 0], weights) <= best + 1e-9


@settings(max_examples=15, deadline=None)
@given(
    weights=st.lists(st.integers(1, 9), min_size=4, max_size=4),
    cap=st.integers(3, 10),
)
def test_components_are_settled_together(weights, cap):
    """With two components no whole allocation inside a person's limit is nearer either."""
    table = np.array(weights, dtype=float).reshape(2, 2)
    totals, upper = np.array([6.0, 5.0]), np.array([float(cap), BIG])
    found = allocate(table, totals, np.zeros(2), upper)
    assert found.sum(axis=0) == pytest.approx(totals, rel=1e-9)
    assert found.sum(axis=1)[0] <= cap + 1e-6
    best = min(
        entropy([a, b, 6 - a, 5 - b], weights)
        for a, b in product(range(7), range(6))
        if a + b <= cap
    )
    assert entropy(found.reshape(-1), weights) <= best + 1e-6


def test_proportional_without_limits():
    """Without limits it is the plain share."""
    found = allocate(np.array([[1.0], [3.0]]), np.array([8.0]), np.zeros(2), np.full(2, BIG))
    assert found[:, 0].tolist() == [2.0, 6.0]


def test_nobody_without_weight_receives():
    """Weight zero stays zero."""
    weights = np.array([[0.0], [3.0]])
    found = allocate(weights, np.array([8.0]), np.zeros(2), np.full(2, BIG))
    assert found[:, 0].tolist() == [0.0, 8.0]


def test_least_relaxation_uses_the_cheaper_limit():
    """When one limit needs less than another, only that one is named."""
    change = Limit(
        name="change_limits.max",
        upper=True,
        amounts=(110, 110),
        per_unit=np.array([100.0, 100.0]),
        value=0.1,
    )
    caps = Limit(
        name="caps", upper=True, amounts=(500, 500), per_unit=np.array([500.0, 500.0]), value=None
    )
    bounds = limits([0, 0], [110, 110], [change, caps])
    weights = np.ones((2, 1))
    assert not can_hold(weights, [300], bounds)
    relaxed = find_relaxation(weights, [300], bounds)
    assert [(r.limit, round(r.by, 6), r.people) for r in relaxed] == [
        ("change_limits.max", 0.4, (0, 1))
    ]


def test_conflict_within_one_person_is_found():
    """A floor above a cap cannot hold whatever the total is."""
    low = Limit(name="floors", upper=False, amounts=(100,), per_unit=np.array([100.0]), value=None)
    high = Limit(name="caps", upper=True, amounts=(50,), per_unit=np.array([50.0]), value=None)
    bounds = limits([100], [50], [low, high])
    assert not can_hold(np.ones((1, 1)), [70], bounds)
    assert {r.limit for r in find_relaxation(np.ones((1, 1)), [70], bounds)} == {"floors", "caps"}


def test_overrides_above_the_total_are_named():
    """Overrides that exceed the total give way by what is too much."""
    bounds = limits([80, 80], [80, 80], overrides={0: 80, 1: 80})
    relaxed = find_relaxation(np.ones((2, 1)), [120], bounds)
    assert [r.limit for r in relaxed] == ["overrides"]
    assert relaxed[0].by == pytest.approx(0.25)
