"""Workload that depends on the role of whoever serves."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.units.eligibility import build_eligibility
from planner.units.pace import paced_hours, set_pace
from tests.conftest import Run
from tests.units.test_travel import TEAM, place
from tests.units.worlds import make_world

ACCOUNTS = [place("A", 40.0, -74.0, segment="SMB"), place("B", 41.0, -87.0, segment="Large")]
ROLED = [replace(TEAM[0], role="Field"), replace(TEAM[1], role="Inside")]


def test_targets_take_the_mean_of_who_may_serve() -> None:
    """Hours count as from those who may serve, together: the harmonic mean of their paces."""
    world = make_world(accounts=ACCOUNTS, reps=ROLED)
    seats = set_pace(world.seats, {"Inside": 0.5})
    assert dict(zip(seats.territory_ids, seats.pace.tolist(), strict=True)) == {
        "ADA": 1.0,
        "BEN": 0.5,
    }
    eligibility = build_eligibility(world.data, world.potential, world.units, seats)
    extra = paced_hours(world.units, seats, eligibility)
    by_unit = dict(zip(world.units.unit_ids, extra / world.units.hours, strict=True))
    allowed = eligibility.allowed[eligibility.class_of_unit]
    for unit, may in zip(world.units.unit_ids, allowed, strict=True):
        assert by_unit[unit] == pytest.approx(1 / np.mean(1 / seats.pace[may]) - 1)


def test_a_role_that_nobody_has_is_named() -> None:
    """A misspelt role is a warning, and changes nothing."""
    world = make_world(accounts=ACCOUNTS, reps=ROLED)
    seats = set_pace(world.seats, {"Insid": 0.5})
    assert seats.pace.tolist() == [1.0, 1.0]
    assert [one.code for one in seats.findings if one.severity == "warning"][-1] == (
        "workload.unknown_role"
    )


def test_a_faster_role_gets_more_accounts(tmp_path: Path, run: Run) -> None:
    """Two reps share workload evenly: who takes half the hours serves about twice the accounts."""
    (tmp_path / "accounts.csv").write_text(
        "account_id,visits_per_year,hours_per_visit\n"
        + "".join(f"A{n:02d},4,2\n" for n in range(60)),
        encoding="utf-8",
    )
    (tmp_path / "reps.csv").write_text(
        "rep_id,name,role\nR1,Ada,Field\nR2,Ben,Inside\n", encoding="utf-8"
    )
    (tmp_path / "scenario.toml").write_text(
        """
name = "Roles"
[period]
start = 2027-01-01
as_of = 2026-12-31
[inputs.accounts]
path = "accounts.csv"
[inputs.reps]
path = "reps.csv"
[workload]
role_hours = { Inside = 0.5 }
[alignment]
travel = { from = "none" }
measures.workload = { tolerance = 0.05 }
""",
        encoding="utf-8",
    )
    run("plan", tmp_path / "scenario.toml", "--out", tmp_path / "plan")
    with (tmp_path / "plan" / "territories.csv").open(encoding="utf-8") as stream:
        rows = {row["territory_id"]: row for row in csv.DictReader(stream)}
    assert float(rows["R1"]["workload"]) == pytest.approx(8 * int(rows["R1"]["accounts"]))
    assert float(rows["R2"]["workload"]) == pytest.approx(4 * int(rows["R2"]["accounts"]))
    assert int(rows["R2"]["accounts"]) > 1.7 * int(rows["R1"]["accounts"])
    assert float(rows["R2"]["visit_hours"]) == pytest.approx(4 * int(rows["R2"]["accounts"]))
