"""Today's alignment and what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.reps import Rep
from planner.units.eligibility import build_eligibility
from planner.units.parameters import EligibilityParameters, HoldParameters
from planner.units.result import Today
from planner.units.today import build_today
from tests.units.worlds import World, make_world

ACCOUNTS = [
    {"account_id": "A1", "family": "F", "owner_id": "ADA"},
    {"account_id": "A2", "family": "F", "owner_id": "BEN"},
    {"account_id": "A3", "family": "F", "owner_id": "BEN"},
    {"account_id": "A4", "owner_id": "CLEO", "segment": "Enterprise"},
    {"account_id": "A5", "owner_id": None},
]
AMOUNTS = {
    "trailing": {"A1": 100, "A2": 40, "A3": 50, "A4": 70, "A5": 9},
    "pipeline": {"A1": 1, "A4": 2},
}


def today_of(world: World, *rules: EligibilityParameters) -> Today:
    eligibility = build_eligibility(
        world.data, world.potential, world.units, world.seats, rules=rules
    )
    return build_today(
        world.data,
        world.potential,
        world.units,
        world.seats,
        holds=world.holds,
        eligibility=eligibility,
    )


def test_what_a_change_would_disrupt(reps: list[Rep]) -> None:
    """A family counts with the seat of its largest revenue, and stays by parts."""
    world = make_world(ACCOUNTS, reps, amounts=AMOUNTS)
    today = today_of(world)
    assert world.units.unit_ids == ("A4", "A5", "F")
    assert today.current.tolist() == [2, -1, 0]
    assert today.stay.toarray().tolist() == [[0, 0, 70], [0, 0, 0], [100, 90, 0]]
    assert today.stay_accounts.toarray().tolist() == [[0, 0, 1], [0, 0, 0], [1, 2, 0]]
    assert today.stay_pipeline.toarray().tolist() == [[0, 0, 2], [0, 0, 0], [1, 0, 0]]
    assert today.continues.tolist() == [True, True, True, True, False]


def test_an_owner_who_leaves_does_not_count_as_disruption(reps: list[Rep]) -> None:
    """His accounts are the seat's, but nothing is disrupted when they go elsewhere."""
    leaver = replace(reps[0], territory_id="NY", status="leaving", leave_date=date(2026, 12, 1))
    successor = Rep(rep_id="NEW", name="New", territory_id="NY")
    world = make_world(ACCOUNTS, [leaver, successor, *reps[1:]], amounts=AMOUNTS)
    today = today_of(world)
    seat = world.seats.territory_ids.index("NY")
    assert today.seat_of_account[0] == seat
    assert today.current[2] == seat
    assert today.continues.tolist() == [False, True, True, True, False]
    assert today.stay.toarray()[2].tolist() == [90, 0, 0]


def test_a_tie_goes_to_more_accounts(reps: list[Rep]) -> None:
    """Without revenue, the seat with most accounts of the family serves it today."""
    assert today_of(make_world(ACCOUNTS, reps)).current.tolist() == [2, -1, 1]


def test_returns_disrupt_nothing(reps: list[Rep]) -> None:
    """A change of owner cannot earn money from an account with more returns than sales."""
    world = make_world(ACCOUNTS, reps, amounts={"trailing": {"A4": -500}})
    assert today_of(world).stay.toarray()[0].tolist() == [0, 0, 0]


def test_a_held_member_holds_its_family(reps: list[Rep]) -> None:
    """One account of three is held, and all three stay."""
    hold = HoldParameters(account_ids=("A2",), name="named")
    today = today_of(make_world(ACCOUNTS, reps, hold, amounts=AMOUNTS))
    assert today.held.tolist() == [-1, -1, 1]
    assert today.hold_of_unit.tolist() == [-1, -1, 0]
    assert today.hold_names == ("named",)


def test_a_hold_against_a_rule_is_an_error(reps: list[Rep]) -> None:
    """The finding names the hold, the account and the rule."""
    hold = HoldParameters(account_ids=("A4",), to="ADA", name="named")
    rule = EligibilityParameters(
        accounts="segment = 'Enterprise'", reps="role = 'Strategic AE'", name="strategic only"
    )
    today = today_of(make_world(ACCOUNTS, reps, hold), rule)
    (finding,) = today.findings
    assert (finding.severity, finding.code, finding.subject) == (
        "error",
        "holds.not_eligible",
        "A4",
    )
    assert "'named'" in finding.message
    assert "'strategic only'" in finding.message


owners = st.sampled_from(["ADA", "BEN", "CLEO", None])
rows_of_accounts = st.lists(
    st.tuples(owners, st.sampled_from(["F", "G", None]), st.integers(-9, 99)),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=25)
@given(rows_of_accounts, st.sets(st.integers(0, 11)))
def test_nothing_is_lost_or_held_twice(rows: list[Any], chosen: set[int]) -> None:
    """Totals to stay are those of accounts with a continuing owner; each held account is kept."""
    team = [Rep(rep_id=name, name=name) for name in ("ADA", "BEN", "CLEO")]
    accounts = [
        {"account_id": f"A{i:02d}", "owner_id": owner, "family": family}
        for i, (owner, family, _) in enumerate(rows)
    ]
    revenue = {f"A{i:02d}": amount for i, (_, _, amount) in enumerate(rows)}
    held = tuple(f"A{i:02d}" for i in sorted(chosen)) or ("none",)
    hold = HoldParameters(account_ids=held)
    world = make_world(accounts, team, hold, amounts={"trailing": revenue})
    today = today_of(world)
    kept = sum(max(amount, 0) for owner, _, amount in rows if owner)
    assert today.stay.sum() == kept
    assert today.stay_accounts.sum() == sum(owner is not None for owner, _, _ in rows)
    of_account = today.held[world.units.unit_of_account]
    named = [i for i in chosen if i < len(rows) and rows[i][0]]
    assert of_account[named].tolist() == today.seat_of_account[named].tolist()
    assert np.array_equal(today.held >= 0, today.hold_of_unit >= 0)
