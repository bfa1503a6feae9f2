"""Hours that accounts need."""

from __future__ import annotations

import numpy as np
import pytest

from planner.errors import ScenarioError
from planner.inputs.reps import Rep
from planner.units.parameters import WorkloadParameters
from planner.units.workload import TOUR_CONSTANT, local_leg_km, measure_work
from tests.units.worlds import make_data

ACCOUNTS = [
    {"account_id": "A1", "segment": "SMB", "visits_per_year": 4.0, "hours_per_visit": 2.0},
    {"account_id": "A2", "segment": "SMB"},
    {"account_id": "A3", "segment": "Enterprise"},
    {"account_id": "A4"},
]


def test_visits_times_hours(reps: list[Rep]) -> None:
    """The account's own columns count, else the defaults, and the defaults are said."""
    work = measure_work(
        make_data(ACCOUNTS, reps), WorkloadParameters(visits_per_year=6, hours_per_visit=1.5)
    )
    assert work.hours.tolist() == [8.0, 9.0, 9.0, 9.0]
    assert [(f.code, f.count) for f in work.findings] == [
        ("workload.default_visits_per_year", 3),
        ("workload.default_hours_per_visit", 3),
    ]


def test_defaults_by_segment(reps: list[Rep]) -> None:
    """A table by segment fills what is missing, its key default fills the rest."""
    work = measure_work(
        make_data(ACCOUNTS, reps),
        WorkloadParameters(visits_per_year={"SMB": 2, "Enterprise": 12, "default": 5}),
    )
    assert work.visits.tolist() == [4.0, 2.0, 12.0, 5.0]


def test_a_table_that_leaves_a_segment_out_is_said(reps: list[Rep]) -> None:
    """Without a default the table's median counts, with a warning that names the segment."""
    work = measure_work(
        make_data(ACCOUNTS, reps), WorkloadParameters(visits_per_year={"SMB": 2, "Mid": 4})
    )
    assert work.visits.tolist() == [4.0, 2.0, 3.0, 3.0]
    (finding,) = (f for f in work.findings if f.code == "workload.unlisted")
    assert "Enterprise" in finding.message
    assert finding.count == 2


def test_an_unknown_column_is_refused(reps: list[Rep]) -> None:
    """The column that the tables are keyed by must be there."""
    parameters = WorkloadParameters(visits_per_year={"a": 1}, by="segmnt")
    with pytest.raises(ScenarioError, match="Did you mean segment"):
        measure_work(make_data(ACCOUNTS, reps), parameters)


def test_an_unplaced_account_takes_no_travel(reps: list[Rep]) -> None:
    """Without coordinates there is neither line haul nor a local leg."""
    work = measure_work(make_data(ACCOUNTS, reps), WorkloadParameters())
    assert not work.hours_per_km.any()
    assert not work.tour_hours.any()


def test_hours_for_each_kilometre(reps: list[Rep]) -> None:
    """Six visits in three trips of two go 2 × 3 times the road, which is a quarter longer."""
    data = make_data([{"account_id": "A1", "latitude": 40.0, "longitude": -75.0}], reps)
    work = measure_work(
        data, WorkloadParameters(visits_per_year=6, visits_per_trip=2, detour=1.25, speed_kmh=50)
    )
    assert work.hours_per_km.tolist() == pytest.approx([6 * 1.25 / 50])


def test_local_legs_follow_the_density_of_a_grid() -> None:
    """On a square grid of 1 km each stop has 1 km² to itself: a leg is about 0.7124 km."""
    step = 1 / 111.195
    side = np.arange(30) * step
    points = np.column_stack([a.ravel() for a in np.meshgrid(side, side)])
    inner = local_leg_km(points).reshape(30, 30)[5:-5, 5:-5]
    # The eighth neighbour on a grid is 1.414 km away: a circle of 6.28 km² that holds 8 others.
    assert inner.mean() == pytest.approx(TOUR_CONSTANT, rel=0.15)


def test_a_tour_stays_in_a_city_that_has_its_stops() -> None:
    """Four accounts in each of two far cities: a tour of three stops does not leave its city."""
    near = np.array([[0.0, 0.0], [0.0, 0.01], [0.01, 0.0], [0.01, 0.01]])
    points = np.vstack([np.add(near, (40.0, -75.0)), np.add(near, (34.0, -118.0))])
    assert (local_leg_km(points, 3.0) < 2.0).all()
    # Five stops need the other city too.
    assert (local_leg_km(points, 6.0) > 100.0).all()


def test_local_legs_of_few_points() -> None:
    """One account alone has no next stop, two have each other, and none may be unplaced."""
    assert local_leg_km(np.array([[40.0, -75.0]])).tolist() == [0.0]
    legs = local_leg_km(np.array([[40.0, -75.0], [np.nan, np.nan], [40.0, -75.1]]))
    assert legs[0] == legs[2] > 0
    assert legs[1] == 0
