"""Whether a point lies in its country, told by the nearest cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.inputs.cities import read_cities
from planner.inputs.countries import find_codes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

EARTH_KM = 6371.0
NEAR_KM = 30.0
CITIES_FROM = 15_000
TOWNS_FROM = 5_000


def find_outside(
    latitude: pd.Series, longitude: pd.Series, country: pd.Series
) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Return which points lie outside their country, and the country where they seem to lie.

    A point is outside when the nearest town of more than 5,000 people is another country's and
    the nearest of its own is more than 30 km farther: near a border no judgement is made.

    Parameters
    ----------
    latitude, longitude
        (points,) degrees, NaN where unknown.
    country
        (points,) code or name.
    """
    import numpy as np

    codes = find_codes(country)
    outside = np.zeros(len(codes), dtype=bool)
    nearest = np.full(len(codes), "", dtype=object)
    located = (latitude.notna() & longitude.notna() & codes.notna()).to_numpy(dtype=bool)
    known = np.flatnonzero(located)
    if not len(known):
        return outside, nearest
    own = codes.to_numpy(dtype=object)[known]
    points = to_unit_vectors(latitude.to_numpy()[known], longitude.to_numpy()[known])
    suspect, where = _judge(points, own, CITIES_FROM)
    if suspect.any():
        # Towns settle what cities raise; they take seconds to load, so only where needed.
        again, closer = _judge(points[suspect], own[suspect], TOWNS_FROM)
        where[suspect] = closer
        suspect[suspect] = again
    outside[known], nearest[known] = suspect, where
    return outside, nearest


def _judge(
    points: NDArray[np.float64], own: NDArray[np.object_], population: int
) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Return (points,) whether each is far from its own country, and whose city is nearest."""
    import numpy as np

    known = read_cities(population)
    cities, countries = to_unit_vectors(known.latitude, known.longitude), known.country
    distance, city = _measure(points, cities)
    outside = np.zeros(len(points), dtype=bool)
    abroad = countries[city] != own
    for code in sorted(set(own[abroad]) & set(countries)):
        chosen = abroad & (own == code)
        home, _ = _measure(points[chosen], cities[countries == code])
        outside[chosen] = home > distance[chosen] + NEAR_KM
    return outside, countries[city].astype(object)


def _measure(
    points: NDArray[np.float64], cities: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (points,) km to the nearest city along the globe, and which it is."""
    import numpy as np
    from scipy.spatial import KDTree

    chord, city = KDTree(cities).query(points)
    return 2.0 * EARTH_KM * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)), np.asarray(city)


def to_unit_vectors(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (points, 3) unit vectors of points on the globe."""
    import numpy as np

    lat, lon = np.radians(latitude), np.radians(longitude)
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
