"""Who owned what on any day: one owner a day, and every booking credited once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.roster import SeatTenure
from planner.tracking.ownership import AccountTenure, HoldOver, Ownership, credit_bookings

START = date(2027, 1, 1)
MOVE = date(2027, 5, 1)
OWN = Ownership(
    territory_of={"A1": "T1", "A2": "T2"},
    moved=(
        AccountTenure(account_id="A3", territory_id="T1", start=START, end=MOVE),
        AccountTenure(account_id="A3", territory_id="T2", start=MOVE),
        AccountTenure(account_id="A4", territory_id="T2", start=date(2027, 3, 1)),
    ),
    seats=(
        SeatTenure(territory_id="T1", rep_id="R1", start=START, end=date(2027, 7, 1)),
        SeatTenure(territory_id="T1", rep_id="", start=date(2027, 7, 1), end=date(2027, 9, 1)),
        SeatTenure(territory_id="T1", rep_id="N1", start=date(2027, 9, 1)),
        SeatTenure(
            territory_id="T1",
            rep_id="R2",
            start=date(2027, 8, 1),
            end=date(2027, 9, 1),
            role="cover",
        ),
        SeatTenure(territory_id="T2", rep_id="R2", start=START),
    ),
)


def credit(account: str, day: date, seller: str = "", window: HoldOver | None = None) -> str:
    days = np.array([day], dtype="datetime64[D]")
    return credit_bookings([account], days, [seller], OWN, window)[0][0]


def test_ownership_changes_on_the_day_it_is_dated() -> None:
    """The day before is the former owner's; a covered seat is its cover's."""
    assert OWN.on(date(2027, 4, 30))["A3"] == ("T1", "R1")
    assert OWN.on(MOVE)["A3"] == ("T2", "R2")
    assert "A4" not in OWN.on(date(2027, 2, 28))
    assert [OWN.on(d)["A1"][1] for d in (date(2027, 7, 15), date(2027, 8, 15))] == ["", "R2"]


def test_credit_follows_the_owner_of_the_day() -> None:
    """Whoever serves the account's seat on the day is credited, whoever is named as seller."""
    assert credit("A3", date(2027, 4, 30), "R2") == "R1"
    assert credit("A3", MOVE, "R1") == "R2"
    assert credit("A1", date(2027, 10, 1)) == "N1"
    assert credit("A9", MOVE) == ""


def test_a_deal_that_was_open_is_held_over() -> None:
    """Within the window the former owner closes it; after it, or without one, the new owner does."""
    window = HoldOver(days=90, open_on=frozenset({("A3", MOVE)}))
    last = MOVE + timedelta(days=59)
    assert credit("A3", last, "R1", window) == "R1"
    assert credit("A3", MOVE + timedelta(days=90), "R1", window) == "R2"
    assert credit("A3", last, "R2", window) == "R2"
    assert credit("A3", last, "R1", HoldOver(days=90)) == "R2"


@pytest.mark.parametrize("booked_on", ["A3", "A2"])
def test_a_deal_of_an_account_that_merged_is_held_over(booked_on: str) -> None:
    """Its former owner closes it within the window, whichever of the two accounts it is booked on."""
    merged = replace(OWN, moved=OWN.moved[:1])
    window = HoldOver(days=60, open_on=frozenset({("A3", MOVE)}))

    def who(day: date, seller: str, hold_over: HoldOver = window) -> str:
        days = np.array([day], dtype="datetime64[D]")
        return credit_bookings([booked_on], days, [seller], merged, hold_over, {"A3": "A2"})[0][0]

    assert who(MOVE + timedelta(days=59), "R1") == "R1"
    assert who(MOVE + timedelta(days=60), "R1") == "R2"
    assert who(MOVE, "R2") == "R2"
    assert who(MOVE, "R1", HoldOver(days=60)) == "R2"


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A1", "A2", "A3", "A4", "A5"]),
            st.integers(0, 364),
            st.sampled_from(["", "R1", "R2", "N1"]),
            st.integers(-1000, 1000),
        ),
        max_size=30,
    )
)
def test_nothing_booked_is_counted_twice_or_lost(rows: list[tuple[str, int, str, int]]) -> None:
    """Every booking is credited to exactly one, and together they are all there is."""
    days = np.array([START + timedelta(days=d) for _, d, _, _ in rows], dtype="datetime64[D]")
    window = HoldOver(days=60, open_on=frozenset({("A3", MOVE)}))
    credited = credit_bookings([r[0] for r in rows], days, [r[2] for r in rows], OWN, window)
    sums: dict[str, int] = {}
    for (who, _), (_, _, _, amount) in zip(credited, rows, strict=True):
        sums[who] = sums.get(who, 0) + amount
    assert len(credited) == len(rows)
    assert sum(sums.values()) == sum(r[3] for r in rows)
