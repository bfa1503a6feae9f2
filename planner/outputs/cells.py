"""From the places of one region to the areas of its territories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.coverage import GRID, cover_exactly, join_polygons
from planner.outputs.plan import Bools, Floats, Ints
from planner.outputs.regions import Plane, flat_plane

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST_PLACES = 60_000
NEIGHBOURS = 9
# Discs around places: as wide as most places are apart, within what a map still shows well.
NARROWEST_KM, WIDEST_KM = 12.0, 160.0
# Squares across a region in which places count as one.
SEEN_ACROSS = 80
SPACING_QUANTILE, SPACING_FACTOR = 0.97, 1.6
DETAIL = 0.06
LONGEST_EDGE_KM = 40.0
SMALLEST_PATCH = 3
# A fifth of how exactly places are known here.
OFF_LATTICE_KM = 0.02


def region_areas(
    points: Floats, territory_of: Ints, boundary: BaseGeometry | None
) -> list[tuple[int, BaseGeometry]]:
    """Return (territory, shape in WGS 84) of each territory that has an area in one region.

    Parameters
    ----------
    points
        Latitude and longitude in degrees of a region's accounts, (accounts, 2).
    territory_of
        (accounts,), no -1.
    """
    import shapely

    plane = flat_plane(points)
    flat, owner, weight = _distinct_places(plane.flatten(points), territory_of)
    owner = smooth_owners(flat, owner, weight)
    reach = _reach(flat)
    cells = _voronoi_cells(flat, reach)
    names, label = np.unique(owner, return_inverse=True)
    joined = _join_cells(cells, label, len(names), reach * DETAIL)
    cover = _cover(flat, reach)
    # A little more than the cover: the exact cut comes on the grid of degrees.
    near = shapely.intersection(joined, shapely.buffer(cover, reach * 0.1, quad_segs=2))
    shapes = _unflatten(near, plane)
    found = cover_exactly(
        shapes, np.arange(len(names)), cover=_on_land(_unflatten([cover], plane)[0], boundary)
    )
    return [(int(names[place]), _into_range(shape)) for place, shape in found]


def _distinct_places(flat: Floats, owner: Ints) -> tuple[Floats, Ints, Ints]:
    """Merge accounts of one place (100 m), which goes to the territory that has most there."""
    keys = np.round(flat, 1)
    places, place_of = np.unique(keys, axis=0, return_inverse=True)
    place_of = place_of.ravel()
    pairs, count = np.unique(np.column_stack([place_of, owner]), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -count, pairs[:, 0]))
    first = order[np.unique(pairs[order, 0], return_index=True)[1]]
    step = max(1, -(-len(places) // MOST_PLACES))
    total = np.bincount(place_of, minlength=len(places))
    return places[::step], pairs[first, 1][::step], total[::step]


def smooth_owners(flat: Floats, owner: Ints, weight: Ints) -> Ints:
    """Give each place to the territory of most of its neighbours, and patches to what is around.

    A territory that would vanish keeps the place where it is densest with its neighbours there.

    Parameters
    ----------
    flat
        (places, 2) kilometres.
    owner, weight
        Territory and number of accounts of each place, (places,).
    """
    from scipy.spatial import cKDTree

    if len(flat) <= NEIGHBOURS:
        return owner
    nearest = np.asarray(cKDTree(flat).query(flat, k=NEIGHBOURS)[1], np.int64)
    share = (owner[nearest] == owner[:, None]).sum(axis=1)
    smooth = _absorb_patches(flat, _majority(_majority(owner, nearest), nearest), weight)
    for lost in np.setdiff1d(owner, smooth).tolist():
        mine = np.flatnonzero(owner == lost)
        core = mine[np.argmax(share[mine])]
        kept = nearest[core][owner[nearest[core]] == lost]
        smooth[kept] = lost
    return smooth


def _majority(owner: Ints, nearest: Ints) -> Ints:
    around = owner[nearest]
    votes = (around[:, :, None] == around[:, None, :]).sum(axis=2)
    # The place's own territory comes first in the row, so that it wins ties.
    return np.asarray(around[np.arange(len(owner)), votes.argmax(axis=1)])


def _absorb_patches(flat: Floats, owner: Ints, weight: Ints) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = _touching(flat)
    result = owner.copy()
    for _ in range(3):
        same = result[edges[:, 0]] == result[edges[:, 1]]
        links = coo_array((np.ones(same.sum()), edges[same].T), shape=(len(flat),) * 2)
        _, patch = connected_components(links, directed=False)
        small = _small_patches(patch.astype(np.int64), result, weight)[patch]
        if not small.any():
            break
        result = _take_from_around(result, edges, small)
    return result


def _small_patches(patch: Ints, owner: Ints, weight: Ints) -> Bools:
    """Return which patches are too small to draw: never a territory's largest."""
    size = np.bincount(patch, weights=weight)
    of_patch = np.zeros(len(size), dtype=np.int64)
    of_patch[patch] = owner
    largest = np.zeros(owner.max() + 1)
    np.maximum.at(largest, of_patch, size)
    limit = np.maximum(SMALLEST_PATCH, 0.03 * np.bincount(owner, weights=weight))
    return np.asarray((size < limit[of_patch]) & (size < largest[of_patch]))


def _take_from_around(owner: Ints, edges: Ints, small: Bools) -> Ints:
    both = np.vstack([edges, edges[:, ::-1]])
    both = both[small[both[:, 0]] & ~small[both[:, 1]]]
    pairs = np.column_stack([both[:, 0], owner[both[:, 1]]])
    votes, count = np.unique(pairs, axis=0, return_counts=True)
    order = np.lexsort((votes[:, 1], -count, votes[:, 0]))
    first = order[np.unique(votes[order, 0], return_index=True)[1]]
    result = owner.copy()
    result[votes[first, 0]] = votes[first, 1]
    return result


def _touching(flat: Floats) -> Ints:
    from scipy.spatial import Delaunay, QhullError

    try:
        triangles = Delaunay(flat).simplices
    except QhullError:
        # All places on one line: each touches the next along it.
        order = np.lexsort((flat[:, 1], flat[:, 0]))
        return np.column_stack([order[:-1], order[1:]])
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)


def _reach(flat: Floats) -> float:
    """Return how far an area goes beyond its places, km, by how far they lie apart.

    Places are thinned first: inside towns they lie a street apart, and areas of streets would
    be too small to be seen on a map of a country.
    """
    from scipy.spatial import cKDTree

    step = max(float(np.ptp(flat, axis=0).max(initial=0.0)) / SEEN_ACROSS, NARROWEST_KM / 10)
    thin = flat[np.unique(np.round(flat / step), axis=0, return_index=True)[1]]
    if len(thin) < 2:
        return NARROWEST_KM * 2
    spacing = np.asarray(cKDTree(thin).query(thin, k=2)[0])[:, 1]
    wanted = SPACING_FACTOR * float(np.quantile(spacing, SPACING_QUANTILE))
    return float(np.clip(wanted, NARROWEST_KM, WIDEST_KM))


def _voronoi_cells(flat: Floats, reach: float) -> Any:
    import shapely

    low, high = flat.min(axis=0) - 3 * reach, flat.max(axis=0) + 3 * reach
    frame = shapely.box(*low, *high)
    if len(flat) == 1:
        return np.array([frame], dtype=object)
    # Of four places on a circle, as on any lattice, cells come out with whiskers: none lie so here.
    moved = flat + np.random.default_rng(0).uniform(-OFF_LATTICE_KM, OFF_LATTICE_KM, flat.shape)
    cells = shapely.voronoi_polygons(shapely.multipoints(moved), extend_to=frame, ordered=True)
    return shapely.get_parts(cells)


def _join_cells(cells: Any, label: Ints, count: int, detail: float) -> Any:
    import shapely

    joined = [shapely.coverage_union_all(cells[label == place]) for place in range(count)]
    return shapely.coverage_simplify(np.array(joined, dtype=object), detail)


def _cover(flat: Floats, reach: float) -> BaseGeometry:
    """Return the land that areas may cover: discs around places, their small gaps closed."""
    import shapely

    # One disc for each cell of a grid: it is wide enough for every place in its cell.
    step = reach * 0.7
    thin = np.unique(np.round(flat / step), axis=0) * step
    discs = shapely.union_all(shapely.buffer(shapely.points(thin), reach * 1.5, quad_segs=6))
    cover = shapely.buffer(discs, -0.5 * reach, quad_segs=4)
    return shapely.simplify(cover, reach * DETAIL)


def _on_land(cover: BaseGeometry, boundary: BaseGeometry | None) -> BaseGeometry:
    """Cut a cover in degrees by the land, which is drawn again beyond the date line."""
    import shapely
    from shapely import affinity

    if boundary is None:
        return cover
    turns = [affinity.translate(boundary, xoff=turn) for turn in (-360.0, 0.0, 360.0)]
    near = [turned for turned in turns if shapely.intersects(shapely.box(*cover.bounds), turned)]
    return shapely.intersection(cover, shapely.union_all(near))


def _unflatten(shapes: Any, plane: Plane) -> Any:
    import shapely

    # A long straight edge of the plane is a curve in degrees: it goes over in short pieces.
    pieces = shapely.segmentize(np.array(shapes, dtype=object), LONGEST_EDGE_KM)
    return shapely.transform(pieces, plane.unflatten)


def _into_range(shape: BaseGeometry) -> BaseGeometry:
    """Cut a shape that runs over the date line, as RFC 7946 asks."""
    import shapely
    from shapely import affinity

    west, _, east, _ = shape.bounds
    if west >= -180.0 and east <= 180.0:
        return shape
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        inside = shapely.intersection(
            shape, shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0), grid_size=GRID
        )
        parts.append(affinity.translate(inside, xoff=-turn))
    flat = shapely.get_parts(np.array(parts, dtype=object))
    areas = flat[(shapely.get_dimensions(flat) == 2) & ~shapely.is_empty(flat)]
    return join_polygons(areas)
