"""The plan period: its months (or 4-4-5 periods), its first day and what was known when."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from planner.errors import ScenarioError
from planner.inputs.parameters import PeriodParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time that a plan covers.

    Parameters
    ----------
    starts
        First day of each month (or calendar period) of the plan, ascending.
    end
        The first day after the plan.
    as_of
        The last day whose history is known; later rows are findings.
    """

    starts: tuple[date, ...]
    end: date
    as_of: date

    @property
    def start(self) -> date:
        """Return the first day of the plan."""
        return self.starts[0]

    @property
    def bounds(self) -> tuple[tuple[date, date], ...]:
        """Return (first day, first day after) of each month of the plan."""
        return tuple(zip(self.starts, (*self.starts[1:], self.end), strict=True))

    @property
    def constants(self) -> dict[str, date]:
        """Return the dates that a condition may name: as_of, period_start, period_end."""
        return {"as_of": self.as_of, "period_start": self.start, "period_end": self.end}


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def build_period(parameters: PeriodParameters, last_history: date | None) -> Period:
    """Build the period of a plan.

    Parameters
    ----------
    parameters
        The scenario's ``[period]``.
    last_history
        Date of the last history row before the plan's first day, None without history.

    Raises
    ------
    ScenarioError
        When as_of is not before the plan's end, or the end of a calendar cannot be told.
    """
    starts, end = find_calendar(parameters)
    as_of = parameters.as_of or last_history or starts[0] - timedelta(days=1)
    if as_of >= end:
        raise ScenarioError(f"[period] as_of {as_of} must be before the plan's end {end}.")
    return Period(starts=starts, end=end, as_of=as_of)


def find_calendar(parameters: PeriodParameters) -> tuple[tuple[date, ...], date]:
    """Return the first days of the plan's periods and the first day after the plan."""
    if parameters.starts is not None:
        return parameters.starts, parameters.end or _end_of_calendar(parameters.starts)
    assert parameters.start is not None
    start = parameters.start
    starts = tuple(add_months(start, month) for month in range(parameters.months))
    return starts, add_months(start, parameters.months)


def _end_of_calendar(starts: tuple[date, ...]) -> date:
    """Return where the last period ends: a month on, or as long as its place in the quarter."""
    if all(start == add_months(starts[0], index) for index, start in enumerate(starts)):
        return add_months(starts[0], len(starts))
    lengths = [(later - earlier).days for earlier, later in pairwise(starts)]
    if len(starts) == 12 and sum(lengths) + lengths[-3] in {364, 371}:
        return starts[-1] + timedelta(days=lengths[-3])
    if len(set(lengths)) == 1:
        return starts[-1] + timedelta(days=lengths[0])
    raise ScenarioError(
        "[period] starts are neither months nor a 4-4-5 calendar; add end, the first day after "
        "the plan."
    )
