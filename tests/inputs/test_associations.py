"""The table of what the CRM has, and the boundary: read, checked, and never a reason not to plan."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from planner.errors import DataError, ScenarioError
from planner.inputs.associations import read_associations

from .conftest import Company

ROWS = """SObject,Id,DeveloperName,ObjectId,UserId,Territory2Id,RoleInTerritory2,AssociationCause
Territory2,0MI000000000001GAA,West,,,,,
Territory2,0MI000000000001,West,,,,,
User,005000000000001,,,R1,,,
User,005000000000002,,,ZZ,,,
Account,001000000000007,,007,,,,
ObjectTerritory2Association,0MJ000000000001,,001000000000007,,0MI000000000001,,Territory2Manual
ObjectTerritory2Association,0MJ000000000002,,404,,0MI000000000001,,
Opportunity,006000000000001,,,,,,
,0MI000000000009,,,,,,
Territory2,,East,,,,,
"""


def codes(company: Company) -> dict[str, int]:
    findings = company.load().findings
    return {one.code: one.count for one in findings if one.code.startswith("associations.")}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """The small company."""
    return Company(tmp_path)


def test_headers_of_a_crm_are_known_and_odd_rows_are_told(company: Company) -> None:
    """Doubles, strangers and blanks are findings; the rest is kept, each once."""
    company.write("associations", ROWS)
    data = company.load()
    assert data.associations is not None
    assert len(data.associations) == 7
    assert data.associations["account_id"].dropna().tolist() == ["007", "001000000000007", "404"]
    found = codes(company)
    assert found["associations.duplicate_id"] == 1
    assert found["associations.unknown_object"] == 1
    assert found["associations.unknown_account"] == 1
    assert found["associations.unknown_rep"] == 1
    assert {"associations.missing_id", "associations.missing_object"} <= set(found)


def test_a_table_without_ids_is_refused_in_words(company: Company) -> None:
    """The column that it cannot do without is named."""
    path = company.write("associations", "object,name\nTerritory2,West\n")
    del company.tables["associations"]
    data = company.load()
    with pytest.raises(DataError, match="no column id"):
        read_associations(path, data)
    with pytest.raises(ScenarioError, match="no file"):
        read_associations(path.with_name("none.csv"), data)


def test_a_boundary_is_read_in_degrees(company: Company) -> None:
    """Any polygons will do; those without a shape are left out."""
    land = gpd.GeoDataFrame(
        {"NAME": ["land"], "geometry": [box(-90, 30, -80, 40)]}, crs="EPSG:4326"
    )
    land.to_crs("EPSG:3857").to_file(company.folder / "land.gpkg")
    company.tables["boundary"] = type(company.tables["reps"])(path="land.gpkg")
    data = company.load()
    assert data.boundary is not None
    assert data.boundary.total_bounds.round(6).tolist() == [-90, 30, -80, 40]
