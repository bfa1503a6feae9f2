"""GeoJSON and GeoPackage, as GDAL reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from planner.outputs.geojson import write_geojson
from planner.outputs.geopackage import write_geopackage
from planner.outputs.plan import Plan
from planner.outputs.polygons import plan_areas

from .conftest import build_plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return a plan in which one territory serves nobody."""
    made = build_plan(accounts=300, reps=6, seed=4)
    emptied = np.where(made.territory_of_account == 2, 1, made.territory_of_account)
    return replace(made, territory_of_account=emptied)


def test_geojson_keeps_to_the_standard(plan: Plan, tmp_path: Path) -> None:
    """Features are sorted, rings turn right, decimals are six, no area is null."""
    path = tmp_path / "territories.geojson"
    write_geojson(plan, plan_areas(plan), path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    features = found["features"]
    assert [one["properties"]["territory_id"] for one in features] == list(plan.territory_ids)
    assert features[2]["geometry"] is None
    for one in features:
        if one["geometry"] is None:
            continue
        shape = shapely.from_geojson(json.dumps(one["geometry"]))
        assert shape.is_valid
        for polygon in shapely.get_parts(shape):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)
        corners = shapely.get_coordinates(shape)
        assert (np.abs(corners) <= [180, 90]).all()
        assert all(len(repr(x).partition(".")[2]) <= 6 for x in corners.ravel().tolist())


def test_geojson_opens_elsewhere(plan: Plan, tmp_path: Path) -> None:
    """GDAL reads each territory with its figures in WGS 84."""
    path = tmp_path / "territories.geojson"
    write_geojson(plan, plan_areas(plan), path)
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == 6
    known = frame[frame.geometry.notna()]
    assert known.geometry.is_valid.all()
    measure = plan.alignment.measures["potential"]
    np.testing.assert_allclose(frame["potential"], np.rint(measure.proposed) / 100)
    shares = measure.proposed / measure.target - 1
    np.testing.assert_allclose(frame["potential_deviation"], shares)
    assert {"rep_id", "name", "peer_group"} <= set(frame.columns)


def test_geopackage_opens_elsewhere(plan: Plan, tmp_path: Path) -> None:
    """GDAL finds three layers with the right counts and valid areas."""
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, plan_areas(plan), path)
    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers == {"territories": "MultiPolygon", "accounts": "Point", "homes": "Point"}
    accounts = gpd.read_file(path, layer="accounts")
    assert len(accounts) == 300
    assert accounts.geometry.isna().sum() == plan.data.accounts["latitude"].isna().sum()
    first = accounts.iloc[0]
    assert first.geometry.x == pytest.approx(plan.data.accounts["longitude"].iloc[0])
    assert first["potential"] == plan.potential.expected[0] / 100
    areas = gpd.read_file(path, layer="territories")
    assert areas.geometry.isna().sum() == 1
    assert areas.geometry.dropna().is_valid.all()
    assert len(gpd.read_file(path, layer="homes")) == 6


def test_the_same_plan_gives_the_same_map_files(plan: Plan, tmp_path: Path) -> None:
    """Nothing in GeoJSON or GeoPackage depends on the clock."""
    areas = plan_areas(plan)
    for name in ("one", "two"):
        write_geojson(plan, areas, tmp_path / f"{name}.geojson")
        write_geopackage(plan, areas, tmp_path / f"{name}.gpkg")
    for suffix in ("geojson", "gpkg"):
        one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
