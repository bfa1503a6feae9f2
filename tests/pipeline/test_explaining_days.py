"""Who owned what and owed what on a day: before and after somebody left."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from planner.errors import ScenarioError
from planner.outputs.folder import load_plan
from planner.outputs.plan import Plan
from planner.pipeline.explaining_days import describe_day
from planner.pipeline.replanning import change_plan
from planner.scenario.reading import read_scenario
from tests.conftest import Run

LEFT = date(2027, 4, 9)


@pytest.fixture(scope="module")
def running(demo_plan: Path) -> Plan:
    """The plan before anybody left."""
    return load_plan(demo_plan)


@pytest.fixture(scope="module")
def leaver(running: Plan) -> str:
    """A rep who has accounts in the plan."""
    held = set(running.territory_of_account.tolist())
    return next(rep for seat, rep in enumerate(running.seats.rep_ids) if rep and seat in held)


@pytest.fixture(scope="module")
def changed(
    running: Plan, leaver: str, demo_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Plan:
    """The plan after he left, his seat closed."""
    folder = tmp_path_factory.mktemp("left")
    for path in demo_tables.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [
                ["kind", "date", "rep_id", "seat", "why"],
                ["leave", LEFT.isoformat(), leaver, "closed", "a test"],
            ]
        )
    told = ("outcomes.draws=200", "inputs.events.path=events.csv")
    scenario = read_scenario(folder / "baseline.toml", told)
    return change_plan(scenario, folder, running, effective=LEFT + timedelta(days=1))


def test_a_leaver_has_his_accounts_up_to_his_last_day(changed: Plan, leaver: str) -> None:
    """On that day he still serves them; on the next somebody else does, and none is lost."""
    before, after = (describe_day(changed, LEFT + timedelta(days=n)) for n in (0, 1))
    mine = [account for account in before.accounts if before.who_has(account)[1] == leaver]
    assert mine
    assert before.accounts.keys() == after.accounts.keys()
    assert all(after.who_has(account)[1] not in {"", leaver} for account in mine)
    counts = {rep: count for _, rep, count in after.seats if rep}
    assert leaver not in counts
    assert sum(count for _, _, count in after.seats) <= len(after.accounts)


def test_days_add_up_to_what_is_owed(running: Plan, changed: Plan) -> None:
    """The company owes on ten days what lies between what was owed up to either end."""
    for plan in (running, changed):
        first, last = LEFT - timedelta(days=4), LEFT + timedelta(days=6)
        days = [describe_day(plan, first + timedelta(days=n)) for n in range((last - first).days)]
        on_days = sum(day.debts[0].on_day for day in days)
        ends = (
            describe_day(plan, last - timedelta(days=1)),
            describe_day(plan, first - timedelta(days=1)),
        )
        assert ends[0].debts[0].level == "company"
        assert on_days == pytest.approx(
            ends[0].debts[0].to_date - ends[1].debts[0].to_date, abs=0.1
        )


def test_a_day_outside_the_plan_is_refused(running: Plan) -> None:
    """The refusal names the plan's days."""
    describe_day(running, date(2027, 12, 31))
    with pytest.raises(ScenarioError, match="2027-01-01 to 2027-12-31"):
        describe_day(running, date(2028, 1, 1))


def test_the_command_says_whose_an_account_was(demo_plan: Path, running: Plan, run: Run) -> None:
    """In words, and for programs; an unknown account is refused."""
    account = next(iter(describe_day(running, LEFT).accounts))
    seat, rep = describe_day(running, LEFT).who_has(account)
    said = run("explain", demo_plan, "--on", LEFT.isoformat(), "--account", account).stdout
    assert f"({seat})" in said
    everybody = run("explain", demo_plan, "--on", LEFT.isoformat()).stdout
    assert rep in everybody or describe_day(running, LEFT).names[rep] in everybody
    assert "Who owed what" in everybody
    refused = run("explain", demo_plan, "--on", LEFT.isoformat(), "--account", "x", code=2)
    assert "was not in the plan" in refused.stderr
    run("explain", demo_plan, "--on", LEFT.isoformat(), "--territory", seat, code=2)
