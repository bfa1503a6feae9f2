"""The served share of a seat: ramp, gaps, exits, late hires and load."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.inputs.reps import Absence, Rep
from planner.outcomes.coverage import simulate_coverage
from planner.outcomes.parameters import OutcomeParameters
from tests.outcomes.conftest import STILL, YEAR

EVEN = [1.0] * 12


def cover(rep, ramp=(), load=None, season=EVEN, **keys):
    parameters = OutcomeParameters(draws=4000, **{**STILL, **keys})
    return simulate_coverage([rep], YEAR, ramp, season, load, parameters, 1)


def test_full_year_is_served_whole():
    """Without gaps every draw serves everything."""
    coverage = cover(Rep(rep_id="A", name="A"))
    assert coverage.planned.tolist() == [1.0]
    assert (coverage.drawn == 1.0).all()


def test_empty_half_year_brings_the_unserved_share():
    """Six empty months bring 30% of their bookings."""
    coverage = cover(Rep(rep_id="A", name="A", hire_date=date(2027, 7, 1)), unserved_share=0.3)
    assert coverage.planned[0] == pytest.approx(0.5 + 0.5 * 0.3)


@pytest.mark.parametrize(
    "rep",
    [
        Rep(rep_id="A", name="A", hire_date=date(2027, 7, 1)),
        Rep(rep_id="A", name="A", leave_date=date(2027, 6, 30)),
        Rep(rep_id="A", name="A", status="tbh", hire_date=date(2027, 7, 1)),
    ],
)
def test_what_comes_in_while_the_seat_is_empty_is_no_credit_of_its_holder(rep):
    """The seat brings half a year and 30% of the other; the holder is credited with his half."""
    coverage = cover(rep, unserved_share=0.3)
    assert coverage.drawn == pytest.approx(0.65)
    assert coverage.credited == pytest.approx(0.5)


def test_an_absence_leaves_the_credit_with_the_holder():
    """He keeps his seat: orders that come in meanwhile are his."""
    away = Rep(rep_id="A", name="A", absence_start=date(2027, 7, 1), absence_end=date(2027, 12, 31))
    coverage = cover(away, unserved_share=0.3)
    assert (coverage.credited == coverage.drawn).all()
    assert coverage.credited == pytest.approx(0.65)


def test_season_weighs_the_gap():
    """An empty January costs what January weighs."""
    season = [12.0] + [1.0] * 11
    rep = Rep(rep_id="A", name="A", hire_date=date(2027, 2, 1))
    assert cover(rep, season=season, unserved_share=0.0).planned[0] == pytest.approx(11 / 23)


def test_overload_serves_what_fits():
    """A seat with 125% of its hours serves 80% of its accounts."""
    coverage = cover(Rep(rep_id="A", name="A"), load=np.array([1.25]), unserved_share=0.0)
    assert coverage.planned[0] == pytest.approx(0.8)
    assert coverage.drawn == pytest.approx(0.8)


def test_attrition_has_the_stated_chance():
    """Half of the draws see an exit within the year at a yearly chance of a half."""
    coverage = cover(Rep(rep_id="A", name="A"), attrition=0.5, backfill_months=12)
    assert 0.45 <= np.mean(coverage.drawn < 1.0) <= 0.55


def test_an_exit_never_fills_a_seat_that_the_plan_leaves_empty():
    """A successor does not come before the planned leave, nor after a planned exit."""
    rep = Rep(rep_id="A", name="A", leave_date=date(2027, 7, 1))
    coverage = cover(rep, attrition=0.9, backfill_months=0)
    assert coverage.drawn.max() <= np.float32(coverage.planned[0]) + np.float32(1e-6)


def test_late_hires_have_the_stated_mean():
    """Open headcount is late by the stated number of months on average."""
    rep = Rep(rep_id="A", name="A", status="tbh")
    coverage = cover(rep, late_hire_months=1.0, unserved_share=0.0)
    assert (1 - coverage.drawn).mean() * 12 == pytest.approx(1.0, abs=0.1)


def test_pools_have_no_exits():
    """A pool is not one person, so nobody's exit empties it."""
    rep = Rep(rep_id="A", name="A", coverage="pool")
    assert (cover(rep, attrition=0.9).drawn == 1.0).all()


def test_a_covered_absence_is_served_in_part():
    """A colleague who covers for June serves half of it."""
    away = {"absence_start": date(2027, 6, 1), "absence_end": date(2027, 6, 30)}
    alone = cover(Rep(rep_id="A", name="A", **away), unserved_share=0.0)
    covered = cover(Rep(rep_id="A", name="A", covered_by="B", **away), unserved_share=0.0)
    assert alone.planned[0] == pytest.approx(11 / 12)
    assert covered.planned[0] == pytest.approx(11.5 / 12)


def test_each_absence_is_covered_for_itself():
    """Of two absences the covered one is served in part, the other one not at all."""
    later = Absence(start=date(2027, 10, 1), end=date(2027, 10, 31))
    away = {"absence_start": date(2027, 3, 1), "absence_end": date(2027, 3, 31)}
    rep = Rep(rep_id="A", name="A", covered_by="B", later_absences=(later,), **away)
    assert cover(rep, unserved_share=0.0).planned[0] == pytest.approx(10.5 / 12)
