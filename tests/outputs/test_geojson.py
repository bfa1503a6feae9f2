"""GeoJSON and GeoPackage, as GDAL reads them."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import struct
import subprocess
from contextlib import closing
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import box

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


def rfc_faults(found: dict[str, Any]) -> list[str]:
    """Return what RFC 7946 forbids or asks for in vain; written from the text of the standard."""
    faults = [] if found["type"] == "FeatureCollection" else ["type"]
    faults += ["crs"] if "crs" in found else []
    for feature in found["features"]:
        faults += [key for key in ("type", "properties", "geometry") if key not in feature]
        geometry = feature["geometry"]
        if geometry is None:
            continue
        kind, given = geometry["type"], geometry["coordinates"]
        for rings in given if kind == "MultiPolygon" else [given]:
            for at, ring in enumerate(rings):
                area = sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2
                faults += ["open ring"] if ring[0] != ring[-1] or len(ring) < 4 else []
                faults += ["winding"] if (area > 0) != (at == 0) else []
                faults += ["position" for x, y in ring if not (-180 <= x <= 180 and -90 <= y <= 90)]
                faults += [
                    "crosses the antimeridian" for a, b in pairwise(ring) if abs(a[0] - b[0]) > 180
                ]
        corners = [corner for ring in _rings(geometry) for corner in ring]
        west, south, east, north = feature["bbox"]
        faults += [
            "bbox"
            for x, y in corners
            if not south <= y <= north
            or not (west <= x <= east if west <= east else x >= west or x <= east)
        ]
    return faults


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    given = geometry["coordinates"]
    polygons = given if geometry["type"] == "MultiPolygon" else [given]
    return [ring for polygon in polygons for ring in polygon]


def fiji(places: int) -> Plan:
    """Return a plan whose accounts lie on both sides of the antimeridian."""
    made = build_plan(accounts=places, reps=3, seed=5)
    rng = np.random.default_rng(3)
    east = (rng.normal(180, 2.5, places) + 180) % 360 - 180
    accounts = made.data.accounts.assign(latitude=rng.normal(-17, 1.5, places), longitude=east)
    return replace(made, data=replace(made.data, accounts=accounts, units=None))


ODD = {
    "one account": (1, [[40.0, -100.0]]),
    "one place": (6, [[40.0, -100.0]] * 6),
    "one line": (9, [[40.0, -100.0 + at / 5] for at in range(9)]),
    "nowhere": (4, [[np.nan, np.nan]] * 4),
    "the end of the map": (4, [[-17.0, 180.0], [-17.0, -180.0], [-16.5, 179.9], [-16.5, -179.9]]),
    "the origin": (2, [[0.0, 0.0], [0.0, 0.1]]),
}


@pytest.mark.parametrize("case", list(ODD))
def test_odd_places_keep_to_the_standard(case: str, tmp_path: Path) -> None:
    """One account, one place, one line, no place at all: valid files that open elsewhere."""
    count, points = ODD[case]
    made = build_plan(accounts=count, reps=3, seed=2)
    table = made.data.accounts.assign(
        latitude=[y for y, _ in points], longitude=[x for _, x in points]
    )
    odd = replace(made, data=replace(made.data, accounts=table, units=None))
    areas = plan_areas(odd)
    path = tmp_path / "territories.geojson"
    write_geojson(odd, areas, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert rfc_faults(found) == []
    assert len(found["features"]) == 3
    assert all(one["geometry"] is None for one in found["features"]) == (case == "nowhere")
    write_geopackage(odd, areas, tmp_path / "plan.gpkg")
    assert geopackage_faults(tmp_path / "plan.gpkg") == []
    assert dict(pyogrio.list_layers(tmp_path / "plan.gpkg").tolist())["accounts"] == "Point"


def test_areas_over_the_antimeridian_are_cut_there(tmp_path: Path) -> None:
    """No ring crosses it, and the box runs from west to east over it."""
    made = fiji(200)
    path = tmp_path / "territories.geojson"
    write_geojson(made, plan_areas(made), path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert rfc_faults(found) == []
    west, _, east, _ = found["bbox"]
    assert 150 < west <= 180
    assert -180 <= east < -150
    assert any(one["bbox"][0] > one["bbox"][2] for one in found["features"])


def test_areas_end_where_the_land_does(company: Plan, tmp_path: Path) -> None:
    """With a boundary no area leaves it, whether units are given or not, and nothing overlaps."""
    land = box(-110, 30, -90, 42).union(box(-80, 30, -78, 45))
    boundary = gpd.GeoDataFrame({"geometry": [land]}, geometry="geometry", crs="EPSG:4326")
    cells = [box(x, y, x + 4, y + 4) for x in range(-124, -72, 4) for y in range(28, 50, 4)]
    names = [f"u{at}" for at in range(len(cells))]
    units = gpd.GeoDataFrame({"unit_id": names, "geometry": cells}, crs="EPSG:4326")
    points = shapely.points(company.data.accounts[["longitude", "latitude"]].fillna(0).to_numpy())
    inside = [
        next((n for n, c in zip(names, cells, strict=True) if c.covers(p)), None) for p in points
    ]
    table = company.data.accounts.assign(unit_id=pd.array(inside, dtype="str"))
    for given, accounts in ((None, company.data.accounts), (units, table)):
        data = replace(company.data, units=given, accounts=accounts, boundary=boundary)
        shapes = [one for one in plan_areas(replace(company, data=data)).shapes if one is not None]
        assert shapes
        assert all(land.buffer(1e-5).covers(shape) and shape.is_valid for shape in shapes)
        overlap = [a.intersection(b).area for a, b in combinations(shapes, 2)]
        assert max(overlap, default=0.0) == 0.0


def geopackage_faults(path: Path) -> list[str]:
    """Return what the GeoPackage standard (OGC 12-128) asks for in vain, read with SQLite alone."""
    with closing(sqlite3.connect(path)) as base:
        faults = (
            [] if base.execute("PRAGMA integrity_check").fetchone() == ("ok",) else ["integrity"]
        )
        head = path.read_bytes()[68:72]
        faults += [] if head == b"GPKG" else ["application id"]
        layers = base.execute(
            "SELECT c.table_name, c.srs_id, g.column_name, g.srs_id, g.geometry_type_name "
            "FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name) "
            "WHERE c.data_type = 'features'"
        ).fetchall()
        faults += (
            [] if {one[0] for one in layers} == {"territories", "accounts", "homes"} else ["layers"]
        )
        systems = dict(base.execute("SELECT srs_id, organization FROM gpkg_spatial_ref_sys"))
        faults += [] if {-1, 0, 4326} <= set(systems) else ["reference systems"]
        for name, system, column, of_column, _ in layers:
            faults += [] if system == of_column == 4326 else [f"{name}: system"]
            for (blob,) in base.execute(
                f'SELECT "{column}" FROM "{name}" WHERE "{column}" NOT NULL'
            ):
                # "GP", version 0, flags, then the reference system in the order that flags say.
                order = "<" if blob[3] & 1 else ">"
                good = blob[:2] == b"GP" and blob[2] == 0
                good &= struct.unpack(f"{order}i", blob[4:8])[0] == 4326
                envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
                shape = shapely.from_wkb(blob[8 + envelope :])
                faults += [] if good and shape.is_valid else [f"{name}: geometry"]
    return faults


def test_a_geopackage_keeps_to_the_standard(plan: Plan, tmp_path: Path) -> None:
    """SQLite alone finds what the standard asks for, with the right number of rows."""
    path = tmp_path / "plan.gpkg"
    write_geopackage(plan, plan_areas(plan), path)
    assert geopackage_faults(path) == []
    with closing(sqlite3.connect(path)) as base:
        rows = [
            base.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in ("territories", "accounts", "homes")
        ]
        known = base.execute(
            "SELECT account_id, potential FROM accounts ORDER BY account_id"
        ).fetchall()
    assert rows == [6, 300, 6]
    assert known[0] == ("000000", plan.potential.expected[0] / 100)


def test_ogrinfo_opens_both(plan: Plan, tmp_path: Path) -> None:
    """GDAL's own program lists the layers, their counts and WGS 84."""
    tool = shutil.which("ogrinfo")
    if tool is None:
        pytest.skip("ogrinfo is not installed")
    areas = plan_areas(plan)
    write_geopackage(plan, areas, tmp_path / "plan.gpkg")
    write_geojson(plan, areas, tmp_path / "territories.geojson")
    for name, layers in (("plan.gpkg", (6, 300, 6)), ("territories.geojson", (6,))):
        command = [tool, "-ro", "-so", "-al", tmp_path / name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        counts = [int(one) for one in re.findall(r"Feature Count: (\d+)", done.stdout)]
        assert sorted(counts) == sorted(layers)
        assert done.stdout.count("WGS 84") >= len(layers)
        assert "Warning" not in done.stderr


@pytest.mark.parametrize("name", ["fid", "geom", "geometry", "Moved", "a b'c\"", "ogc_fid"])
def test_a_measure_may_have_any_name(company: Plan, tmp_path: Path, name: str) -> None:
    """A measure that is called as a column of the file is called gets another name."""
    measures = {**company.account_measures, name: np.arange(12.0)}
    summary = company.alignment.measures["workload"]
    alignment = replace(company.alignment, measures={**company.alignment.measures, name: summary})
    odd = replace(company, account_measures=measures, alignment=alignment)
    path = tmp_path / "plan.gpkg"
    write_geopackage(odd, plan_areas(odd), path)
    assert geopackage_faults(path) == []
    with closing(sqlite3.connect(path)) as base:
        found = {row[1] for row in base.execute("PRAGMA table_info(accounts)")}
        (written,) = {name, f"measure_{name}"} & found - {"fid", "geom"}
        query = (
            f'SELECT "{written.replace(chr(34), chr(34) * 2)}" FROM accounts ORDER BY account_id'
        )
        assert [row[0] for row in base.execute(query)] == list(range(12))


def test_the_same_plan_gives_the_same_map_files(plan: Plan, tmp_path: Path) -> None:
    """Nothing in GeoJSON or GeoPackage depends on the clock."""
    areas = plan_areas(plan)
    for name in ("one", "two"):
        write_geojson(plan, areas, tmp_path / f"{name}.geojson")
        write_geopackage(plan, areas, tmp_path / f"{name}.gpkg")
    for suffix in ("geojson", "gpkg"):
        one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
