"""Contests: eligibility and ties are settled by the rules that are stated."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.roster import SeatTenure
from planner.tracking.contests import Board, Deed, settle_contest, word_rules
from planner.tracking.parameters import ContestParameters

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 12, 31),
)
REPS = [
    *(Rep(rep_id=r, name=r, role="AE") for r in ("R1", "R2", "R3", "R4")),
    Rep(rep_id="S1", name="S1", role="SDR"),
]
SEATS = [
    *(
        SeatTenure(territory_id=f"T{r}", rep_id=r, start=YEAR.start)
        for r in ("R1", "R2", "R3", "S1")
    ),
    SeatTenure(territory_id="TR4", rep_id="R4", start=date(2027, 3, 20)),
]
DEEDS = [
    Deed(rep_id="R1", day=date(2027, 2, 1), kind="bookings", amount=60.0),
    Deed(rep_id="R1", day=date(2027, 3, 1), kind="bookings", amount=40.0),
    Deed(rep_id="R2", day=date(2027, 2, 5), kind="bookings", amount=100.0),
    Deed(rep_id="R3", day=date(2027, 2, 6), kind="bookings", amount=30.0),
    Deed(rep_id="R4", day=date(2027, 3, 25), kind="bookings", amount=500.0),
    Deed(rep_id="R1", day=date(2027, 4, 25), kind="bookings", amount=900.0),
    Deed(rep_id="S1", day=date(2027, 2, 7), kind="meeting", amount=4.0),
]


def settle(**rules: object) -> Board:
    contest = ContestParameters.model_validate(
        {"name": "Q1", "start": date(2027, 1, 1), "end": date(2027, 3, 31), **rules}
    )
    return settle_contest(contest, DEEDS, REPS, SEATS, YEAR, date(2027, 6, 30))


def places(board: Board) -> list[tuple[str, int, bool]]:
    return [(one.rep_id, one.place, one.wins) for one in board.standings]


def test_equals_share_a_place_and_the_next_is_left_out() -> None:
    """Two firsts, then a third; only what came between the two days counts."""
    board = settle(roles=["AE"], least_days=60, places=2)
    assert places(board) == [("R1", 1, True), ("R2", 1, True), ("R3", 3, False), ("R4", 0, False)]
    assert "12 days in a seat, 60 are needed" in board.standings[-1].why_not


def test_of_equals_the_earlier_may_be_ahead() -> None:
    """R2 reached 100 on 5 February, R1 only in March."""
    board = settle(roles=["AE"], least_days=60, ties="first", places=1)
    assert places(board)[:2] == [("R2", 1, True), ("R1", 2, False)]


def test_orders_and_activities_are_counted_too() -> None:
    """Orders are counted, not added; an activity is counted by its kind."""
    assert settle(of="orders", roles=["AE"]).standings[0].amount == 2
    meetings = settle(of="Meeting")
    assert (meetings.standings[0].rep_id, meetings.standings[0].amount) == ("S1", 4)
    assert not any(one.wins for one in meetings.standings[1:])


def test_a_winner_must_reach_the_least() -> None:
    """Nobody wins with less than what the contest asks for."""
    assert [one.rep_id for one in settle(least=100.0).standings if one.wins] == ["R4", "R1", "R2"]
    assert not any(one.wins for one in settle(least=1000.0).standings)


def test_the_order_of_what_was_done_does_not_matter() -> None:
    """The same deeds in any order give the same board."""
    contest = ContestParameters(name="All")
    one = settle_contest(contest, DEEDS, REPS, SEATS, YEAR, date(2027, 6, 30))
    two = settle_contest(contest, DEEDS[::-1], REPS[::-1], SEATS, YEAR, date(2027, 6, 30))
    assert one == two


def test_a_contest_that_ends_before_it_starts_is_refused() -> None:
    """The two days must be in order, and the rules can be read."""
    with pytest.raises(ValidationError, match="ends before it starts"):
        ContestParameters(name="X", start=date(2027, 2, 1), end=date(2027, 1, 1))
    words = word_rules(ContestParameters(name="X", roles=("AE",), least_days=30))
    assert words.startswith("Reps in the role AE for at least 30 days take part")


def test_least_is_stated_in_the_plan_currency_and_bookings_in_its_minor_unit() -> None:
    """With a scale of 100, what a winner must have reached is a hundred times as many cents."""
    contest = ContestParameters(name="Q1", end=date(2027, 3, 31), least=1.0, roles=("AE",))
    known = (DEEDS, REPS, SEATS, YEAR, date(2027, 6, 30))
    winners = [
        [one.rep_id for one in settle_contest(contest, *known, scale=scale).standings if one.wins]
        for scale in (1, 100)
    ]
    assert winners == [["R4", "R1", "R2"], ["R4", "R1", "R2"]]
    dear = contest.model_copy(update={"least": 1.01})
    assert [o.rep_id for o in settle_contest(dear, *known, scale=100).standings if o.wins] == ["R4"]


def test_what_adds_nothing_moves_no_day_and_a_return_is_no_order() -> None:
    """Who got there first stays first; orders count what was sold."""
    nothing = Deed(rep_id="R2", day=date(2027, 3, 20), kind="bookings", amount=0.0)
    back = Deed(rep_id="R3", day=date(2027, 3, 21), kind="bookings", amount=-30.0)
    deeds, rest = [*DEEDS, nothing, back], (REPS, SEATS, YEAR, date(2027, 3, 31))
    first = ContestParameters(name="First", ties="first", roles=("AE",))
    board = settle_contest(first, deeds, *rest)
    assert [one.rep_id for one in board.standings][:3] == ["R4", "R2", "R1"]
    orders = settle_contest(first.model_copy(update={"of": "orders"}), deeds, *rest)
    assert {one.rep_id: one.amount for one in orders.standings} == {
        "R1": 2.0, "R2": 1.0, "R3": 1.0, "R4": 1.0,
    }  # fmt: skip
