"""Numbers with their nouns, as findings and pages say them."""

from __future__ import annotations

import pytest

from planner.findings import count_of


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "account", "1 account"),
        (2_000, "account", "2,000 accounts"),
        (0, "territory", "0 territories"),
        (1, "territory", "1 territory"),
        (3, "day", "3 days"),
    ],
)
def test_a_number_comes_with_its_noun(number: int, noun: str, said: str) -> None:
    """One is one; several take an s, or ies."""
    assert count_of(number, noun) == said


def test_what_follows_agrees_with_the_number() -> None:
    """The verb is that of one or of several."""
    assert count_of(1, "quarter", "has", "have") == "1 quarter has"
    assert count_of(2, "quarter", "has", "have") == "2 quarters have"
