"""Sentences say what the figures say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.outputs.naming import slug
from planner.outputs.plan import Plan
from planner.outputs.wording import full_money, proof_sentence, sentences, short_money, word_period

USD, JPY = Currency("USD", 2), Currency("JPY", 0)


@pytest.mark.parametrize(
    ("currency", "minor", "short", "full"),
    [
        (USD, 945_000_000, "USD 9.45M", "USD 9,450,000.00"),
        (USD, -12_345, "USD -123", "USD -123.45"),
        (JPY, 1_500, "JPY 1.5K", "JPY 1,500"),
        (USD, 9_000_000_000_000_000, "USD 90T", "USD 90,000,000,000,000.00"),
        (USD, 0, "USD 0", "USD 0.00"),
        (USD, 99_999_999, "USD 1M", "USD 999,999.99"),
    ],
)
def test_money_is_worded(currency: Currency, minor: int, short: str, full: str) -> None:
    """Short money has three digits and a letter, full money every digit."""
    assert short_money(currency, minor) == short
    assert full_money(currency, minor) == full


@given(st.integers(-(10**17), 10**17))
def test_short_money_is_short(minor: int) -> None:
    """However large an amount, it fits a card and has no exponent."""
    assert len(short_money(USD, minor)) <= 12
    assert "e+" not in short_money(USD, minor)


def test_a_proof_is_claimed_only_where_there_is_one(company: Plan) -> None:
    """Optimal, measured, unknown and interrupted plans say so each."""

    def said(**changes: object) -> str:
        alignment = replace(company.alignment, **changes)  # type: ignore[arg-type]
        return proof_sentence(replace(company, alignment=alignment))

    assert "that is proven" in said(status="optimal")
    assert said(gap=0.0031) == "At most 0.31% better is possible under these rules."
    assert said(gap=0.0) == "At most 0.01% better is possible under these rules."
    assert "not known" in said(gap=None)
    assert "stopped early" in proof_sentence(replace(company, interrupted=True))


def test_the_story_counts_what_the_plan_has(company: Plan) -> None:
    """Territories in and out of tolerance, moves and the goal are all told."""
    measure = company.alignment.measures["potential"]
    inside = int(((measure.proposed >= measure.lower) & (measure.proposed <= measure.upper)).sum())
    story = " ".join(sentences(company))
    assert f"{inside} of 3 territories are within 10%" in story
    assert f"{company.alignment.moved.accounts_all} account" in story
    assert "USD 9,000,000.00" in story
    assert "10.0% above it" in story


def test_the_scenarios_name_makes_a_folders_name() -> None:
    """Any name becomes letters, digits and hyphens."""
    assert slug("Baseline 2027") == "baseline-2027"
    assert slug("../../etc/Ünï") == "etc-uni"
    assert slug("中文") == "plan"


@given(st.text(max_size=200))
def test_no_name_leaves_the_folder(name: str) -> None:
    """A folder's name has no separator, no dot and an end."""
    made = slug(name)
    assert 0 < len(made) <= 60
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_period_is_said_by_its_first_and_last_day() -> None:
    """The day after the last one, which the code counts with, is no reader's last day."""
    starts = (date(2027, 2, 1), date(2027, 8, 1))
    period = Period(starts=starts, end=date(2028, 2, 1), as_of=date(2026, 12, 31))
    assert word_period(period) == "1 February 2027 to 31 January 2028"
