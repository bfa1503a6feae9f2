"""``planner export`` as people use it: from the plan's folder alone, with ids that come later."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

IDS = (
    "export.salesforce.model=0MA000000000001",
    "export.salesforce.type=0M5000000000001",
    "export.salesforce.forecasting=0Db000000000001",
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def crm(demo_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a CRM has of the demo company: accounts, people, territories."""
    accounts = [row["account_id"] for row in rows_of(demo_plan / "assignments.csv")]
    quotas = rows_of(demo_plan / "quotas.csv")
    people = sorted({row["rep_id"] for row in quotas} - {"company"})
    bosses = sorted({row["rep_id"] for row in quotas if row["level"] == "manager"})
    seats = [row["territory_id"] for row in rows_of(demo_plan / "territories.csv")]
    lines = ["object,Id,ObjectId,UserId,DeveloperName"]
    lines += [f"Account,001{at:012d},{one},," for at, one in enumerate(accounts)]
    lines += [f"User,005{at:012d},,{one}," for at, one in enumerate(people) if "TBH" not in one]
    names = [*(f"{one}_Team" for one in bosses), *seats]
    lines += [f"Territory2,0MI{at:012d},,,{one}" for at, one in enumerate(names)]
    path = tmp_path_factory.mktemp("crm") / "crm.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_ids_that_come_later_need_no_new_plan(
    run: Run, demo_plan: Path, crm: Path, tmp_path: Path
) -> None:
    """A newer table and the keys give every file; without them the reasons are told."""
    first = tmp_path / "first"
    run("export", demo_plan, "--to", "salesforce", "--out", first)
    assert not list(first.glob("03b*"))
    assert "Left out, and why" in (first / "README.md").read_text(encoding="utf-8")
    settings = [word for one in IDS for word in ("--set", one)]
    second = tmp_path / "second"
    done = run(
        "export",
        demo_plan,
        "--to",
        "salesforce",
        "--out",
        second,
        "--associations",
        crm,
        "--against",
        demo_plan,
        *settings,
    )
    assert "README.md first" in done.stdout
    placed = rows_of(second / "03b_ObjectTerritory2Association_insert.csv")
    assert len(placed) == 400
    assert rows_of(second / "07_ForecastingQuota_insert.csv")
    assert rows_of(second / "changes.csv") == []
    open_deals = rows_of(second / "open_opportunities.csv")
    moved = {
        row["account_id"]
        for row in rows_of(demo_plan / "assignments.csv")
        if row["moved"] == "true"
    }
    assert open_deals
    assert {row["account_id"] for row in open_deals} <= moved


BAD: dict[str, tuple[list[Any], int, str]] = {
    "an id that is none": (["--set", "export.salesforce.model=abc"], 2, "15 or 18 letters"),
    "a key that is none": (["--set", "export.salesforce.modle=x"], 2, "'model'"),
    "a key of the plan": (["--set", "quota.goal=1"], 2, "begin with export."),
    "a file that is not there": (["--associations", "none.csv"], 2, "no file 'none.csv'"),
    "an earlier plan that is none": (["--against", "."], 2, "no plan's folder"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_what_is_wrong_is_said(run: Run, demo_plan: Path, tmp_path: Path, case: str) -> None:
    """Each has the exit code of the contract, words, and leaves no folder."""
    options, code, words = BAD[case]
    out = tmp_path / "out"
    done = run(
        "export", demo_plan, "--to", "salesforce", "--out", out, *options, code=code, cwd=tmp_path
    )
    assert words in done.stderr
    assert not out.exists()


def test_a_table_without_ids_is_unusable(run: Run, demo_plan: Path, tmp_path: Path) -> None:
    """Exit 1 and the column that is missing."""
    path = tmp_path / "crm.csv"
    path.write_text("object,name\nTerritory2,West\n", encoding="utf-8")
    done = run(
        "export",
        demo_plan,
        "--to",
        "hubspot",
        "--out",
        tmp_path / "out",
        "--associations",
        path,
        code=1,
    )
    assert "no column id" in done.stderr
