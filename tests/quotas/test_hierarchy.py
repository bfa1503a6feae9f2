"""The tree of people: depth, chains, and what is wrong with it."""

from __future__ import annotations

from planner.quotas.hierarchy import build_hierarchy
from tests.quotas.conftest import make_reps


def test_chains_and_depths():
    """Managers are those above a carrier, numbered from the company down."""
    tree = build_hierarchy(make_reps({"A": "D", "B": "V", "D": "V", "V": None, "X": "V"}), "AB")
    assert tree.chain("A") == ("V", "D")
    assert tree.chain("B") == ("V",)
    assert tree.depths == {"V": 1, "D": 2}
    assert tree.managers == ("V", "D")
    assert tree.findings == ()


def test_a_manager_with_a_book_rolls_up_to_himself():
    """A player-manager is his own manager for the quota of his book."""
    tree = build_hierarchy(make_reps({"A": "M", "M": None}), ["A", "M"])
    assert tree.chain("M") == ("M",)
    assert tree.seat_parent("M") == "M"


def test_without_managers_everybody_reports_to_the_company():
    """No manager_id at all is no finding."""
    tree = build_hierarchy(make_reps({"A": None, "B": None}), "AB")
    assert tree.depth == 0
    assert tree.seat_parent("A") == "company"
    assert tree.findings == ()


def test_every_person_of_a_loop_is_named_once():
    """Two loops are two sets of findings, and a person below a loop is not part of it."""
    people = make_reps({"A": "B", "B": "C", "C": "B", "D": "D", "E": None})
    tree = build_hierarchy(people, "AE")
    loops = [f.subject for f in tree.findings if f.code == "reps.manager_loop"]
    assert loops == ["B", "C", "D"]
    assert all(f.row is not None and f.value is not None for f in tree.findings)


def test_unknown_manager_is_named_with_row_and_value():
    """The finding says who, where and whom."""
    finding = build_hierarchy(make_reps({"A": "ghost"}), "A").findings[0]
    assert (finding.code, finding.subject, finding.value) == (
        "reps.unknown_manager",
        "A",
        "ghost",
    )
    assert finding.row == 2


def test_plain_teams_without_a_head_are_only_information():
    """Several team leads under the company are usual; a rep beside them is a warning."""
    plain = build_hierarchy(make_reps({"A": "D1", "B": "D2", "D1": None, "D2": None}), "AB")
    assert [f.severity for f in plain.findings] == ["info"]
    mixed = build_hierarchy(make_reps({"A": "D1", "B": None, "D1": None}), "AB")
    assert [f.severity for f in mixed.findings] == ["warning"]
