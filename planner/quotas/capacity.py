"""How much of the plan each person is productive: months in the seat, absence and ramp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.units.presence import (
    months_in_seat,
    productive_months,
    ramp_by_month,
    start_of,
    starts_after_plan,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountCapacity:
    """The productive share of each carrier in each month of the plan.

    Parameters
    ----------
    monthly
        Share of the month in the seat and not absent, times the ramp, (carriers, months).
    productive
        The same over the plan, each month weighed by its season, (carriers,).
    """

    monthly: Floats
    productive: Floats
    findings: tuple[Finding, ...] = ()


def measure_capacity(
    reps: Sequence[Rep], period: Period, ramp: Sequence[float], season: Floats
) -> HeadcountCapacity:
    """Measure each carrier's productive share of the plan.

    A month counts by the days in the seat (from hire_date or role_start, whichever is later, to
    the day before leave_date, without absence_start to absence_end), times the ramp of that
    month since the start; the plan is the mean of its months weighed by season.

    Parameters
    ----------
    reps
        The carriers.
    period
        The plan's months.
    ramp
        Share of full productivity by month since the start, full after the last.
    season
        Share of the goal that falls into each month, (months,); sums to 1.
    """
    monthly = np.array([productive_months(rep, period, ramp) for rep in reps])
    monthly = monthly.reshape(len(reps), len(period.starts))
    return HeadcountCapacity(
        monthly=monthly,
        productive=np.clip(np.round(monthly @ season, 12), 0.0, 1.0),
        findings=tuple(_findings(reps, period, ramp)),
    )


def plan_years(period: Period) -> float:
    """Return the length of the plan in years, to the nearest month."""
    months = round((period.end - period.start).days / 365.2425 * 12)
    return max(months, 1) / 12


def _findings(reps: Sequence[Rep], period: Period, ramp: Sequence[float]) -> list[Finding]:
    return [
        *_undated(reps),
        *_limited(reps, period),
        *_long_ramps(reps, period, ramp),
    ]


def _undated(reps: Sequence[Rep]) -> list[Finding]:
    return [
        _about(
            rep,
            "reps.open_headcount_without_date",
            f"{rep.rep_id} is open headcount without hire_date: ramp begins with the plan.",
            "Give the day on which the seat is expected to be filled.",
            "hire_date",
        )
        for rep in reps
        if rep.status == "tbh" and rep.hire_date is None and rep.role_start is None
    ][:EXAMPLES_SHOWN]


def _limited(reps: Sequence[Rep], period: Period) -> list[Finding]:
    """Say who is never in the seat during the plan."""
    return [
        _about(
            rep,
            "reps.never_in_seat",
            f"{rep.rep_id} is not in the seat on any day of the plan "
            f"({'starts after it' if starts_after_plan(rep, period) else 'left or absent'}): "
            "the quota is 0.",
            "Give the seat to another rep, or correct the dates.",
            "leave_date",
        )
        for rep in reps
        if not months_in_seat(rep, period).any()
    ][:EXAMPLES_SHOWN]


def _long_ramps(reps: Sequence[Rep], period: Period, ramp: Sequence[float]) -> list[Finding]:
    """Say whose ramp outlasts the plan, and when the ramp is longer than the plan itself."""
    late = [rep for rep in reps if _ramps_past_end(rep, period, ramp)]
    found = [
        _about(
            rep,
            "reps.ramp_past_plan",
            f"{rep.rep_id} is still on ramp when the plan ends (started {start_of(rep, period)}).",
            "No change is needed; the quota is reduced for every month on ramp.",
            "hire_date",
            severity="info",
        )
        for rep in late
    ][:EXAMPLES_SHOWN]
    months = len(period.starts)
    if late and len(ramp) > months:
        found.append(
            Finding(
                severity="warning",
                code="quota.ramp_longer_than_plan",
                message=f"The ramp lasts {len(ramp)} months and the plan {months}: whoever starts "
                "in the plan is never fully productive in it.",
                advice="Shorten quota.ramp if it was meant for a longer period.",
                subject="quota.ramp",
                count=len(late),
            )
        )
    return found


def _ramps_past_end(rep: Rep, period: Period, ramp: Sequence[float]) -> bool:
    if starts_after_plan(rep, period) or not months_in_seat(rep, period).any():
        return False
    return bool(ramp_by_month(rep, period, ramp)[-1] < 1.0)


def _about(
    rep: Rep, code: str, message: str, advice: str, column: str, severity: str = "warning"
) -> Finding:
    return Finding(
        severity="info" if severity == "info" else "warning",
        code=code,
        message=message,
        advice=advice,
        table="reps",
        row=rep.row or None,
        column=column,
        subject=rep.rep_id,
    )
