"""Calibration on a past whose common variation is known."""

from __future__ import annotations

import numpy as np
import pytest

from planner.outcomes.calibration import Calibration, PastForecast, calibrate_draws
from planner.outcomes.draws import common_factors, fit_draws, name_keys, sum_draws
from planner.outcomes.parameters import OutcomeParameters
from tests.outcomes.conftest import STILL

SEATS, EACH = 40, 30


def past(variation, years=6):
    """Past years in which segments moved together by a known spread."""
    truth = OutcomeParameters(
        draws=100, **{**STILL, "group_variation": variation}, common_by=("segment",)
    )
    rng = np.random.default_rng(3)
    count = SEATS * EACH
    segments = [f"s{i % SEATS}" for i in range(count)]
    seats = np.arange(count) % SEATS
    periods = []
    for year in range(years):
        expected = np.rint(rng.lognormal(12, 0.7, count)).astype(np.int64)
        low, high = expected // 2, expected * 18 // 10
        keys = name_keys([f"{year}-{i}" for i in range(count)])
        accounts = fit_draws(expected, low, high, keys, seats, truth)
        factors = common_factors([(f"s{i}",) for i in range(SEATS)], truth, 900 + year)
        nobody = np.zeros(count, dtype=bool)
        every = sum_draws(accounts, np.arange(count), count, nobody, factors, truth, 900 + year)
        periods.append(
            PastForecast(
                account_ids=[f"A{i}" for i in range(count)],
                expected=expected,
                low=low,
                high=high,
                actual=every[:, 0],
                seats=seats,
                groups={"segment": segments},
            )
        )
    return periods


@pytest.mark.parametrize(
    ("truth", "least", "most"), [(0.0, 0.0, 0.5), (0.1, 1.0, 1.0), (0.2, 2.0, 2.0)]
)
def test_the_common_variation_of_the_past_is_found(truth, least, most):
    """The multiple that is chosen is the one that made the past."""
    parameters = OutcomeParameters(
        draws=400, **{**STILL, "group_variation": 0.1}, common_by=("segment",)
    )
    found = calibrate_draws(past(truth), parameters, 1)
    assert least <= found.scale <= most
    assert found.by_scale[found.scale] == pytest.approx(0.8, abs=0.07)
    assert found.applied_to(parameters).group_variation == pytest.approx(0.1 * found.scale)
    assert 0.7 <= found.accounts <= 0.9


def test_company_total_is_inside_most_years():
    """With the variation that fits, most of the years' totals are inside their interval."""
    parameters = OutcomeParameters(
        draws=400, **{**STILL, "group_variation": 0.1}, common_by=("segment",)
    )
    found = calibrate_draws(past(0.1), parameters, 1)
    assert sum(found.company) >= 3


def test_nothing_past_keeps_the_parameters():
    """Without a past nothing is claimed and nothing changes."""
    parameters = OutcomeParameters(draws=100)
    found = calibrate_draws([], parameters, 1)
    assert found.accounts is None
    assert found.seats is None
    assert found.applied_to(parameters) == parameters


@pytest.mark.parametrize(
    ("scale", "company", "taken"),
    [
        (0.5, (True, True, True, True), 0.5),
        (0.5, (True, False, True, False), 1.0),
        (0.5, (), 1.0),
        (2.0, (False, False), 2.0),
    ],
)
def test_the_variation_is_not_narrowed_where_totals_fell_outside(scale, company, taken):
    """Books alone cannot tell what all share: a narrower spread needs the company's totals too."""
    found = Calibration(
        accounts=0.8, seats=0.9, company=company, by_scale={scale: 0.8, 1.0: 0.9}, scale=scale
    )
    assert found.taken == taken
