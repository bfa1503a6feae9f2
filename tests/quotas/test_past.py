"""Past quotas: what was attained, pairs for the ratchet, and last year's sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.quotas.past import gather_past, pair_quotas, past_sample
from tests.quotas.conftest import YEAR, make_books, make_reps

STARTS = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]


def gather(attained=(None, None, None, None), as_of=date(2026, 11, 30)):
    return gather_past(
        ["A"] * 4,
        STARTS,
        [None] * 4,
        [100, 120, 130, 140],
        list(attained),
        as_of=as_of,
        order_reps=["A", "A", None, "A", "B"],
        order_days=np.array(
            ["2026-04-01", "2026-01-15", "2026-01-16", "2026-09-30", "2026-02-01"],
            dtype="datetime64[D]",
        ),
        order_amounts=np.array([40, 25, 1000, 60, 7], dtype=np.int64),
    )


def test_orders_are_added_up_where_nothing_is_given():
    """An order on the first day counts to that quarter, and open quarters are left out."""
    past = gather()
    assert past.attained.tolist() == [25, 40, 60]
    assert past.afters[-1] == date(2026, 10, 1)


def test_given_attainment_is_taken():
    """The table's own figure goes before the orders'."""
    assert gather((99, None, None, None)).attained.tolist() == [99, 40, 60]


def test_quotas_are_paired_with_their_successors_per_day():
    """A 91-day quota is compared with the next one's 92 days at the same length."""
    panel = pair_quotas(gather())
    assert panel.quota.tolist() == [100.0, 120.0]
    assert panel.following == pytest.approx([120 * 90 / 91, 130 * 91 / 92])
    assert panel.person.tolist() == [0.0, 0.0]


def test_last_years_sample_is_attainment_beside_the_old_book():
    """Attainment is the year's bookings over the year's quota; who had none is missing."""
    books = make_books(["A", "B"], [500, 300], [600, 400])
    reps = make_reps({"A": None, "B": None}, A={"hire_date": date(2024, 11, 30)})
    sample = past_sample(gather(), books, reps, YEAR, {"A": "West"})
    assert sample.attainment[0] == pytest.approx(125 / 350)
    assert np.isnan(sample.attainment[1])
    assert sample.tenure[0] == pytest.approx(24, abs=0.1)
    assert np.isnan(sample.tenure[1])
    assert sample.region == ("West", "")
    assert sample.potential.tolist() == [600.0, 400.0]
