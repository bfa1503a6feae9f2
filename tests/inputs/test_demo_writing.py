"""The demo company on disk: the same bytes every time, whole files, scenarios that fit."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from planner.errors import StoreError
from planner.inputs.demo.company import DemoCompany, build_company
from planner.inputs.demo.words import HOSTILE_NAMES
from planner.inputs.demo.writing import SCENARIOS, TABLES, TRUTHS, scenario_folder, write_company


@pytest.fixture(scope="module")
def company() -> DemoCompany:
    """Return a small company with every kind of rep."""
    return build_company(accounts=240, reps=12, seed=2)


def test_same_company_writes_the_same_bytes(company: DemoCompany, tmp_path: Path) -> None:
    """Two folders of one seed are alike, byte for byte, and hold nothing else."""
    again = build_company(accounts=240, reps=12, seed=2)
    one, two = (
        write_company(made, tmp_path / name) for made, name in ((company, "a"), (again, "b"))
    )
    assert [path.name for path in one] == [*(f"{name}.csv" for name in TABLES), *SCENARIOS]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(
        path.name for path in one
    )
    for left, right in zip(one, two, strict=True):
        assert left.read_bytes() == right.read_bytes()


def test_truth_is_written_only_when_asked_for(company: DemoCompany, tmp_path: Path) -> None:
    """A user's folder holds no truth, a test's may."""
    write_company(company, tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.stem in TRUTHS]
    names = {path.name for path in write_company(company, tmp_path, truth=True)}
    assert {"truth.csv", "truth_reps.csv"} <= names


def test_names_survive_the_file(company: DemoCompany, tmp_path: Path) -> None:
    """Names with commas, quotes, accents and signs that look like formulas are read back."""
    write_company(company, tmp_path)
    with (tmp_path / "accounts.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert len(names) == 240
    assert set(HOSTILE_NAMES) <= set(names)


def test_postal_codes_keep_their_leading_zeros(company: DemoCompany, tmp_path: Path) -> None:
    """Codes of New England start with a zero and have five digits."""
    write_company(company, tmp_path)
    with (tmp_path / "accounts.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["postal_code"] for row in csv.DictReader(file) if row["state"] == "MA"]
    assert codes
    assert all(len(code) == 5 and code.startswith("0") for code in codes if code)


def test_scenarios_carry_the_figures_of_the_company(company: DemoCompany, tmp_path: Path) -> None:
    """Goal, seed and ledger total are those of the tables beside them."""
    write_company(company, tmp_path)
    baseline = tomllib.loads((tmp_path / "baseline.toml").read_text())
    higher = tomllib.loads((tmp_path / "higher_goal.toml").read_text())
    assert baseline["quota"]["goal"] == company.goal
    assert baseline["seed"] == company.seed
    with (tmp_path / "history.csv").open(encoding="utf-8", newline="") as file:
        total = sum(round(float(row["amount"]) * 100) for row in csv.DictReader(file))
    assert round(baseline["control"]["history_total"] * 100) == total
    assert higher["quota"]["goal"] == pytest.approx(1.1 * company.goal)


def test_more_headcount_adds_four_open_seats(company: DemoCompany) -> None:
    """The second reps table holds the first, and four open seats with homes."""
    base, more = company.reps, company.reps_more_headcount
    assert list(more["rep_id"][: len(base)]) == list(base["rep_id"])
    added = more.iloc[len(base) :]
    assert len(added) == 4
    assert (added["status"] == "tbh").all()
    assert added["latitude"].notna().all()
    assert more["rep_id"].is_unique
    assert not set(added["territory_id"]) & set(base["territory_id"])


def test_folder_that_cannot_be_made_is_a_disk_error(company: DemoCompany, tmp_path: Path) -> None:
    """A file in the folder's place is named, not met by a traceback."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError, match="taken"):
        write_company(company, tmp_path / "taken")


def test_scenario_folder_holds_every_scenario() -> None:
    """The scenarios are found from a checkout and from an installed package alike."""
    assert all((scenario_folder() / name).is_file() for name in SCENARIOS)
