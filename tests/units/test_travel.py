"""What travel takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.reps import Rep
from planner.units import travel
from planner.units.eligibility import build_eligibility
from planner.units.parameters import WorkloadParameters
from planner.units.sphere import distances_km
from planner.units.travel import (
    nearest_travel,
    territory_travel,
    travel_of_pairs,
)
from tests.units.worlds import World, make_world

TRIPS = WorkloadParameters(visits_per_trip=2)
TEAM = [
    Rep(rep_id="ADA", name="Ada", latitude=40.71, longitude=-74.01),
    Rep(rep_id="BEN", name="Ben", latitude=41.88, longitude=-87.63, segments=frozenset({"SMB"})),
    Rep(rep_id="POOL", name="Pool", coverage="pool"),
    Rep(rep_id="TBH", name="To be hired", status="tbh"),
]


def place(
    name: str, latitude: float | None, longitude: float | None, **more: Any
) -> dict[str, Any]:
    return {"account_id": name, "latitude": latitude, "longitude": longitude, **more}


def by_hand(world: World, unit: int, territory: int) -> float:
    """Return the hours on the road, account by account."""
    if world.seats.territory_ids[territory] in {"POOL", "TBH"}:
        return 0.0
    hours = float(world.units.tour_hours[unit])
    members = np.flatnonzero(world.units.unit_of_account == unit)
    for account in members:
        row = world.data.accounts.iloc[account]
        if not np.isnan(row["latitude"]):
            point = np.array([[row["latitude"], row["longitude"]]])
            km = distances_km(point, world.seats.homes[[territory]])[0, 0]
            hours += 6 / 2 * 2 * km * 1.3 / 60
    return hours


def every_pair(world: World) -> np.ndarray[Any, np.dtype[np.float64]]:
    unit, territory = np.indices((len(world.units.unit_ids), 4))
    hours = travel_of_pairs(world.units, world.seats, unit.ravel(), territory.ravel())
    return hours.reshape(unit.shape)


ROWS = [
    place("A1", 40.0, -75.0, family="F", segment="SMB"),
    place("A2", 42.0, -80.0, family="F", segment="SMB"),
    place("A3", None, None, segment="SMB"),
    place("A4", 41.9, -87.6, segment="Enterprise"),
    place("A5", None, None, family="F", segment="SMB"),
]


def test_a_family_costs_what_its_accounts_cost() -> None:
    """The travel of a unit is the sum over its accounts, not that of its mean point."""
    world = make_world(ROWS, TEAM)
    expected = [by_hand(world, u, t) for u in range(3) for t in range(4)]
    assert every_pair(world).ravel().tolist() == pytest.approx(expected)


coordinates = st.tuples(st.floats(-60, 60), st.floats(-179, 179)) | st.just((None, None))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(coordinates, st.sampled_from(["F", "G", None])), min_size=1, max_size=9))
def test_pairs_and_the_nearest_equal_a_sum_by_hand(rows: list[Any]) -> None:
    """Whatever is chosen, the hours are those of the accounts, and the nearest is the least."""
    accounts = [
        place(f"A{i}", *where, family=family, segment=["SMB", "Enterprise"][i % 2])
        for i, (where, family) in enumerate(rows)
    ]
    world = make_world(accounts, TEAM)
    hours = every_pair(world)
    expected = [by_hand(world, u, t) for u in range(len(hours)) for t in range(4)]
    assert hours.ravel().tolist() == pytest.approx(expected)
    eligibility = build_eligibility(world.data, world.potential, world.units, world.seats)
    allowed = eligibility.allowed[eligibility.class_of_unit]
    best = np.where(allowed[:, :2], hours[:, :2], np.inf).min(axis=1)
    assert nearest_travel(world.units, world.seats, eligibility).tolist() == pytest.approx(best)


def test_trips_driving_and_idle_time() -> None:
    """An alignment's year: trips from home, hours on the road and at accounts, and the rest."""
    world = make_world(ROWS, TEAM)
    aligned = np.array([1, 2, 0])
    assert world.units.unit_ids == ("A3", "A4", "F")
    year = territory_travel(world.units, world.seats, aligned, TRIPS)
    assert year.trips.tolist() == [9, 3, 0, 0]
    assert year.driving_hours.tolist() == pytest.approx([by_hand(world, 2, 0), 0, 0, 0])
    assert year.visit_hours.tolist() == [27, 9, 9, 0]
    total = year.idle_hours + year.driving_hours + year.visit_hours
    assert total.tolist() == pytest.approx(TRIPS.hours_per_year * world.seats.period_capacity)


def test_unassigned_units_travel_nowhere() -> None:
    """A unit of no territory is in nobody's year, and too much work leaves no idle time."""
    world = make_world(ROWS, TEAM)
    seats = replace(world.seats, period_capacity=np.zeros(4))
    year = territory_travel(world.units, seats, np.array([-1, -1, -1]), TRIPS)
    assert not year.driving_hours.any()
    assert not year.idle_hours.any()


def test_small_blocks_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """How the work is cut into blocks does not show."""
    rows = [place(f"A{i}", 40.0 + i, -75.0, family=f"F{i // 2}", segment="SMB") for i in range(8)]
    world = make_world(rows, TEAM)
    eligibility = build_eligibility(world.data, world.potential, world.units, world.seats)
    whole = nearest_travel(world.units, world.seats, eligibility)
    monkeypatch.setattr(travel, "BLOCK_CELLS", 1)
    assert nearest_travel(world.units, world.seats, eligibility).tobytes() == whole.tobytes()
