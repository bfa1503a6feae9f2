"""How long a buying cycle is, from purchases alone."""

from __future__ import annotations

import numpy as np
import pytest

from planner.potential.cycles import completeness, cycle_length


def regular(every: int, months: int = 36, accounts: int = 50) -> np.ndarray:
    """Purchases every so many months, each account in its own month."""
    account, month = np.indices((accounts, months))
    return (month + account) % every == 0


@pytest.mark.parametrize(("every", "cycle"), [(1, 3), (2, 4), (3, 6), (12, 12)])
def test_a_cycle_holds_two_purchases_or_a_year(every: int, cycle: int) -> None:
    """Monthly buyers have a short cycle, yearly buyers a year."""
    assert cycle_length(regular(every)) == cycle


def test_a_yearly_echo_under_other_purchases_is_heard() -> None:
    """Renewals once a year make a yearly cycle, even among scattered expansions."""
    scattered = np.random.default_rng(0).random((50, 36)) < 0.1
    assert cycle_length(regular(12) | scattered) == 12


def test_a_short_past_is_taken_for_part_of_a_year() -> None:
    """With less than fourteen months nothing can be told, so a year is assumed."""
    assert cycle_length(regular(1, months=13)) == 12


def test_completeness_rises_to_one() -> None:
    """A past as long as the cycle is complete, and half of it is worth next to nothing."""
    assert completeness(12, 12) == completeness(20, 12) == 1.0
    assert completeness(6, 12) < 0.05 < completeness(10, 12) < 1.0
