"""How bookings spread over the months of the plan."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from planner.inputs.period import Period
from planner.potential.season import calendar_season, season_shares
from tests.potential.conftest import AS_OF, make_company


def yearly(months: dict[int, int], years: int = 3) -> pd.DataFrame:
    """Bookings of an amount in the middle of some months."""
    return pd.DataFrame(
        [
            (pd.Timestamp(2027 - year, month, 15), amount)
            for year in range(1, years + 1)
            for month, amount in months.items()
        ],
        columns=["date", "amount"],
    )


def test_no_history_is_an_even_year() -> None:
    """Without history each month has its share of days."""
    shares = season_shares(calendar_season(None, AS_OF), make_company().period)
    np.testing.assert_allclose(
        shares, np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365
    )


def test_a_strong_month_is_found_but_drawn_toward_even() -> None:
    """A December of half the year is found, and is less than half after three years."""
    season = calendar_season(yearly({12: 11, **dict.fromkeys(range(1, 12), 1)}), AS_OF)
    shares = season_shares(season, make_company().period)
    assert 0.3 < shares[11] < 0.5
    assert np.isclose(sum(shares), 1.0)


def test_more_years_are_believed_more() -> None:
    """The same season over more years is drawn less toward even."""
    strong = {12: 11, **dict.fromkeys(range(1, 12), 1)}
    one, three = (calendar_season(yearly(strong, years), AS_OF)[11] for years in (1, 3))
    assert three > one > 1


def test_weeks_have_their_days() -> None:
    """Periods of four and five weeks get shares by their days."""
    starts = (date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1))
    period = Period(starts=starts, end=date(2027, 4, 5), as_of=AS_OF)
    np.testing.assert_allclose(season_shares(np.ones(12), period), np.array([4, 4, 5]) / 13)
