"""A compiled sweep over every pair of unit and home, none of them kept but the near ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Plane(NamedTuple):
    """Units and homes as a sweep takes them.

    ``points`` and ``homes`` lie in a plane or on the unit sphere, a home that does not travel has
    NaN; ``weights`` is a unit's cost for each unit of distance; ``kind`` is 0 for straight lines,
    1 for their squares, 2 for great circles of a sphere of ``radius``.
    """

    points: Floats
    homes: Floats
    weights: Floats
    class_of_unit: Ints
    allowed: Bools
    held: Ints
    amounts: Floats
    cap: Floats
    kind: int
    radius: float


@compiled
def pair_distance(plane: Plane, unit: int, home: int) -> float:
    """Return the distance of a unit from a home, 0 where either is nowhere."""
    squared = 0.0
    for axis in range(plane.points.shape[1]):
        difference = plane.points[unit, axis] - plane.homes[home, axis]
        squared += difference * difference
    if np.isnan(squared):
        return 0.0
    if plane.kind == 1:
        return float(squared)
    straight = float(np.sqrt(squared))
    if plane.kind == 2:
        return float(plane.radius * 2.0 * np.arcsin(min(straight / 2.0, 1.0)))
    return straight


@compiled
def sweep_units(
    first: int,
    last: int,
    plane: Plane,
    prices: Floats,
    margin: Floats,
    least: Floats,
    count: Ints,
    near: Shorts,
) -> None:
    """Write each unit's least price over all homes, and the homes within a margin of it.

    Where more homes are near than there is room for, the margin is halved until they fit.
    """
    homes, columns = prices.shape
    priced = np.empty(homes)
    for unit in range(first, last):
        least[unit], widest = np.inf, -np.inf
        may = plane.allowed[plane.class_of_unit[unit]]
        for home in range(homes):
            priced[home] = np.inf
            if plane.held[unit] >= 0:
                if plane.held[unit] != home:
                    continue
            elif not may[home]:
                continue
            price = plane.weights[unit] * pair_distance(plane, unit, home)
            for column in range(columns):
                amount = min(plane.amounts[unit, column], plane.cap[home, column])
                price += amount * prices[home, column]
            priced[home] = price
            least[unit] = min(least[unit], price)
            widest = max(widest, price)
        width = min(margin[unit], widest - least[unit])
        count[unit] = keep_near(priced, least[unit], width, near[unit])


@compiled
def keep_near(priced: Floats, least: float, margin: float, near: Shorts) -> int:
    """Write the homes within a margin of the least, narrowed until they fit; return how many."""
    width = margin
    while True:
        found = 0
        for home in range(len(priced)):
            if priced[home] <= least + width and priced[home] < np.inf:
                if found < len(near):
                    near[found] = home
                found += 1
        if found <= len(near):
            return found
        if width <= 1e-12 * abs(least):
            return len(near)
        width /= 1.5
