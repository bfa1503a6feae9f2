"""Geographic units."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.inputs.data import PlanningData
from planner.inputs.reps import Rep
from planner.units.control_units import build_units
from planner.units.holds import resolve_holds
from planner.units.parameters import HoldParameters, WorkloadParameters
from planner.units.result import ControlUnits
from planner.units.seats import build_seats
from planner.units.workload import measure_work
from tests.units.worlds import make_data, make_potential

# U3 U4      4 squares of one degree; U1 has its corner at 40° N, 75° W.
# U1 U2
UNITS = gpd.GeoDataFrame(
    {
        "unit_id": ["U4", "U2", "U3", "U1"],
        "population": [4_000, 2_000, 3_000, 1_000],
        "geometry": [shapely.box(x, y, x + 1, y + 1) for x, y in [(-74, 41), (-74, 40), (-75, 41), (-75, 40)]],
    },
    crs="EPSG:4326",
)  # fmt: skip
REPS = [Rep(rep_id=name, name=name) for name in ("ADA", "BEN")]
ACCOUNTS = [
    {"account_id": "A1", "unit_id": "U1", "latitude": 40.5, "longitude": -74.5, "owner_id": "ADA"},
    {"account_id": "A2", "unit_id": "U1", "latitude": 40.1, "longitude": -74.9, "owner_id": "BEN"},
    {"account_id": "A3", "unit_id": None, "latitude": 41.5, "longitude": -73.5, "owner_id": "BEN"},
]


def build(
    accounts: list[dict[str, Any]],
    *holds: HoldParameters,
    measures: tuple[str, ...] = ("account_count",),
    table: gpd.GeoDataFrame = UNITS,
) -> tuple[PlanningData, ControlUnits]:
    data = make_data(accounts, REPS, units=table)
    potential = make_potential(data)
    resolved = resolve_holds(data, potential, build_seats(data), holds)
    work = measure_work(data, WorkloadParameters())
    units = build_units(data, potential, work, resolved, measure_names=measures, geographic=True)
    return data, units


def test_units_of_the_table_in_the_order_of_their_names() -> None:
    """Every unit is there, also without accounts, with its neighbours by edge."""
    _, units = build(ACCOUNTS)
    assert units.unit_ids == ("U1", "U2", "U3", "U4")
    assert units.accounts.tolist() == [2, 0, 0, 1]
    assert units.neighbours is not None
    assert units.neighbours.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]


def test_an_account_without_unit_lies_in_a_polygon() -> None:
    """Coordinates place an account that names no unit, and the finding counts it."""
    _, units = build(ACCOUNTS)
    assert units.unit_of_account.tolist() == [0, 0, 3]
    assert [(f.severity, f.code, f.count) for f in units.findings] == [("info", "units.located", 1)]


def test_an_account_just_off_the_coast_goes_to_the_nearest_unit() -> None:
    """A point up to 25 km off is placed, with a warning that names it and says how far it is."""
    _, units = build([{"account_id": "S", "latitude": 40.5, "longitude": -72.75}])
    assert units.unit_ids[units.unit_of_account[0]] == "U2"
    located = [f for f in units.findings if f.code.startswith("units.located")]
    assert [(f.severity, f.code) for f in located] == [("warning", "units.located_near")]
    assert "S" in located[0].message
    # A quarter of a degree of longitude at 40.5 degrees north is 27.8 km × cos(40.5°) = 21.1 km.
    assert "up to 21 km off" in located[0].message


@pytest.mark.parametrize("where", [(None, None), (10.0, 10.0), (40.5, -72.65)])
def test_an_account_in_no_unit_is_an_error(where: tuple[float | None, float | None]) -> None:
    """It keeps a unit of its own, so that totals hold, and the plan stops."""
    accounts = [*ACCOUNTS, {"account_id": "X", "latitude": where[0], "longitude": where[1]}]
    _, units = build(accounts)
    assert units.accounts.sum() == 4
    (finding,) = (f for f in units.findings if f.severity == "error")
    assert (finding.code, finding.subject) == ("units.account_without_unit", "X")


def test_a_measure_of_the_units_table_alone() -> None:
    """Population is the units' own; what both tables have is the accounts'."""
    _, units = build(ACCOUNTS, measures=("population", "account_count"))
    assert units.measures["population"].tolist() == [1_000, 2_000, 3_000, 4_000]
    assert list(units.measures) == ["population", "account_count"]


def test_a_unit_without_accounts_lies_inside_its_polygon() -> None:
    """With accounts it lies where they are, without any at a point of the polygon."""
    _, units = build(ACCOUNTS)
    assert units.points[3].tolist() == [41.5, -73.5]
    inside = [UNITS.set_index("unit_id").geometry[name] for name in ("U2", "U3")]
    points = shapely.points(units.points[1:3, ::-1])
    assert np.array(shapely.contains(inside, points)).all()


def test_islands_without_accounts_are_left_out() -> None:
    """Nobody need serve an island without accounts; with one it is planned, and reported."""
    island = gpd.GeoDataFrame(
        {"unit_id": ["ISLE"], "population": [7], "geometry": [shapely.box(0, 0, 1, 1)]},
        crs=UNITS.crs,
    )
    table = pd.concat([UNITS, island], ignore_index=True)
    _, units = build(ACCOUNTS, table=table)
    assert units.unit_ids == ("U1", "U2", "U3", "U4")
    assert units.neighbours is not None
    assert units.neighbours.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert [f.code for f in units.findings] == ["units.located", "units.empty_part"]
    visited = [*ACCOUNTS, {"account_id": "A4", "unit_id": "ISLE"}]
    _, units = build(visited, table=table)
    assert units.unit_ids == ("ISLE", "U1", "U2", "U3", "U4")
    assert units.unit_of_account.tolist() == [1, 1, 4, 0]
    assert [f.code for f in units.findings] == ["units.located", "units.island"]


def test_an_island_with_a_measure_of_its_own_is_kept() -> None:
    """Where the population of units is balanced, every unit counts."""
    island = gpd.GeoDataFrame(
        {"unit_id": ["ISLE"], "population": [7], "geometry": [shapely.box(0, 0, 1, 1)]},
        crs=UNITS.crs,
    )
    table = pd.concat([UNITS, island], ignore_index=True)
    _, units = build(ACCOUNTS, measures=("population",), table=table)
    assert units.measures["population"].sum() == 10_007


def test_conflicting_holds_inside_a_unit_are_an_error() -> None:
    """The unit wins over the accounts, so it cannot go to both."""
    _, units = build(ACCOUNTS, HoldParameters(where="unit_id = 'U1'", name="stay"))
    (finding,) = (f for f in units.findings if f.severity == "error")
    assert (finding.code, finding.subject) == ("units.conflicting_holds", "U1")
    assert "A1 to ADA ('stay')" in finding.message


def test_families_that_units_split_are_listed() -> None:
    """The geographic unit wins over the family, and that is said."""
    accounts = [{**row, "family": "F"} for row in ACCOUNTS]
    _, units = build(accounts)
    (finding,) = (f for f in units.findings if f.code == "units.family_across_units")
    assert "F (in 2 units)" in finding.message
