"""Territories as areas: valid, without overlap, near their accounts, anywhere on the globe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from planner.outputs.plan import Plan
from planner.outputs.polygons import areas_of_points, plan_areas

from .conftest import build_plan

TINY = 1e-12


def areas(points: Any, owner: Any, groups: Any = None, **more: Any) -> list[Any]:
    """Return the shapes of territories that are all peers, unless groups say otherwise."""
    owner = np.asarray(owner, dtype=np.int64)
    count = int(owner.max(initial=-1)) + 1
    known = np.zeros(count, dtype=np.int64) if groups is None else np.asarray(groups)
    return areas_of_points(np.asarray(points, dtype=np.float64), owner, known, count, **more)


def assert_sound(shapes: list[Any]) -> None:
    """Check that shapes are valid, on the grid of six decimals, and never overlap."""
    known = np.array([shape for shape in shapes if shape is not None], dtype=object)
    assert shapely.is_valid(known).all()
    assert set(shapely.get_type_id(known).tolist()) <= {3, 6}
    grid = shapely.get_coordinates(known) * 1e6
    assert np.abs(grid - np.rint(grid)).max(initial=0) < 1e-3
    first, second = shapely.STRtree(known).query(known, predicate="intersects")
    pairs = first < second
    shared = shapely.area(shapely.intersection(known[first[pairs]], known[second[pairs]]))
    assert shared.max(initial=0.0) < TINY


def two_halves(count: int = 200) -> tuple[Any, Any]:
    """Return places in a square whose west is one territory's and whose east another's."""
    points = np.random.default_rng(4).uniform([45, 5], [47, 8], (count, 2))
    return points, (points[:, 1] > 6.5).astype(int)


def test_each_territory_holds_its_accounts() -> None:
    """Two neat halves give two areas that hold nearly all of their own accounts."""
    points, owner = two_halves()
    shapes = areas(points, owner)
    assert_sound(shapes)
    inside = [
        shapes[who].covers(shapely.Point(x, y)) for (y, x), who in zip(points, owner, strict=True)
    ]
    assert np.mean(inside) > 0.95
    assert len(shapely.get_parts(shapes)) == 2


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 8),
    columns=st.integers(1, 8),
    step=st.sampled_from([0.01, 0.05, 0.1, 0.5]),
    holes=st.floats(0, 0.5),
    seed=st.integers(0, 99),
)
def test_places_on_a_lattice_have_areas(
    rows: int, columns: int, step: float, holes: float, seed: int
) -> None:
    """Coordinates rounded to a grid lie four by four on circles, which breaks a plain Voronoi."""
    random = np.random.default_rng(seed)
    lattice = np.array(
        [(40.7 + step * i, -74 + step * j) for i in range(rows) for j in range(columns)]
    )
    points = lattice[random.random(len(lattice)) >= holes]
    if len(points):
        shapes = areas(points, random.integers(0, 3, len(points)))
        assert_sound(shapes)
        assert any(shape is not None for shape in shapes)


def test_scattered_exceptions_make_no_confetti() -> None:
    """Single accounts deep inside another territory do not cut holes into it."""
    points, owner = two_halves(600)
    odd = np.random.default_rng(1).choice(600, 25, replace=False)
    owner[odd] = 1 - owner[odd]
    shapes = areas(points, owner)
    assert_sound(shapes)
    assert len(shapely.get_parts(shapes)) <= 4


def test_areas_stay_near_the_accounts() -> None:
    """The empty country between two cities far apart belongs to nobody."""
    rng = np.random.default_rng(2)
    west, east = rng.normal([40, -120], 0.3, (80, 2)), rng.normal([40, -80], 0.3, (80, 2))
    shapes = areas(np.vstack([west, east]), [0] * 80 + [1] * 80)
    assert_sound(shapes)
    middle = shapely.Point(-100, 40)
    assert not any(shape.intersects(middle) for shape in shapes)
    assert max(shape.area for shape in shapes) < 40


def test_one_territory_on_three_continents() -> None:
    """Places in America, Europe and Australia are drawn each where they are."""
    rng = np.random.default_rng(3)
    middles = ([40, -100], [50, 8], [-33, 150])
    points = np.vstack([rng.normal(middle, 1.0, (40, 2)) for middle in middles])
    shapes = areas(points, [0] * 120)
    assert_sound(shapes)
    for latitude, longitude in middles:
        assert shapes[0].intersects(shapely.Point(longitude, latitude).buffer(1.0))
    assert not shapes[0].intersects(shapely.Point(-40, 40))


def test_shapes_are_cut_at_the_date_line() -> None:
    """Fiji's area lies on both sides of 180 degrees, as RFC 7946 asks."""
    points = np.column_stack([np.linspace(-18, -16, 40), np.linspace(178.5, 181.5, 40)])
    points[:, 1] = (points[:, 1] + 180) % 360 - 180
    shapes = areas(points, [0] * 40)
    assert_sound(shapes)
    west, _, east, _ = shapes[0].bounds
    assert (west, east) == (-180, 180)
    assert shapes[0].area < 20


def test_peer_groups_may_overlap() -> None:
    """An overlay team covers the same country as the field team."""
    points, owner = two_halves()
    both = np.vstack([points, points])
    shapes = areas(both, np.concatenate([owner, np.full(len(points), 2)]), groups=[0, 0, 1])
    assert_sound(shapes[:2])
    assert shapes[2].intersection(shapes[0]).area > 0.5 * shapes[0].area


def test_nothing_leaves_the_boundary() -> None:
    """Where the land is given, no area goes beyond it."""
    points, owner = two_halves()
    land = box(5.0, 45.0, 7.5, 47.0)
    shapes = areas(points, owner, boundary=land)
    assert_sound(shapes)
    assert shapely.union_all(shapes).difference(land.buffer(1e-5)).area < TINY


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_a_few_places_have_an_area(count: int) -> None:
    """One place, or some on one line, is enough for an area."""
    points = np.column_stack([np.full(count, 47.0), 8.0 + np.arange(count)])
    shapes = areas(points, [0] * count)
    assert_sound(shapes)
    assert shapes[0].area > 0


def test_accounts_without_a_place_have_no_area() -> None:
    """A territory whose accounts are nowhere has none, and the others do not care."""
    shapes = areas([[47, 8], [47.1, 8.1], [np.nan, np.nan]], [0, 0, 1])
    assert shapes[1] is None
    assert shapes[0].area > 0
    assert areas(np.empty((0, 2)), np.empty(0)) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(1, 12), st.integers(0, 10_000), st.floats(0.001, 20))
def test_any_cloud_gives_sound_areas(count: int, reps: int, seed: int, width: float) -> None:
    """Whatever the places and owners, shapes are valid and peers do not overlap."""
    rng = np.random.default_rng(seed)
    points = rng.normal([20, 10], width, (count, 2)).clip([-80, -170], [80, 170]).round(3)
    shapes = areas(points, rng.integers(0, reps, count))
    assert_sound(shapes)
    assert any(shape is not None for shape in shapes)


def test_units_are_joined_as_they_are(company: Plan) -> None:
    """With the user's units a territory is exactly the union of its own."""
    cells = [box(x, y, x + 1, y + 1) for x in range(4) for y in range(3)]
    names = [f"u{place}" for place in range(12)]
    units = gpd.GeoDataFrame({"unit_id": names, "geometry": cells}, crs="EPSG:4326")
    accounts = company.data.accounts.assign(unit_id=names)
    plan = replace(company, data=replace(company.data, units=units, accounts=accounts))
    found = plan_areas(plan)
    assert_sound(list(found.shapes))
    for place, shape in enumerate(found.shapes):
        mine = np.flatnonzero(plan.territory_of_account == place).tolist()
        union = shapely.union_all([cells[row] for row in mine])
        assert (shape is None) == (not mine)
        if shape is not None:
            assert shape.symmetric_difference(union).area < 1e-9


def test_units_without_accounts_names_are_the_land(company: Plan) -> None:
    """Units whose ids no account carries still say where the land ends."""
    land = box(-110, 30, -90, 50)
    units = gpd.GeoDataFrame({"unit_id": ["u"], "geometry": [land]}, crs="EPSG:4326")
    found = plan_areas(replace(company, data=replace(company.data, units=units)))
    known = [shape for shape in found.shapes if shape is not None]
    assert known
    assert all(land.buffer(1e-5).covers(shape) for shape in known)


def test_a_pool_has_no_area_among_field_reps(company: Plan) -> None:
    """A pooled team without a home takes accounts anywhere, and so draws no area."""
    homes = company.seats.homes.copy()
    homes[0] = np.nan
    seats = replace(company.seats, travels=np.array([False, True, True]), homes=homes)
    found = plan_areas(replace(company, seats=seats))
    assert found.shapes[0] is None
    assert any(shape is not None for shape in found.shapes)


def test_the_same_points_give_the_same_areas() -> None:
    """Nothing depends on the run."""
    plan = build_plan(accounts=400, reps=9, seed=8)
    one, two = plan_areas(plan), plan_areas(plan)
    assert [shape.wkb for shape in one.shapes if shape] == [
        shape.wkb for shape in two.shapes if shape
    ]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 99), moves=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 3))))
def test_areas_of_groups_that_stand_still_are_those_drawn_before(
    seed: int, moves: list[tuple[int, int]]
) -> None:
    """Whatever moves, and between whichever groups: the same as drawing everything again."""
    plan = replace(
        build_plan(accounts=60, reps=4, seed=seed), peer_groups=("one", "one", "two", "two")
    )
    today = plan.territory_of_account.copy()
    for account, territory in moves:
        today[account] = territory
    whole, again = plan_areas(plan, today), plan_areas(plan, today, plan_areas(plan))
    assert again.groups == whole.groups
    for one, other in zip(again.shapes, whole.shapes, strict=True):
        assert (one is None) == (other is None)
        assert one is None or shapely.equals_exact(one, other, tolerance=0.0)
