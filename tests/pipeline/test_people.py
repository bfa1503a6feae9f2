"""The ramp and the capacity that a scenario lets the company's own past decide."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.conftest import Run


def capacities(plan: Path) -> dict[str, float]:
    with (plan / "territories.csv").open(encoding="utf-8") as stream:
        return {row["territory_id"]: float(row["capacity"]) for row in csv.DictReader(stream)}


def test_productivity_enters_capacity_when_asked(
    demo_tables: Path, demo_plan: Path, run: Run, tmp_path: Path
) -> None:
    """With alignment.capacity = productivity territories differ in capacity, and it is said."""
    out = tmp_path / "plan"
    run(
        *("plan", demo_tables / "baseline.toml", "--out", out, "--json"),
        *("--set", "alignment.capacity=productivity", "--set", "quota.ramp_from=cohorts"),
        *("--set", "performance.rep_goals.'close rate'=0.9"),
    )
    assert set(capacities(demo_plan).values()) != set(capacities(out).values())
    written = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    codes = {finding["code"]: finding for finding in written["findings"]}
    assert "capacity.productivity" in codes
    # Ten reps have too few hires among them: the stated ramp stays, with a warning.
    assert codes["quota.ramp_not_measured"]["severity"] == "warning"
    reps = [card for card in written["performance"]["cards"] if card["level"] == "rep"]
    rates = [card["metrics"]["close rate"] for card in reps if "close rate" in card["metrics"]]
    assert {rate["goal"] for rate in rates} == {0.9}
