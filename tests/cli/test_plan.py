"""``planner plan`` as its users meet it: the folder, the JSON, the exit codes."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.small_company import QUICK
from tests.conftest import ROOT, Run

FILES = (
    "plan.json",
    "assignments.csv",
    "territories.csv",
    "quotas.csv",
    "outcomes.csv",
    "transitions.csv",
    "workbook.xlsx",
    "map.html",
    "report.html",
    "territories.geojson",
    "state",
)
MEASURES = ("addressable_market", "potential")
FAST = [part for setting in QUICK for part in ("--set", setting)]
VARYING = ("seconds", "peak_memory_mb")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_folder_holds_every_file_of_the_contract(demo_plan: Path) -> None:
    """Nothing is missing, and nothing is empty."""
    for name in FILES:
        path = demo_plan / name
        assert path.exists(), name
        assert path.is_dir() or path.stat().st_size > 100, name


def test_the_json_holds_what_scripts_rely_on(demo_json: dict[str, Any]) -> None:
    """The printed object has the contract's keys, and the plan breaks no rule."""
    assert demo_json["status"] in {"optimal", "feasible"}
    assert demo_json["violations"] == []
    assert demo_json["bound"] <= demo_json["cost"] + 1e-6
    assert 0 <= demo_json["gap"] < 1
    for name in ("addressable_market", "potential"):
        measure = demo_json["measures"][name]
        assert measure["max_deviation"] <= measure["tolerance"] + 1e-9
        assert measure["cv"] <= measure["cv_today"] / 4
    assert {"accounts", "account_share", "revenue_share"} <= set(demo_json["moved"])
    assert 0 <= demo_json["goal_probability"] <= 1
    assert demo_json["peak_memory_mb"] > 0
    assert set(demo_json["seconds"]) >= {
        "inputs",
        "potential",
        "units",
        "alignment",
        "quotas",
        "outcomes",
    }


def test_quotas_add_up_at_every_level_and_month(demo_plan: Path, demo_json: dict[str, Any]) -> None:
    """Each level totals goal × (1 + its rate), and months add up to years."""
    quota = demo_json["quota"]
    assert quota["rep_total"] == pytest.approx(quota["goal"] * 1.10, abs=0.005)
    assert quota["manager_total"] == pytest.approx(quota["goal"] * 1.05, abs=0.005)
    totals: Counter[str] = Counter()
    for row in rows(demo_plan / "quotas.csv"):
        totals[row["level"]] += round(float(row["quota"]) * 100)
    assert totals["rep"] == round(quota["rep_total"] * 100)
    assert totals["company"] == round(quota["goal"] * 100)


def test_each_account_stands_once(demo_plan: Path, demo_tables: Path) -> None:
    """Every account that takes part has one row, with a territory that exists."""
    accounts = Counter(
        row["account_id"] for row in rows(demo_tables / "accounts.csv") if row["status"] != "closed"
    )
    given = rows(demo_plan / "assignments.csv")
    assert Counter(row["account_id"] for row in given) == accounts
    territories = {row["territory_id"] for row in rows(demo_plan / "territories.csv")}
    assert {row["territory_id"] for row in given} == territories
    assert all(row["reason"] for row in given if row["moved"] in {"true", "True", "1", "yes"})


def test_the_same_command_gives_the_same_bytes(
    demo_plan: Path, demo_tables: Path, run_process: Run, tmp_path: Path
) -> None:
    """CSV, GeoJSON and JSON repeat; only seconds and memory may differ."""
    again = tmp_path / "again"
    run_process("plan", demo_tables / "baseline.toml", "--out", again, "--json")
    for name in FILES[1:-1]:
        assert (demo_plan / name).read_bytes() == (again / name).read_bytes(), name
    before, after = (
        json.loads((folder / "plan.json").read_text("utf-8")) for folder in (demo_plan, again)
    )
    for document in (before, after):
        for key in VARYING:
            document.pop(key)
    assert before == after


@pytest.mark.parametrize("name", ["more_headcount", "little_disruption"])
def test_the_demo_s_other_scenarios_plan(
    demo_tables: Path, run: Run, tmp_path: Path, name: str
) -> None:
    """More headcount and little disruption keep every rule; the calm one keeps its budgets."""
    done = run("plan", demo_tables / f"{name}.toml", "--out", tmp_path / name, "--json")
    printed = json.loads(done.stdout)
    assert printed["status"] in {"optimal", "feasible"}
    assert printed["violations"] == []
    if name == "little_disruption":
        assert printed["moved"]["account_share"] <= 0.15
        assert printed["moved"]["revenue_share"] <= 0.12 + 1e-9


def test_soft_balance_under_budgets_is_nearly_proven(run: Run, tmp_path: Path) -> None:
    """With penalty zones and budgets of change the bound comes within 2% of the cost.

    So few accounts that every temperature looks at all of them do not show where it fails.
    """
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    write_company(build_company(accounts=2_000, reps=30, seed=1), tmp_path)
    calm, quick = tmp_path / "little_disruption.toml", ("--set", "potential.method=last_year")
    printed = json.loads(run("plan", calm, "--out", tmp_path / "p", "--json", *quick).stdout)
    assert printed["violations"] == []
    assert 0 <= printed["gap"] < 0.02


@pytest.mark.parametrize("setting", ["alignment.territories=3", "alignment.travel.from=centre"])
def test_centres_can_be_chosen(tiny_tables: Path, run: Run, tmp_path: Path, setting: str) -> None:
    """A number of territories, or travel from the centre, gives a plan with a bound."""
    wide = [f"alignment.measures.{name}.tolerance=0.4" for name in MEASURES]
    quick = [part for one in (*QUICK, setting, *wide) for part in ("--set", one)]
    done = run("plan", tiny_tables / "baseline.toml", "--out", tmp_path / "c", "--json", *quick)
    printed = json.loads(done.stdout)
    assert printed["violations"] == []
    assert printed["bound"] <= printed["cost"] + 1e-6
    if setting.endswith("=3"):
        names = [row["territory_id"] for row in rows(tmp_path / "c" / "territories.csv")]
        assert names == [f"T{number:03d}" for number in range(1, 4)]


def test_adventureworks_plans(shared: Path, run: Run, tmp_path: Path) -> None:
    """The third-party tables give a plan that breaks no rule, each account once, sums exact."""
    scenario = ROOT / "scenarios" / "adventureworks" / "scenario.toml"
    data = shared / "data" / "adventureworks"
    done = run("plan", scenario, "--data", data, "--out", tmp_path / "aw", "--json")
    printed = json.loads(done.stdout)
    assert printed["status"] in {"optimal", "feasible"}
    assert printed["violations"] == []
    assert printed["quota"]["rep_total"] == pytest.approx(printed["quota"]["goal"] * 1.1, abs=0.005)
    given = [row["account_id"] for row in rows(tmp_path / "aw" / "assignments.csv")]
    assert len(given) == len(set(given)) == 701


def test_an_existing_folder_is_not_overwritten(
    demo_plan: Path, demo_tables: Path, run: Run
) -> None:
    """Without --force the command refuses before it works."""
    before = (demo_plan / "plan.json").read_bytes()
    done = run("plan", demo_tables / "baseline.toml", "--out", demo_plan, code=2)
    assert "--force" in done.stderr
    assert (demo_plan / "plan.json").read_bytes() == before


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        (["quota.gaol=1"], 2, "Did you mean 'goal'"),
        (["alignment.measures.potental.tolerance=0.1"], 2, "potential"),
        (["inputs.accounts.path=nothing.csv"], 2, "nothing.csv"),
        (["inputs.accounts.path=../elsewhere.csv"], 2, "outside"),
        (["alignment.holds=[{where=\"owner_idd = 'x'\"}]"], 2, "owner_id"),
        (["alignment.max_accounts=3"], 3, "alignment.max_accounts"),
        (["alignment.disruption.max_account_share=0.0"], 3, "max_account_share"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    tiny_tables: Path, run: Run, tmp_path: Path, settings: list[str], code: int, said: str
) -> None:
    """The exit code is the contract's, the message names the reason, and no folder is left."""
    out = tmp_path / "refused"
    arguments = [part for setting in settings for part in ("--set", setting)]
    done = run(
        "plan", tiny_tables / "baseline.toml", "--out", out, "--json", *FAST, *arguments, code=None
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert not out.exists()
    printed = json.loads(done.stdout)
    assert printed["status"]
    assert isinstance(printed["findings"], list)
