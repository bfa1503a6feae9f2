"""Polygons to a graph of units that touch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from planner.findings import Finding
from planner.units.neighbours import GAP_DEGREES, find_borders, report_parts

COUNTIES = Path(__file__).parents[3] / "shared" / "data" / "us_counties"


def square(x: float, y: float, side: float = 1.0) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


def graph(**shapes: shapely.Geometry | None) -> tuple[set[str], list[Finding]]:
    """Return the edges as pairs of names, and the findings."""
    names = tuple(sorted(shapes))
    polygons = np.array([shapes[name] for name in names], dtype=object)
    edges = find_borders(polygons)
    findings = report_parts(edges, polygons, names)
    return {f"{names[a]}{names[b]}" for a, b in edges}, list(findings)


# c d
# a b
GRID = {"a": square(0, 0), "b": square(1, 0), "c": square(0, 1), "d": square(1, 1)}


def test_units_touch_by_an_edge_not_by_a_corner() -> None:
    """On a grid of four, the diagonals are no neighbours."""
    edges, findings = graph(**GRID)
    assert edges == {"ab", "ac", "bd", "cd"}
    assert findings == []


@pytest.mark.parametrize("shift", [-0.5 * GAP_DEGREES, 0.5 * GAP_DEGREES])
def test_borders_simplified_apart_still_touch(shift: float) -> None:
    """A gap or an overlap of a few metres is a shared border, and a corner is still none."""
    moved = {"b": square(1 + shift, 0), "d": square(1 + shift, 1)}
    assert graph(**{**GRID, **moved})[0] == {"ab", "ac", "bd", "cd"}


def test_a_gap_of_a_kilometre_is_a_gap() -> None:
    """Nothing is joined that does not touch."""
    edges, findings = graph(a=square(0, 0), b=square(1.01, 0))
    assert edges == set()
    assert [(f.code, f.subject) for f in findings] == [("units.island", "b")]


def test_a_border_much_longer_on_one_side() -> None:
    """A small unit that lies against part of a large one touches it."""
    assert graph(a=square(0, 0, 10), b=square(10, 4))[0] == {"ab"}


def test_an_enclave_touches_what_is_around_it() -> None:
    """A unit inside the hole of another is its neighbour."""
    around = shapely.box(0, 0, 3, 3).difference(square(1, 1))
    assert graph(a=around, b=square(1, 1))[0] == {"ab"}


def test_islands_are_reported_and_not_joined() -> None:
    """What is cut off from the mainland is named, together where it hangs together."""
    edges, findings = graph(**GRID, x=square(9, 9), y=square(10, 9), z=square(20, 20))
    assert "xy" in edges
    assert len(edges) == 5
    assert [(f.severity, f.code, f.subject, f.count) for f in findings] == [
        ("warning", "units.island", "x", 2),
        ("warning", "units.island", "z", 1),
    ]


def test_bridges_are_reported() -> None:
    """The only border between two parts is named; a unit at the end of a row joins nothing."""
    row = {name: square(i, 0) for i, name in enumerate("efgh")}
    _, findings = graph(**row)
    (finding,) = findings
    assert (finding.severity, finding.code, finding.count) == ("info", "units.bridge", 1)
    assert "f–g" in finding.message


def test_a_unit_without_polygon_is_named() -> None:
    """It touches nothing, and that is said."""
    edges, findings = graph(a=square(0, 0), b=None)
    assert edges == set()
    assert "units.no_geometry" in [f.code for f in findings]


def test_a_bow_tie_is_mended() -> None:
    """A polygon that crosses itself still has its neighbours."""
    tie = shapely.Polygon([(1, 0), (2, 1), (2, 0), (1, 1)])
    assert graph(a=square(0, 0), b=tie, c=square(2, 0))[0] == {"ab", "bc"}


@pytest.mark.skipif(not COUNTIES.exists(), reason="the counties are not there")
def test_counties_of_the_united_states() -> None:
    """Borders found on 3,221 polygons are those of the Census, corners and water aside."""
    import geopandas as gpd

    path = COUNTIES / "geojson-counties-fips.json.gz"
    table = gpd.read_file(f"/vsigzip/{path}").sort_values("id", ignore_index=True)
    ids = table["id"].to_numpy()
    polygons = table.geometry.to_numpy()
    edges = find_borders(polygons)
    findings = report_parts(edges, polygons, tuple(ids))
    ours = {(ids[a], ids[b]) for a, b in edges}
    theirs = census_pairs(set(ids))
    assert len(ours - theirs) <= 0.001 * len(ours)
    assert len(ours & theirs) >= 0.93 * len(theirs)
    # Four Corners: the Census lists the pair, but the counties meet in a point.
    assert ("04001", "08083") in theirs - ours
    assert any(f.subject == "15001" and f.code == "units.island" for f in findings)


def census_pairs(known: set[str]) -> set[tuple[str, str]]:
    pairs = set()
    county = ""
    for line in (COUNTIES / "county_adjacency.txt").read_text(encoding="latin1").splitlines():
        cells = line.split("\t")
        county = cells[1] or county
        if county < cells[3] and {county, cells[3]} <= known:
            pairs.add((county, cells[3]))
    return pairs
