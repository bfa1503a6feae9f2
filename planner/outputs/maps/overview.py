"""What one picture of a whole plan can show: areas that do not lie over each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.maps.payload import group_names
from planner.outputs.plan import Bools, Floats, Plan
from planner.outputs.polygons import Areas

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# Areas that only touch, or share a hair's breadth, are side by side.
OVERLAP = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A picture of a whole plan.

    Parameters
    ----------
    shown
        Whether a territory's area is drawn, (territories,).
    points
        Longitude and latitude of every account that has a place, degrees, (placed, 2).
    framed
        Whether the picture reaches to the account, (placed,): those of the largest peer group.
    words
        What the picture leaves out, in one line.
    """

    shown: Bools
    points: Floats
    framed: Bools
    words: str


def plan_overview(plan: Plan, areas: Areas) -> Overview:
    """Return what a picture of a plan shows, from its largest peer group on."""
    groups = _side_by_side(plan, areas)
    points = plan.data.accounts[["longitude", "latitude"]].to_numpy(np.float64, na_value=np.nan)
    placed = np.isfinite(points).all(axis=1)
    number = {name: at for at, name in enumerate(group_names(plan))}
    of_territory = np.array([number[name] for name in plan.peer_groups] + [-1])
    largest = of_territory[plan.territory_of_account[placed]] == 0
    framed = largest if largest.any() else np.ones(len(largest), dtype=np.bool_)
    return Overview(
        shown=np.array([group in groups for group in areas.groups], dtype=np.bool_),
        points=points[placed],
        framed=framed,
        words=_words(plan, groups, areas),
    )


def _side_by_side(plan: Plan, areas: Areas) -> list[str]:
    """Return peer groups whose areas lie beside each other, the largest group first."""
    import shapely

    chosen: list[str] = []
    taken: BaseGeometry = shapely.Polygon()
    for name in group_names(plan):
        own = [
            s for s, group in zip(areas.shapes, areas.groups, strict=True) if s and group == name
        ]
        union = shapely.union_all(np.array(own, dtype=object))
        if not chosen or shapely.intersection(union, taken).area <= OVERLAP:
            chosen.append(name)
            taken = shapely.union(taken, union)
    return chosen


def _words(plan: Plan, groups: list[str], areas: Areas) -> str:
    hidden = [name for name in group_names(plan) if name not in groups]
    text = "Dots are accounts, squares homes."
    if not hidden or not any(areas.shapes):
        return text
    return f"{text} Not drawn, since their areas lie over these: {', '.join(hidden)}."
