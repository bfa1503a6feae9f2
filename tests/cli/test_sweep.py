"""The command ``planner sweep`` as a user runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Run


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
