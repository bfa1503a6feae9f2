"""A plan that two processes write is the plan that one writes, byte for byte."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner import second_process
from planner.inputs import unchanged
from planner.outputs import folder, kept_areas
from planner.pipeline import change_inputs
from tests.conftest import Run

EVENTS = "kind,date,rep_id,seat,why\nleave,2027-04-09,{rep},{seat},moves away\n"
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


@pytest.fixture(scope="module", name="running")
def make_running(tiny_tables: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the plan that every change starts from; nobody may change it."""
    folder = tmp_path_factory.mktemp("running") / "one"
    run("plan", tiny_tables / "baseline.toml", "--out", folder)
    return folder


@pytest.fixture(name="change")
def word_change(tiny_tables: Path, running: Path, tmp_path: Path) -> Callable[[str], list[str]]:
    """Return a function that words a change in which somebody leaves an open or a closed seat."""

    def words(seat: str) -> list[str]:
        with (running / "territories.csv").open(encoding="utf-8", newline="") as file:
            rep = next(csv.DictReader(file))["rep_id"]
        events = tmp_path / "events.csv"
        events.write_text(EVENTS.format(rep=rep, seat=seat), encoding="utf-8")
        return [
            *("plan", str(tiny_tables / "baseline.toml"), "--from", str(running)),
            *("--effective", "2027-04-10", "--set", f"inputs.events.path={events}"),
            *("--set", "inputs.events.outside=true", "--out"),
        ]

    return words


def test_two_processes_write_what_one_writes(
    tiny_tables: Path,
    run: Run,
    running: Path,
    change: Callable[[str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan and a change to it, each made by one process and by two."""
    run(*change("closed"), tmp_path / "changed")
    monkeypatch.setattr(second_process, "MUCH", 0)
    monkeypatch.setattr(second_process, "SecondProcess", Counted)
    monkeypatch.setattr(second_process.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(folder, "MANY_ACCOUNTS", 0)
    run("plan", tiny_tables / "baseline.toml", "--out", tmp_path / "two")
    run(*change("closed"), tmp_path / "changed_by_two")
    assert Counted.started == 2
    assert contents(tmp_path / "two") == contents(running)
    assert contents(tmp_path / "changed_by_two") == contents(tmp_path / "changed")
    monkeypatch.setattr(second_process, "SecondProcess", refuse_process)
    run(*change("closed"), tmp_path / "changed_by_one")
    assert contents(tmp_path / "changed_by_one") == contents(tmp_path / "changed")


@pytest.mark.parametrize("seat", ["open", "closed"])
def test_taking_over_writes_what_reading_writes(
    run: Run,
    change: Callable[[str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seat: str,
) -> None:
    """A change that reads only its events, and one that reads and draws everything."""
    asked: list[object] = []
    taken = change_inputs._take_over

    def note(*given: Any) -> object:
        asked.append(taken(*given))
        return asked[-1]

    monkeypatch.setattr(change_inputs, "_take_over", note)
    monkeypatch.setattr(second_process, "MUCH", 0)
    monkeypatch.setattr(second_process, "SecondProcess", second_process.Here)
    run(*change(seat), tmp_path / "taken")
    assert [data is not None for data in asked] == [True]
    monkeypatch.setattr(unchanged, "digest_tables", lambda *_: {})
    monkeypatch.setattr(kept_areas, "FILE", "none.npz")
    run(*change(seat), tmp_path / "read")
    assert len(asked) == 1
    read, found = contents(tmp_path / "read"), contents(tmp_path / "taken")
    # The list names its files, of which one is called otherwise here.
    for kept in (read, found):
        kept.pop("state/manifest.json")
    read["state/areas.npz"] = read.pop("state/none.npz")
    assert found == read


def refuse_process() -> None:
    """Refuse as a machine does that allows no more processes."""
    raise BlockingIOError(11, "Resource temporarily unavailable")
