"""A plan as a GeoPackage: the layers territories, accounts and homes, in WGS 84."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.columns import Table
from planner.outputs.geojson import territory_properties
from planner.outputs.plan import Floats, Plan
from planner.outputs.polygons import Areas
from planner.outputs.tables import assignments_table, territories_table

if TYPE_CHECKING:
    import geopandas as gpd

# What a table of this format has of its own; names there are the same whatever their case.
RESERVED = frozenset({"fid", "ogc_fid", "geom", "geometry"})
# Of the standard: what programs of some years ago read without a warning.
VERSION = "1.2"
# The file would say when it was made, and so differ each time.
FIXED_DATE = "2000-01-01T00:00:00.000Z"


def write_geopackage(plan: Plan, areas: Areas, path: Path) -> None:
    """Write three layers; accounts and homes without a place have no geometry."""
    layers = {
        "territories": _territories(plan, areas),
        "accounts": _accounts(plan),
        "homes": _homes(plan),
    }
    with _fixed_date():
        for name, frame in layers.items():
            # Said outright, since a layer without any shape would not know its kind.
            kind = "MultiPolygon" if name == "territories" else "Point"
            frame.to_file(
                path,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                geometry_type=kind,
                dataset_options={} if path.exists() else {"VERSION": VERSION},
            )


def _free_names(columns: Iterable[str]) -> dict[str, str]:
    """Return each column's name, another one where SQLite would take it for one that is there."""
    taken, names = set(RESERVED), {}
    for column in columns:
        name, number = column, 2
        if column.casefold() in taken:
            name = f"measure_{column}"
        while name.casefold() in taken:
            name, number = f"measure_{column}_{number}", number + 1
        taken.add(name.casefold())
        names[column] = name
    return names


def _territories(plan: Plan, areas: Areas) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    table = territories_table(plan)
    rows = [territory_properties(plan, table, row) for row in range(len(areas.shapes))]
    names = _free_names(rows[0] if rows else ())
    rows = [{names[key]: value for key, value in row.items()} for row in rows]
    shapes = [
        None if shape is None else shapely.multipolygons(shapely.get_parts(shape))
        for shape in areas.shapes
    ]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _accounts(plan: Plan) -> gpd.GeoDataFrame:
    frame = plan.data.accounts[["latitude", "longitude"]]
    points = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return _point_layer(_plain_columns(plan, assignments_table(plan)), points)


def _homes(plan: Plan) -> gpd.GeoDataFrame:
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    columns = {
        "territory_id": list(plan.territory_ids),
        "rep_id": list(plan.seats.rep_ids),
        "name": [names.get(rep_id, "") for rep_id in plan.seats.rep_ids],
    }
    return _point_layer(columns, plan.seats.homes)


def _point_layer(columns: dict[str, list[Any]], points: Floats) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    shapes = np.full(len(points), None, dtype=object)
    placed = np.isfinite(points).all(axis=1)
    shapes[placed] = shapely.points(points[placed][:, ::-1])
    names = _free_names(columns)
    fields = {names[name]: values for name, values in columns.items()}
    return gpd.GeoDataFrame(fields, geometry=shapes, crs="EPSG:4326")


def _plain_columns(plan: Plan, table: Table) -> dict[str, list[Any]]:
    scale = plan.data.currency.scale
    return {
        column.name: [
            value / scale if column.kind == "money" and value is not None else value
            for value in column.values
        ]
        for column in table.columns
    }


@contextmanager
def _fixed_date() -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
