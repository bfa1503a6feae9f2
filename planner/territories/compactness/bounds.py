"""Proven bounds of a diameter: every unit's territory must hold enough of every measure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compactness.moves import CompactRules
from planner.territories.contiguity.graph import Graph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def bound_diameter(rules: CompactRules, graph: Graph) -> float:
    """Return a diameter that no balanced partition goes below.

    Parameters
    ----------
    rules
        Distances, measures and limits.
    graph
        The neighbours.
    """
    return max(bound_by_reach(rules), bound_by_spread(rules.distance, rules.lower.shape[1]))


def bound_by_reach(rules: CompactRules) -> float:
    """Return the largest over units of the radius that holds a territory's least amounts.

    Parameters
    ----------
    rules
        Distances, measures and limits.
    """
    order = np.argsort(rules.distance, axis=1, kind="stable")
    radius = np.take_along_axis(rules.distance, order, axis=1)
    floor = 0.0
    for amounts, lower in zip(rules.amounts, rules.lower, strict=True):
        least = float(lower.min())
        held = np.cumsum(amounts[order], axis=1)
        enough = held >= least - 1e-9 * max(1.0, abs(least))
        if least > 0 and enough[:, -1].all():
            at = np.argmax(enough, axis=1)
            floor = max(floor, float(radius[np.arange(len(at)), at].max()))
    return floor


def bound_by_spread(distance: Floats, territories: int) -> float:
    """Return the least distance among one more unit than there are territories, far apart.

    Parameters
    ----------
    distance
        (units, units)
    territories
        Of any territories + 1 units, two share a territory.
    """
    if len(distance) <= territories:
        return 0.0
    best = 0.0
    for first in np.argsort(-distance.max(axis=1), kind="stable")[:20]:
        near, least = distance[first].copy(), np.inf
        for _ in range(territories):
            pick = int(np.argmax(near))
            least = min(least, float(near[pick]))
            near = np.minimum(near, distance[pick])
        best = max(best, least)
    return best
