"""Where accounts are, and units."""

from __future__ import annotations

import gzip
import json

import geopandas as gpd
import pytest
from shapely.geometry import box

from planner.errors import DataError
from planner.inputs.countries import find_code
from tests.inputs.conftest import ACCOUNTS, Company

PLACES = "Zip,Lat,Lon,Country\n77001,29.76,-95.37,US\n10001,0.5,0.5,US\n"


def units(*shapes: tuple[str, tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    """Return rectangles with ids and a measure."""
    return gpd.GeoDataFrame(
        {"GEOID": [name for name, _ in shapes], "Households": [7.0] * len(shapes)},
        geometry=[box(*bounds) for _, bounds in shapes],
        crs="EPSG:4326",
    )


AMERICA = units(
    ("01", (-90, 40, -70, 45)), ("02", (-120, 30, -110, 36)), ("03", (-96, 29, -95, 30))
)


def by_id(company: Company, column: str) -> dict[str, object]:
    """Return a column of the accounts by id."""
    accounts = company.load().accounts
    return dict(zip(accounts["account_id"], accounts[column], strict=True))


def test_a_postal_code_places_an_account_without_coordinates(company: Company) -> None:
    """Own coordinates win, the postal code's come next, and placed_by says which."""
    company.write("places", PLACES)
    assert by_id(company, "placed_by") == {
        "007": "coordinates", "008": "coordinates", "009": "coordinates", "010": "postal_code",
    }  # fmt: skip
    assert by_id(company, "latitude")["010"] == 29.76
    assert by_id(company, "latitude")["007"] == 40.71


def test_zip_codes_match_with_their_four_further_digits(company: Company) -> None:
    """ZIP+4 means the same place as ZIP."""
    company.replace("accounts", "77001", "77001-1234")
    company.write("places", PLACES)
    assert by_id(company, "placed_by")["010"] == "postal_code"


def test_an_unplaced_account_is_kept_and_said(company: Company) -> None:
    """An account that no table can place is planned without travel, with one finding."""
    data = company.load()
    assert list(data.accounts["placed_by"])[-1] == "none"
    assert [f.count for f in data.findings if f.code == "accounts.placement"] == [1]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".geojson.gz"])
def test_units_are_read_from_each_format(company: Company, suffix: str) -> None:
    """Ids keep their zeros, and accounts are joined to the polygon that holds them."""
    path = company.folder / f"units{suffix.removesuffix('.gz')}"
    AMERICA.to_file(path)
    if suffix.endswith(".gz"):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
    company.tables["units"] = type(company.tables["reps"])(path=f"units{suffix}")
    data = company.load()
    assert data.units is not None
    assert list(data.units["unit_id"]) == ["01", "02", "03"]
    assert list(data.units["Households"]) == [7.0] * 3
    found = dict(zip(data.accounts["account_id"], data.accounts["unit_id"], strict=True))
    assert {key: found[key] for key in ("007", "008", "009")} == {
        "007": "01",
        "008": "01",
        "009": "02",
    }


def test_a_unit_places_an_account_and_units_are_brought_to_wgs84(company: Company) -> None:
    """A unit in another projection still holds the point that stands for it."""
    AMERICA.to_crs("EPSG:3857").to_file(company.folder / "units.gpkg")
    company.tables["units"] = type(company.tables["reps"])(path="units.gpkg")
    text = ACCOUNTS.replace("Employees", "unit_id")
    lines = [
        line if i == 0 else line.rsplit(",", 1)[0] + ",03"
        for i, line in enumerate(text.splitlines())
    ]
    company.write("accounts", "\n".join(lines) + "\n")
    data = company.load()
    last = data.accounts.iloc[-1]
    assert last["placed_by"] == "unit"
    assert -96 < last["longitude"] < -95
    assert 29 < last["latitude"] < 30


def test_broken_units_are_mended_or_refused(company: Company) -> None:
    """A bow tie is mended with a finding; an id given twice is an error."""
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    features = [
        {"type": "Feature", "properties": {"unit_id": name}, "geometry": bow} for name in ("a", "b")
    ]
    company.write(
        "units", json.dumps({"type": "FeatureCollection", "features": features}), ".geojson"
    )
    data = company.load()
    assert data.units is not None
    assert bool(data.units.geometry.is_valid.all())
    assert "units.invalid_geometry" in {finding.code for finding in data.findings}
    features[1]["properties"] = {"unit_id": "a"}
    company.write(
        "units", json.dumps({"type": "FeatureCollection", "features": features}), ".geojson"
    )
    with pytest.raises(DataError) as caught:
        company.load()
    assert "units.duplicate_id" in {finding.code for finding in caught.value.findings}


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"", ".geojson"),
        (b"{}", ".geojson"),
        (b'{"type": "FeatureCollection", "features": []}', ".geojson"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", ".geojson"),
        (b"not a package", ".gpkg"),
        (b"SQLite format 3\0" + b"x" * 200, ".gpkg"),
        (b"unit_id\n1\n", ".csv"),
        (b"\x1f\x8bbroken", ".geojson.gz"),
    ],
)
def test_files_that_hold_no_units_are_told(company: Company, content: bytes, suffix: str) -> None:
    """Empty, damaged and foreign files end in one finding."""
    company.write("units", content, suffix)
    with pytest.raises(DataError) as caught:
        company.load()
    assert "units.unreadable" in {finding.code for finding in caught.value.findings}


def test_points_near_a_border_are_not_judged(company: Company) -> None:
    """Detroit and Presque Isle are not in Canada, but a store in Paris is not in the United States."""
    company.replace("accounts", "40.71,-74.00", "42.33,-83.05")
    assert "accounts.outside_country" not in {f.code for f in company.load().findings}
    company.replace("accounts", "40.71,-74.00", "46.68,-68.00")
    assert "accounts.outside_country" not in {f.code for f in company.load().findings}
    company.replace("accounts", "40.71,-74.00", "48.85,2.35")
    found = [f for f in company.load().findings if f.code == "accounts.outside_country"]
    assert [finding.subject for finding in found] == ["007"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("DEU", "DE"),
        ("??", None),
    ],
)
def test_countries_are_known_by_code_and_name(text: str, code: str | None) -> None:
    """Codes of two and three letters and English names mean the same."""
    assert find_code(text) == code
