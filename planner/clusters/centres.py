"""Where open headcount should sit: sites that take work from homes that have too much."""

from __future__ import annotations

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from planner.clusters.cells import Cells, gather_cells, normalise, placed_points
from planner.units.result import Floats, Ints
from planner.units.sphere import chords_squared, degrees_of, unit_vectors
from planner.units.totals import total_by

MOST_CELLS = 4_000
ROUNDS = 60
STEP = 0.5


def choose_sites(
    points: Floats,
    weights: Floats,
    number: int,
    fixed_homes: Floats | None = None,
    *,
    capacity: Floats | None = None,
    seed: int = 0,
) -> Floats:
    """Choose sites for open headcount so that work per capacity evens out over all homes.

    Starts are weighted k-means centres of the work that the fixed homes have too much of. Then
    points go to their nearest home, where a price by home evens the load (a power diagram:
    Aurenhammer, Hoffmann and Aronov 1998), and only the open sites move to the middle of their
    points. At last each site moves to the point of most weight around it, so that it is a real
    place.

    Parameters
    ----------
    points
        Latitude and longitude of the units in degrees, NaN where unplaced, (units, 2).
    weights
        Work of each unit, such as its potential or visits, (units,).
    number
        Sites to choose.
    fixed_homes
        Homes that stay, latitude and longitude in degrees, (homes, 2).
    capacity
        Of the fixed homes, then of the sites; 1 each when not given, (homes + number,).
    seed
        Of the starts.

    Returns
    -------
    Floats
        Latitude and longitude in degrees, from west to east, (number, 2).

    Raises
    ------
    ValueError
        When no unit is placed, so that no site can be chosen.
    """
    placed = placed_points(points)
    if number < 1:
        return np.zeros((0, 2))
    if len(placed) == 0:
        raise ValueError("no unit has coordinates, so no site can be chosen")
    homes = np.zeros((0, 2)) if fixed_homes is None else fixed_homes
    share = np.ones(len(homes) + number) if capacity is None else capacity
    cells = gather_cells(points[placed], np.maximum(weights[placed], 0.0), MOST_CELLS)
    fixed = unit_vectors(homes)
    start = _starts(cells, fixed, share, number, seed)
    centres = _settle(cells, np.vstack((fixed, start)), share, len(fixed))
    sites = degrees_of(_real_places(cells, centres[len(fixed) :]))
    return np.asarray(sites[np.lexsort((sites[:, 0], sites[:, 1]))])


def cluster_units(
    points: Floats, number: int, weights: Floats | None = None, *, seed: int = 0
) -> Ints:
    """Group units that lie together, by weighted k-means on the sphere.

    Parameters
    ----------
    points
        Latitude and longitude in degrees, NaN where unplaced, (units, 2).
    number
        Clusters; fewer when there are fewer distinct places.
    weights
        1 each when not given, (units,).
    seed
        Of the starts.

    Returns
    -------
    Ints
        Cluster of each unit, numbered from west to east, -1 where unplaced, (units,).
    """
    labels = np.full(len(points), -1, dtype=np.int64)
    placed = placed_points(points)
    if len(placed) == 0:
        return labels
    given = np.ones(len(points)) if weights is None else weights
    cells = gather_cells(points[placed], np.maximum(given[placed], 0.0), MOST_CELLS)
    centres = _means(cells.vectors, cells.weights, number, seed)
    order = np.argsort(degrees_of(centres)[:, 1], kind="stable")
    nearest = chords_squared(cells.vectors, centres[order]).argmin(axis=1)
    labels[placed] = np.unique(nearest, return_inverse=True)[1].reshape(-1)[cells.cell_of_point]
    return labels


def middle_units(points: Floats, number: int, weights: Floats, *, seed: int = 0) -> Ints:
    """Return the unit nearest to the middle of each cluster: places where a centre may stand.

    Parameters
    ----------
    points, number, weights, seed
        As for :func:`cluster_units`.

    Returns
    -------
    Ints
        Positions of placed units, ascending, each once, at most ``number`` of them.
    """
    labels = cluster_units(points, number, weights, seed=seed)
    placed = np.flatnonzero(labels >= 0)
    vectors, cluster = unit_vectors(points[placed]), labels[placed]
    heavy = np.maximum(weights[placed], 1e-12)[:, None]
    middles = np.zeros((int(cluster.max(initial=-1)) + 1, 3))
    np.add.at(middles, cluster, vectors * heavy)
    far = ((vectors - normalise(middles)[cluster]) ** 2).sum(axis=1)
    order = np.lexsort((placed, far, cluster))
    first = np.unique(cluster[order], return_index=True)[1]
    return np.sort(placed[order[first]])


def _starts(cells: Cells, fixed: Floats, capacity: Floats, number: int, seed: int) -> Floats:
    """Return k-means centres of the work above what each fixed home can take."""
    weights = cells.weights
    if len(fixed):
        nearest = chords_squared(cells.vectors, fixed).argmin(axis=1)
        load = total_by(nearest, weights, len(fixed))
        fair = weights.sum() * capacity[: len(fixed)] / max(capacity.sum(), 1e-12)
        excess = np.maximum(1 - fair / np.where(load > 0, load, np.inf), 0.0)
        weights = weights * np.where(load > 0, excess, 0.0)[nearest]
    starts = _means(cells.vectors, weights, number, seed)
    spare = np.resize(np.argsort(-cells.weights, kind="stable"), number - len(starts))
    return np.vstack((starts, cells.vectors[spare]))


def _means(vectors: Floats, weights: Floats, number: int, seed: int) -> Floats:
    """Return at most ``number`` weighted k-means centres on the sphere.

    One thread, because the order in which several add up their sums is not repeatable.
    """
    heavy = weights > 0
    if not heavy.any():
        heavy, weights = np.ones(len(weights), dtype=np.bool_), np.ones(len(weights))
    chosen, mass = vectors[heavy], weights[heavy]
    most = min(number, len(np.unique(chosen, axis=0)))
    with threadpool_limits(limits=1):
        model = KMeans(n_clusters=most, n_init=3, random_state=seed).fit(chosen, sample_weight=mass)
    return normalise(np.asarray(model.cluster_centers_, dtype=np.float64))


def _settle(cells: Cells, centres: Floats, capacity: Floats, fixed: int) -> Floats:
    """Even the loads by prices while the open centres follow the middle of their points."""
    fair = cells.weights.sum() * capacity / max(capacity.sum(), 1e-12)
    price = np.zeros(len(centres))
    for round_ in range(ROUNDS):
        distance = chords_squared(cells.vectors, centres)
        nearest = (distance + price).argmin(axis=1)
        load = total_by(nearest, cells.weights, len(centres))
        centres = _moved(cells, nearest, centres, load, fixed)
        scale = float(np.median(distance.min(axis=1))) + 1e-12
        above = np.clip(load / np.where(fair > 0, fair, 1.0) - 1, -1, 1)
        price = price + STEP * scale * above * (1 - round_ / ROUNDS)
    return centres


def _moved(cells: Cells, nearest: Ints, centres: Floats, load: Floats, fixed: int) -> Floats:
    mass = cells.weights[:, None] * cells.vectors
    sums = [total_by(nearest, mass[:, axis], len(centres)) for axis in range(3)]
    moved = np.where(load[:, None] > 0, normalise(np.column_stack(sums)), centres)
    moved[:fixed] = centres[:fixed]
    return moved


def _real_places(cells: Cells, sites: Floats) -> Floats:
    """Return for each site the heaviest of its nearest cells (a sixteenth of its own ones)."""
    distance = chords_squared(cells.vectors, sites)
    nearest = distance.argmin(axis=1)
    places = sites.copy()
    for site in range(len(sites)):
        own = np.flatnonzero(nearest == site)
        own = own if len(own) else np.array([distance[:, site].argmin()])
        close = own[np.argsort(distance[own, site], kind="stable")][: max(1, len(own) // 16)]
        places[site] = cells.vectors[close[cells.weights[close].argmax()]]
    return places
