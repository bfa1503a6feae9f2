"""Where a year lands: exact for what is booked, and as sure as it says."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.period import Period
from planner.pipeline.past_trials import opening_trial
from planner.tracking.landing import (
    STRENGTHS,
    Trial,
    chance_of,
    choose_strength,
    forecast_rest,
    interval,
    measure_spread,
    share_done,
)

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 12, 31),
)


def test_the_share_of_a_year_follows_the_season() -> None:
    """A quarter with half the season is half done at its end, and days count within a month."""
    season = [0.5 / 3] * 3 + [0.5 / 9] * 9
    assert share_done(YEAR, season, date(2027, 4, 1)) == pytest.approx(0.5)
    assert share_done(YEAR, [], date(2027, 1, 1)) == 0
    assert share_done(YEAR, [], YEAR.end) == pytest.approx(1)
    assert share_done(YEAR, [], date(2027, 6, 16)) == pytest.approx(5.5 / 12)


def test_a_year_on_its_expected_way_lands_where_it_was_expected() -> None:
    """Bookings as due leave the expectation as it was; twice as many raise every book."""
    base = np.array([100.0, 300.0])
    assert forecast_rest(base, base * 0.4, 0.4) == pytest.approx(base * 0.6)
    assert (forecast_rest(base, base * 0.8, 0.4) > base * 0.6).all()


def test_a_book_alone_moves_its_own_forecast_most() -> None:
    """The book that runs ahead is raised more than those that do not."""
    base = np.full(10, 100.0)
    booked = base * 0.5
    booked[0] = 100.0
    rest = forecast_rest(base, booked, 0.5)
    assert rest[0] > 60 > 55 > rest[1] > 50


@settings(max_examples=50, deadline=None)
@given(
    booked=st.floats(0, 1e9),
    rest=st.floats(0, 1e9),
    noise=st.floats(0, 1e9),
)
def test_the_interval_never_falls_below_what_is_booked(
    booked: float, rest: float, noise: float
) -> None:
    """What is booked is certain; a chance is a chance."""
    low, high = interval(booked, rest, noise)
    assert round(booked) <= low <= round(booked + rest) <= high + 1
    assert 0 <= chance_of(booked + rest, booked, rest, noise) <= 1
    assert chance_of(booked, booked, rest, noise) == 1


def make_year(rng: np.random.Generator, year: int, books: int = 25) -> Trial:
    """A year of lumpy books with a common luck, seen after a part of it."""
    base = rng.lognormal(3, 0.5, books) * 10
    luck = rng.normal(1, 0.15)
    own = rng.normal(1, 0.2, books).clip(0.2)
    done = float(rng.choice([0.25, 0.5, 0.75]))
    booked = rng.poisson(base * luck * own * done / 5) * 5.0
    rest = rng.poisson(base * luck * own * (1 - done) / 5) * 5.0
    return Trial(baseline=base, booked=booked, rest=rest, done=done, year=year)


@pytest.mark.parametrize("past", [2, 12])
def test_intervals_hold_as_often_as_they_say(past: int) -> None:
    """Over many years like those before, at least four of five landings are inside an 80% interval.

    With few years behind it the interval is wider: the spread itself is not well known.
    """
    rng = np.random.default_rng(7)
    books, companies = [], []
    for _ in range(60):
        spread = measure_spread([make_year(rng, y) for y in range(past)])
        width = spread.width(0.8)
        for _ in range(5):
            year = make_year(rng, 0)
            left = 1 - year.done
            rest = forecast_rest(year.baseline, year.booked, year.done, spread.strength)
            own = np.hypot(spread.apart(rest, left), spread.common * rest * np.sqrt(left))
            for i in range(5):
                low, high = interval(year.booked[i], rest[i], width * float(own[i]))
                books.append(low <= year.booked[i] + year.rest[i] <= high)
            noise = spread.deviation(rest, left)
            low, high = interval(float(year.booked.sum()), float(rest.sum()), width * noise)
            companies.append(low <= year.booked.sum() + year.rest.sum() <= high)
    assert 0.77 <= np.mean(books) <= 0.97
    assert 0.77 <= np.mean(companies) <= 1.0


def test_past_moments_choose_how_far_a_books_own_pace_is_trusted() -> None:
    """Where books go their own ways the pace decides; where they are noise the expectation does."""
    rng = np.random.default_rng(1)
    base = np.full(30, 100.0)
    apart = rng.uniform(0.2, 3, 30)
    steady = Trial(baseline=base, booked=base * apart * 0.25, rest=base * apart * 0.75, done=0.25)
    noisy = Trial(
        baseline=base, booked=base * apart * 0.25, rest=base * 0.75 * apart.mean(), done=0.25
    )
    assert choose_strength([steady]) == STRENGTHS[0]
    assert choose_strength([noisy]) >= 1.0


def test_without_a_past_the_spread_is_what_is_assumed() -> None:
    """No trials leave the stated prior, and say that there were none."""
    spread = measure_spread([])
    assert (spread.common, spread.trials) == (pytest.approx(0.15), 0)


def test_without_past_years_the_plans_own_year_tells_how_far_books_fall() -> None:
    """Books that came in at half and at double what was due widen the interval of a book."""
    baseline = np.full(12, 1_000.0)
    even = opening_trial(baseline, np.full(12, 250.0), 0.25)
    uneven = opening_trial(baseline, np.tile([125.0, 500.0], 6), 0.25)
    spreads = [measure_spread(trials) for trials in (even, uneven)]
    assert spreads[0].book < 0.01
    assert spreads[1].book == pytest.approx(0.6, abs=0.05)
    assert [(one.trials, one.years) for one in spreads] == [(0, 0), (0, 0)]
    assert opening_trial(baseline, baseline, 0.05) == ()
    assert opening_trial(baseline, baseline * 0.0, 0.5) == ()
    small = np.append(baseline, 1.0)
    strange = measure_spread(opening_trial(small, np.append(np.full(12, 250.0), 900.0), 0.25))
    assert strange.book < 0.5
