"""The plan's own sample for the fairness tests."""

from __future__ import annotations

import pytest

from planner.outcomes.fairness import plan_sample
from planner.quotas.books import build_books
from tests.outcomes.conftest import STILL, YEAR


def test_attainment_is_expected_bookings_over_quota(world):
    """Rows follow the books whatever the order of the simulated seats."""
    quotas = world.quotas()
    result = world.run(quotas=quotas, **STILL)
    ids = [rep.rep_id for rep in world.reps]
    books = build_books(ids, ids, world.seats, world.expected, world.expected)
    sample = plan_sample(result, quotas, books.sorted_by_rep(), world.reps, YEAR, {"R0": "North"})
    expected = {x.rep_id: x.expected for x in result.outcomes.outcomes if x.level == "rep"}
    for row, rep_id in enumerate(books.rep_ids):
        assert sample.attainment[row] == pytest.approx(expected[rep_id] / quotas.of_rep(rep_id))
    assert sample.region == ("North", "", "", "")
    assert sample.size.sum() == len(world.ids)
