"""Points on the sphere: vectors, chords and great-circle distances."""

from __future__ import annotations

import numpy as np

from planner.units.result import Floats

EARTH_KM = 6371.0088


def unit_vectors(points: Floats) -> Floats:
    """Return points as vectors on the unit sphere, (points, 3).

    Parameters
    ----------
    points
        Latitude and longitude in degrees, (points, 2).
    """
    latitude, longitude = np.radians(points).T
    flat = np.cos(latitude)
    return np.column_stack((flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)))


def degrees_of(vectors: Floats) -> Floats:
    """Return vectors of any length as latitude and longitude in degrees, (points, 2)."""
    x, y, z = vectors.T
    radians = np.column_stack((np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)))
    return np.asarray(radians * (180 / np.pi))


def chords_squared(points: Floats, centres: Floats) -> Floats:
    """Return the squared chord of every vector to every other, (points, centres)."""
    square = np.zeros((len(points), len(centres)))
    for axis in range(3):
        square += np.square(points[:, axis, None] - centres[None, :, axis])
    return square


def arc_km(chord_squared: Floats) -> Floats:
    """Return the great-circle distance that belongs to a squared chord, km.

    It is as exact for short distances as the haversine formula.
    """
    half = np.sqrt(chord_squared) / 2
    return 2 * EARTH_KM * np.arcsin(np.minimum(half, 1.0))


def distances_km(points: Floats, homes: Floats) -> Floats:
    """Return the great-circle distance of every point to every home, km, (points, homes).

    Parameters
    ----------
    points, homes
        Latitude and longitude in degrees, (n, 2); NaN gives NaN.
    """
    return arc_km(chords_squared(unit_vectors(points), unit_vectors(homes)))


def pair_distances_km(points: Floats, homes: Floats) -> Floats:
    """Return the great-circle distance of each point to the home beside it, km, (pairs,)."""
    step = unit_vectors(points) - unit_vectors(homes)
    return arc_km(step[:, 0] ** 2 + step[:, 1] ** 2 + step[:, 2] ** 2)
