"""Currencies and rounding to the minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.money import convert_to_minor, currency, find_rate

AMOUNTS = st.decimals(
    min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False
)


@pytest.mark.parametrize(
    ("code", "digits"), [("USD", 2), ("JPY", 0), ("IDR", 2), ("KWD", 3), ("CLF", 4), ("eur", 2)]
)
def test_minor_units_are_those_of_the_standard(code: str, digits: int) -> None:
    """Digits follow ISO 4217, which the rupiah is part of with two."""
    assert currency(code).digits == digits


def test_an_unknown_code_is_refused() -> None:
    """A code that the standard lacks is a fault of the scenario."""
    with pytest.raises(ScenarioError, match="XYZ"):
        currency("XYZ")


@given(st.lists(AMOUNTS, min_size=1, max_size=20), st.sampled_from([0, 2, 3]))
def test_conversion_rounds_half_to_even_exactly(amounts: list[Decimal], digits: int) -> None:
    """The vectorised conversion agrees with decimals on every amount, halves included."""
    values = np.array([float(amount) for amount in amounts])
    minor = convert_to_minor(values, np.ones(len(values)), digits)
    expected = [
        int(amount.scaleb(digits).to_integral_value(rounding=ROUND_HALF_EVEN)) for amount in amounts
    ]
    assert minor.tolist() == expected


@given(AMOUNTS, st.decimals(min_value="0.0001", max_value="9999", places=4))
def test_conversion_at_a_rate_is_exact(amount: Decimal, rate: Decimal) -> None:
    """Amount times rate is rounded once."""
    minor = convert_to_minor(np.array([float(amount)]), np.array([float(rate)]), 2)
    expected = (amount * rate).scaleb(2).to_integral_value(rounding=ROUND_HALF_EVEN)
    assert int(minor[0]) == int(expected)


@given(st.integers(min_value=-(10**14), max_value=10**14), st.sampled_from(["USD", "JPY", "KWD"]))
def test_text_and_minor_units_are_inverse(minor: int, code: str) -> None:
    """What is written is read back as the same minor units."""
    money = currency(code)
    assert money.to_minor(money.to_text(minor)) == minor


def test_the_plan_currency_needs_no_rate() -> None:
    """Only other currencies need one, and a missing one is told."""
    usd = currency("USD")
    assert find_rate("USD", usd, {}) == 1.0
    assert find_rate("EUR", usd, {"EUR": 1.08}) == 1.08
    assert find_rate("GBP", usd, {"EUR": 1.08}) is None
