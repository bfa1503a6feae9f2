"""Where open headcount may be placed."""

from __future__ import annotations

import numpy as np

from planner.inputs.reps import Rep
from planner.units.eligibility import build_eligibility
from planner.units.placement import OpenGroup, open_groups, place_group
from tests.units.worlds import World, make_world

ACCOUNTS = [
    {"account_id": "C1", "country": "CA", "latitude": 45.4, "longitude": -75.7},
    {"account_id": "C2", "country": "CA"},
    {"account_id": "U1", "country": "US", "latitude": 40.7, "longitude": -74.0},
    {"account_id": "U2", "country": "US", "latitude": 34.1, "longitude": -118.2},
]
TEAM = [
    Rep(rep_id="ADA", name="Ada", countries=frozenset({"US"}), latitude=40.7, longitude=-74.0),
    Rep(rep_id="CAM", name="Cam", countries=frozenset({"CA"}), latitude=43.7, longitude=-79.4),
    Rep(rep_id="POOL", name="Pool", coverage="pool"),
    Rep(rep_id="T1", name="TBH", status="tbh", countries=frozenset({"US"})),
    Rep(rep_id="T2", name="TBH", status="tbh", countries=frozenset({"CA"})),
    Rep(rep_id="T3", name="TBH", status="tbh", countries=frozenset({"US"})),
]


def groups_of(world: World) -> tuple[OpenGroup, ...]:
    eligibility = build_eligibility(world.data, world.potential, world.units, world.seats)
    return open_groups(world.units, world.seats, eligibility)


def test_open_seats_are_grouped_by_what_they_may_serve() -> None:
    """American headcount sits among American accounts, beside the reps who serve them."""
    american, canadian = groups_of(make_world(ACCOUNTS, TEAM))
    assert american.seats.tolist() == [3, 5]
    assert american.units.tolist() == [2, 3]
    assert american.peers.tolist() == [0]
    assert canadian.seats.tolist() == [4]
    assert canadian.units.tolist() == [0]
    assert canadian.peers.tolist() == [1]


def test_sites_go_to_their_group_alone() -> None:
    """The westernmost site is the first seat's, and the other homes stay."""
    world = make_world(ACCOUNTS, TEAM)
    american, _ = groups_of(world)
    seats = place_group(world.seats, american, np.array([[41.0, -74.0], [34.0, -118.0]]))
    assert seats.homes[3].tolist() == [34.0, -118.0]
    assert seats.homes[5].tolist() == [41.0, -74.0]
    assert np.isnan(seats.homes[4]).all()
    assert seats.homes[0].tolist() == [40.7, -74.0]


def test_a_seat_without_placed_units_is_in_no_group() -> None:
    """Where nothing has coordinates, there is no site to choose."""
    accounts = [{"account_id": "C2", "country": "CA"}, {"account_id": "U2", "country": "US"}]
    assert groups_of(make_world(accounts, TEAM)) == ()


def test_nobody_to_place() -> None:
    """A team with homes needs no sites."""
    assert groups_of(make_world(ACCOUNTS, TEAM[:2])) == ()
