"""A sweep on a real scheduler and two workers on loopback, one of which is killed."""

from __future__ import annotations

import builtins
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.errors import ScenarioError
from planner.outputs.sweep_files import write_sweep
from planner.pipeline.cluster import join_cluster
from planner.pipeline.sweeping import Sweep, run_sweep
from planner.pipeline.workers import LocalWorkers
from planner.scenario.variation import combine, read_variation

ROOT = Path(__file__).parents[2]
SMALL = ["outcomes.draws=200", "potential.cuts=1"]
VARIED = "alignment.travel.weight=0.5,1.0,1.5,2.0"


class Killer:
    """Progress that kills a worker as soon as the first plan is back."""

    def __init__(self, victim: subprocess.Popen[bytes]) -> None:
        self.victim = victim
        self.stage = ""
        self.killed_at = ""

    def start(self, stage: str) -> None:
        """Remember the stage."""
        self.stage = stage

    def note(self, text: str, fraction: float | None = None) -> None:
        """Kill once, with others still to come."""
        if self.stage == "plans" and not self.killed_at and (fraction or 0) < 1:
            self.victim.send_signal(signal.SIGKILL)
            self.victim.wait(timeout=120)
            self.killed_at = text


def start_part(part: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a scheduler or a worker as users do."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "120s",
    }
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(path: Path) -> str:
    """Return the scheduler's address as soon as it has written it."""
    for _ in range(3_000):
        if path.is_file() and path.stat().st_size:
            try:
                return str(json.loads(path.read_text(encoding="utf-8"))["address"])
            except ValueError:
                pass
        time.sleep(0.1)
    pytest.fail("the scheduler did not start")


@pytest.fixture
def cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a scheduler and two workers, and end what is left of them."""
    monkeypatch.setattr("planner.pipeline.cluster.PATIENCE", 300.0)
    place = tmp_path / "scheduler.json"
    quiet = ("--no-dashboard",)
    scheduler = start_part(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place), *quiet
    )
    processes = [scheduler]
    try:
        address = wait_for(place)
        workers = [
            start_part(
                "worker",
                *(address, "--host", "127.0.0.1", "--no-nanny", "--nthreads", "1"),
                *("--local-directory", str(tmp_path / f"worker{number}"), *quiet),
            )
            for number in range(2)
        ]
        processes += workers
        yield address, workers
    finally:
        for process in processes:
            process.kill()
            process.wait(timeout=120)


def files_of(sweep: Sweep, folder: Path) -> dict[str, bytes]:
    """Write a sweep's files and return them by name."""
    paths = write_sweep(
        sweep.rows,
        folder,
        name="Base",
        currency=sweep.currency,
        inputs=sweep.inputs,
        kept=sweep.kept,
    )
    return {path.name: path.read_bytes() for path in paths}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_cluster_gives_the_same_bytes_though_a_worker_dies(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tiny_tables: Path, tmp_path: Path
) -> None:
    """One of two workers is killed at work; every combination is there, as from this machine."""
    address, workers = cluster
    combinations = combine(tiny_tables / "baseline.toml", [read_variation(VARIED)], SMALL)
    killer = Killer(workers[0])
    with join_cluster(address) as remote:
        far = run_sweep(combinations, tiny_tables, tmp_path / "far", remote, progress=killer)
    assert killer.killed_at
    assert workers[0].poll() == -signal.SIGKILL
    near = run_sweep(combinations, tiny_tables, tmp_path / "near", LocalWorkers(2))
    assert all(row.planned for row in far.rows)
    assert files_of(far, tmp_path / "far") == files_of(near, tmp_path / "near")
    for row in far.rows:
        for name in ("assignments.csv", "quotas.csv", "outcomes.csv", "state/objects.json"):
            kept = [
                (tmp_path / end / "plans" / row.name / name).read_bytes() for end in ("far", "near")
            ]
            assert kept[0] == kept[1]


def test_nobody_at_the_address_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port without a scheduler ends with a message that names the address."""
    monkeypatch.setattr("planner.pipeline.cluster.PATIENCE", 2.0)
    with pytest.raises(ScenarioError, match=r"127\.0\.0\.1:9"), join_cluster("tcp://127.0.0.1:9"):
        pass


def test_without_the_libraries_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra is named where dask is not installed."""
    plain = builtins.__import__

    def lacking(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("distributed"):
            raise ImportError(name)
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with (
        pytest.raises(ScenarioError, match=r"territory-planner\[cluster\]"),
        join_cluster("tcp://x:1"),
    ):
        pass
