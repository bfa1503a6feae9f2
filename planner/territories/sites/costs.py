"""What it costs to serve a unit from a site: a table, or distances computed as they are asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TABLE, EUCLIDEAN, SQUARED, HAVERSINE = 0, 1, 2, 3
METRICS = {"euclidean": EUCLIDEAN, "squared": SQUARED, "haversine": HAVERSINE}
EARTH_RADIUS_KM = 6371.0088
TABLE_CELLS = 16_000_000


class SiteCosts(NamedTuple):
    """The cost of every unit at every site, in one of two forms.

    Parameters
    ----------
    table
        Costs, (units, sites); (0, 0) where they are computed.
    points, sites
        Positions on the plane (the third coordinate 0), or on the unit sphere for
        ``HAVERSINE``, (units, 3) and (sites, 3).
    weights
        What a unit's distance is multiplied by, (units,).
    metric
        ``TABLE``, ``EUCLIDEAN``, ``SQUARED`` or ``HAVERSINE`` (km).
    """

    table: Floats
    points: Floats
    sites: Floats
    weights: Floats
    metric: int


def from_table(table: Floats) -> SiteCosts:
    """Return costs that are given one by one; an infinite one becomes dearer than any choice."""
    none = np.zeros((0, 3))
    known = np.isfinite(table)
    barred = 1e4 * float(np.abs(table[known]).max(initial=1.0))
    cells = np.ascontiguousarray(np.where(known, table, barred), np.float64)
    return SiteCosts(cells, none, none, np.zeros(0), TABLE)


def from_positions(
    points: Floats, weights: Floats | None, distance: str, sites: Floats | None = None
) -> SiteCosts:
    """Return the costs between points and sites.

    Parameters
    ----------
    points
        Coordinates, (units, 2); latitude and longitude in degrees for haversine.
    weights
        (units,); None for 1 each.
    distance
        ``euclidean``, ``squared`` or ``haversine``.
    sites
        Where centres may stand, (sites, 2); None: at the points.
    """
    places = place_points(points, distance)
    others = places if sites is None else place_points(sites, distance)
    heavy = np.ones(len(places)) if weights is None else np.asarray(weights, np.float64)
    costs = SiteCosts(np.zeros((0, 0)), places, others, heavy, METRICS[distance])
    if len(places) * len(others) <= TABLE_CELLS:
        return costs._replace(table=tabulate(costs), metric=TABLE)
    return costs


def from_members(
    points: Floats, weights: Floats, distance: str, sites: Floats, indptr: Ints
) -> SiteCosts:
    """Return the costs of units that have several points each.

    Where they are too many for a table they are those of the units' weighed middles, which are
    never higher: a distance, and its square, is convex.

    Parameters
    ----------
    points, weights
        Of the members, (members, 2) and (members,).
    distance
        ``euclidean``, ``squared`` or ``haversine``.
    sites
        Where centres may stand, (sites, 2).
    indptr
        Members of unit ``u`` are ``indptr[u]:indptr[u + 1]``, (units + 1,).
    """
    members = from_positions(points, weights, distance, sites)._replace(table=np.zeros((0, 0)))
    members = members._replace(metric=METRICS[distance])
    first = indptr[:-1]
    mass = np.add.reduceat(members.weights, first)
    heavy = np.where(np.repeat(mass, np.diff(indptr)) > 0, members.weights, 1.0)
    sums = np.add.reduceat(heavy[:, None] * members.points, first)
    middles = np.ascontiguousarray(sums / np.add.reduceat(heavy, first)[:, None])
    costs = members._replace(points=middles, weights=mass)
    if len(first) * len(sites) <= TABLE_CELLS:
        return costs._replace(table=tabulate_members(members, indptr), metric=TABLE)
    return costs


def place_points(points: Floats, distance: str) -> Floats:
    """Return coordinates in which distance is straight: (points, 3)."""
    given = np.ascontiguousarray(points, np.float64)
    if distance == "haversine":
        return place_on_sphere(given)
    return np.column_stack([given, np.zeros(len(given))])


def place_on_sphere(degrees: Floats) -> Floats:
    """Return unit vectors of latitudes and longitudes in degrees, (points, 3)."""
    latitude, longitude = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    flat = np.cos(latitude)
    columns = [flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)]
    return np.ascontiguousarray(np.column_stack(columns))


def count_units(costs: SiteCosts) -> int:
    """Return the number of units."""
    return int(costs.table.shape[0] or costs.points.shape[0])


def count_sites(costs: SiteCosts) -> int:
    """Return the number of sites."""
    return int(costs.table.shape[1] or costs.sites.shape[0])


@compiled
def unit_cost(costs: SiteCosts, unit: int, site: int) -> float:
    """Return the cost of one unit at one site."""
    return pair_cost(
        costs.table, costs.points, costs.sites, costs.weights, costs.metric, unit, site
    )


@inlined
def pair_cost(
    table: Floats,
    points: Floats,
    sites: Floats,
    weights: Floats,
    metric: int,
    unit: int,
    site: int,
) -> float:
    """Return the cost of one unit at one site; for hot loops, that take the tuple apart once."""
    if metric == 0:
        cost = table[unit, site]
    else:
        x = points[unit, 0] - sites[site, 0]
        y = points[unit, 1] - sites[site, 1]
        z = points[unit, 2] - sites[site, 2]
        cost = x * x + y * y + z * z
        if metric != 2:
            cost = np.sqrt(cost)
        if metric == 3:
            cost = 2.0 * 6371.0088 * np.arcsin(min(1.0, cost / 2.0))
        cost = weights[unit] * cost
    return cost  # type: ignore[no-any-return]


@compiled
def tabulate(costs: SiteCosts) -> Floats:
    """Return all computed costs as a table, (units, sites)."""
    units, sites = costs.points.shape[0], costs.sites.shape[0]
    table = np.empty((units, sites))
    for unit in range(units):
        for site in range(sites):
            table[unit, site] = unit_cost(costs, unit, site)
    return table


@compiled
def tabulate_members(members: SiteCosts, indptr: Ints) -> Floats:
    """Return the summed costs of each unit's members as a table, (units, sites)."""
    table = np.zeros((indptr.size - 1, members.sites.shape[0]))
    for unit in range(table.shape[0]):
        for member in range(indptr[unit], indptr[unit + 1]):
            for site in range(table.shape[1]):
                table[unit, site] += unit_cost(members, member, site)
    return table


@compiled
def price_choice(costs: SiteCosts, chosen: Ints) -> Floats:
    """Return the cost of every unit at the site chosen for it, (units,)."""
    total = np.empty(chosen.size)
    for unit in range(chosen.size):
        total[unit] = unit_cost(costs, unit, chosen[unit])
    return total


@compiled
def cost_columns(costs: SiteCosts, sites: Ints) -> Floats:
    """Return the costs of every unit at some sites, (units, chosen sites)."""
    units = costs.table.shape[0]
    if costs.metric != 0:
        units = costs.points.shape[0]
    block = np.empty((units, sites.size))
    for unit in range(units):
        for s in range(sites.size):
            block[unit, s] = unit_cost(costs, unit, sites[s])
    return block


@compiled
def price_pairs(costs: SiteCosts, units: Ints, sites: Ints) -> Floats:
    """Return the costs of chosen pairs of unit and site, (pairs,)."""
    total = np.empty(units.size)
    for p in range(units.size):
        total[p] = unit_cost(costs, units[p], sites[p])
    return total
