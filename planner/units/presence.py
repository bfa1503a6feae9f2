"""When a rep is in the seat, and how productive: shares of the plan's months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.units.result import Floats


def has_left(rep: Rep, period: Period) -> bool:
    """Return whether the rep's last day is no later than the plan's first one."""
    if rep.leave_date is None:
        return rep.status == "leaving"
    return rep.leave_date <= period.start


def leaves_in_plan(rep: Rep, period: Period) -> bool:
    """Return whether the rep starts the plan and leaves before its end."""
    last = rep.leave_date
    return last is not None and period.start < last < period.end - timedelta(days=1)


def starts_after_plan(rep: Rep, period: Period) -> bool:
    """Return whether the rep's first day is after the plan."""
    first = start_of(rep, period)
    return first is not None and first >= period.end


def continues(rep: Rep, period: Period) -> bool:
    """Return whether a person holds the rep's row from the first day of the plan to its last."""
    gone = has_left(rep, period) or leaves_in_plan(rep, period)
    return rep.status != "tbh" and not gone and not starts_after_plan(rep, period)


def start_of(rep: Rep, period: Period) -> date | None:
    """Return the rep's first day in the role; open headcount starts with the plan unless dated."""
    known = [day for day in (rep.hire_date, rep.role_start) if day is not None]
    if known:
        return max(known)
    return period.start if rep.status == "tbh" else None


def months_in_seat(rep: Rep, period: Period) -> Floats:
    """Return the share of each month's days that the rep is in the seat and not absent, (months,).

    Parameters
    ----------
    rep
        Who; ``leave_date`` is the last day in the seat, ``absence_end`` the last one of absence.
    period
        The plan's months.
    """
    first = start_of(rep, period) or date.min
    away = _first_day_away(rep, period)
    return np.array([_share(rep, max(a, first), min(b, away), b - a) for a, b in period.bounds])


def ramp_by_month(rep: Rep, period: Period, ramp: Sequence[float]) -> Floats:
    """Return the share of full productivity in each month of the plan, (months,).

    Parameters
    ----------
    rep
        Whose start in the role counts; a rep without a date is fully productive.
    period
        The plan's months.
    ramp
        Share by months since the start; the month of the start is the first, and after the
        last one the rep is fully productive.
    """
    start = start_of(rep, period)
    if start is None or not ramp:
        return np.ones(len(period.starts))
    since = np.arange(len(period.starts)) - _month_of_start(start, period)
    table = np.array([0.0, *ramp, 1.0])
    return np.asarray(table[np.clip(since + 1, 0, len(table) - 1)])


def productive_months(rep: Rep, period: Period, ramp: Sequence[float]) -> Floats:
    """Return the share of each month that the rep is in the seat, times the ramp, (months,)."""
    return months_in_seat(rep, period) * ramp_by_month(rep, period, ramp)


def served_months(rep: Rep, period: Period, productivity: Floats, covered_share: float) -> Floats:
    """Return the share of each month that is served, (months,).

    Parameters
    ----------
    rep
        Whose seat; of an absence that a colleague covers (``covered_by``) a share is served.
    period
        The plan's months.
    productivity
        Share of full productivity in each month, (months,).
    covered_share
        Share of a covered absence that is served.
    """
    path: Floats = months_in_seat(rep, period) * productivity
    alone = [away for away in rep.absences if away.covered_by is None]
    if len(alone) == len(rep.absences):
        return path
    present = months_in_seat(rep.with_absences(alone), period) * productivity
    return path + (present - path) * covered_share


def _first_day_away(rep: Rep, period: Period) -> date:
    if has_left(rep, period):
        return date.min
    return _day_after(rep.leave_date)


def _day_after(day: date | None) -> date:
    """Return the next day; without a day, or at the end of the calendar, the last there is."""
    return date.max if day is None or day == date.max else day + timedelta(days=1)


def _share(rep: Rep, first: date, end: date, length: timedelta) -> float:
    present = max((end - first).days, 0) - _days_absent(rep, first, end)
    return present / length.days


def _days_absent(rep: Rep, first: date, end: date) -> int:
    return sum(
        max((min(end, _day_after(away.end)) - max(first, away.start)).days, 0)
        for away in rep.absences
    )


def _month_of_start(start: date, period: Period) -> int:
    """Return the plan's month in which the rep starts, negative before the plan."""
    if start < period.start:
        begin = period.start
        return -max((begin.year - start.year) * 12 + begin.month - start.month, 1)
    return max(i for i, first in enumerate(period.starts) if first <= start)
