"""The scenario's keys: what is refused, and exact figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from planner.quotas.parameters import Component, OverAssignment, QuotaParameters


@pytest.mark.parametrize(
    "keys",
    [
        {"goal": 1, "basis": {"history": 0}},
        {"goal": 1, "basis": {"AE": {"history": -1}}},
        {"goal": 1, "ramp": [1.5]},
        {"goal": 1, "seasonality": [0] * 12},
        {"goal": 1, "seasonality": "sometimes"},
        {"goal": 1, "change_limits": {"min": 0.4, "max": 0.2}},
        {"goal": 1, "change_limits": {"min": -1.5}},
        {"goal": 1, "over_assignment": {"rep": -1}},
        {"goal": 1, "round_to": 0},
        {"goal": 1, "overrides": {"A": -5}},
        {"goal": 1, "unknown": 2},
        {"goal": 1, "components": {"a": {"goal": 1, "share": 0.5}}},
        {"goal": 1, "components": {"a": {"kind": "overlay"}}},
        {"goal": 1, "components": {"a": {"kind": "overlay", "share": 0.5}}},
    ],
)
def test_nonsense_is_refused(keys):
    """Each of these cannot mean anything."""
    with pytest.raises(ValidationError):
        QuotaParameters(**keys)


def test_figures_are_read_as_written():
    """A rate of 0.1 is a tenth, not its nearest binary fraction."""
    assert OverAssignment(rep=0.1).rep == Decimal("0.1")
    assert QuotaParameters(goal=0.1).goal == Decimal("0.1")


def test_managers_rates_by_level():
    """A list gives each level its rate, and the last one holds below."""
    rates = OverAssignment(manager=[0.0, 0.05])
    assert [rates.of_depth(depth) for depth in (1, 2, 3)] == [0, Decimal("0.05"), Decimal("0.05")]


def test_values_survive_json():
    """What is written into plan.json gives the same parameters when it is read."""
    given = QuotaParameters(
        goal=90_000_000,
        basis={"AE": {"potential": 1.0}, "default": {"history": 1.0}},
        components={"new": {"share": 0.4}, "renewal": {}},
        overrides={"A": 12.5},
        over_assignment={"rep": 0.1, "manager": [0.0, 0.05]},
    )
    values = given.model_dump(mode="json")
    assert values["goal"] == 90_000_000
    assert QuotaParameters(**values) == given


def test_only_direct_money_is_in_the_goal():
    """An overlay, a counted unit and a retention stand beside it."""
    assert Component(goal=1).in_direct_sum
    assert not Component(goal=1, kind="overlay").in_direct_sum
    assert not Component(goal=1, unit="leads").in_direct_sum
    assert not Component(retention=1.05).in_direct_sum
