"""Shapes that share their borders to the last decimal, so that no two of them overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.plan import Ints

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# Six decimals of a degree are a tenth of a metre: all that RFC 7946 asks for.
GRID = 1e-6
# Crumbs of a drawn area are left out; an island of the user's own units never is.
SLIVER_SHARE, ISLAND_SHARE = 2e-4, 1e-9


def cover_exactly(
    shapes: Any, label: Ints, cover: BaseGeometry | None, smallest: float = SLIVER_SHARE
) -> list[tuple[int, BaseGeometry]]:
    """Return the union of the shapes of each label on a grid of six decimals, without overlap.

    All borders are drawn as lines, noded on the grid at once, and the faces between them are
    joined again: neighbours then share exactly the same vertices.

    Parameters
    ----------
    shapes
        Polygons in degrees that hardly overlap, (shapes,).
    label
        Which shapes belong together, -1 left out, (shapes,).
    cover
        Nothing outside it is kept.
    smallest
        Pieces of less than this share of a label's largest are left out.
    """
    import shapely

    wanted = np.flatnonzero((label >= 0) & ~shapely.is_empty(shapes))
    if not len(wanted):
        return []
    chosen, names = shapes[wanted], label[wanted]
    lines = list(shapely.boundary(chosen))
    if cover is not None:
        lines.append(shapely.boundary(cover))
    noded = shapely.union_all(np.array(lines, dtype=object), grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    owner = _owner_of_face(faces, chosen, names, cover)
    found = [
        (name, _join_faces(faces[owner == name], smallest)) for name in np.unique(names).tolist()
    ]
    return [(name, shape) for name, shape in found if shape is not None]


def _owner_of_face(faces: Any, shapes: Any, names: Ints, cover: BaseGeometry | None) -> Ints:
    import shapely

    inside = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1, dtype=np.int64)
    face, shape = shapely.STRtree(shapes).query(inside, predicate="intersects")
    # The last write wins: walk backwards, so that the first shape has a face that two claim.
    order = np.lexsort((-shape, face))
    owner[face[order]] = names[shape[order]]
    if cover is not None:
        shapely.prepare(cover)
        owner[~shapely.intersects(cover, inside)] = -1
    return owner


def _join_faces(faces: Any, smallest: float) -> BaseGeometry | None:
    import shapely

    if not len(faces):
        return None
    parts = shapely.get_parts(shapely.coverage_union_all(faces))
    areas = shapely.area(parts)
    kept = parts[areas >= smallest * areas.max()]
    return join_polygons(shapely.orient_polygons(kept))


def join_polygons(polygons: Any) -> BaseGeometry:
    """Return one polygon as it is, several as one multipolygon."""
    import shapely

    joined: BaseGeometry = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
    return joined
