"""CRM files of a plan that was changed within its year: only what the change altered."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from planner.outputs.crm.export import write_crm
from planner.outputs.crm.quotas import plan_amounts
from planner.outputs.plan import Plan
from planner.pipeline.planning import make_plan
from planner.pipeline.replanning import change_plan
from planner.scenario.reading import read_scenario
from tests.outputs.crm.conftest import in_crm, read_folder

FEW = ("outcomes.draws=100",)
Months = Counter[tuple[str, date]]


@pytest.fixture(scope="module")
def running(tiny_tables: Path) -> Plan:
    """The annual plan of a tiny company."""
    return make_plan(read_scenario(tiny_tables / "baseline.toml", FEW), tiny_tables)


@pytest.fixture(scope="module")
def changed(running: Plan, tiny_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same after one rep has left on 10 May, and nobody else is touched."""
    events = tmp_path_factory.mktemp("events") / "events.csv"
    with events.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["kind", "date", "rep_id", "why"])
        writer.writerow(["leave", "2027-05-10", running.seats.rep_ids[0], "moved away"])
    told = (*FEW, f"inputs.events.path={events}", "inputs.events.outside=true")
    scenario = read_scenario(tiny_tables / "baseline.toml", told)
    return change_plan(scenario, tiny_tables, running, effective=date(2027, 4, 1))


def owed(plan: Plan) -> Months:
    """What each person owes in each month, minor units, from the lines themselves."""
    assert plan.quotas is not None
    sums: Months = Counter()
    for line in plan.quotas.lines:
        if line.level != "company":
            sums[line.rep_id, line.period_start] += line.quota
    return sums


def test_only_quotas_that_are_others_now_are_written(running: Plan, changed: Plan) -> None:
    """A leaver's later months are nothing, the open seat's are new, and all others are left alone."""
    leaver = running.seats.rep_ids[0]
    before, now = owed(running), owed(changed)
    differ = {key for key in {*before, *now} if before[key] != now[key]}
    amounts = {(one.rep_id, one.start): one for one in plan_amounts(changed, "month")}
    written = {key for key, one in amounts.items() if one.changed}
    assert written == differ
    assert {rep for rep, _ in differ} >= {leaver, running.territory_ids[0]}
    assert amounts[leaver, date(2027, 6, 1)].plan_text.strip("0.") == ""
    assert (leaver, date(2027, 4, 1)) not in written
    assert all(one.changed for one in plan_amounts(running, "month"))
    quarters = {(one.rep_id, one.start) for one in plan_amounts(changed, "quarter") if one.changed}
    assert quarters == {(rep, date(2027, (day.month - 1) // 3 * 3 + 1, 1)) for rep, day in differ}


def crm_rows(plan: Plan, kind: str, account: str, made: Any) -> list[dict[str, str]]:
    people = [*(rep.rep_id for rep in plan.data.reps), *plan.territory_ids]
    ids = plan.data.accounts["account_id"].tolist()
    return [
        *({"object": kind, "id": made(at), "rep_id": name} for at, name in enumerate(people)),
        *(
            {"object": account, "id": made(1000 + at), "account_id": name}
            for at, name in enumerate(ids)
        ),
    ]


def test_the_files_of_each_crm_hold_the_same_changes(changed: Plan, tmp_path: Path) -> None:
    """Each system has a row for each quota that changed, and none for accounts that stay."""
    months = sum(one.changed for one in plan_amounts(changed, "month"))
    quarters = sum(one.changed for one in plan_amounts(changed, "quarter"))
    hubspot = in_crm(changed, crm_rows(changed, "User", "Company", lambda at: str(10_000 + at)))
    dynamics = in_crm(
        changed,
        crm_rows(changed, "systemuser", "account", lambda at: str(UUID(int=at + 1))),
        dynamics={"metric": str(UUID(int=1))},
    )
    every = in_crm(
        changed, crm_rows(changed, "User", "Company", lambda at: str(10_000 + at)), quota_rows="all"
    )
    written = {}
    for name, plan, system in (
        ("hubspot", hubspot, "hubspot"),
        ("dynamics", dynamics, "dynamics"),
        ("all", every, "hubspot"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        write_crm(plan, folder, system, None)
        written[name] = read_folder(folder)
    assert len(written["hubspot"]["02_goal_targets_insert"]) == months
    assert len(written["dynamics"]["04_goal_upsert"]) == quarters
    assert not written["dynamics"].get("02_account_update")
    assert len(written["all"]["02_goal_targets_insert"]) == len(plan_amounts(changed, "month"))
    assert "as the running plan has them" in written["hubspot"]["README"][0]["text"]
