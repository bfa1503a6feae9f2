"""``--set``, ``extends``, seeds and folders, as the command line meets them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli.commands import planner
from planner.scenario.reading import read_scenario
from tests.cli.small_company import QUICK, SmallCompany, refuse_constant

MARKET = "alignment.measures.addressable_market"


def test_set_takes_every_kind_of_value(small: SmallCompany) -> None:
    """Texts, numbers, dates, switches, lists and tables, with or without quotes, end in plan.json."""
    plan = small.plan(
        "name=High goal",
        "seed=7",
        "period.as_of=2026-10-31",
        f"{MARKET}.tolerance=3e-1",
        f"{MARKET}.hard=true",
        "quota.goal=1_100_000",
        "quota.ramp=[0.5, 1.0]",
        "quota.change_limits={ min = -0.5, max = 4.0 }",
        'alignment.travel.from="none"',
        'alignment.holds=[{ where = "account_id = \'A000\'", to = "R2" }]',
        'compensation.plans."Strategic AE".base=1',
    )
    scenario = plan.document["scenario"]
    assert (plan.document["name"], plan.document["seed"]) == ("High goal", 7)
    assert scenario["period"]["as_of"] == "2026-10-31"
    assert scenario["alignment"]["measures"]["addressable_market"]["tolerance"] == 0.3
    assert scenario["quota"]["goal"] == 1_100_000
    assert scenario["quota"]["ramp"] == [0.5, 1.0]
    assert scenario["quota"]["change_limits"] == {"min": -0.5, "max": 4.0}
    assert scenario["alignment"]["travel"]["from"] == "none"
    assert scenario["compensation"]["plans"]["Strategic AE"]["base"] == 1
    assert plan.owners()["A000"] == "R2"


def test_extends_in_a_chain_over_folders(small: SmallCompany) -> None:
    """A grandchild in another folder has what each writes; tables are found beside the first."""
    path = small.write()
    below = small.folder / "variants"
    below.mkdir()
    (below / "child.toml").write_text(
        'extends = "../scenario.toml"\nname = "Child"\n[quota]\ngoal = 2_000_000\n',
        "utf-8",
    )
    (small.folder / "grandchild.toml").write_text(
        'extends = "variants/child.toml"\nname = "Grandchild"\n[quota]\nround_to = 500\n', "utf-8"
    )
    scenario = read_scenario(small.folder / "grandchild.toml", ())
    assert scenario.name == "Grandchild"
    assert scenario.quota is not None
    assert (int(scenario.quota.goal), int(scenario.quota.round_to)) == (2_000_000, 500)
    done = CliRunner().invoke(planner, ["check", str(small.folder / "grandchild.toml"), "--json"])
    assert done.exit_code == 0, done.stderr
    path.write_text(f'extends = "grandchild.toml"\n{small.scenario}', "utf-8")
    looped = CliRunner().invoke(planner, ["check", str(path), "--json"])
    assert looped.exit_code == 2
    assert "grandchild.toml" in looped.stderr
    assert json.loads(looped.stdout, parse_constant=refuse_constant)["status"] == "refused"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("alignment.mesures.potential.tolerance=0.1", "measures"),
        ("quota.goal=1e400", "goal"),
        ("alignment.travel.cost_per_hour=inf", "cost_per_hour"),
        ("alignment.travel.weight=nan", "weight"),
        (f"{MARKET}.penalty=[inf, inf]", "penalty"),
        (f"{MARKET}.buffer=inf", "buffer"),
        ("control.tolerance=nan", "tolerance"),
        ("control.history_total=nan", "history_total"),
        ("quota.over_assignment.rep=-1", "rep"),
        ("potential.interval=1.0", "interval"),
        ("period.months=0", "months"),
        ("alignment.families=apart", "together"),
        ("alignment.contiguity=maybe", "contiguity"),
        ("inputs.accounts.delimiter=;;", "delimiter"),
        ("currency=usd", "currency"),
        (f"{MARKET}={{}}x", "--set"),
    ],
)
def test_a_wrong_value_is_named_by_check_and_plan(
    small: SmallCompany, setting: str, words: str
) -> None:
    """Each is refused with its key, before a table is read."""
    assert words in small.refused(setting, code=2).said


def test_a_plan_goes_where_it_is_asked_to(
    small: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders that are not there are made; tables are found from any working folder."""
    path = small.write()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    settings = [part for one in QUICK for part in ("--set", one)]
    relative = os.path.relpath(path, elsewhere)
    done = CliRunner().invoke(
        planner, ["plan", relative, "--out", "a/b c/ö/plan", "--json", *settings]
    )
    assert done.exit_code == 0, done.stderr
    assert (elsewhere / "a" / "b c" / "ö" / "plan" / "plan.json").is_file()
    done = CliRunner().invoke(planner, ["plan", relative, "--json", *settings])
    assert done.exit_code == 0, done.stderr
    assert (elsewhere / "plans" / "small" / "plan.json").is_file()
    for command in (
        ["plan", relative, "--json"],
        ["plan", "nothing.toml", "--json"],
        ["check", relative, "--data", "nowhere", "--json"],
        ["plan", relative, "--out", "x", "--set", "quota.gaol=1", "--json"],
        ["plan", relative, "--out", "x", "--set", "alignment.max_accounts=1", "--json"],
    ):
        refused = CliRunner().invoke(planner, command)
        assert refused.exit_code in {2, 3}
        said = json.loads(refused.stdout, parse_constant=refuse_constant)
        assert said["status"] in {"refused", "infeasible"}
        assert said["error"]
        assert "findings" in said
        assert not Path("x").exists()


def test_a_seed_another_plan_may_repeat(small: SmallCompany) -> None:
    """The same seed gives the same bytes; the seed of the command line is that of plan.json."""
    first, second = small.plan("seed=5"), small.plan("seed=5")
    for name in ("assignments", "territories", "quotas", "outcomes", "transitions"):
        path = f"{name}.csv"
        assert (first.folder / path).read_bytes() == (second.folder / path).read_bytes()
    assert first.document["seed"] == 5


def test_companies_of_the_smallest_size(small: SmallCompany) -> None:
    """One rep, one account, all accounts held, no history table: each is planned."""
    only = [row for row in small.reps if row["rep_id"] in {"R1", "M1"}]
    alone = small.plan("inputs.reps.where=\"rep_id IN ('R1', 'M1')\"")
    assert set(alone.served()) == {"R1"}
    assert alone.quotas() == {"R1": 1_100_000}
    small.tables["reps"] = only
    small.tables["accounts"] = small.accounts[:1]
    small.tables["history"] = small.tables["history"][:6]
    one = small.plan("quota.goal=0.01")
    assert one.owners() == {"A000": "R1"}
    assert one.printed["quota"]["goal"] == 0.01


def test_no_history_and_no_coordinates(small: SmallCompany) -> None:
    """Without history and places the market alone is balanced, and no travel is counted."""
    small.tables.pop("history")
    small.scenario = small.scenario.replace('[inputs.history]\npath = "history.csv"\n', "")
    for row in (*small.accounts, *small.reps):
        row.pop("latitude")
        row.pop("longitude")
    plan = small.plan()
    assert plan.printed["violations"] == []
    assert plan.document["cost_by_term"].get("travel", 0) == 0
    geojson = json.loads((plan.folder / "territories.geojson").read_text("utf-8"))
    assert [feature["geometry"] for feature in geojson["features"]] == [None] * 4


def test_every_account_held_and_goals_of_any_size(small: SmallCompany) -> None:
    """With everybody held nothing moves; goals from cents to trillions sum exactly."""
    small.scenario += '\n[[alignment.holds]]\nwhere = "true"\nto = "owner"\n'
    for goal in ("0.05", "999999999999.99"):
        plan = small.plan(f"quota.goal={goal}", f"{MARKET}.hard=false", "quota.round_to=0.01")
        assert plan.printed["moved"]["accounts"] == 0
        cents = sum(
            round(float(row["quota"]) * 100)
            for row in plan.rows("quotas")
            if row["level"] == "company"
        )
        assert cents == round(float(goal) * 100)


@pytest.mark.parametrize("start", ["1990-01-01", "2020-01-01"])
def test_a_plan_before_all_history(small: SmallCompany, start: str) -> None:
    """History that all lies after the plan's start is said, and the plan ends in words."""
    answer = small.run("check", f"period.start={start}", code=None)
    assert any(f["table"] == "history" and f["severity"] != "info" for f in answer.findings)
