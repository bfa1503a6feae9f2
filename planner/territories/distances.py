"""Distances between points: straight lines, their squares, and great circles in km."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Distance = Literal["euclidean", "squared", "haversine"]
EARTH_RADIUS_KM = 6371.0088


def measure_distances(a: Floats, b: Floats, distance: Distance) -> Floats:
    """Return the distance between points that stand opposite each other.

    Parameters
    ----------
    a, b
        Points, (…, 2), broadcast against each other; latitude and longitude in degrees for
        ``haversine``. A point with NaN is nowhere: its distance is 0.
    distance
        ``euclidean``, ``squared`` (of the straight line) or ``haversine`` (km).

    Returns
    -------
    Floats
        (…,)
    """
    found = _great_circle(a, b) if distance == "haversine" else _straight(a, b, distance)
    return np.nan_to_num(found, copy=False, nan=0.0)


def embed_points(points: Floats, distance: Distance) -> Floats:
    """Return coordinates in which a shorter straight line is never a longer distance.

    Parameters
    ----------
    points
        (points, 2)
    distance
        On ``haversine`` the points are put on the unit sphere, (points, 3).

    Returns
    -------
    Floats
        (points, 2) or (points, 3)
    """
    if distance != "haversine":
        return np.ascontiguousarray(points)
    latitude, longitude = np.radians(points).T
    flat = np.cos(latitude)
    return np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])


def _straight(a: Floats, b: Floats, distance: Distance) -> Floats:
    east, north = a[..., 0] - b[..., 0], a[..., 1] - b[..., 1]
    squared = east * east + north * north
    return squared if distance == "squared" else np.sqrt(squared)


def _great_circle(a: Floats, b: Floats) -> Floats:
    a, b = np.radians(a), np.radians(b)
    north, east = np.sin((b[..., 0] - a[..., 0]) / 2), np.sin((b[..., 1] - a[..., 1]) / 2)
    chord = north * north + np.cos(a[..., 0]) * np.cos(b[..., 0]) * east * east
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
