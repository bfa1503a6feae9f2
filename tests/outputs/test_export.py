"""One plan in the format another tool reads, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import ScenarioError, StoreError
from planner.outputs.export import export_plan, find_format
from planner.outputs.plan import Plan

FILES = {
    "csv": ["assignments", "outcomes", "quotas", "territories", "transitions"],
    "xlsx": ["workbook"],
    "geojson": ["territories"],
    "gpkg": ["plan"],
    "html": ["map", "report"],
}


@pytest.mark.parametrize("form", list(FILES))
def test_each_format_writes_its_files(company: Plan, tmp_path: Path, form: str) -> None:
    """The folder holds the format's files and nothing else."""
    written = export_plan(company, form, tmp_path / "out")
    found = sorted((tmp_path / "out").iterdir())
    assert list(written) == found
    assert [path.name for path in found] == [f"{name}.{form}" for name in FILES[form]]
    assert all(path.stat().st_size for path in found)


def test_an_existing_folder_is_joined_by_force_alone(company: Plan, tmp_path: Path) -> None:
    """What stands in the folder stays; files of the same name are replaced."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="already exists"):
        export_plan(company, "csv", tmp_path)
    export_plan(company, "csv", tmp_path, force=True)
    export_plan(company, "csv", tmp_path, force=True)
    assert (tmp_path / "note.txt").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("form", ["salesforce", "hubspot", "dynamics"])
def test_a_crm_gets_a_readme(company: Plan, tmp_path: Path, form: str) -> None:
    """Whatever ids are known, the folder says what to load and what is left out."""
    written = {path.name for path in export_plan(company, form, tmp_path / "out", against=company)}
    assert {"README.md", "changes.csv", "open_opportunities.csv"} <= written


def test_formats_that_compare_nothing_refuse_an_earlier_plan(company: Plan, tmp_path: Path) -> None:
    """The option is not silently ignored."""
    with pytest.raises(ScenarioError, match="--against goes with salesforce"):
        export_plan(company, "csv", tmp_path / "out", against=company)


def test_the_nearest_format_is_named() -> None:
    """A slip of the finger gets the right word."""
    with pytest.raises(ScenarioError, match="Did you mean 'geojson'"):
        find_format("geojsn")


def test_a_disk_that_refuses_is_a_store_error(company: Plan, tmp_path: Path) -> None:
    """A place where nothing can be written is named, and nothing is left."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        export_plan(company, "csv", tmp_path / "file" / "out")
