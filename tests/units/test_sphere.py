"""Distances on the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.units.sphere import degrees_of, distances_km, pair_distances_km, unit_vectors

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_known_distances() -> None:
    """London to Paris is 343.6 km, New York to Los Angeles 3,935.7 km (great circle)."""
    here = np.array([[51.5074, -0.1278], [40.7128, -74.0060]])
    there = np.array([[48.8566, 2.3522], [34.0522, -118.2437]])
    assert pair_distances_km(here, there).tolist() == pytest.approx([343.6, 3935.7], abs=0.2)


def test_the_date_line_is_no_border() -> None:
    """Two points either side of the date line are close."""
    near = distances_km(np.array([[0.0, 179.99]]), np.array([[0.0, -179.99]]))
    assert near[0, 0] == pytest.approx(0.02 * 111.195, rel=1e-3)


@given(places, places)
def test_equal_to_the_haversine_formula(a: tuple[float, float], b: tuple[float, float]) -> None:
    """The chord gives what the textbook's formula gives."""
    found = distances_km(np.array([a]), np.array([b]))[0, 0]
    assert found == pytest.approx(haversine(a, b), rel=1e-6, abs=1e-3)


@given(places)
def test_vectors_lead_back_to_the_point(place: tuple[float, float]) -> None:
    """Degrees to a vector and back is the same place."""
    back = degrees_of(unit_vectors(np.array([place])))
    assert pair_distances_km(np.array([place]), back)[0] < 1e-3


def test_unplaced_points_stay_unplaced() -> None:
    """A missing coordinate gives no distance."""
    assert np.isnan(distances_km(np.array([[np.nan, np.nan]]), np.array([[1.0, 2.0]]))).all()


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2
    h += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))
