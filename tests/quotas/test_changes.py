"""What else moved, and the bridge from last year."""

from __future__ import annotations

from planner.quotas.changes import bridge_quotas, describe_changes, list_changes
from tests.quotas.conftest import USD, make_books, make_reps


def test_an_override_says_what_else_moved(settle):
    """The person set by hand comes first in words, and the rest balances it exactly."""
    reps = make_reps(dict.fromkeys("ABC"))
    books = make_books("ABC", [100, 200, 700])
    before, after = settle(reps, books), settle(reps, books, overrides={"C": 500_000})
    changes = list_changes(before, after)
    assert [change.rep_id for change in changes] == ["C", "B", "A"]
    assert sum(change.difference for change in changes) == 0
    words = describe_changes(changes, USD)
    assert words.startswith("C 770000.00 → 500000.00 (-270000.00) by hand; 2 others moved by +270")
    assert describe_changes((), USD) == "No quota changed."


def test_bridge_adds_up_for_everybody(settle):
    """The steps from last year's quota lead to this one's without a remainder."""
    reps = make_reps(dict.fromkeys("ABC"))
    books = make_books("ABC", [100, 200, 700], last=[200_000_00, 150_000_00, 0])
    parts = {"new": {"share": 0.3}, "renewal": {}}
    sheet = settle(
        reps,
        books,
        change_limits={"max": 0.2},
        round_to=1000,
        overrides={"B": 250_000},
        components=parts,
    )
    bridges = bridge_quotas(sheet)
    assert len(bridges) == 6
    for bridge in bridges:
        steps = (bridge.growth, bridge.basis, bridge.ramp, bridge.limits, bridge.override)
        assert bridge.last_year + sum(steps) + bridge.rounding == bridge.quota
    assert sum(b.override for b in bridges if b.rep_id == "B") != 0
    assert sum(b.last_year for b in bridges if b.rep_id == "A") in range(199_999_99, 200_000_02)
