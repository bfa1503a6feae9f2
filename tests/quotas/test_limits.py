"""Limits in minor units of the plan."""

from __future__ import annotations

import numpy as np

from planner.quotas.limits import build_limits
from planner.quotas.parameters import QuotaParameters
from tests.quotas.conftest import USD, make_reps


def build(reps, scale=(1.0, 1.0), last=(None, None), **keys):
    return build_limits(
        reps,
        QuotaParameters(goal=1, **keys),
        USD,
        {"EUR": 2.0},
        scale=np.array(scale),
        last=list(last),
    )


def test_floors_and_caps_by_rep_role_and_default():
    """The rep's own figure goes before the role's, and that before the default."""
    reps = make_reps({"A": None, "B": None}, A={"role": "AE"}, B={"role": "AE"})
    limits = build(reps, floors={"AE": 100, "A": 50}, caps={"default": 900})
    assert limits.lower == (50_00, 100_00)
    assert limits.upper == (900_00, 900_00)


def test_limits_scale_with_the_productive_share():
    """Half a year has half the limit; without capacity there is none."""
    reps = make_reps({"A": None, "B": None})
    limits = build(reps, scale=(0.5, 0.0), floors={"default": 100})
    assert limits.lower == (50_00, 0)


def test_only_comparable_books_have_change_limits():
    """Who has no last year is free."""
    reps = make_reps({"A": None, "B": None})
    limits = build(reps, last=(1000, None), change_limits={"min": -0.2, "max": 0.35})
    assert (limits.lower[0], limits.upper[0]) == (800, 1350)
    assert limits.lower[1] == 0
    assert limits.upper[1] > 10**18


def test_an_override_outside_its_limit_is_said():
    """It stands, and the finding names the limit."""
    reps = make_reps({"A": None, "B": None})
    limits = build(reps, caps={"A": 100}, overrides={"A": 150})
    assert (limits.lower[0], limits.upper[0]) == (150_00, 150_00)
    assert [f.code for f in limits.findings] == ["quota.override_beyond_limit"]
    assert "above caps" in limits.findings[0].message


def test_who_touches_a_limit_is_named():
    """Binding limits are those within the slack, and none for an override."""
    reps = make_reps({"A": None, "B": None})
    limits = build(reps, caps={"default": 100}, overrides={"B": 100})
    assert limits.binding(0, 100_00, 1) == ("caps",)
    assert limits.binding(0, 99_00, 1) == ()
    assert limits.binding(1, 100_00, 1) == ()
