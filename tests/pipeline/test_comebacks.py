"""Accounts that were lost within the year and come back."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from planner.errors import DataError
from planner.outputs.change_tables import changed_accounts
from planner.outputs.plan import Plan
from planner.pipeline.explaining_days import describe_day
from planner.pipeline.planning import make_plan
from planner.pipeline.replanning import change_plan
from planner.quotas.parts import owed_on
from planner.scenario.reading import read_scenario

Row = dict[str, str]
Change = Callable[..., Plan]
FEW = ("outcomes.draws=100",)


@pytest.fixture(scope="module")
def running(tiny_tables: Path) -> Plan:
    """The annual plan of a tiny company."""
    return make_plan(read_scenario(tiny_tables / "baseline.toml", FEW), tiny_tables)


@pytest.fixture
def change(tiny_tables: Path, running: Plan, tmp_path: Path) -> Change:
    """Change the running plan by events, without the accounts that are left out of the table."""
    folder = shutil.copytree(tiny_tables, tmp_path / "tables")

    def apply(
        *events: Row, plan: Plan | None = None, day: date, without: str = "", keys: str = ""
    ) -> Plan:
        with (folder / "events.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["kind", "date", "account_id", "into", "why"])
            writer.writeheader()
            writer.writerows({"why": "a test"} | event for event in events)
        rows = (tiny_tables / "accounts.csv").read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if not without or not row.startswith(f"{without},")]
        (folder / "accounts.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
        told = (*FEW, "inputs.events.path=events.csv", *([keys] if keys else []))
        scenario = read_scenario(folder / "baseline.toml", told)
        return change_plan(scenario, folder, plan or running, effective=day)

    return apply


def first_account(plan: Plan) -> str:
    return str(plan.data.accounts["account_id"].tolist()[0])


def seat_on(plan: Plan, account: str, day: date) -> str | None:
    return describe_day(plan, day).accounts.get(account)


def owed(plan: Plan, day: date) -> dict[str, int]:
    assert plan.year is not None
    sums: dict[str, int] = {}
    for ((rep_id, level, _), _), quota in owed_on(plan.year.parts, day).items():
        if level == "rep":
            sums[rep_id] = sums.get(rep_id, 0) + quota
    return sums


@pytest.mark.parametrize("chained", [False, True])
def test_an_account_comes_back_to_its_seat(change: Change, running: Plan, chained: bool) -> None:
    """Told at once or in two changes: nobody's in between, and nobody's quota is another one."""
    account = first_account(running)
    lost = {"kind": "lost", "date": "2027-04-10", "account_id": account}
    back = {"kind": "added", "date": "2027-07-05", "account_id": account}
    if chained:
        plan = change(lost, day=date(2027, 4, 1))
        plan = change(lost, back, plan=plan, day=date(2027, 7, 1))
    else:
        plan = change(lost, back, day=date(2027, 4, 1))
    seat = seat_on(running, account, date(2027, 1, 1))
    days = (date(2027, 4, 9), date(2027, 4, 10), date(2027, 7, 4), date(2027, 7, 5))
    assert [seat_on(plan, account, day) for day in days] == [seat, None, None, seat]
    assert describe_day(plan, days[1]).absent[account] == (
        "it was lost on 2027-04-10 and came back on 2027-07-05"
    )
    assert plan.quotas is not None
    assert running.quotas is not None
    assert plan.quotas.by_person("rep") == running.quotas.by_person("rep")
    assert plan.year is not None
    table = {column.name: column.values for column in changed_accounts(plan, plan.year).columns}
    row = list(table["account_id"]).index(account)
    assert (table["change"][row], table["from_day"][row]) == ("back", days[3])


def test_quota_that_was_relieved_comes_back_with_its_account(change: Change, running: Plan) -> None:
    """While it is away its part is shared by all; from its day on the seat owes it again."""
    account = first_account(running)
    relieve = "change.lost_accounts=relieve"
    events = (
        {"kind": "lost", "date": "2027-04-10", "account_id": account},
        {"kind": "added", "date": "2027-07-05", "account_id": account},
    )
    plan = change(*events, day=date(2027, 4, 1), keys=relieve)
    plain = change({"kind": "lost", "date": "2027-12-30", "account_id": account},
                   day=date(2027, 4, 1), keys=relieve)  # fmt: skip
    seat = seat_on(running, account, date(2027, 1, 1))
    rep = dict(zip(running.territory_ids, running.seats.rep_ids, strict=True))[seat or ""]
    away, there = date(2027, 5, 3), date(2027, 8, 2)
    assert owed(plan, away)[rep] < owed(plain, away)[rep] * 0.995
    assert owed(plan, there)[rep] == pytest.approx(owed(plain, there)[rep], rel=0.002)


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([("lost", "2027-04-10"), ("added", "2027-04-10")], "events.account_gone"),
        ([("added", "2027-04-10")], "events.account_there"),
        (
            [("lost", "2027-04-10"), ("added", "2027-05-10"), ("added", "2027-06-10")],
            "events.account_there",
        ),
        ([("lost", "2027-04-10"), ("lost", "2027-05-10")], "events.account_gone"),
    ],
)
def test_what_cannot_come_back_is_refused(
    change: Change, running: Plan, events: list[tuple[str, str]], code: str
) -> None:
    """On the day of the loss, while it is there, or twice: each is a finding."""
    account = first_account(running)
    rows = [{"kind": kind, "date": day, "account_id": account} for kind, day in events]
    with pytest.raises(DataError) as refused:
        change(*rows, day=date(2027, 4, 1))
    assert [f.code for f in refused.value.findings if f.severity == "error"] == [code]


def test_a_row_that_was_missing_and_is_there_again_comes_back(
    change: Change, running: Plan
) -> None:
    """Without an event, too, and a finding says so."""
    account = first_account(running)
    gone = change(day=date(2027, 4, 1), without=account)
    assert seat_on(gone, account, date(2027, 4, 1)) is None
    plan = change(plan=gone, day=date(2027, 5, 1))
    days = (date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 1))
    seats = [seat_on(plan, account, day) for day in days]
    assert seats[0] == seats[2] == seat_on(running, account, date(2027, 1, 1))
    assert seats[1] is None
    assert any(found.code == "accounts.there_again" for found in plan.findings)
