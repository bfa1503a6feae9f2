"""A plan that two processes write is the plan that one writes, byte for byte."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner import second_process
from planner.outputs import folder
from tests.conftest import Run

EVENTS = "kind,date,rep_id,seat,why\nleave,2027-04-09,{rep},closed,moves away\n"
VOLATILE = {"plan", "seconds", "peak_memory_mb"}


class Counted(second_process.SecondProcess):
    """A second process that is counted."""

    started = 0

    def __init__(self) -> None:
        """Start it."""
        Counted.started += 1
        super().__init__()


def contents(plan: Path) -> dict[str, object]:
    """Return every file of a plan's folder, plan.json without what differs between two runs."""
    found: dict[str, object] = {
        str(path.relative_to(plan)): path.read_bytes() for path in plan.rglob("*") if path.is_file()
    }
    head = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    return found | {"plan.json": {k: v for k, v in head.items() if k not in VOLATILE}}


def test_two_processes_write_what_one_writes(
    tiny_tables: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan and a change to it, each made by one process and by two."""
    scenario = tiny_tables / "baseline.toml"
    run("plan", scenario, "--out", tmp_path / "one")
    with (tmp_path / "one" / "territories.csv").open(encoding="utf-8", newline="") as file:
        rep = next(csv.DictReader(file))["rep_id"]
    (tmp_path / "events.csv").write_text(EVENTS.format(rep=rep), encoding="utf-8")
    change = (
        *("plan", scenario, "--from", tmp_path / "one", "--effective", "2027-04-10"),
        *("--set", f"inputs.events.path={tmp_path / 'events.csv'}"),
        *("--set", "inputs.events.outside=true"),
    )
    run(*change, "--out", tmp_path / "changed")
    monkeypatch.setattr(second_process, "MUCH", 0)
    monkeypatch.setattr(second_process, "SecondProcess", Counted)
    monkeypatch.setattr(second_process.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(folder, "MANY_ACCOUNTS", 0)
    run("plan", scenario, "--out", tmp_path / "two")
    run(*change, "--out", tmp_path / "changed_by_two")
    assert Counted.started == 2
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert contents(tmp_path / "changed_by_two") == contents(tmp_path / "changed")
    monkeypatch.setattr(second_process, "SecondProcess", refuse_process)
    run(*change, "--out", tmp_path / "changed_by_one")
    assert contents(tmp_path / "changed_by_one") == contents(tmp_path / "changed")


def refuse_process() -> None:
    """Refuse as a machine does that allows no more processes."""
    raise BlockingIOError(11, "Resource temporarily unavailable")
