"""What people read before they load: changes, open deals, and the check of every file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from planner.errors import FaultError
from planner.outputs.crm.files import Field, LoadFile, check_file, write_file
from planner.outputs.folder import load_plan, save_plan
from planner.outputs.moves import plan_moves, previous_reps, proposed_reps
from planner.outputs.plan import Plan
from tests.outputs.conftest import HOSTILE

from .conftest import Written, in_crm

Write = Callable[..., Written]


def test_changes_against_today_are_the_moves(whole: Plan, write: Write) -> None:
    """Without an earlier plan the report speaks of today's owners."""
    changes = write(whole)["changes"]
    owners = {
        row["id"]: (row["before"], row["after"]) for row in changes if row["field"] == "owner"
    }
    ids = whole.data.accounts["account_id"].tolist()
    pairs = zip(ids, previous_reps(whole), proposed_reps(whole), strict=True)
    assert owners == {one: (old, new) for one, old, new in pairs if old != new}


def test_changes_against_an_earlier_plan(whole: Plan, write: Write) -> None:
    """Only what differs between the two plans: territories, holders, quotas, accounts."""
    assert write(whole, against=whole)["changes"] == []
    proposed = whole.territory_of_account.copy()
    proposed[5] = (proposed[5] + 1) % 4
    assert whole.quotas is not None
    lines = tuple(
        replace(line, quota=line.quota + 100) if line.rep_id == "R001" else line
        for line in whole.quotas.lines
    )
    later = replace(
        whole,
        territory_of_account=proposed,
        quotas=replace(whole.quotas, lines=lines),
        seats=replace(whole.seats, rep_ids=("R001", "R002", "R003", "")),
    )
    written = write(later, against=whole)
    kinds = {(row["kind"], row["id"], row["field"]) for row in written["changes"]}
    assert {("account", "000005", "territory"), ("quota", "R001", "quota")} <= kinds
    assert ("territory", "T004", "holder") in kinds
    assert "Against the plan Baseline 2027" in written["README"][0]["text"]


def test_open_opportunities_of_moved_accounts_are_listed(whole: Plan, write: Write) -> None:
    """Those of accounts that leave their owner, and no closed one."""
    moved = np.flatnonzero(plan_moves(whole)).tolist()
    stays = next(at for at in range(60) if at not in moved)
    rows = [
        (moved[0], "Proposal"),
        (moved[1], "Closed Won"),
        (stays, "Proposal"),
        (moved[2], "Lost"),
    ]
    table = pd.DataFrame(
        {
            "opportunity_id": [f"O{at}" for at in range(4)],
            "account_id": [f"{at:06d}" for at, _ in rows],
            "stage": [stage for _, stage in rows],
            "amount": np.array([12345, 1, 2, 3], dtype=np.int64),
            "close_date": pd.to_datetime(["2027-03-01", None, None, None]),
            "probability": [0.5, 1.0, 0.5, 0.0],
            "rep_id": pd.array(["R001", None, "R002", None], dtype="str"),
        }
    )
    plan = replace(whole, data=replace(whole.data, opportunities=table))
    found = write(plan)["open_opportunities"]
    assert [row["opportunity_id"] for row in found] == ["O0"]
    assert found[0]["amount"] == "123.45"
    assert found[0]["close_date"] == "2027-03-01"
    assert found[0]["to"] == proposed_reps(whole)[moved[0]]


def test_files_for_a_loader_are_raw_and_those_for_people_are_not(
    hostile: Plan, write: Write
) -> None:
    """No apostrophe goes into the CRM; a spreadsheet that opens the report runs nothing."""
    written = write(hostile)
    assert all(
        not cell.startswith("'")
        for name in written
        if name[0].isdigit()
        for row in written[name]
        for cell in row.values()
    )
    assert any(row["name"].startswith("'=cmd") for row in written["changes"])
    assert "<script>" not in written["README"][0]["text"]


@pytest.fixture
def hostile(whole: Plan) -> Plan:
    """A plan whose names try to be run, in every place where a name goes."""
    names = [HOSTILE[at // 5 % len(HOSTILE)] for at in range(60)]
    table = whole.data.accounts.assign(name=names)
    reps = tuple(replace(rep, name=HOSTILE[2]) for rep in whole.data.reps)
    provenance = replace(whole.provenance, name=f"{HOSTILE[0]}\n|x|")
    return replace(
        whole, data=replace(whole.data, accounts=table, reps=reps), provenance=provenance
    )


BASE = LoadFile(
    step="01",
    object="Thing",
    operation="insert",
    fields=(Field(name="Id", kind="id"), Field(name="Up", kind="id", required=False)),
    rows=(("0" * 15, ""), ("1" * 15, "0" * 15)),
    unique=("Id",),
    words="tests",
    parent=("Up", "Id"),
)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("", ""),), "is missing"),
        ((("#N/A", ""),), "is missing"),
        ((("short", ""),), "not of the kind id"),
        ((("0" * 15, ""), ("0" * 15 + "AAA", "")), "same Id"),
        ((("1" * 15, "0" * 15), ("0" * 15, "")), "above its parent"),
    ],
)
def test_a_file_is_checked_before_it_is_written(
    rows: tuple[tuple[str, str], ...], words: str
) -> None:
    """Blank keys, bad ids, doubles of 15 and 18 signs, and children before parents are refused."""
    check_file(BASE)
    with pytest.raises(FaultError, match=words):
        check_file(replace(BASE, rows=rows))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("day", "2027-02-28", "2027-02-30"),
        ("day", "2027-02-28", "28.02.2027"),
        ("amount", "-12.50", "1,250.00"),
        ("developer name", "A_1b", "A__1"),
        ("developer name", "A", "1A"),
        ("developer name", "A_B", "A_"),
        ("instant", "2027-01-01T00:00:00.000Z", "2027-01-01"),
        ("text", "a, b", "a\nb"),
    ],
)
def test_each_kind_of_cell_is_known(kind: str, good: str, bad: str) -> None:
    """What the CRM takes passes, what it would refuse does not."""
    file = replace(BASE, fields=(Field(name="X", kind=kind),), unique=("X",), parent=None)
    check_file(replace(file, rows=((good,),)))
    with pytest.raises(FaultError, match="not of the kind"):
        check_file(replace(file, rows=((bad,),)))


def test_quotes_and_commas_survive(tmp_path: Path) -> None:
    """Cells with separators, quotes and lines come back as they were."""
    cells = ('a "b", c', "x\ny", "=1+1", "")
    file = replace(
        BASE, fields=tuple(Field(name=f"F{at}") for at in range(4)), rows=(cells,), parent=None
    )
    (path,) = write_file(file, tmp_path, newline="\r\n")
    frame = pd.read_csv(path, keep_default_na=False)
    assert tuple(frame.iloc[0]) == cells


def test_a_plans_folder_keeps_what_the_crm_has(whole: Plan, write: Write, tmp_path: Path) -> None:
    """Read back from the folder alone, the plan gives the same files, and knows its boundary."""
    land = gpd.GeoDataFrame({"geometry": [box(-130, 20, -60, 60)]}, crs="EPSG:4326")
    plan = replace(whole, data=replace(whole.data, boundary=land))
    save_plan(plan, tmp_path / "plan")
    found = load_plan(tmp_path / "plan")
    first, second = write(plan), write(found)
    assert {**first, "folder": []} == {**second, "folder": []}
    assert found.data.boundary is not None
    assert found.data.boundary.total_bounds.tolist() == [-130, 20, -60, 60]


def test_twenty_thousand_accounts(write: Write) -> None:
    """A large company's files are whole."""
    from tests.outputs.conftest import build_plan

    from .conftest import accounts, people, territories

    made = build_plan(accounts=20_000, reps=30, seed=1)
    plan = in_crm(made, [*people(30), *accounts(20_000), *territories(30)])
    written = write(plan)
    placed = int((made.territory_of_account >= 0).sum())
    assert len(written["03b_ObjectTerritory2Association_insert"]) == placed
