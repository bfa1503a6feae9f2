"""Leaver: one rep of 500 leaves a running plan of 100,000 accounts; the whole command is timed."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Table
from planner.inputs.demo.company import build_company
from planner.inputs.demo.writing import write_company

EVENTS = "kind,date,rep_id,seat,why\nleave,2027-04-09,{rep},{seat},a benchmark\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("size", nargs="?", default="100000x500", help="accounts x territories")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keeps the company and its running plan here")
    parser.add_argument(
        "--plan-limit", type=float, help="seconds for the running plan; else the counted effort"
    )


def run(arguments: argparse.Namespace) -> None:
    """Make the running plan where there is none, then time both kinds of leaver."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        _make_running_plan(folder, arguments)
        table = Table()
        for name, seat in (("open seat", ""), ("closed seat", "closed")):
            _time_leaver(folder, name, seat, table)


def _make_running_plan(folder: Path, arguments: argparse.Namespace) -> None:
    if (folder / "plan" / "plan.json").is_file():
        return
    accounts, reps = (int(part) for part in arguments.size.split("x"))
    folder.mkdir(parents=True, exist_ok=True)
    write_company(build_company(accounts=accounts, reps=reps, seed=arguments.seed), folder)
    limit = ("--time-limit", str(arguments.plan_limit)) if arguments.plan_limit else ()
    _call("plan", folder / "baseline.toml", "--out", folder / "plan", *limit)


def _time_leaver(folder: Path, name: str, seat: str, table: Table) -> None:
    """Time one leaver, and say by stage where the time went."""
    running = json.loads((folder / "plan" / "plan.json").read_text(encoding="utf-8"))
    rep = _first_rep(folder)
    events = folder / "leaver.csv"
    events.write_text(EVENTS.format(rep=rep, seat=seat), encoding="utf-8")
    out = folder / "changed"
    before, clock = _children(), time.perf_counter()
    _call(
        "plan", folder / "baseline.toml", "--from", folder / "plan", "--effective", "2027-04-10",
        "--set", "inputs.events.path=leaver.csv", "--out", out, "--force",
    )  # fmt: skip
    seconds = time.perf_counter() - clock
    changed = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    table.add(
        f"{name} ({running['name']})",
        value=changed["cost"],
        reference=None,
        bound=changed["bound"],
        proven=changed["gap"],
        seconds=seconds,
        status=changed["status"],
    )
    stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in changed["seconds"].items())
    print(f"  processor {_children() - before:.1f} s; by stage: {stages}")


def _first_rep(folder: Path) -> str:
    """Return the holder of the first direct seat that has accounts."""
    import csv

    with (folder / "plan" / "territories.csv").open(encoding="utf-8", newline="") as stream:
        return next(row["rep_id"] for row in csv.DictReader(stream) if int(row["accounts"]))


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _call(*words: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "planner", *(str(word) for word in words)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
