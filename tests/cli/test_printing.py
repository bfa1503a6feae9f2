"""Tables in the terminal: no figure is ever cut."""

from __future__ import annotations

import pytest

from planner.cli.printing import print_table


def test_columns_that_do_not_fit_follow_below(capsys: pytest.CaptureFixture[str]) -> None:
    """Every figure of twenty plans is printed whole, each table under the rows' names."""
    figures = [f"{1_000_000 + place:,}" for place in range(20)]
    names = [f"Baseline 2027: over_assignment.rep {place}" for place in range(20)]
    print_table("Plans", ("", *names), [("reps' quotas", *figures)])
    printed = capsys.readouterr().out
    assert all(figure in printed for figure in figures)
    assert printed.count("reps' quotas") > 1
    assert max(len(line) for line in printed.splitlines()) <= 140


def test_a_table_that_fits_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Few columns stand beside each other, and a long name on the left is folded."""
    print_table("Plans", ("why", "plan", "other"), [("because " * 40, "1", "2")])
    printed = capsys.readouterr().out
    assert printed.count("plan") == 1
    assert printed.count("because") == 40
