"""Account-level distributions: their mean, their interval, and what keys them."""

from __future__ import annotations

import numpy as np
import pytest

from planner.outcomes.draws import (
    amount_tables,
    common_factors,
    fit_draws,
    group_accounts,
    move_draws,
    name_keys,
    sum_draws,
)
from planner.outcomes.parameters import OutcomeParameters
from tests.outcomes.conftest import STILL

DRAWS = 20_000


def draw_each(expected, low, high, **keys):
    """Draws of each account by itself, (accounts, draws)."""
    count = len(expected)
    parameters = OutcomeParameters(draws=DRAWS, **{**STILL, **keys})
    names = name_keys([f"A{i}" for i in range(count)])
    groups = np.zeros(count, dtype=np.int64)
    arrays = [np.array(values, dtype=np.int64) for values in (expected, low, high)]
    accounts = fit_draws(*arrays, names, groups, parameters)
    factors = common_factors([()], parameters, 7)
    nobody = np.zeros(count, dtype=bool)
    return sum_draws(accounts, np.arange(count), count, nobody, factors, parameters, 7)


@pytest.mark.parametrize(
    ("expected", "low", "high"),
    [(1000_00, 500_00, 1600_00), (1000_00, 0, 2500_00), (1000_00, 0, 6000_00), (1000_00, 0, 0)],
)
def test_expected_bookings_are_kept(expected, low, high):
    """The mean of the draws is the expected figure, whatever the interval."""
    drawn = draw_each([expected], [low], [high])[0]
    error = drawn.std() / np.sqrt(DRAWS)
    assert abs(drawn.mean() - expected) <= 4 * error


@pytest.mark.parametrize(("low", "high"), [(600_00, 1500_00), (800_00, 1250_00), (400_00, 1800_00)])
def test_interval_holds_eighty_percent(low, high):
    """Of a steady account's draws about 80% fall inside its interval."""
    drawn = draw_each([1000_00], [low], [high])[0]
    inside = np.mean((drawn >= low) & (drawn <= high))
    assert 0.76 <= inside <= 0.84


@pytest.mark.parametrize("high", [1800_00, 2500_00, 4000_00])
def test_upper_end_of_a_lumpy_account_is_passed_once_in_ten(high):
    """An account that may bring nothing passes its upper end in a tenth of the draws."""
    drawn = draw_each([1000_00], [0], [high])[0]
    assert 0.08 <= np.mean(drawn > high) <= 0.12
    assert np.mean(drawn == 0) >= 0.1


def test_account_without_potential_brings_nothing():
    """Nothing expected is nothing drawn."""
    assert not draw_each([0, 0], [0, 0], [0, 500_00]).any()


def test_tables_have_mean_one():
    """Each table of amounts averages one, so that a scale is an expectation."""
    assert amount_tables().mean(axis=1, dtype=np.float64) == pytest.approx(1.0, abs=1e-4)


def test_common_factor_moves_a_group_together():
    """Accounts of one segment are correlated more than those of two."""
    parameters = OutcomeParameters(draws=5000, group_variation=0.3, common_by=("segment",))
    factors = common_factors([("a",), ("b",)], parameters, 1)
    assert factors.mean(axis=1) == pytest.approx(1.0, abs=0.02)
    again = common_factors([("b",)], parameters, 1)
    assert (again[0] == factors[1]).all()
    assert np.corrcoef(factors)[0, 1] < 0.3


def test_moving_accounts_equals_drawing_everything_again():
    """Only the moved accounts are drawn again, and the sums are the same to the unit."""
    rng = np.random.default_rng(2)
    count = 200
    parameters = OutcomeParameters(draws=300)
    groups, names = group_accounts({"segment": [f"s{i % 4}" for i in range(count)]}, count)
    expected = np.rint(rng.lognormal(12, 1, count)).astype(np.int64)
    keys = name_keys([f"A{i}" for i in range(count)])
    accounts = fit_draws(expected, expected // 3, expected * 2, keys, groups, parameters)
    factors = common_factors(names, parameters, 5)
    before = (rng.integers(-1, 6, count), np.zeros(count, dtype=bool))
    seats, moved = before[0].copy(), before[1].copy()
    seats[:25], moved[:25] = rng.integers(0, 6, 25), True
    first = sum_draws(accounts, before[0], 6, before[1], factors, parameters, 5)
    whole = sum_draws(accounts, seats, 6, moved, factors, parameters, 5)
    step = move_draws(first, accounts, before, (seats, moved), factors, parameters, 5)
    assert (step == whole).all()
    assert (first != whole).any()


def test_draws_do_not_depend_on_the_order_of_accounts():
    """Shuffled rows give the same sums, since an account's name keys its draws."""
    parameters = OutcomeParameters(draws=200)
    rng = np.random.default_rng(4)
    count = 60
    expected = np.rint(rng.lognormal(12, 1, count)).astype(np.int64)
    keys = name_keys([f"A{i}" for i in range(count)])
    groups = np.zeros(count, dtype=np.int64)
    seats = rng.integers(0, 3, count)
    nobody = np.zeros(count, dtype=bool)
    factors = common_factors([()], parameters, 1)
    order = rng.permutation(count)

    def run(rows):
        accounts = fit_draws(
            expected[rows], expected[rows] // 2, expected[rows] * 2, keys[rows], groups, parameters
        )
        return sum_draws(accounts, seats[rows], 3, nobody, factors, parameters, 1)

    assert (run(np.arange(count)) == run(order)).all()


def mixed(word: int) -> int:
    """SplitMix64's finish, in whole numbers of Python."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = ((word ^ (word >> shift)) * factor) % 2**64
    return word ^ (word >> 31)


def drawn_plainly(accounts, account, factors, loss, seed, draw):
    """One draw of one account as the rule has it, minor units."""
    golden = 0x9E3779B97F4A7C15
    key = mixed(int(accounts.keys[account]) ^ mixed((seed + golden) % 2**64))
    uniform = (mixed((key + (draw + 1) * golden) % 2**64) >> 11) / 2**53
    chance = accounts.chance[account]
    if not uniform < chance:
        return 0
    table = amount_tables()[accounts.shape[account]]
    step = min(int(uniform * (len(table) / chance)), len(table) - 1)
    amount = accounts.scale[account] * (1.0 - loss)
    factor = np.float64(factors[accounts.groups[account], draw])
    return int(np.rint(amount * np.float64(table[step]) * factor))


def test_a_draw_is_what_the_rule_says_to_the_unit():
    """Several draws at a time give what one by one gives, in every block and for every account."""
    parameters = OutcomeParameters(draws=1100, common_variation=0.2)
    expected, low, high = (
        np.array(v)
        for v in ([90_000, 5, 7_000_000, 0], [0, 0, 6_000_000, 0], [1, 90, 9_000_000, 0])
    )
    groups, names = group_accounts({"segment": ["a", "b", "a", "b"]}, 4)
    accounts = fit_draws(expected, low, high, name_keys(list("wxyz")), groups, parameters)
    factors = common_factors(names, parameters, 7)
    moved = np.array([False, True, True, False])
    sums = sum_draws(accounts, np.array([0, 1, 2, 3]), 4, moved, factors, parameters, 7)
    for account in range(4):
        loss = parameters.loss_on_move if moved[account] else 0.0
        for draw in (*range(40), *range(1000, 1060)):
            plain = drawn_plainly(accounts, account, factors, loss, 7, draw)
            assert sums[account, draw] == plain
    assert (sums[:3] > 0).any(axis=1).all()
