"""Ctrl-C in each command that writes: nothing where it ends the work, all where the work is done."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.pressing import own_handler, press


@pytest.fixture
def bookings(demo_tables: Path, tmp_path: Path) -> Path:
    """The last year's bookings, a year later."""
    with (demo_tables / "history.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["date"] < "2026-04"]
    path = tmp_path / "bookings.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "date": f"2027{row['date'][4:]}"} for row in rows)
    return path


def words_of(command: str, plan: Path, out: Path, bookings: Path) -> list[str | Path]:
    """Return the words of a command that writes into a folder."""
    words: dict[str, list[str | Path]] = {
        "track": ["track", plan, "--history", bookings],
        "compare": ["compare", plan, plan],
        "export": ["export", plan, "--to", "csv"],
        "demo": ["demo", "--accounts", "50", "--reps", "4"],
    }
    return [*words[command], "--out", out]


ENDS = {
    "track": "planner.outputs.tracking_files.replace_files",
    "compare": "planner.outputs.comparison_workbook.make_comparison_page",
    "export": "planner.outputs.export.replace_folder",
    "demo": "planner.pipeline.demonstration.make_plan",
}
TOLD = {
    "track": "planner.cli.tracking.print_table",
    "compare": "planner.cli.comparing._print_comparison",
    "export": "planner.cli.exporting.click.echo",
}


@pytest.mark.parametrize("command", list(ENDS))
def test_ctrl_c_before_it_is_done_leaves_nothing(
    command: str, demo_plan: Path, bookings: Path, run: Run, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Exit 130, a message that says so, and no file: not even the folders on the way."""
    monkeypatch.setattr(ENDS[command], press)
    out = tmp_path / "deep" / "out"
    with own_handler():
        done = run(*words_of(command, demo_plan, out, bookings), code=130)
    assert done.stderr.startswith("Interrupted before")
    assert done.stderr.endswith("was written.\n")
    assert not out.parent.exists()


@pytest.mark.parametrize("command", list(TOLD))
def test_ctrl_c_when_it_is_done_changes_nothing(
    command: str, demo_plan: Path, bookings: Path, run: Run, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """While the end is told all is there already, and the exit code says so."""
    monkeypatch.setattr(TOLD[command], press)
    out = tmp_path / "out"
    with own_handler():
        run(*words_of(command, demo_plan, out, bookings), code=0)
    assert any(out.iterdir())
    assert not list(tmp_path.glob(".*"))
