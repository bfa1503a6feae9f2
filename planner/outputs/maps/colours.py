"""Colours by territory: neighbours are never alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# As many as the page's palette has; its hues keep apart under the common colour blindnesses.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#6A5ACD")
NEAREST_HOMES = 4


def colour_territories(
    shapes: Sequence[BaseGeometry | None], homes: npt.NDArray[np.float64]
) -> list[int]:
    """Return a colour number for each territory, neighbours' numbers differing.

    Parameters
    ----------
    shapes
        Area of each territory, None where it has none, (territories,).
    homes
        Latitude and longitude in degrees, NaN where unknown, (territories, 2).

    Returns
    -------
    list of int
        Positions in the palette; where a territory has more neighbours than there are colours,
        the one that its neighbours use least.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(shapes)))
    graph.add_edges_from(_touching(shapes))
    graph.add_edges_from(_near(homes))
    colours = [-1] * len(shapes)
    for node in sorted(graph, key=lambda node: (-graph.degree(node), node)):
        used = [colours[other] for other in graph[node]]
        everywhere = [colours.count(colour) for colour in range(len(PALETTE))]
        colours[node] = min(range(len(PALETTE)), key=lambda c: (used.count(c), everywhere[c], c))
    return colours


def _touching(shapes: Sequence[BaseGeometry | None]) -> list[tuple[int, int]]:
    from shapely import STRtree

    known = [position for position, shape in enumerate(shapes) if shape is not None]
    areas = [shape for shape in shapes if shape is not None]
    if not areas:
        return []
    left, right = STRtree(areas).query(areas, predicate="intersects")
    return [(known[a], known[b]) for a, b in zip(left, right, strict=True) if a < b]


def _near(homes: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    from scipy.spatial import cKDTree

    known = np.flatnonzero(np.isfinite(homes).all(axis=1))
    count = min(NEAREST_HOMES + 1, len(known))
    if count < 2:
        return []
    nearest = np.asarray(cKDTree(homes[known]).query(homes[known], k=count)[1])
    return [
        (int(known[a]), int(known[b]))
        for a, row in enumerate(nearest.tolist())
        for b in row
        if a != b
    ]
