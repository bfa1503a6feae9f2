"""Territories as areas: from the points of their accounts, or from the user's own units.

Each account's place goes to the territory of most of its neighbours, and the Voronoi cells of
the places of one territory are joined. Cells reach no further than a distance that the data
show, and not over the coast, so that land and sea without accounts stay empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.plan import Bools, Floats, Ints, Plan

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

UNITS_USED_FROM = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """The area of each territory in degrees (WGS 84), and whose areas may be compared.

    Parameters
    ----------
    shapes
        A valid polygon or multipolygon with at most six decimals, None where a territory has
        no area, (territories,).
    groups
        Name of the peer group, inside which no two shapes overlap, (territories,).
    """

    shapes: tuple[BaseGeometry | None, ...]
    groups: tuple[str, ...]


def plan_areas(plan: Plan, territory_of: Ints | None = None, known: Areas | None = None) -> Areas:
    """Return the area of each territory of a plan.

    Parameters
    ----------
    territory_of
        Territory of each account, -1 none, (accounts,); the plan's own where not given
        (``plan.today.seat_of_account`` gives today's areas).
    known
        The plan's own areas, where there are: a peer group in which nothing moves has the same.
    """
    places = plan.territory_of_account if territory_of is None else territory_of
    size = len(plan.territory_ids)
    if _has_units(plan):
        shapes = _areas_by_unit(plan, places)
    else:
        accounts = plan.data.accounts
        points = accounts[["latitude", "longitude"]].to_numpy(dtype=np.float64, na_value=np.nan)
        kept, groups = _without_pools(plan, places), _group_numbers(plan)
        still = np.zeros(size, dtype=np.bool_)
        if known is not None:
            still = _unmoved(_without_pools(plan, plan.territory_of_account), kept, groups)
            if still.all():
                return known
        drawn = np.where((kept >= 0) & still[np.maximum(kept, 0)], -1, kept)
        shapes = areas_of_points(points, drawn, groups, size, boundary=_land(plan))
        if known is not None:
            pairs = zip(still.tolist(), known.shapes, shapes, strict=True)
            shapes = [own if same else shape for same, own, shape in pairs]
    return Areas(shapes=tuple(shapes), groups=plan.peer_groups)


def _unmoved(before: Ints, after: Ints, group_of: Ints) -> Bools:
    """Return the territories in whose peer group both have the same accounts, (territories,)."""
    moved = before != after
    touched = np.unique([before[moved], after[moved]])
    return ~np.isin(group_of, group_of[touched[touched >= 0]])


def areas_of_points(
    points: Floats,
    territory_of: Ints,
    group_of: Ints,
    territories: int,
    boundary: BaseGeometry | None = None,
) -> list[BaseGeometry | None]:
    """Return the areas in which the accounts of each territory prevail.

    Parameters
    ----------
    points
        Latitude and longitude in degrees, NaN where unplaced, (accounts, 2).
    territory_of
        (accounts,), -1 none.
    group_of
        Peer group of each territory, (territories,).
    boundary
        Land in WGS 84 that no area leaves.

    Returns
    -------
    list
        One shape, or None, for each territory.
    """
    from planner.outputs.cells import region_areas
    from planner.outputs.regions import find_regions

    shapes: list[list[BaseGeometry]] = [[] for _ in range(territories)]
    known = np.isfinite(points).all(axis=1) & (territory_of >= 0)
    for group in np.unique(group_of).tolist():
        rows = np.flatnonzero(known & (group_of[np.maximum(territory_of, 0)] == group))
        for region in find_regions(points[rows]):
            chosen = rows[region]
            for territory, shape in region_areas(points[chosen], territory_of[chosen], boundary):
                shapes[territory].append(shape)
    return [_join(parts) for parts in shapes]


def _join(parts: list[BaseGeometry]) -> BaseGeometry | None:
    import shapely

    from planner.outputs.coverage import join_polygons

    if not parts:
        return None
    return join_polygons(shapely.get_parts(np.array(parts, dtype=object)))


def _group_numbers(plan: Plan) -> Ints:
    names = {name: place for place, name in enumerate(dict.fromkeys(plan.peer_groups))}
    return np.array([names[group] for group in plan.peer_groups], dtype=np.int64)


def _without_pools(plan: Plan, places: Ints) -> Ints:
    """Leave out pools where they stand among territories with a home: they have no place."""
    groups, travels = _group_numbers(plan), plan.seats.travels
    among = np.zeros(groups.max(initial=-1) + 1, dtype=np.bool_)
    among[groups[travels]] = True
    pool: Bools = ~travels & among[groups] & np.isnan(plan.seats.homes).any(axis=1)
    return np.where((places >= 0) & pool[np.maximum(places, 0)], -1, places)


def _has_units(plan: Plan) -> bool:
    units, accounts = plan.data.units, plan.data.accounts
    if units is None or not len(units) or "unit_id" not in accounts or not len(accounts):
        return False
    return bool(accounts["unit_id"].isin(units["unit_id"]).mean() >= UNITS_USED_FROM)


def _boundary(plan: Plan) -> BaseGeometry | None:
    """Return the land that the user gave, None where he gave none."""
    import shapely

    given = plan.data.boundary
    if given is None or not len(given):
        return None
    land = shapely.union_all(shapely.make_valid(shapely.force_2d(given.geometry.to_numpy())))
    return None if shapely.area(land) == 0 else land


def _land(plan: Plan) -> BaseGeometry | None:
    """Return the boundary, else what the user's units cover, else what the coasts around hold."""
    import shapely

    from planner.outputs.maps.outlines import read_coast

    units, boundary = plan.data.units, _boundary(plan)
    if boundary is not None:
        return boundary
    if units is None or not len(units):
        accounts = plan.data.accounts[["longitude", "latitude"]]
        return read_coast(accounts.to_numpy(dtype=np.float64, na_value=np.nan))
    land = shapely.union_all(_clean_units(units))
    return None if shapely.is_empty(land) else land


def _areas_by_unit(plan: Plan, places: Ints) -> list[BaseGeometry | None]:
    from planner.outputs.coverage import ISLAND_SHARE, cover_exactly

    units = plan.data.units
    if units is None:
        return []
    size, groups = len(plan.territory_ids), _group_numbers(plan)
    owners = _owner_counts(plan, units, places)
    clean, boundary = _clean_units(units), _boundary(plan)
    shapes: list[BaseGeometry | None] = [None] * size
    for group in np.unique(groups).tolist():
        members = np.flatnonzero(groups == group)
        counts = owners[:, members]
        winner = np.where(counts.max(axis=1, initial=0) > 0, counts.argmax(axis=1), -1)
        for member, shape in cover_exactly(clean, winner, cover=boundary, smallest=ISLAND_SHARE):
            shapes[int(members[member])] = shape
    return shapes


def _owner_counts(plan: Plan, units: gpd.GeoDataFrame, places: Ints) -> Ints:
    position = {name: place for place, name in enumerate(units["unit_id"].tolist())}
    unit = plan.data.accounts["unit_id"].map(position).fillna(-1).to_numpy(dtype=np.int64)
    known = (unit >= 0) & (places >= 0)
    counts = np.zeros((len(units), len(plan.territory_ids)), dtype=np.int64)
    np.add.at(counts, (unit[known], places[known]), 1)
    return counts


def _clean_units(units: gpd.GeoDataFrame) -> Any:
    import shapely

    given = units.geometry if units.crs is None else units.geometry.to_crs(4326)
    shapes: Any = shapely.make_valid(shapely.force_2d(given.to_numpy()))
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    return shapely.coverage_clean(shapes)  # type: ignore[attr-defined]  # newer than its stubs
