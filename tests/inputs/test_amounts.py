"""Amounts as people write them."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.amounts import parse_numbers

CENTS = st.integers(min_value=-(10**12), max_value=10**12)


def parse_one(text: str, decimal: str = ".") -> float | None:
    """Return a text as a number, None where it is not one."""
    numbers = parse_numbers(pa.array([text]), decimal)
    return None if numbers.bad[0] else float(numbers.values[0])


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("$1,234.50", ".", 1234.5),
        ("(500)", ".", -500.0),
        ("-500", ".", -500.0),
        ("500-", ".", -500.0),
        ("−5", ".", -5.0),
        ("-$5", ".", -5.0),
        ("$-5", ".", -5.0),
        ("($5.20)", ".", -5.2),
        ("1.234,50", ",", 1234.5),
        ("€ 1 234,50", ",", 1234.5),
        ("1,5", ",", 1.5),
        ("1'000.50", ".", 1000.5),
        ("12,34,567.8", ".", 1234567.8),
        ("500 EUR", ".", 500.0),
        ("USD 5", ".", 5.0),
        ("12.5 %", ".", 0.125),
        ("1e3", ".", 1000.0),
    ],
)
def test_common_spellings_are_read(text: str, decimal: str, value: float) -> None:
    """Each spelling in the field's exports gives its number."""
    assert parse_one(text, decimal) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["much", "nan", "Infinity", "-inf", "1e400", "$", "EUR", "--5", "-(5)", "5 USD EUR", "0x10",
     "1_000", "=5", "1,5", "1.234,50", "1,2345"],
)  # fmt: skip
def test_texts_that_are_no_numbers_are_told(text: str) -> None:
    """What is not a number with a decimal point is never guessed."""
    assert parse_one(text) is None


@pytest.mark.parametrize("text", ["", "N/A", "#N/A", "null", "-"])
def test_words_for_nothing_are_missing(text: str) -> None:
    """Blank cells and the usual words for nothing are missing, not faulty."""
    value = parse_one(text)
    assert value is not None
    assert math.isnan(value)


@given(CENTS, st.sampled_from([".", ","]), st.sampled_from(["plain", "grouped", "euro", "bracket"]))
def test_written_amounts_are_read_back(cents: int, decimal: str, style: str) -> None:
    """An amount written in any style is read as the same number."""
    group = "," if decimal == "." else "."
    units, part = divmod(abs(cents), 100)
    body = f"{units:,}".replace(",", group if style != "plain" else "") + f"{decimal}{part:02d}"
    if style == "bracket":
        text = f"({body})" if cents < 0 else body
    else:
        text = f"{'-' if cents < 0 else ''}{'€ ' if style == 'euro' else ''}{body}"
    value = parse_one(text, decimal)
    assert value is not None
    assert round(value * 100) == cents


@given(st.lists(st.text(max_size=12), max_size=20), st.sampled_from([".", ","]))
def test_any_text_is_a_number_or_told(texts: list[str], decimal: str) -> None:
    """No text makes the reader fail, and what is good is finite or missing."""
    numbers = parse_numbers(pa.array(texts, pa.string()), decimal)
    assert not any(math.isinf(value) for value in numbers.values)
    assert len(numbers.bad) == len(texts)


def test_a_currency_that_is_named_is_told() -> None:
    """Codes and unmistakable signs give the currency; a dollar sign does not."""
    numbers = parse_numbers(pa.array(["500 EUR", "£5", "$5", "7"]), ".")
    assert list(numbers.codes) == ["EUR", "GBP", "", ""]
