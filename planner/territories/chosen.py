"""What is chosen beside who serves whom: where centres stand, and how a graph is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from planner.territories.costs import TravelTerm

if TYPE_CHECKING:
    from planner.territories.distances import Distance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites:
    """Where centres may stand, when they are chosen.

    Parameters
    ----------
    count
        How many territories are wanted.
    cost
        Cost of serving each unit from each site, (units, sites), infinite where not eligible;
        None where it follows from ``points``.
    points
        Where the units are, (units, 2); with ``indptr``, where their members are, (members, 2).
    weights
        What a unit's, or a member's, distance is multiplied by, (units,) or (members,).
    indptr
        Members of unit ``u`` are ``indptr[u]:indptr[u + 1]``, (units + 1,); None where each
        unit is one point.
    sites
        Where centres may stand, (sites, 2); None: at any unit's point.
    fixed
        Homes that stand already, (count, 2), NaN in the rows still to be placed; None: all open.
    distance
        ``euclidean``, ``squared`` or ``haversine``.
    centres
        ``points``: one of the sites; ``mean``: the weighed mean of the territory's points.
    """

    count: int
    cost: Floats | None = None
    points: Floats | None = None
    weights: Floats | None = None
    indptr: Ints | None = None
    sites: Floats | None = None
    fixed: Floats | None = None
    distance: Distance = "euclidean"
    centres: Literal["points", "mean"] = "points"

    @property
    def spots(self) -> Floats:
        """Where centres may stand, (sites, 2); there must be points."""
        spots = self.points if self.sites is None else self.sites
        assert spots is not None
        return spots

    @property
    def heavy(self) -> Floats:
        """What each point's distance is multiplied by, (points,); there must be points."""
        assert self.points is not None
        given = np.ones(len(self.points)) if self.weights is None else self.weights
        return np.asarray(given, float)

    @property
    def unit_of_point(self) -> Ints:
        """Which unit each point belongs to, (points,); there must be points."""
        assert self.points is not None
        if self.indptr is None:
            return np.arange(len(self.points))
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def make_term(self, homes: Floats) -> TravelTerm:
        """Return the travel once it is known where centres stand, (territories, 2)."""
        assert self.points is not None
        return TravelTerm(
            name="travel",
            points=self.points,
            weights=self.heavy,
            homes=homes,
            indptr=self.indptr,
            distance=self.distance,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """A graph with lengths, to be cut into connected, compact territories.

    Parameters
    ----------
    count
        How many territories are wanted.
    edges
        Pairs of units that touch, (edges, 2).
    lengths
        Length of each edge, (edges,).
    compactness
        What is minimised: ``diameter``, the largest shortest-path distance (over the whole
        graph) between two units of one territory.
    """

    count: int
    edges: Ints
    lengths: Floats
    compactness: Literal["diameter"] = "diameter"
