"""What figures of a comparison are called on a page: all of them say what they are."""

from __future__ import annotations

from pathlib import Path

from planner.outputs.comparison import compare_plans
from planner.outputs.figure_words import word_line
from planner.outputs.folder import load_plan

# Words of those who made the engine, not of those who read the page.
INNER = ("cv", "bound", "gap", "price", "control unit", "p10", "p50", "p90")


def test_every_figure_of_a_comparison_says_what_it_is(demo_plan: Path) -> None:
    """Each headline has a meaning, and none has a word of the engine's."""
    lines = compare_plans([load_plan(demo_plan)]).headlines
    shown = [word_line(line.name) for line in lines]
    assert all(one.meaning for one in shown)
    words = [f" {one.label} {one.meaning} ".casefold() for one in shown]
    assert [text for text in words for inner in INNER if f" {inner} " in text] == []


def test_a_part_is_known_as_one() -> None:
    """A name that is set in stands below the figure that it is part of."""
    assert word_line("  cushion over the goal").part
    assert word_line("addressable_market: spread").label == "Addressable market: spread"
    assert "risk" not in word_line("  of it balance").label
