"""A small company in a CRM: a plan, what the CRM has, and an independent look at what is written."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.outputs.crm.export import write_crm
from planner.outputs.plan import Plan
from tests.outputs.conftest import build_plan

MODEL, KIND, FORECAST = "0MA000000000001AAA", "0M5000000000001", "0Db000000000001"
COLUMNS = (
    "object",
    "id",
    "name",
    "developer_name",
    "territory_id",
    "territory2_id",
    "account_id",
    "rep_id",
    "role",
    "cause",
    "parent_id",
    "model_id",
)
Rows = list[dict[str, str]]


def account_id(number: int) -> str:
    return f"001{number:012d}"


def user_id(number: int) -> str:
    return f"005{number:012d}"


def territory_id(number: int) -> str:
    return f"0MI{number:012d}"


def people(reps: int) -> Rows:
    """The users of the reps and of their manager M1."""
    rows = [
        {"object": "User", "id": user_id(at), "rep_id": f"R{at:03d}"} for at in range(1, reps + 1)
    ]
    return [*rows, {"object": "User", "id": user_id(900), "rep_id": "M1"}]


def accounts(count: int) -> Rows:
    """A CRM's Id for each account."""
    return [
        {"object": "Account", "id": account_id(at), "account_id": f"{at:06d}"}
        for at in range(count)
    ]


def territories(reps: int) -> Rows:
    """A Territory2 for the manager's team and for each seat."""
    team = {"object": "Territory2", "id": territory_id(900), "developer_name": "M1_Team"}
    seats = [
        {"object": "Territory2", "id": territory_id(at), "developer_name": f"t{at:03d}"}
        for at in range(1, reps + 1)
    ]
    return [team, *seats]


def in_crm(plan: Plan, rows: Iterable[dict[str, str]], **export: Any) -> Plan:
    """Return a plan that knows a CRM's rows and was made with these ``export`` keys."""
    found = list(rows)
    table = pd.DataFrame(
        {name: pd.array([row.get(name) for row in found], dtype="str") for name in COLUMNS}
    )
    scenario = {**plan.provenance.scenario, "export": export}
    return replace(
        plan,
        data=replace(plan.data, associations=table),
        provenance=replace(plan.provenance, scenario=scenario),
    )


@pytest.fixture
def company() -> Plan:
    """Sixty accounts, four reps below one manager; each fifth account goes to the next rep."""
    made = build_plan(accounts=60, reps=4, seed=3)
    moves = (np.arange(60) % 5 == 0) & (made.territory_of_account >= 0)
    proposed = np.where(moves, (made.territory_of_account + 1) % 4, made.territory_of_account)
    return replace(made, territory_of_account=proposed)


@pytest.fixture
def whole(company: Plan) -> Plan:
    """The same company, all of it known to Salesforce."""
    rows = [*people(4), *accounts(60), *territories(4)]
    return in_crm(company, rows, salesforce={"model": MODEL, "type": KIND, "forecasting": FORECAST})


Written = dict[str, Rows]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Written]:
    """Write a plan for a CRM and read every load file back with Python's own reader."""

    def call(plan: Plan, system: str = "salesforce", **options: Any) -> Written:
        folder = tmp_path / f"{system}{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        write_crm(plan, folder, system, options.pop("against", None), **options)
        return read_folder(folder)

    return call


def read_folder(folder: Path) -> Written:
    """Return the rows of each CSV file by its stem, and the README's text under its own name."""
    found: Written = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found[path.stem] = list(csv.DictReader(stream, strict=True))
    found["README"] = [{"text": (folder / "README.md").read_text(encoding="utf-8")}]
    found["folder"] = [{"text": str(folder)}]
    return found
