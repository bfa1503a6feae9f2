"""A ramp measured from the company's own hires."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from planner.inputs.data import PlanningData
from planner.inputs.reps import Rep
from planner.potential.people.ramp_cohorts import measure_ramp
from tests.potential.conftest import make_company


def team(hires: int, months_to_full: int = 6) -> PlanningData:
    """Five tenured reps, and hires of January 2025 who grow evenly to full productivity."""
    reps = [Rep(rep_id=f"T{n}", name="", role="AE", hire_date=date(2015, 1, 1)) for n in range(5)]
    reps += [
        Rep(rep_id=f"H{n}", name="", role="AE", hire_date=date(2025, 1, 1)) for n in range(hires)
    ]
    rows = []
    for rep in reps:
        for month in pd.period_range("2024-01", "2026-12", freq="M"):
            tenure = 99 if rep.rep_id[0] == "T" else (month - pd.Period("2025-01", "M")).n
            share = np.clip((tenure + 1) / months_to_full, 0, 1)
            if share > 0:
                rows.append(("A000", month.to_timestamp(), int(100_000 * share), rep.rep_id))
    history = pd.DataFrame(rows, columns=["account_id", "date", "amount", "rep_id"])
    return make_company(history, 1, reps=tuple(sorted(reps, key=lambda rep: rep.rep_id)))


def test_the_planted_ramp_is_found() -> None:
    """Twenty hires who take six months show a curve that rises to full in about six."""
    curve, findings = measure_ramp(team(20))
    assert not findings
    planted = np.clip(np.arange(1, 13) / 6, 0, 1)
    np.testing.assert_allclose(curve.share, planted, atol=0.06)
    assert list(curve.share) == sorted(curve.share)
    assert all(
        low <= share <= high
        for low, share, high in zip(curve.low, curve.share, curve.high, strict=True)
    )
    assert curve.months_to_full in {5, 6}


def test_few_hires_are_drawn_to_the_usual_curve() -> None:
    """Three hires say less than twenty, so the curve stays nearer to the usual one."""
    fast = [measure_ramp(team(hires, months_to_full=1))[0].share[0] for hires in (3, 20)]
    assert 0.25 < fast[0] < fast[1] <= 1.0


def test_too_few_hires_are_said() -> None:
    """With two hires, or no history, there is no curve but a reason."""
    for data in (team(2), make_company(None)):
        curve, findings = measure_ramp(data)
        assert curve is None
        assert [finding.code for finding in findings] == ["ramp.too_few_hires"]
