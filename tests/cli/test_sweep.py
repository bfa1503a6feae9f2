"""The command ``planner sweep`` as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.pressing import python_answers


def test_a_sweep_writes_its_files_and_prints_one_object(
    tiny_tables: Path, run: Run, tmp_path: Path
) -> None:
    """Two goals in two processes: rows, curves, plans; the same command again does nothing."""
    out = tmp_path / "sweep"
    command = (
        *("sweep", tiny_tables / "baseline.toml", "--out", out, "--workers", "2", "--json"),
        *(
            "--vary",
            "quota.goal=2_000_000,2_500_000",
            "--set",
            "outcomes.draws=200",
            "--set",
            "potential.cuts=1",
        ),
    )
    printed = json.loads(run(*command).stdout)
    assert (printed["combinations"], printed["reused"]) == (2, 0)
    assert [row["figures"]["goal"] for row in printed["rows"]] == [2_000_000, 2_500_000]
    assert [row["figures"]["rep_total"] for row in printed["rows"]] == [2_200_000, 2_750_000]
    with (out / "sweep.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["quota.goal"] for row in rows] == ["2_000_000", "2_500_000"]
    assert all((out / row["plan"] / "plan.json").is_file() for row in rows)
    assert "Trade-offs" in (out / "sweep.html").read_text(encoding="utf-8")
    assert json.loads(run(*command).stdout)["reused"] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--vary", "quota.gaol=1,2"), "goal"),
        (("--vary", "quota.goal"), "KEY=V1,V2"),
        (("--vary", "seed=1,2", "--workers", "2", "--cluster", "tcp://x:1"), "--workers"),
        ((), "--vary"),
    ],
)
def test_a_wrong_sweep_is_refused_before_any_work(
    tiny_tables: Path, run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """Unknown keys, no values, and two kinds of workers end with 2 and leave no folder."""
    out = tmp_path / "sweep"
    done = run("sweep", tiny_tables / "baseline.toml", "--out", out, *arguments, code=2)
    assert told in done.stderr
    assert not out.exists()


def workers_of(parent: int) -> list[int]:
    """Return the processes that work for another, those of tidy libraries left out."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text(encoding="utf-8").rpartition(")")[2].split()
            command = status.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if words[0] != "Z" and int(words[1]) == parent and b"spawn_main" in command:
            found.append(int(status.parent.name))
    return found


def lives(process: int) -> bool:
    """Return whether a process is still there, and not merely to be waited for."""
    try:
        words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return words.split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's list of processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_sweep(
    tiny_tables: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """A terminal's Ctrl-C, which reaches the workers as they begin, or a kill: nothing stays behind."""
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, str(ROOT / "cli.py"), "sweep", str(tiny_tables / "baseline.toml")]
    command += ["--out", str(tmp_path / "sweep"), "--workers", "2"]
    command += ["--vary", "seed=1,2"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        start_new_session=True,
        preexec_fn=python_answers,  # noqa: PLW1509 - what the process hears can only be set in it
    ) as process:
        begun: list[int] = []
        while process.poll() is None and len(begun) < 2:
            begun = workers_of(process.pid)
        os.killpg(process.pid, number) if number == signal.SIGINT else process.kill()
        _, said = process.communicate(timeout=600)
    assert len(begun) == 2
    ends = time.monotonic() + 600
    while any(lives(worker) for worker in begun):
        assert time.monotonic() < ends, "a worker stays behind"
        time.sleep(0.05)
    assert list((tmp_path / "tmp").iterdir()) == []
    if number == signal.SIGINT:
        assert process.returncode == 130, said
        assert said.startswith("Interrupted: 0 of 2 combinations")
        assert said.count("\n") == 1
