"""Open deals: held over where their account changed hands, handed on where their rep has left."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from planner.inputs.roster import SeatTenure
from planner.pipeline.held_over import find_held_over, hand_on_deals
from planner.tracking.ownership import AccountTenure, Ownership

START, MOVE = date(2027, 1, 1), date(2027, 5, 1)
OWN = Ownership(
    territory_of={"A1": "T1", "A2": "T2", "A5": "T3"},
    moved=(
        AccountTenure(account_id="A3", territory_id="T1", start=START, end=MOVE),
        AccountTenure(account_id="A3", territory_id="T2", start=MOVE, end=date(2027, 9, 1)),
        AccountTenure(account_id="A3", territory_id="T1", start=date(2027, 9, 1)),
        AccountTenure(account_id="A4", territory_id="T1", start=START, end=MOVE),
    ),
    seats=(
        SeatTenure(territory_id="T1", rep_id="R1", start=START, end=date(2027, 8, 1)),
        SeatTenure(territory_id="T1", rep_id="N1", start=date(2027, 8, 1)),
        SeatTenure(territory_id="T2", rep_id="R2", start=START),
        SeatTenure(territory_id="T3", rep_id="R3", start=START, end=date(2027, 8, 1)),
    ),
)


def deals(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["account_id", "rep_id", "stage", "created", "close_date"])
    for name in ("created", "close_date"):
        table[name] = pd.to_datetime(table[name])
    table["opportunity_id"] = [f"O{place}" for place in range(len(table))]
    return table


def held(table: pd.DataFrame, into: dict[str, str]) -> frozenset[tuple[str, date]]:
    return find_held_over(SimpleNamespace(opportunities=table), OWN, into)  # type: ignore[arg-type]  # only the deals are read


def test_a_deal_is_held_over_for_each_day_it_was_open_on() -> None:
    """An account that moved twice: what was open on the first day only is not held on the second."""
    table = deals(("A3", "R1", "Proposal", "2027-03-01", "2027-06-01"))
    assert held(table, {}) == {("A3", MOVE)}


@pytest.mark.parametrize(
    ("rep_id", "found"), [("R1", {("A4", MOVE)}), ("", {("A4", MOVE)}), ("R2", set())]
)
def test_a_merged_accounts_deals_are_those_of_its_former_owner(
    rep_id: str, found: set[tuple[str, date]]
) -> None:
    """Under the account that is left, only deals of the former owner, or of nobody, were its own."""
    table = deals(("A2", rep_id, "Proposal", "2027-03-01", "2027-06-01"))
    assert held(table, {"A4": "A2"}) == found


def test_a_leavers_open_deals_are_worked_on_by_who_serves_their_accounts() -> None:
    """Closed ones stay his, those of a seat nobody serves too, and a colleague keeps his own."""
    rows = [
        ("A1", "R1", "Proposal", "2027-03-01", "2027-12-01"),
        ("A1", "R1", "Closed Won", "2027-03-01", "2027-04-01"),
        ("A1", "R2", "Proposal", "2027-03-01", "2027-12-01"),
        ("A5", "R3", "Proposal", "2027-03-01", "2027-12-01"),
        ("A2", "R1", "Proposal", "2027-03-01", "2027-12-01"),
    ]
    after = hand_on_deals(deals(*rows), OWN, date(2027, 10, 1))
    assert after is not None
    assert after["rep_id"].tolist() == ["N1", "R1", "R2", "R3", "R2"]
    before = hand_on_deals(deals(*rows), OWN, date(2027, 7, 1))
    assert before is not None
    assert before["rep_id"].tolist() == [row[1] for row in rows]
