"""Territories as GeoJSON (RFC 7946): WGS 84, six decimals, exterior rings counter-clockwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.columns import Table
from planner.outputs.money_values import money_number
from planner.outputs.plan import Floats, Plan
from planner.outputs.polygons import Areas
from planner.outputs.summary import plain_json
from planner.outputs.tables import territories_table

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DECIMALS = 6
# What a territory's table holds that a map need not say.
LEFT_OUT = {"accounts_today", "travel_today", "capacity"}


def write_geojson(plan: Plan, areas: Areas, path: Path) -> None:
    """Write one feature for each territory, by id; one without area has a null geometry."""
    table = territories_table(plan)
    lines = [
        json.dumps(_feature(plan, table, row, shape), ensure_ascii=True, allow_nan=False)
        for row, shape in enumerate(areas.shapes)
    ]
    body = ",\n".join(lines)
    box = bounding_box([shape for shape in areas.shapes if shape is not None])
    around = f'"bbox": {json.dumps(box)}, ' if box else ""
    path.write_text(
        f'{{"type": "FeatureCollection", {around}"features": [\n{body}\n]}}\n', encoding="utf-8"
    )


def territory_properties(plan: Plan, table: Table, row: int) -> dict[str, Any]:
    """Return what stands beside a territory's shape: ids, holder, measures and deviations."""
    properties: dict[str, Any] = {}
    for column in table.columns:
        if column.name in LEFT_OUT:
            continue
        value = column.values[row]
        is_money = column.kind == "money" and value is not None
        properties[column.name] = money_number(plan, value) if is_money else plain_json(value)
    return {"name": properties.pop("rep_name"), **properties}


def _feature(plan: Plan, table: Table, row: int, shape: BaseGeometry | None) -> dict[str, Any]:
    properties = territory_properties(plan, table, row)
    return {
        "type": "Feature",
        "id": properties["territory_id"],
        **({} if shape is None else {"bbox": bounding_box([shape])}),
        "properties": properties,
        "geometry": None if shape is None else geometry_object(shape),
    }


def bounding_box(shapes: Sequence[BaseGeometry]) -> list[float]:
    """Return west, south, east and north of shapes, nothing where there are none.

    Where a shape was cut at the antimeridian, west is greater than east, as RFC 7946 (5.2) asks.
    """
    import shapely

    parts = shapely.get_parts(np.array(shapes, dtype=object))
    if not len(parts):
        return []
    west, south, east, north = shapely.bounds(parts).T
    start, end = float(west.min()), float(east.max())
    if any(shape.bounds[0] == -180.0 and shape.bounds[2] == 180.0 for shape in shapes):
        start, end = _around_the_back(west, east)
    return [round(one, DECIMALS) for one in (start, float(south.min()), end, float(north.max()))]


def _around_the_back(west: Floats, east: Floats) -> tuple[float, float]:
    """Return where the shortest arc that holds all stretches starts and ends, eastwards."""
    order = np.argsort(west, kind="stable")
    reach = np.maximum.accumulate(east[order])
    gaps = west[order][1:] - reach[:-1]
    if not len(gaps) or gaps.max() <= 0:
        return -180.0, 180.0
    widest = int(gaps.argmax())
    return float(west[order][widest + 1]), float(reach[widest])


def geometry_object(shape: BaseGeometry) -> dict[str, Any]:
    """Return a polygon or multipolygon as a GeoJSON geometry."""
    import shapely

    polygons = shapely.get_parts(shapely.orient_polygons(shape)).tolist()
    rings = [[_ring(ring) for ring in (one.exterior, *one.interiors)] for one in polygons]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(ring: BaseGeometry) -> list[list[float]]:
    import shapely

    return [
        [round(x, DECIMALS), round(y, DECIMALS)] for x, y in shapely.get_coordinates(ring).tolist()
    ]
