"""The scenario files of the repository: they parse, and what they extend exists."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from planner.inputs.demo.company import build_company
from planner.inputs.demo.writing import SCENARIOS

ROOT = Path(__file__).parents[1] / "scenarios"
FILES = sorted(ROOT.rglob("*.toml"))
SHARED = ROOT.parent.parent / "shared" / "data" / "adventureworks"


def resolve(path: Path) -> dict[str, Any]:
    """Return a scenario with what it extends, tables merged key by key."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    base = document.pop("extends", None)
    return document if base is None else merge(resolve(path.parent / base), document)


def merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return the base with the differences laid over it."""
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = merge(base[key], value) if both else value
    return merged


def test_all_scenarios_are_here() -> None:
    """The demo has a baseline and three variants, and AdventureWorks has its own."""
    names = {str(path.relative_to(ROOT)) for path in FILES}
    assert names >= {f"demo/{name}" for name in SCENARIOS}
    assert "adventureworks/scenario.toml" in names
    assert (ROOT / "adventureworks" / "README.md").is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scenario_resolves_to_a_whole_one(path: Path) -> None:
    """Whatever it extends, a scenario ends up with period, tables, alignment and goal."""
    scenario = resolve(path)
    assert scenario["period"]["start"] is not None
    assert {"accounts", "history", "reps"} <= set(scenario["inputs"])
    assert scenario["alignment"]["measures"]
    assert scenario["quota"]["goal"] > 0


def test_variants_differ_from_the_baseline_in_what_their_names_say() -> None:
    """More headcount, smaller budgets and a higher goal; nothing else of substance."""
    base, more, little, higher = (resolve(ROOT / "demo" / name) for name in SCENARIOS)
    assert more["inputs"]["reps"]["path"] != base["inputs"]["reps"]["path"]
    assert more["quota"] == base["quota"]
    for budget in ("max_account_share", "max_revenue_share"):
        assert little["alignment"]["disruption"][budget] < base["alignment"]["disruption"][budget]
    assert not any(measure["hard"] for measure in little["alignment"]["measures"].values())
    assert higher["quota"]["goal"] > base["quota"]["goal"]
    assert higher["alignment"] == base["alignment"]


def test_baseline_file_has_the_figures_of_the_usual_company() -> None:
    """Run as it stands in the repository, the baseline fits the company of 5,000 accounts."""
    company, base = build_company(), resolve(ROOT / "demo" / "baseline.toml")
    assert base["quota"]["goal"] == company.goal
    assert base["control"]["history_total"] == round(company.history["amount"].sum(), 2)
    assert base["seed"] == company.seed


@pytest.mark.skipif(not SHARED.is_dir(), reason="the AdventureWorks tables are not here")
@pytest.mark.parametrize("table", ["accounts", "history", "reps", "quotas"])
def test_adventureworks_columns_are_those_of_the_tables(table: str) -> None:
    """Every column that the scenario names is a header of the file."""
    given = resolve(ROOT / "adventureworks" / "scenario.toml")["inputs"][table]
    with (SHARED / given["path"]).open(encoding="utf-8", newline="") as file:
        headers = next(csv.reader(file))
    assert set(given["columns"].values()) <= set(headers)
