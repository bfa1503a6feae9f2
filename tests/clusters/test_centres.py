"""Sites for open headcount, and clusters of units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.clusters.centres import choose_sites, cluster_units
from planner.units.sphere import distances_km

BOSTON, CHICAGO, DENVER = (42.36, -71.06), (41.88, -87.63), (39.74, -104.99)


def around(*cities: tuple[float, float], each: int = 200) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return points scattered by about 20 km around each city."""
    rng = np.random.default_rng(7)
    return np.vstack([rng.normal(city, 0.2, (each, 2)) for city in cities])


def test_sites_are_the_middle_of_the_work() -> None:
    """Three sites for three cities, from west to east."""
    points = around(BOSTON, CHICAGO, DENVER)
    sites = choose_sites(points, np.ones(len(points)), 3, seed=1)
    expected = np.array([DENVER, CHICAGO, BOSTON])
    assert np.diag(distances_km(sites, expected)).max() < 15


def test_a_site_goes_where_homes_have_too_much() -> None:
    """Boston and Chicago have a home each; Chicago's work is three times as much."""
    points = np.vstack((around(BOSTON), around(CHICAGO, each=600)))
    homes = np.array([BOSTON, CHICAGO])
    (site,) = choose_sites(points, np.ones(len(points)), 1, homes, seed=1)
    assert distances_km(site[None], np.array([CHICAGO]))[0, 0] < 60


def test_a_site_goes_where_nobody_lives() -> None:
    """Boston and Chicago have homes, Denver has work and none."""
    points = around(BOSTON, CHICAGO, DENVER)
    homes = np.array([BOSTON, CHICAGO])
    (site,) = choose_sites(points, np.ones(len(points)), 1, homes, seed=1)
    assert distances_km(site[None], np.array([DENVER]))[0, 0] < 30


def test_capacity_counts() -> None:
    """Where Chicago's home is a team of three and Boston's one rep, Boston needs the help."""
    points = np.vstack((around(BOSTON, each=500), around(CHICAGO, each=600)))
    homes = np.array([BOSTON, CHICAGO])
    capacity = np.array([1.0, 3.0, 1.0])
    (site,) = choose_sites(points, np.ones(len(points)), 1, homes, capacity=capacity, seed=1)
    assert distances_km(site[None], np.array([BOSTON]))[0, 0] < 60


def test_a_site_is_a_place_where_accounts_are() -> None:
    """The middle of two coasts is no site: it lies at one of the points."""
    points = np.array([[40.0, -75.0], [40.0, -120.0]])
    (site,) = choose_sites(points, np.array([2.0, 1.0]), 1, seed=1)
    assert site.tolist() == pytest.approx([40.0, -75.0])


def test_more_sites_than_places() -> None:
    """Several sites may share the only place there is."""
    sites = choose_sites(np.array([[40.0, -75.0]] * 5), np.ones(5), 3, seed=1)
    assert sites.tolist() == pytest.approx(np.array([[40.0, -75.0]] * 3))


def test_nothing_placed_and_nothing_to_choose() -> None:
    """Without a placed unit no site can be chosen; no site is easy to choose."""
    unplaced = np.full((3, 2), np.nan)
    with pytest.raises(ValueError, match="no unit has coordinates"):
        choose_sites(unplaced, np.ones(3), 1)
    assert choose_sites(unplaced, np.ones(3), 0).shape == (0, 2)


points_of_units = st.lists(
    st.tuples(st.floats(-80, 80), st.floats(-180, 180)), min_size=1, max_size=25
)


@settings(deadline=None, max_examples=25)
@given(points_of_units, st.integers(1, 4), st.integers(0, 3), st.integers(0, 9))
def test_sites_repeat_to_the_bit(rows: Any, number: int, fixed: int, seed: int) -> None:
    """Same input and seed, same sites: finite, as many as asked, from west to east."""
    points = np.array(rows)
    homes = points[:fixed]
    weights = np.arange(len(points)) % 3.0
    one, other = (choose_sites(points, weights, number, homes, seed=seed) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert one.shape == (number, 2)
    assert np.isfinite(one).all()
    assert (np.diff(one[:, 1]) >= 0).all()


def test_clusters_are_the_cities() -> None:
    """Units of one city share a cluster, numbered from west to east, unplaced ones have none."""
    points = np.vstack((around(BOSTON, DENVER, each=50), [[np.nan, np.nan]]))
    labels = cluster_units(points, 2)
    assert labels.tolist() == [1] * 50 + [0] * 50 + [-1]


def test_fewer_places_than_clusters() -> None:
    """No cluster is empty."""
    labels = cluster_units(np.array([[1.0, 1.0], [1.0, 1.0], [5.0, 5.0]]), 4)
    assert sorted(set(labels.tolist())) == [0, 1]
