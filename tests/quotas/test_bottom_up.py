"""Top-down beside bottom-up."""

from __future__ import annotations

from planner.quotas.bottom_up import compare_bottom_up
from tests.quotas.conftest import make_books, make_reps


def test_levels_are_sums_of_their_reps(settle):
    """A manager's two figures are those of his reps, and the difference follows."""
    reps = make_reps({"A": "D1", "B": "D1", "C": None, "D1": None})
    books = make_books("ABC", [100, 100, 200], [300_000_00, 200_000_00, 500_000_00])
    parts = {"new": {"share": 0.5}, "renewal": {}}
    sheet = settle(reps, books, submitted={"B": 250_000}, components=parts, basis={"history": 1})
    rows = {(row.level, row.rep_id): row for row in compare_bottom_up(sheet)}
    assert next(iter(rows)) == ("company", "company")
    assert rows["company", "company"].submitted == 1_050_000_00
    assert rows["company", "company"].set_quota == 1_100_000_00
    team = rows["manager", "D1"]
    assert (team.set_quota, team.submitted, team.difference) == (550_000_00, 550_000_00, 0)
    assert rows["rep", "B"].difference == 25_000_00
