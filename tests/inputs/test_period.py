"""The plan's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from planner.errors import ScenarioError
from planner.inputs.parameters import PeriodParameters
from planner.inputs.period import add_months, build_period


def weeks(start: date, pattern: list[int]) -> tuple[date, ...]:
    """Return the first days of periods of these weeks."""
    days = [start]
    for count in pattern[:-1]:
        days.append(days[-1] + timedelta(weeks=count))
    return tuple(days)


def test_a_fiscal_year_from_february_has_twelve_months() -> None:
    """Any first day will do."""
    period = build_period(PeriodParameters(start=date(2027, 2, 1)), None)
    assert len(period.starts) == 12
    assert period.end == date(2028, 2, 1)


def test_as_of_is_the_last_history_before_the_plan() -> None:
    """Stated, it wins; without history it is the day before the plan."""
    start = date(2027, 1, 1)
    assert build_period(PeriodParameters(start=start), date(2026, 11, 3)).as_of == date(2026, 11, 3)
    assert build_period(PeriodParameters(start=start), None).as_of == date(2026, 12, 31)
    stated = PeriodParameters(start=start, as_of=date(2026, 6, 30))
    assert build_period(stated, date(2026, 11, 3)).as_of == date(2026, 6, 30)


@pytest.mark.parametrize("pattern", [[4, 4, 5] * 4, [5, 4, 4] * 4, [4, 5, 4] * 4])
def test_a_445_calendar_ends_after_52_weeks(pattern: list[int]) -> None:
    """The last period is as long as its place in the quarter says."""
    start = date(2026, 12, 27)
    period = build_period(PeriodParameters(starts=weeks(start, pattern)), None)
    assert (period.end - start).days == 364


def test_a_53_week_calendar_states_its_end() -> None:
    """A year whose last period has the extra week says so with end."""
    start = date(2026, 12, 27)
    starts = weeks(start, [4, 4, 5] * 4)
    period = build_period(PeriodParameters(starts=starts, end=start + timedelta(weeks=53)), None)
    assert (period.bounds[-1][1] - period.bounds[-1][0]).days == 42


def test_a_calendar_that_cannot_be_told_is_refused() -> None:
    """Without a pattern the end is asked for, never guessed."""
    starts = (date(2027, 1, 1), date(2027, 1, 20), date(2027, 3, 1))
    with pytest.raises(ScenarioError, match="end"):
        build_period(PeriodParameters(starts=starts), None)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"start": date(2027, 1, 1), "months": 0},
        {"starts": (date(2027, 2, 1), date(2027, 1, 1))},
        {"starts": (date(2027, 1, 1),), "start": date(2027, 2, 1)},
        {"start": date(2027, 1, 1), "begin": 1},
    ],
)
def test_contradictions_are_refused(values: dict[str, object]) -> None:
    """A period without a start, in the wrong order or with unknown keys is no period."""
    with pytest.raises(ValidationError):
        PeriodParameters.model_validate(values)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 60))
def test_months_never_skip(day: date, months: int) -> None:
    """A later month is that many calendar months on, on the same day or the month's last."""
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
