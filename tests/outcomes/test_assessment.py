"""One call gives what finance asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from planner.outcomes.assessment import PastRecord, assess_plan
from planner.outcomes.parameters import CompensationParameters
from planner.quotas.books import build_books
from planner.quotas.parameters import QuotaParameters
from planner.quotas.past import gather_past
from planner.quotas.replay import Orders, replay_periods
from tests.outcomes.conftest import STILL, USD, YEAR


def assess(world, past=None):
    ids = [rep.rep_id for rep in world.reps]
    reps = [replace(rep, ote=200_000_00) for rep in world.reps]
    quotas = world.quotas()
    books = build_books(ids, ids, world.seats, world.expected, world.expected)
    return assess_plan(
        world.run(quotas=quotas, **STILL),
        quotas,
        books,
        [*reps, world.manager],
        YEAR,
        QuotaParameters(goal=1),
        CompensationParameters(),
        USD,
        {},
        1,
        past=past,
    )


def make_past(world):
    """Two past years in which every rep sold what his accounts were worth."""
    ids = [rep.rep_id for rep in world.reps]
    years = [2025, 2026]
    days = np.repeat(
        np.array([f"{year - 1}-06-30" for year in (*years, 2027)], dtype="datetime64[D]"),
        len(world.ids),
    )
    accounts = np.tile(np.arange(len(world.ids)), 3)
    sellers = np.tile(world.seats, 3)
    amounts = np.tile(world.expected, 3)
    quotas = gather_past(
        ids * 2,
        [date(year, 1, 1) for year in years for _ in ids],
        [date(year, 11, 30) for year in years for _ in ids],
        [10**9] * 8,
        [None] * 8,
        as_of=YEAR.as_of,
        order_reps=[ids[seller] for seller in sellers],
        order_days=days,
        order_amounts=amounts,
    )
    orders = Orders(
        accounts=accounts,
        reps=sellers,
        days=days.astype(np.int64),
        amounts=amounts,
        count=len(world.ids),
    )
    books = build_books(ids, ids, world.seats, world.expected, world.expected)
    return PastRecord(
        quotas=quotas,
        books=books,
        periods=replay_periods(quotas, orders, world.reps, periods=2),
        reps=tuple(world.reps),
    )


def test_everything_is_there_without_a_past(world):
    """Pay, fairness, bridge and bottom-up, with circular tests grey."""
    result = assess(world)
    assert result.compensation.expected > 0
    assert {test.light for test in result.fairness if test.circular} == {"grey"}
    assert [bridge.quota for bridge in result.bridge] == [
        row.set_quota for row in result.bottom_up if row.level == "rep"
    ]


def test_the_past_adds_its_own_tests(world):
    """Held-out and past attainment and the ratchet appear once the past is known."""
    result = assess(world, make_past(world))
    assert {test.evidence for test in result.fairness} == {"expected", "held_out", "past", "plan"}
    assert "ratchet" in {test.name for test in result.fairness}
    assert all(test.sentence for test in result.fairness)
