"""What moves is counted once, and the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.moves import (
    gained_and_lost,
    hold_over_until,
    moved_accounts,
    plan_moves,
    quota_effects,
    revenue_at_risk,
    summarise_moves,
)
from planner.outputs.plan import Plan


def test_an_account_without_an_owner_does_not_move() -> None:
    """Only leaving an owner is a move; losing him without a new one is one too."""
    moved = moved_accounts(["A", "A", "", "", "B"], ["A", "B", "B", "", ""])
    assert moved.tolist() == [False, True, False, False, True]


def test_shares_count_continuing_owners_and_everyone() -> None:
    """A leaver's accounts are in the figure over all, not in the one that budgets count."""
    moved = np.array([True, True, False, False])
    continues = np.array([True, False, True, True])
    revenue = np.array([10, 70, 30, 10])
    found = summarise_moves(
        moved=moved, continues=continues, revenue=revenue, pipeline=np.zeros(4, dtype=np.int64)
    )
    assert (found.accounts, found.accounts_all) == (1, 2)
    assert found.account_share == 1 / 3
    assert found.revenue_share == 10 / 50
    assert found.revenue_share_all == 80 / 120
    assert found.pipeline_share == 0.0


@given(st.integers(4, 60), st.integers(1, 6), st.integers(0, 50))
def test_today_plus_gained_less_lost_is_the_plan(accounts: int, reps: int, seed: int) -> None:
    """Each territory's accounts reconcile from today to the plan."""
    from .conftest import build_plan

    plan = build_plan(accounts=accounts, reps=reps, seed=seed)
    gained, lost = gained_and_lost(plan)
    for place in range(reps):
        before = int((plan.today.seat_of_account == place).sum())
        after = int((plan.territory_of_account == place).sum())
        assert before + gained[place] - lost[place] == after


def test_quota_effects_share_out_each_quota(build: Callable[..., Plan]) -> None:
    """The effects of a territory's accounts add up to its quota, rounding apart."""
    plan = build(accounts=200, reps=4, seed=5)
    effects = quota_effects(plan)
    assert plan.quotas is not None
    for place, rep in enumerate(plan.seats.rep_ids):
        mine = plan.territory_of_account == place
        assert abs(int(effects[mine].sum()) - plan.quotas.of_rep(rep)) <= int(mine.sum())
    assert (effects[plan.territory_of_account < 0] == 0).all()


@pytest.mark.parametrize("past", [0.0, 0.4, 1.0])
def test_quota_effects_follow_the_basis(build: Callable[..., Plan], past: float) -> None:
    """An account brings what the quota rests on: its revenue, its potential, or some of each."""
    plan = build(accounts=200, reps=4, seed=5)
    assert plan.quotas is not None
    rows = tuple(replace(one, past_share=past) for one in plan.quotas.derivations)
    plan = replace(plan, quotas=replace(plan.quotas, derivations=rows))
    assert plan.quotas is not None
    effects = quota_effects(plan)
    for place, rep in enumerate(plan.seats.rep_ids):
        mine = plan.territory_of_account == place
        booked, expected = plan.potential.trailing[mine], plan.potential.expected[mine]
        share = past * booked / booked.sum() + (1 - past) * expected / expected.sum()
        assert effects[mine] == pytest.approx(plan.quotas.of_rep(rep) * share, abs=1)


def test_a_book_without_revenue_is_shared_out_by_potential(build: Callable[..., Plan]) -> None:
    """Where nothing was booked yet the whole quota rests on what is expected, and none is lost."""
    plan = build(accounts=200, reps=4, seed=5)
    assert plan.quotas is not None
    rows = tuple(replace(one, past_share=1.0) for one in plan.quotas.derivations)
    nothing = replace(plan.potential, trailing=np.zeros(200, dtype=np.int64))
    new = replace(plan, potential=nothing, quotas=replace(plan.quotas, derivations=rows))
    assert np.array_equal(quota_effects(new), quota_effects(plan))


def test_revenue_at_risk_is_that_of_moved_accounts(build: Callable[..., Plan]) -> None:
    """What territories take over is the trailing revenue of all moved and placed accounts."""
    plan = build(accounts=200, reps=4, seed=5)
    moved = plan_moves(plan) & (plan.territory_of_account >= 0)
    assert revenue_at_risk(plan).sum() == plan.potential.trailing[moved].sum()


def test_open_deals_stay_ninety_days(company: Plan) -> None:
    """The hold-over ends 90 days after the first day of the plan."""
    assert hold_over_until(company) == date(2027, 4, 1)
