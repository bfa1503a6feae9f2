"""Holds by account."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.errors import ScenarioError
from planner.inputs.reps import Rep
from planner.units.holds import AccountHolds, resolve_holds
from planner.units.parameters import HoldParameters
from planner.units.seats import build_seats
from tests.units.worlds import make_data, make_potential

ACCOUNTS = [
    {"account_id": "A1", "owner_id": "ADA", "segment": "SMB", "renewal_date": "2027-01-15"},
    {"account_id": "A2", "owner_id": "BEN", "segment": "SMB", "addressable_market": 500_000},
    {"account_id": "A3", "owner_id": None, "segment": "Enterprise", "renewal_date": "2027-03-31"},
    {"account_id": "A4", "owner_id": "CLEO", "segment": "Enterprise", "renewal_date": "2027-04-02"},
]


def hold(reps: list[Rep], *holds: HoldParameters) -> AccountHolds:
    data = make_data(ACCOUNTS, reps)
    potential = make_potential(data, trailing={"A2": 900_000}, pipeline={"A4": 100})
    return resolve_holds(data, potential, build_seats(data), holds)


def held_to(holds: AccountHolds) -> list[str]:
    return ["" if s < 0 else holds.territory_ids[s] for s in holds.seat_of_account]


def test_the_first_matching_hold_wins(reps: list[Rep]) -> None:
    """A1 matches both holds and goes where the first one leads."""
    holds = hold(
        reps,
        HoldParameters(account_ids=("A1",), to="CLEO", name="named"),
        HoldParameters(where="segment = 'SMB'"),
    )
    assert held_to(holds) == ["CLEO", "BEN", "", ""]
    assert holds.hold_of_account.tolist() == [0, 1, -1, -1]
    assert holds.names == ("named", "segment = 'SMB' → owner")


def test_renewals_of_the_first_ninety_days(reps: list[Rep]) -> None:
    """The contract's own example: dates of the plan are known, the owner's seat is kept."""
    condition = "renewal_date BETWEEN as_of AND period_start + INTERVAL 90 DAY"
    holds = hold(reps, HoldParameters(where=condition))
    # 1 January and 90 days is 1 April, so A4 renews a day late; A3 has no owner.
    assert held_to(holds) == ["ADA", "", "", ""]
    assert [f.code for f in holds.findings] == ["holds.owner_without_seat"]
    assert "A3 (no owner)" in holds.findings[0].message


def test_a_void_hold_lets_the_next_one_count(reps: list[Rep]) -> None:
    """An owner without a seat voids the hold for that account alone."""
    holds = hold(
        reps,
        HoldParameters(where="segment = 'Enterprise'"),
        HoldParameters(account_ids=("A3",), to="BEN"),
    )
    assert held_to(holds) == ["", "", "BEN", "CLEO"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("addressable_market >= 5000", ["", "BEN", "", ""]),
        ("revenue > 8999.99 AND revenue < 9000.01", ["", "BEN", "", ""]),
        ("pipeline = 1", ["", "", "", "CLEO"]),
    ],
)
def test_conditions_see_money_in_currency_units(
    reps: list[Rep], condition: str, expected: list[str]
) -> None:
    """Amounts are dollars in a condition, cents in the planner."""
    assert held_to(hold(reps, HoldParameters(where=condition))) == expected


def test_a_hold_may_name_a_territory(reps: list[Rep]) -> None:
    """The seat's own id serves as well as its rep's."""
    team = [Rep(rep_id="ADA", name="Ada", territory_id="NY"), *reps[1:]]
    assert held_to(hold(team, HoldParameters(account_ids=("A2",), to="NY"))) == ["", "NY", "", ""]


def test_an_unknown_rep_is_refused_with_the_nearest(reps: list[Rep]) -> None:
    """A slip of the pen is named with what was probably meant."""
    with pytest.raises(ScenarioError, match=r"CLEA.*Did you mean CLEO"):
        hold(reps, HoldParameters(account_ids=("A1",), to="CLEA"))


def test_a_rep_without_seat_is_an_error(reps: list[Rep]) -> None:
    """A hold cannot lead to a manager."""
    holds = hold(
        [*reps, Rep(rep_id="MIA", name="Mia", coverage="none")],
        HoldParameters(account_ids=("A1",), to="MIA"),
    )
    assert [(f.severity, f.code) for f in holds.findings] == [("error", "holds.rep_without_seat")]
    assert held_to(holds) == [""] * 4


def test_an_unknown_account_is_named(reps: list[Rep]) -> None:
    """A hold that names an account that is not there is said, the others count."""
    holds = hold(reps, HoldParameters(account_ids=("A1", "A99"), to="BEN"))
    assert held_to(holds) == ["BEN", "", "", ""]
    assert [(f.code, f.value) for f in holds.findings] == [("holds.unknown_account", "A99")]


def test_ids_of_fifteen_and_eighteen_characters_match(reps: list[Rep]) -> None:
    """A hold may name an account by either form of its Salesforce id."""
    long = "001A0000006Vm9uIAC"
    data = make_data([{"account_id": long, "owner_id": "ADA"}], reps)
    holds = resolve_holds(
        data,
        make_potential(data),
        build_seats(data),
        [HoldParameters(account_ids=(long[:15],), to="BEN")],
    )
    assert held_to(holds) == ["BEN"]
    assert holds.findings == ()


@pytest.mark.parametrize(
    "keys", [{}, {"where": "true", "account_ids": ("A1",)}, {"account_ids": ()}]
)
def test_a_hold_needs_exactly_one_way_to_choose(keys: dict[str, object]) -> None:
    """Neither and both are refused, and so is an empty list."""
    with pytest.raises(ValidationError):
        HoldParameters(**keys)  # type: ignore[arg-type]
