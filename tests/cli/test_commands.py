"""The other commands as their users meet them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from planner.cli.commands import COMMANDS
from tests.cli.small_company import QUICK
from tests.conftest import ROOT, Run

FAST = [part for setting in QUICK for part in ("--set", setting)]


def test_every_command_is_in_the_readme_and_has_an_example(run: Run) -> None:
    """Help names each command; each command's help has an example."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    overview = run("--help").stdout
    for name in COMMANDS:
        assert f"planner {name}" in readme
        assert name in overview
        assert "Example" in run(name, "--help").stdout


def test_an_unknown_command_names_the_nearest(run: Run) -> None:
    """A typing mistake is answered with what was probably meant."""
    assert "Did you mean 'plan'" in run("plam", code=2).stderr


def test_init_writes_a_scenario_that_is_read(run: Run, tmp_path: Path) -> None:
    """The starter scenario reads, and its templates say what is missing: rows."""
    folder = tmp_path / "mine"
    run("init", folder)
    assert {path.name for path in folder.iterdir()} >= {
        "scenario.toml",
        "scenario.schema.json",
        "TABLES.md",
        "accounts.csv",
    }
    assert "accounts has no rows" in run("check", folder / "scenario.toml", code=1).stderr
    assert "already holds" in run("init", folder, code=2).stderr


def test_check_says_how_headers_were_matched(tiny_tables: Path, run: Run) -> None:
    """Check reads everything, prints findings, and changes nothing."""
    before = sorted(path.name for path in tiny_tables.iterdir())
    printed = json.loads(run("check", tiny_tables / "baseline.toml", "--json").stdout)
    assert printed["status"] == "ok"
    assert {source["table"] for source in printed["sources"]} >= {"accounts", "history", "reps"}
    assert "accounts.csv" in run("check", tiny_tables / "baseline.toml").stdout
    assert sorted(path.name for path in tiny_tables.iterdir()) == before


def moved_account(plan: Path) -> dict[str, str]:
    with (plan / "assignments.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["moved"].lower() == "true")


def test_explain_needs_the_plan_s_folder_alone(demo_plan: Path, run: Run, tmp_path: Path) -> None:
    """A moved account is explained in figures, from a copy of the folder far from the tables."""
    copy = tmp_path / "copy"
    shutil.copytree(demo_plan, copy)
    row = moved_account(demo_plan)
    explained = json.loads(run("explain", copy, "--account", row["account_id"], "--json").stdout)
    assert explained["territory_id"] == row["territory_id"]
    options = {option["territory_id"]: option for option in explained["alternatives"]}
    assert row["territory_id"] in options
    for option in options.values():
        assert option["cost"] == pytest.approx(sum(option["cost_by_term"].values()), abs=0.02)
    assert explained["would_have_kept"]
    text = run("explain", copy, "--account", row["account_id"]).stdout
    assert row["territory_id"] in text
    assert "Balance" in run("explain", copy, "--territory", row["territory_id"]).stdout
    assert (
        "Did you mean" in run("explain", copy, "--account", row["account_id"] + "x", code=2).stderr
    )


def test_score_agrees_with_the_plan(demo_plan: Path, demo_tables: Path, run: Run) -> None:
    """The planner's own alignment, scored from outside, has the plan's cost and no violation."""
    done = run(
        "score",
        demo_tables / "baseline.toml",
        "--assignments",
        demo_plan / "assignments.csv",
        "--json",
    )
    score = json.loads(done.stdout)
    plan = json.loads((demo_plan / "plan.json").read_text(encoding="utf-8"))
    assert score["violations"] == []
    assert score["cost"] == pytest.approx(plan["cost"], rel=1e-9)
    assert score["measures"]["potential"]["max_deviation"] == pytest.approx(
        plan["measures"]["potential"]["max_deviation"], rel=1e-9
    )
    assert score["moved"]["accounts"] == plan["moved"]["accounts"]


def test_score_names_what_an_alignment_breaks(tiny_tables: Path, run: Run, tmp_path: Path) -> None:
    """Everything with one rep breaks limits and eligibility; a wrong id is a finding."""
    with (tiny_tables / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        accounts = [row["account_id"] for row in csv.DictReader(stream)]
    with (tiny_tables / "reps.csv").open(encoding="utf-8", newline="") as stream:
        seat = next(row["territory_id"] for row in csv.DictReader(stream) if row["territory_id"])
    one = tmp_path / "one.csv"
    one.write_text("account_id,territory_id\n" + "".join(f"{row},{seat}\n" for row in accounts))
    score = ("score", tiny_tables / "baseline.toml", *FAST, "--assignments")
    printed = json.loads(run(*score, one, "--json").stdout)
    assert printed["violations"]
    assert printed["gap"] is None
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("account_id,territory_id\nNOBODY,T1\n")
    assert "NOBODY" in run(*score, wrong, code=1).stderr


def test_score_reads_what_a_spreadsheet_program_saves(
    tiny_tables: Path, run: Run, tmp_path: Path
) -> None:
    """Semicolons, UTF-16, other columns and names of two lines; what it costs and leaves out is said."""
    with (tiny_tables / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        accounts = [row["account_id"] for row in csv.DictReader(stream)]
    with (tiny_tables / "reps.csv").open(encoding="utf-8", newline="") as stream:
        seat = next(row["territory_id"] for row in csv.DictReader(stream) if row["territory_id"])
    saved = tmp_path / "saved.csv"
    rows = [f'{row};"Süd\n\u2028Straße";{seat}' for row in accounts[1:]]
    saved.write_text("\n".join(["Account_ID;name;territory_id", *rows]), encoding="utf-16")
    done = run("score", tiny_tables / "baseline.toml", *FAST, "--assignments", saved)
    assert accounts[0] in done.stdout
    assert "is split between" in done.stdout or "broken:" in done.stdout
    assert "Cost: " in done.stdout
    assert "of continuing owners" in done.stdout


def test_compare_puts_plans_side_by_side(tiny_tables: Path, run: Run, tmp_path: Path) -> None:
    """A higher goal is seen in the goal, in the scenario's keys and in every quota."""
    base, higher = tmp_path / "base", tmp_path / "higher"
    run("plan", tiny_tables / "baseline.toml", *FAST, "--out", base)
    run("plan", tiny_tables / "higher_goal.toml", *FAST, "--out", higher)
    out = tmp_path / "side-by-side"
    printed = json.loads(run("compare", base, higher, "--out", out, "--json").stdout)
    goal = next(line for line in printed["headlines"] if line["name"] == "goal")
    assert goal["values"][1] > goal["values"][0]
    assert any(line["name"] == "quota.goal" for line in printed["scenario_differences"])
    assert (out / "comparison.xlsx").stat().st_size > 1000
    assert "quota.goal" in run("compare", base, higher).stdout


@pytest.mark.parametrize("target", ["csv", "xlsx", "geojson", "gpkg", "html"])
def test_export_writes_each_format(demo_plan: Path, run: Run, tmp_path: Path, target: str) -> None:
    """Each format gives files that are there and not empty."""
    run("export", demo_plan, "--to", target, "--out", tmp_path / target)
    assert all(path.stat().st_size > 100 for path in (tmp_path / target).iterdir())


def test_export_refuses_what_it_does_not_know(demo_plan: Path, run: Run, tmp_path: Path) -> None:
    """A format that there is not is refused with the nearest, and no folder is left."""
    said = run("export", demo_plan, "--to", "salesfroce", "--out", tmp_path / "x", code=2).stderr
    assert "'salesforce'" in said
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_no_plan_is_refused(run: Run, tmp_path: Path) -> None:
    """Explain, compare and export name the folder that they cannot read."""
    (tmp_path / "empty").mkdir()
    for command in (
        ["explain", "empty", "--account", "1"],
        ["compare", "empty", "empty"],
        ["export", "empty", "--to", "csv", "--out", "o"],
    ):
        assert "empty" in run(*command, code=2, cwd=tmp_path).stderr


def test_backtest_scores_every_method(demo_tables: Path, run: Run) -> None:
    """The methods of potential and of quotas are scored on periods that they did not see."""
    printed = json.loads(run("backtest", demo_tables / "baseline.toml", "--json").stdout)
    assert printed["chosen"] in printed["potential"]
    assert len(printed["cuts"]) >= 2
    for score in printed["potential"].values():
        assert score["error"] > 0
        assert 0 <= score["top_decile"] <= 1
    for score in printed["quota"].values():
        assert set(score["rank_correlation"]) == {"potential", "history", "size", "tenure"}
        chance = score["chance"]
        assert 0 < chance["low"] <= chance["dispersion"] <= chance["high"]
        assert chance["verdict"] in ("below", "within", "above")
    assert "backtest.chance" in {finding["code"] for finding in printed["findings"]}


def test_backtest_says_in_words_what_it_found(tiny_tables: Path, run: Run) -> None:
    """The page of text names what the figures are."""
    done = run("backtest", tiny_tables / "baseline.toml", "--set", "potential.cuts=2")
    assert "top tenth found" in done.stdout
