"""Colours by territory: neighbours are never alike, and those that are alike lie far apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

# As many as the page's palette has; its hues keep apart under the common colour blindnesses.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#6A5ACD")
NEAREST_HOMES = 4
# Degrees that a territory of another group counts as farther away than it is.
ELSEWHERE = 360.0


def colour_territories(
    shapes: Sequence[BaseGeometry | None],
    homes: npt.NDArray[np.float64],
    groups: Sequence[str] = (),
) -> list[int]:
    """Return a colour number for each territory, neighbours' numbers differing.

    Parameters
    ----------
    shapes
        Area of each territory, None where it has none, (territories,).
    homes
        Latitude and longitude in degrees, NaN where unknown, (territories, 2).
    groups
        Those of a group are shown together, so that these differ first; default: all are one.

    Returns
    -------
    list of int
        Positions in the palette. Where a territory has more neighbours than there are colours,
        the one that its neighbours use least; among several, the one that is used farthest away.
    """
    together = np.unique(groups, return_inverse=True)[1] if groups else np.zeros(len(shapes))
    neighbours: list[set[int]] = [set() for _ in shapes]
    for a, b in (*_touching(shapes), *_near(homes)):
        if together[a] == together[b]:
            neighbours[a].add(b)
            neighbours[b].add(a)
    places = _middles(shapes, homes)
    colours = np.full(len(shapes), -1)
    for node in sorted(range(len(shapes)), key=lambda node: (-len(neighbours[node]), node)):
        used = colours[sorted(neighbours[node])].tolist()
        apart = _distances_by_colour(places, colours, node, together)
        colours[node] = min(range(len(PALETTE)), key=lambda c: (used.count(c), -float(apart[c]), c))
    return [int(colour) for colour in colours]


def _distances_by_colour(
    places: Floats, colours: npt.NDArray[np.int64], node: int, together: npt.NDArray[Any]
) -> Floats:
    """Return how far the nearest of each colour is, degrees; others' groups count as far away."""
    gap = np.nan_to_num(np.hypot(*(places - places[node]).T), nan=180.0)
    gap = gap + np.where(together == together[node], 0.0, ELSEWHERE)
    far = np.full(len(PALETTE), np.inf)
    np.minimum.at(far, colours[colours >= 0], gap[colours >= 0])
    return far


def _middles(shapes: Sequence[BaseGeometry | None], homes: Floats) -> Floats:
    """Return where each territory lies, longitude and latitude, NaN where nobody knows."""
    found = np.column_stack([homes[:, 1], homes[:, 0]]) if len(homes) else np.zeros((0, 2))
    for at, shape in enumerate(shapes):
        if shape is not None and not shape.is_empty:
            found[at] = shape.centroid.coords[0]
    return found


def _touching(shapes: Sequence[BaseGeometry | None]) -> Iterator[tuple[int, int]]:
    from shapely import STRtree

    known = [position for position, shape in enumerate(shapes) if shape is not None]
    areas = [shape for shape in shapes if shape is not None]
    if not areas:
        return
    left, right = STRtree(areas).query(areas, predicate="intersects")
    yield from ((known[a], known[b]) for a, b in zip(left, right, strict=True) if a < b)


def _near(homes: npt.NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    from scipy.spatial import cKDTree

    known = np.flatnonzero(np.isfinite(homes).all(axis=1))
    count = min(NEAREST_HOMES + 1, len(known))
    if count < 2:
        return
    nearest = np.asarray(cKDTree(homes[known]).query(homes[known], k=count)[1])
    for a, row in enumerate(nearest.tolist()):
        yield from ((int(known[a]), int(known[b])) for b in row if a != b)
