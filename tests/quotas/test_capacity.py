"""Headcount capacity: productive shares by month, weighed by the season."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.inputs.period import Period
from planner.quotas.capacity import measure_capacity, plan_years
from tests.quotas.conftest import YEAR, make_reps

EVEN = np.full(12, 1 / 12)


def measure(season=EVEN, ramp=(), **fields):
    return measure_capacity(make_reps({"A": None}, A=fields), YEAR, ramp, season)


def test_a_year_in_the_seat_is_whole():
    """Without dates a rep is productive all year."""
    assert measure().productive.tolist() == [1.0]


def test_ramp_counts_from_the_start_in_the_role():
    """A rep who changes role in July ramps from July, whenever he was hired."""
    capacity = measure(ramp=[0.5, 0.5], hire_date=date(2020, 1, 1), role_start=date(2027, 7, 1))
    assert capacity.monthly[0].tolist() == [0.0] * 6 + [0.5, 0.5] + [1.0] * 4


def test_absence_is_taken_off_by_days():
    """Half of April and all of May away leave half an April and no May."""
    capacity = measure(absence_start=date(2027, 4, 16), absence_end=date(2027, 5, 31))
    assert capacity.monthly[0, 3:6].tolist() == [0.5, 0.0, 1.0]


def test_months_are_weighed_by_their_season():
    """Missing a strong December costs more than a twelfth."""
    season = np.array([1.0] * 11 + [9.0]) / 20
    capacity = measure(season=season, absence_start=date(2027, 12, 1), absence_end=YEAR.end)
    assert capacity.productive[0] == pytest.approx(11 / 20)


def test_open_headcount_without_a_date_is_said():
    """It starts with the plan, on ramp, and a finding says so."""
    capacity = measure(ramp=[0.0], status="tbh")
    assert capacity.monthly[0, :2].tolist() == [0.0, 1.0]
    assert [f.code for f in capacity.findings] == ["reps.open_headcount_without_date"]


def test_who_is_never_there_is_said():
    """A rep who starts after the plan has no productive month."""
    capacity = measure(hire_date=date(2028, 6, 1))
    assert capacity.productive.tolist() == [0.0]
    assert [f.code for f in capacity.findings] == ["reps.never_in_seat"]


@pytest.mark.parametrize(("days", "months"), [(31, 1), (90, 3), (181, 6), (365, 12), (371, 12)])
def test_length_of_the_plan_in_years(days, months):
    """A quarter is a quarter, and 53 weeks are a year."""
    end = date.fromordinal(date(2027, 1, 1).toordinal() + days)
    period = Period(starts=(date(2027, 1, 1),), end=end, as_of=date(2026, 12, 1))
    assert plan_years(period) == months / 12
