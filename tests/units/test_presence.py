"""Months in the seat and ramp."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.units.presence import (
    continues,
    has_left,
    leaves_in_plan,
    months_in_seat,
    productive_months,
    ramp_by_month,
    starts_after_plan,
)
from tests.units.worlds import YEAR

ADA = Rep(rep_id="ADA", name="Ada")
RAMP = (0.25, 0.5, 0.75)


def test_a_rep_without_dates_is_there_all_year() -> None:
    """Without dates every month counts whole."""
    assert months_in_seat(ADA, YEAR).tolist() == [1.0] * 12
    assert continues(ADA, YEAR)


def test_a_hire_in_the_middle_of_a_month_counts_by_days() -> None:
    """Who starts on 16 April is there for 15 of its 30 days, then always."""
    hired = replace(ADA, hire_date=date(2027, 4, 16))
    assert months_in_seat(hired, YEAR).tolist() == [0, 0, 0, 0.5, *[1] * 8]


def test_the_leave_date_is_the_last_day_in_the_seat() -> None:
    """Who leaves on 15 April is there for 15 of its 30 days."""
    leaver = replace(ADA, leave_date=date(2027, 4, 15))
    assert months_in_seat(leaver, YEAR).tolist() == [1, 1, 1, 0.5, *[0] * 8]
    assert leaves_in_plan(leaver, YEAR)
    assert not continues(leaver, YEAR)


def test_leaving_on_the_last_day_of_the_plan_is_staying() -> None:
    """The last day of the plan is still in the seat."""
    leaver = replace(ADA, leave_date=date(2027, 12, 31))
    assert months_in_seat(leaver, YEAR).tolist() == [1.0] * 12
    assert continues(leaver, YEAR)


@pytest.mark.parametrize("last", [date(2026, 12, 31), date(2027, 1, 1), None])
def test_who_left_before_the_plan_is_never_there(last: date | None) -> None:
    """A leaver who is gone, or whose date nobody knows, has no month in the seat."""
    leaver = replace(ADA, leave_date=last, status="leaving")
    assert has_left(leaver, YEAR)
    assert not months_in_seat(leaver, YEAR).any()


def test_absence_is_taken_out_with_its_last_day() -> None:
    """From 1 to 15 June is half of June."""
    away = replace(ADA, absence_start=date(2027, 6, 1), absence_end=date(2027, 6, 15))
    assert months_in_seat(away, YEAR)[5] == 0.5
    assert months_in_seat(away, YEAR).sum() == 11.5


def test_dates_at_the_end_of_the_calendar_are_no_end() -> None:
    """A last day of 31 December 9999, as exports have it, means staying."""
    forever = replace(ADA, leave_date=date.max)
    assert months_in_seat(forever, YEAR).tolist() == [1.0] * 12


def test_absence_without_an_end_lasts_the_plan() -> None:
    """An absence whose end is unknown is counted to the end."""
    away = replace(ADA, absence_start=date(2027, 7, 1))
    assert months_in_seat(away, YEAR).tolist() == [*[1] * 6, *[0] * 6]


@pytest.mark.parametrize(
    ("hired", "first_months"),
    [
        (None, [1, 1, 1, 1]),
        (date(2027, 1, 1), [0.25, 0.5, 0.75, 1]),
        (date(2026, 12, 20), [0.5, 0.75, 1, 1]),
        (date(2026, 10, 1), [1, 1, 1, 1]),
        (date(2027, 2, 10), [0, 0.25, 0.5, 0.75]),
    ],
)
def test_ramp_counts_from_the_month_of_the_start(
    hired: date | None, first_months: list[float]
) -> None:
    """The month of the start is the first of the ramp, whenever in it the start is."""
    assert ramp_by_month(replace(ADA, hire_date=hired), YEAR, RAMP)[:4].tolist() == first_months


def test_ramp_counts_from_a_later_role_start() -> None:
    """A rep who takes a new role is on ramp again."""
    moved = replace(ADA, hire_date=date(2020, 1, 1), role_start=date(2027, 1, 1))
    assert ramp_by_month(moved, YEAR, RAMP)[:4].tolist() == [0.25, 0.5, 0.75, 1]


def test_ramp_in_a_calendar_of_four_and_five_weeks() -> None:
    """Each period of a 4-4-5 calendar is one step of the ramp, even two in one month."""
    starts = tuple(date(2027, 1, 4) + timedelta(weeks=4 * i) for i in range(13))
    weeks = Period(starts=starts, end=date(2028, 1, 3), as_of=date(2026, 12, 31))
    hired = replace(ADA, hire_date=date(2027, 1, 4))
    assert ramp_by_month(hired, weeks, RAMP)[:5].tolist() == [0.25, 0.5, 0.75, 1, 1]


def test_open_headcount_starts_with_the_plan_unless_it_has_a_date() -> None:
    """A seat to be hired for ramps from the first day of the plan at the earliest."""
    tbh = replace(ADA, status="tbh")
    assert productive_months(tbh, YEAR, RAMP)[:4].tolist() == [0.25, 0.5, 0.75, 1]
    assert not continues(tbh, YEAR)
    assert starts_after_plan(replace(tbh, hire_date=date(2028, 1, 1)), YEAR)


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(st.none() | days, st.none() | days, st.none() | days, st.none() | days)
def test_a_month_is_never_less_than_none_or_more_than_whole(
    hired: date | None, left: date | None, away: date | None, back: date | None
) -> None:
    """Whatever the dates, each month's share stays between 0 and 1 and adds up to its days."""
    rep = replace(ADA, hire_date=hired, leave_date=left, absence_start=away, absence_end=back)
    share = months_in_seat(rep, YEAR)
    assert ((share >= 0) & (share <= 1)).all()
    lengths = np.array([(b - a).days for a, b in YEAR.bounds])
    present = [
        date(2027, 1, 1) + timedelta(days=i)
        for i in range(365)
        if _is_present(rep, date(2027, 1, 1) + timedelta(days=i))
    ]
    assert share @ lengths == pytest.approx(len(present))


def _is_present(rep: Rep, day: date) -> bool:
    absent = rep.absence_start is not None and rep.absence_start <= day
    absent = absent and (rep.absence_end is None or day <= rep.absence_end)
    left = rep.leave_date is not None and (rep.leave_date <= YEAR.start or day > rep.leave_date)
    return not absent and not left and (rep.hire_date is None or rep.hire_date <= day)
