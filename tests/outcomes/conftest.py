"""A made-up plan whose truth is known: accounts, seats and quotas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from planner.inputs.money import currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.attainment import Simulation, simulate
from planner.outcomes.parameters import OutcomeParameters
from planner.outcomes.seat_draws import draw_seats
from planner.quotas.books import build_books
from planner.quotas.parameters import QuotaParameters
from planner.quotas.result import QuotaSheet
from planner.quotas.setting import set_quotas

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 11, 30),
)
USD = currency("USD")
# A world without chance beyond the accounts' own, for tests that add up by hand.
STILL: dict[str, Any] = {
    "common_variation": 0.0,
    "group_variation": 0.0,
    "attrition": 0.0,
    "late_hire_months": 0.0,
    "churn": 0.0,
}


class World:
    """Accounts that are served by reps ``R0``, ``R1``, … under one manager ``M``."""

    def __init__(self, accounts: int = 300, reps: int = 4, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.ids = [f"A{i}" for i in range(accounts)]
        self.expected = np.rint(rng.lognormal(13, 1, accounts)).astype(np.int64)
        self.low = np.where(rng.random(accounts) < 0.5, 0, self.expected // 2)
        self.high = np.rint(self.expected * rng.uniform(1.5, 2.5, accounts)).astype(np.int64)
        self.seats = np.arange(accounts, dtype=np.int64) % reps
        self.reps = [Rep(rep_id=f"R{i}", name=f"R{i}", manager_id="M") for i in range(reps)]
        self.manager = Rep(rep_id="M", name="M", coverage="none")

    def quotas(self, goal_share: float = 1.0) -> QuotaSheet:
        """Quotas on a goal that is a share of everything that is expected."""
        books = build_books(
            [rep.rep_id for rep in self.reps],
            [rep.rep_id for rep in self.reps],
            self.seats,
            self.expected,
            self.expected,
        )
        goal = round(int(self.expected.sum()) * goal_share) / 100
        rates = {"rep": 0, "manager": 0}
        keys = QuotaParameters(goal=goal, over_assignment=rates, seasonality="even", ramp=[])
        return set_quotas([*self.reps, self.manager], YEAR, USD, {}, books, keys)

    def run(
        self,
        *,
        seats: Sequence[int] | None = None,
        moved: Sequence[bool] | None = None,
        reps: Sequence[Rep] | None = None,
        quotas: QuotaSheet | None = None,
        load: Sequence[float] | None = None,
        seed: int = 1,
        ramp: Sequence[float] = (),
        previous: Simulation | None = None,
        **keys: Any,
    ) -> Simulation:
        """Simulate with the given changes."""
        drawn = draw_seats(
            self.ids,
            self.expected,
            self.low,
            self.high,
            np.array(self.seats if seats is None else seats, dtype=np.int64),
            np.zeros(len(self.ids), bool) if moved is None else np.array(moved),
            list(reps or self.reps),
            YEAR,
            OutcomeParameters(**{"draws": 2000, **keys}),
            seed,
            ramp=ramp,
            groups={"segment": [f"s{i % 3}" for i in range(len(self.ids))]},
            load=None if load is None else np.array(load),
            previous=previous.drawing if previous is not None else None,
        )
        return simulate(drawn, quotas or self.quotas())


@pytest.fixture(scope="session")
def world() -> World:
    """The usual world: 300 accounts and four reps."""
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    """A world of another size."""
    return World
