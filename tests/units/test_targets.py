"""Targets, limits and units that exceed them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.reps import Rep
from planner.units.peers import peer_groups
from planner.units.result import Eligibility
from planner.units.targets import TargetBy, Targets, oversize_units, share_targets
from tests.units.test_peers import make_eligibility, make_seats
from tests.units.worlds import make_world

VALUES = np.array([10.0, 20.0, 30.0, 40.0])
OPEN = make_eligibility([[1, 1, 1]], [0, 0, 0, 0])


def share(
    target: TargetBy, eligibility: Eligibility = OPEN, within: str = "eligibility"
) -> Targets:
    seats = replace(
        make_seats([1.0, 1.0, 0.5], role=("A", "A", "B")), period_capacity=np.array([1, 0.25, 0])
    )
    peers = peer_groups(eligibility, seats, within)
    return share_targets(VALUES, eligibility, peers, seats, target=target, tolerance=0.1)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("capacity", [40, 40, 20]),
        ("period_capacity", [80, 20, 0]),
        ("equal", [100 / 3] * 3),
        ({"T001": 3, "T002": 1, "T003": 6}, [30, 10, 60]),
    ],
)
def test_a_total_is_shared_in_four_ways(target: TargetBy, expected: list[float]) -> None:
    """By steady capacity, by months in the seat, equally, or by a table."""
    targets = share(target)
    assert targets.target.tolist() == pytest.approx(expected)
    assert targets.lower.tolist() == pytest.approx([0.9 * x for x in expected])
    assert targets.upper.tolist() == pytest.approx([1.1 * x for x in expected])


def test_each_group_shares_its_own_total() -> None:
    """T1 shares what only it may serve with nobody."""
    eligibility = make_eligibility([[1, 0, 0], [0, 1, 1]], [0, 1, 1, 1])
    targets = share("capacity", eligibility)
    assert targets.group_totals.tolist() == [10, 90]
    assert targets.target.tolist() == pytest.approx([10, 60, 30])


def test_what_nobody_may_serve_is_in_no_target() -> None:
    """An unassigned unit does not raise anyone's target."""
    eligibility = make_eligibility([[1, 1, 1], [0, 0, 0]], [0, 0, 0, 1])
    assert share("capacity", eligibility).target.sum() == pytest.approx(60)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"T001": 1, "T002": 1}, "T003"),
        ({"T001": 1, "T002": 1, "T003": 1, "T04": 1}, "T04"),
        ({"T001": 1, "T002": -1, "T003": 1}, "T002"),
        ({"T001": 1, "T002": float("nan"), "T003": 1}, "T002"),
    ],
)
def test_a_table_must_name_every_territory_once(table: dict[str, float], message: str) -> None:
    """What is left out, unknown, negative or no number is refused by name."""
    with pytest.raises(ScenarioError, match=message):
        share(table)


def test_a_tolerance_above_one_has_no_lower_limit_below_zero() -> None:
    """A deviation of more than the whole target means that nothing is required."""
    seats = make_seats([1.0, 1.0, 1.0])
    peers = peer_groups(OPEN, seats, "all")
    assert share_targets(VALUES, OPEN, peers, seats, tolerance=1.5).lower.tolist() == [0, 0, 0]


@given(
    st.lists(st.floats(0, 1e12), min_size=4, max_size=4),
    st.lists(st.floats(0, 3), min_size=3, max_size=3),
    st.sampled_from(["capacity", "period_capacity", "equal"]),
    st.sampled_from(["all", "eligibility", "role"]),
    st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=4, max_size=4),
)
def test_targets_add_up_to_the_total(
    values: list[float],
    capacity: list[float],
    target: TargetBy,
    within: str,
    allowed: list[list[int]],
) -> None:
    """Every group's targets add up to what its accounts have."""
    eligibility = make_eligibility(allowed)
    seats = make_seats(capacity, role=("A", "B", "A"))
    peers = peer_groups(eligibility, seats, within)
    amounts = np.array(values)
    targets = share_targets(amounts, eligibility, peers, seats, target=target)
    servable = amounts[eligibility.allowed.any(axis=1)].sum()
    assert targets.target.sum() == pytest.approx(servable)
    sums = np.bincount(peers.group_of_territory, targets.target, len(peers.names))
    assert sums.tolist() == pytest.approx(targets.group_totals.tolist())


def test_a_unit_above_every_limit_is_named(reps: list[Rep]) -> None:
    """A3 exceeds whoever serves it; A2 only the smaller limit, so nobody need exceed his."""
    world = make_world([{"account_id": f"A{i}"} for i in range(4)], reps)
    values = np.array([1.0, 60.0, 80.0, 150.0])
    upper = np.array([100.0, 70.0, 100.0])
    found = oversize_units("potential", values, upper, world.units, OPEN)
    assert found.units.tolist() == [2, 3]
    (finding,) = found.findings
    assert (finding.severity, finding.subject) == ("warning", "A3")
    assert "1.50 times" in finding.message


def test_a_unit_counts_only_against_who_may_serve_it(reps: list[Rep]) -> None:
    """What a territory may not serve cannot exceed its limit."""
    world = make_world([{"account_id": "A0"}, {"account_id": "A1"}], reps)
    eligibility = make_eligibility([[1, 0, 0], [0, 0, 0]])
    upper = np.array([100.0, 1.0, 1.0])
    values = np.array([50.0, 500.0])
    assert oversize_units("x", values, upper, world.units, eligibility).units.tolist() == []
