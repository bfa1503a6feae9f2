"""Coasts, lakes and borders behind a map."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.outputs.maps.outlines import Outlines, cut_outlines, read_coast, read_outlines

EUROPE = np.array([[-9.1, 38.7], [24.9, 60.2]])
AMERICA = np.array([[-123.1, 25.8], [-63.6, 53.5]])


def _on_land(outlines: Outlines, longitude: float, latitude: float) -> bool:
    return bool(shapely.contains_xy(shapely.union_all(outlines.land), longitude, latitude))


@pytest.mark.parametrize(
    ("places", "longitude", "latitude", "land"),
    [
        (EUROPE, -1.9, 52.5, True),
        (EUROPE, 3.0, 56.0, False),
        (AMERICA, -104.0, 41.0, True),
        (AMERICA, -87.5, 47.7, False),
        (AMERICA, -60.0, 40.0, False),
        (np.array([[178.4, -18.1], [174.8, -36.9]]), 175.5, -39.0, True),
        (np.array([[13.3, 52.4], [13.5, 52.6]]), 13.4, 52.5, True),
    ],
    ids=["England", "North Sea", "Wyoming", "Lake Superior", "Atlantic", "New Zealand", "Berlin"],
)
def test_land_is_where_it_is(
    places: np.ndarray, longitude: float, latitude: float, land: bool
) -> None:
    """Known places lie on land, seas and great lakes do not."""
    assert _on_land(read_outlines(places), longitude, latitude) is land


def test_a_border_lies_on_its_parallel() -> None:
    """The frontier of the United States and Canada runs along 49 degrees at 100 degrees west."""
    countries = shapely.union_all(read_outlines(AMERICA).countries)
    assert countries.distance(shapely.Point(-100.0, 49.0)) < 0.05
    assert countries.distance(shapely.Point(-100.0, 45.0)) > 1.0
    assert (
        shapely.union_all(read_outlines(AMERICA).states).distance(shapely.Point(-109.05, 39)) < 0.1
    )


def test_land_beyond_the_date_line_is_drawn_beside_it() -> None:
    """A map that ends at 180 degrees shows land up to there, from either end of the source."""
    chukotka = read_outlines(np.array([[170.0, 66.0], [179.5, 68.0]]))
    assert _on_land(chukotka, 179.0, 68.0)


def test_no_places_bring_no_outlines() -> None:
    """Without a place there is nothing to draw, and in an empty ocean there is no land."""
    nothing = np.full((3, 2), np.nan)
    assert read_outlines(nothing) == Outlines()
    assert read_coast(nothing) is None
    assert read_outlines(np.array([[-140.0, 10.0]])).land == ()


def test_cut_outlines_stay_in_their_box() -> None:
    """What is cut lies inside the box and is the same land there."""
    box = (5.0, 45.0, 10.0, 50.0)
    whole = read_outlines(EUROPE)
    cut = cut_outlines(whole, box)
    frame = shapely.box(*box)
    for shapes in (cut.land, cut.countries, cut.states):
        assert all(shapely.covers(shapely.buffer(frame, 1e-9), shape) for shape in shapes)
    inside = shapely.area(shapely.intersection(shapely.union_all(whole.land), frame))
    assert shapely.area(shapely.union_all(cut.land)) == pytest.approx(inside, rel=1e-6)


@settings(max_examples=15)
@given(places=st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=1, max_size=5))
def test_a_coast_holds_every_place(places: list[tuple[float, float]]) -> None:
    """Whatever is given lies on the land that areas may cover, in the middle of a sea too."""
    points = np.array(places)
    coast = read_coast(points)
    assert coast is not None
    assert shapely.is_valid(coast)
    assert shapely.covers(coast, shapely.points(points)).all()
