"""What is left of a plan falls to whoever serves a seat on each of its days."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.inputs.parameters import PeriodParameters
from planner.inputs.period import Period, build_period
from planner.tracking.rest_of_seats import share_rest
from tests.tracking.test_ownership import OWN

SEATS, PEOPLE = ("T1", "T2"), {"R1", "R2", "N1"}
EVEN = (1 / 12,) * 12


@pytest.fixture(name="year")
def make_year() -> Period:
    """Return the plan's year."""
    return build_period(PeriodParameters(start=date(2027, 1, 1), months=12), None)


def test_each_has_the_days_that_he_serves(year: Period) -> None:
    """T1 is R1's to June, nobody's in July, covered by R2 in August, and N1's from September."""
    found = share_rest(OWN, SEATS, PEOPLE, year, EVEN, date(2027, 1, 1))
    assert found["R1"] == pytest.approx([6 / 12, 0])
    assert found["T1"] == pytest.approx([1 / 12, 0])
    assert found["R2"] == pytest.approx([1 / 12, 1])
    assert found["N1"] == pytest.approx([4 / 12, 0])


def test_what_is_over_counts_no_more(year: Period) -> None:
    """From mid-August on R1 has nothing to come, and each seat's shares still add up to one."""
    found = share_rest(OWN, SEATS, PEOPLE, year, EVEN, date(2027, 8, 16))
    assert "R1" not in found
    assert found["R2"][0] == pytest.approx((16 / 31) / (4 + 16 / 31))
    assert np.sum(list(found.values()), axis=0) == pytest.approx([1, 1])


def test_nothing_is_left_after_the_last_day(year: Period) -> None:
    """Then nobody has any share."""
    assert share_rest(OWN, SEATS, PEOPLE, year, EVEN, year.end) == {}
