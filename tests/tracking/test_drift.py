"""Control limits raise a false alarm as often as was chosen, and name the smallest remedy."""

from __future__ import annotations

import numpy as np
import pytest

from planner.tracking.drift import check_balance, check_ratio, critical_value, smallest_move


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_all_checks_together_keep_the_rate_of_false_alarms(rate: float) -> None:
    """Plans that hold are reported as often as was chosen, however many territories there are."""
    rng = np.random.default_rng(3)
    limit = critical_value(rate, 20)
    names = [f"T{i}" for i in range(20)]
    expected, noise = np.full(20, 100.0), np.full(20, 10.0)
    runs = 1500
    alarms = 0
    for _ in range(runs):
        came = rng.gamma(100.0, 1.0, 20)
        signals = check_ratio("potential", names, came, expected, noise, limit)
        alarms += any(signal.alarm for signal in signals)
    doubt = 4 * np.sqrt(rate * (1 - rate) / runs)
    assert abs(alarms / runs - rate) < doubt


def test_a_territory_that_is_really_off_is_reported() -> None:
    """Half of what was due, at a tenth of noise, is an alarm; a territory without due is none."""
    limit = critical_value(0.05, 3)
    signals = check_ratio(
        "attainment",
        ["T1", "T2", "T3"],
        np.array([50.0, 98.0, 5.0]),
        np.array([100.0, 100.0, 0.0]),
        np.array([10.0, 10.0, 10.0]),
        limit,
    )
    assert [(s.subject, s.alarm) for s in signals] == [("T1", True), ("T2", False)]


def test_doubt_widens_the_tolerance_of_balance() -> None:
    """Inside the tolerance nothing is reported; beyond it only what doubt does not explain."""
    limit = critical_value(0.05, 3)
    amounts, target = np.array([109.0, 118.0, 118.0]), np.full(3, 100.0)
    doubt = np.array([0.0, 0.0, 0.1])
    signals = check_balance("potential", ["A", "B", "C"], amounts, target, doubt, 0.1, limit)
    assert [s.alarm for s in signals] == [False, True, False]


def test_the_smallest_move_takes_the_largest_accounts() -> None:
    """A territory 5 above its limit needs one account of 6, or three of 2."""
    amounts = np.array([6.0, 4.0, 5.0, 2.0, 2.0, 2.0, 2.0])
    where = np.array([0, 0, 0, 1, 1, 1, 1])
    totals, upper = np.array([15.0, 8.0]), np.array([10.0, 3.0])
    assert smallest_move(amounts, where, upper, totals) == (1 + 3, [0, 1])
    assert smallest_move(amounts, where, totals, totals) == (0, [])
