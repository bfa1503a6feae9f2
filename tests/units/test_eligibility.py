"""Who may serve whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.reps import Rep
from planner.units.eligibility import build_eligibility
from planner.units.parameters import EligibilityParameters
from planner.units.result import Eligibility
from planner.units.seats import number_seats
from tests.units.worlds import World, make_world

STRATEGIC = EligibilityParameters(
    accounts="segment = 'Enterprise'", reps="role = 'Strategic AE'", name="strategic only"
)
EAST = EligibilityParameters(accounts="state = 'MA'", reps="rep_id <> 'BEN'", name="no Ben in MA")
ACCOUNTS = [
    {"account_id": "A1", "segment": "Enterprise", "state": "NY", "country": "US"},
    {"account_id": "A2", "segment": "SMB", "state": "MA", "country": "US"},
    {"account_id": "A3", "segment": "SMB", "state": "NY", "country": "CA"},
    {"account_id": "A4", "state": "NY"},
]


def decide(
    world: World,
    *rules: EligibilityParameters,
    unassigned: Literal["refuse", "allow"] = "refuse",
) -> Eligibility:
    return build_eligibility(
        world.data, world.potential, world.units, world.seats, rules=rules, unassigned=unassigned
    )


def who(world: World, eligibility: Eligibility) -> dict[str, list[str]]:
    allowed = eligibility.allowed[eligibility.class_of_unit]
    return {
        unit: [t for t, may in zip(world.seats.territory_ids, row, strict=True) if may]
        for unit, row in zip(world.units.unit_ids, allowed, strict=True)
    }


ALL = ["ADA", "BEN", "CLEO"]


def test_without_rules_everyone_may_serve_everything(reps: list[Rep]) -> None:
    """One class, and nothing restricts it."""
    world = make_world(ACCOUNTS, reps)
    eligibility = decide(world)
    assert eligibility.allowed.tolist() == [[True, True, True]]
    assert eligibility.rules == ((),)


def test_rules_that_match_intersect(reps: list[Rep]) -> None:
    """An enterprise account in Massachusetts needs a strategic rep who is not Ben."""
    team = [*reps, Rep(rep_id="DAN", name="Dan", role="Strategic AE")]
    accounts = [*ACCOUNTS, {"account_id": "A5", "segment": "Enterprise", "state": "MA"}]
    world = make_world(accounts, team)
    ben_is_strategic = EligibilityParameters(
        accounts="segment = 'Enterprise'", reps="role = 'Strategic AE' OR rep_id = 'BEN'"
    )
    eligibility = decide(world, ben_is_strategic, EAST)
    everyone = [*ALL, "DAN"]
    assert who(world, eligibility) == {
        "A1": ["BEN", "CLEO", "DAN"],
        "A2": ["ADA", "CLEO", "DAN"],
        "A3": everyone,
        "A4": everyone,
        "A5": ["CLEO", "DAN"],
    }
    assert eligibility.rules[eligibility.class_of_unit[4]] == (
        ben_is_strategic.words(),
        "no Ben in MA",
    )


def test_a_rep_with_segments_serves_only_those(reps: list[Rep]) -> None:
    """Case does not matter, and an account without segment is none of them."""
    team = [replace(reps[0], segments=frozenset({"smb"})), *reps[1:]]
    world = make_world(ACCOUNTS, team)
    found = who(world, decide(world))
    assert [name for name, may in found.items() if "ADA" in may] == ["A2", "A3"]
    assert all({"BEN", "CLEO"} <= set(may) for may in found.values())


def test_a_rep_with_countries_serves_only_those(reps: list[Rep]) -> None:
    """Who states Canada does not serve an account in the United States, or nowhere."""
    team = [replace(reps[0], countries=frozenset({"CA"})), *reps[1:]]
    world = make_world(ACCOUNTS, team)
    assert [name for name, may in who(world, decide(world)).items() if "ADA" in may] == ["A3"]


def test_skills_are_what_an_account_asks_for(reps: list[Rep]) -> None:
    """All skills asked for are needed; who states none has no restriction."""
    team = [
        replace(reps[0], skills=frozenset({"German", "Retail"})),
        replace(reps[1], skills=frozenset({"German"})),
        reps[2],
    ]
    accounts = [
        {"account_id": "A1", "language": "German", "skills": "retail; German"},
        {"account_id": "A2", "language": "german", "skills": None},
        {"account_id": "A3", "language": "French", "skills": None},
        {"account_id": "A4", "language": None, "skills": None},
    ]
    world = make_world(accounts, team)
    assert who(world, decide(world)) == {
        "A1": ["ADA", "CLEO"],
        "A2": ALL,
        "A3": ["CLEO"],
        "A4": ALL,
    }


def test_a_family_needs_who_may_serve_all_of_it(reps: list[Rep]) -> None:
    """A unit is open only to those who may serve each of its accounts."""
    rows = [{**row, "family": "F"} for row in ACCOUNTS]
    world = make_world(rows, reps)
    assert who(world, decide(world, STRATEGIC, EAST)) == {"F": ["CLEO"]}


def test_nobody_may_serve_is_an_error_that_names_accounts_and_rules(reps: list[Rep]) -> None:
    """Nothing is dropped silently: an error, or a warning where the scenario allows it."""
    world = make_world(ACCOUNTS, reps[:2])
    eligibility = decide(world, STRATEGIC)
    (finding,) = eligibility.findings
    assert (finding.severity, finding.code, finding.subject) == (
        "error",
        "eligibility.nobody",
        "A1",
    )
    assert "account A1" in finding.message
    assert "strategic only" in finding.message
    (allowed,) = decide(world, STRATEGIC, unassigned="allow").findings
    assert allowed.severity == "warning"
    assert who(world, eligibility)["A1"] == []


def test_the_rule_that_forbids_is_known(reps: list[Rep]) -> None:
    """For each class and territory the first forbidding rule is named."""
    team = [replace(reps[0], segments=frozenset({"SMB"})), *reps[1:]]
    world = make_world(ACCOUNTS, team)
    eligibility = decide(world, STRATEGIC, EAST)
    by = eligibility.forbidden_by[eligibility.class_of_unit]
    named = [[eligibility.rule_names[i] if i >= 0 else "" for i in row] for row in by]
    assert named[0] == ["strategic only", "strategic only", ""]
    assert named[1] == ["", "no Ben in MA", ""]
    assert named[3] == ["segments of the rep", "", ""]


def test_a_rule_that_matches_nothing_is_said(reps: list[Rep]) -> None:
    """A rule about accounts that are not there is probably a slip."""
    world = make_world(ACCOUNTS, reps)
    rule = EligibilityParameters(accounts="segment = 'Entreprise'", reps="true")
    assert [f.code for f in decide(world, rule).findings] == ["eligibility.no_account"]


def test_a_condition_that_cannot_be_read_is_refused(reps: list[Rep]) -> None:
    """An unknown column of reps is an error of the scenario."""
    rule = EligibilityParameters(accounts="true", reps="rank > 3")
    with pytest.raises(ScenarioError, match="rank"):
        decide(make_world(ACCOUNTS, reps), rule)


def test_rules_about_reps_do_not_count_where_there_are_none(reps: list[Rep]) -> None:
    """Territories without reps are open to all, and the finding says that rules are idle."""
    world = replace(make_world(ACCOUNTS, reps), seats=number_seats(2))
    eligibility = decide(world, STRATEGIC)
    assert eligibility.allowed.all()
    assert [f.code for f in eligibility.findings] == ["eligibility.no_rep"]


SEGMENTS = ["Enterprise", "SMB", None]
rows_of_accounts = st.lists(
    st.fixed_dictionaries(
        {
            "segment": st.sampled_from(SEGMENTS),
            "state": st.sampled_from(["NY", "MA"]),
            "country": st.sampled_from(["US", "CA", None]),
            "family": st.sampled_from(["F", "G", None]),
        }
    ),
    min_size=8,
    max_size=30,
)
offers = st.frozensets(st.sampled_from(["Enterprise", "SMB"]))
countries = st.frozensets(st.sampled_from(["US", "CA"]))


# Each example opens a database for each condition, so few but large ones.
@settings(deadline=None, max_examples=10)
@given(rows_of_accounts, st.lists(st.tuples(offers, countries), min_size=3, max_size=3))
def test_equal_to_asking_every_pair(rows: list[dict[str, Any]], stated: list[Any]) -> None:
    """Classes of units say the same as the rules read pair by pair."""
    accounts = [{**row, "account_id": f"A{i:02d}"} for i, row in enumerate(rows)]
    reps = [
        Rep(rep_id=name, name=name, role=role, segments=segments, countries=served)
        for (name, role), (segments, served) in zip(
            [("ADA", "AE"), ("BEN", "AE"), ("CLEO", "Strategic AE")], stated, strict=True
        )
    ]
    world = make_world(accounts, reps)
    eligibility = decide(world, STRATEGIC, EAST, unassigned="allow")
    expected = np.ones((len(world.units.unit_ids), 3), dtype=bool)
    for position, row in enumerate(accounts):
        for t, rep in enumerate(reps):
            expected[world.units.unit_of_account[position], t] &= may_serve(row, rep)
    assert eligibility.allowed[eligibility.class_of_unit].tolist() == expected.tolist()


def may_serve(row: dict[str, Any], rep: Rep) -> bool:
    """Return what the rules say of one account and one rep, read plainly."""
    if row["segment"] == "Enterprise" and rep.role != "Strategic AE":
        return False
    if row["state"] == "MA" and rep.rep_id == "BEN":
        return False
    if rep.segments and row["segment"] not in rep.segments:
        return False
    return not rep.countries or row["country"] in rep.countries
