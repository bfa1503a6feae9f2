"""The simulated year: what raises and what lowers the probability of the goal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from planner.inputs.reps import Rep
from planner.outcomes import draws
from tests.outcomes.conftest import STILL


def test_expected_bookings_are_preserved_with_full_coverage(world):
    """With everybody in the seat all year the company expects what its accounts do."""
    result = world.run(**STILL)
    total = int(world.expected.sum())
    assert result.outcomes.outcomes[0].expected == pytest.approx(total, rel=0.02)
    assert result.company.sum() == result.bookings.sum()


def test_levels_add_up_in_every_draw(world):
    """The manager's team is all reps, so both have the company's bookings."""
    outcomes = {(x.level, x.rep_id): x for x in world.run().outcomes.outcomes}
    company, manager = outcomes["company", "company"], outcomes["manager", "M"]
    assert (manager.p10, manager.p50, manager.p90) == (company.p10, company.p50, company.p90)
    assert company.p10 < company.p50 < company.p90
    assert [x.level for x in world.run().outcomes.outcomes] == ["company", "manager", *["rep"] * 4]


def test_same_seed_same_draws_and_another_seed_another(world):
    """The seed decides everything."""
    assert (world.run().bookings == world.run().bookings).all()
    assert (world.run(seed=2).bookings != world.run().bookings).any()


def test_vacancy_lowers_the_probability_of_the_goal(world):
    """A seat that is empty for half of the year costs probability."""
    quotas = world.quotas(0.95)
    vacant = [*world.reps[:-1], replace(world.reps[-1], hire_date=date(2027, 7, 1))]
    full = world.run(quotas=quotas).outcomes.goal_probability
    assert world.run(quotas=quotas, reps=vacant).outcomes.goal_probability < full - 0.1


def test_bookings_of_an_empty_seat_are_the_companys_and_no_attainment(world):
    """A hire of July is not credited with what came in before him; team and company are."""
    vacant = [*world.reps[:-1], replace(world.reps[-1], hire_date=date(2027, 7, 1))]
    result = world.run(reps=vacant, **STILL, unserved_share=0.3)
    levels = {(x.level, x.rep_id): x for x in result.outcomes.outcomes}
    seat = result.bookings[-1].mean()
    assert levels["rep", "R3"].expected == pytest.approx(seat * 0.5 / 0.65, rel=1e-3)
    assert levels["rep", "R2"].expected == pytest.approx(result.bookings[2].mean(), rel=1e-3)
    whole = result.bookings.sum(axis=0).mean()
    assert levels["manager", "M"].expected == pytest.approx(whole, rel=1e-3)
    assert levels["company", "company"].expected == pytest.approx(whole, rel=1e-3)
    at_quota = (result.own >= result.quotas[:, None]).mean()
    assert result.outcomes.share_at_quota == pytest.approx(at_quota)


def test_mass_move_lowers_the_probability_of_the_goal(world):
    """Half of the accounts with a new owner cost what the stated loss says."""
    quotas = world.quotas(0.95)
    moved = np.arange(len(world.ids)) % 2 == 0
    calm, move = world.run(quotas=quotas), world.run(quotas=quotas, moved=moved)
    assert move.outcomes.goal_probability < calm.outcomes.goal_probability
    lost = 1 - move.bookings.sum() / calm.bookings.sum()
    share = world.expected[moved].sum() / world.expected.sum()
    assert lost == pytest.approx(0.132 * share, abs=0.01)


def test_a_rep_added_where_capacity_binds_raises_the_probability(world):
    """When hours are short a fifth rep serves what four cannot."""
    quotas = world.quotas(0.85)
    loads = np.full(4, 1.5)
    before = world.run(quotas=quotas, load=loads).outcomes.goal_probability
    seats = np.arange(len(world.ids)) % 5
    reps = [*world.reps, Rep(rep_id="R4", name="R4", manager_id="M")]
    after = world.run(quotas=quotas, reps=reps, seats=seats, load=np.full(5, 1.2))
    assert after.outcomes.goal_probability > before + 0.05


def test_attrition_and_late_hires_cost_bookings(world):
    """Unplanned exits and late open headcount are simulated, each lowers what is expected."""
    still = world.run(**STILL).company.mean()
    exits = world.run(**{**STILL, "attrition": 0.5}).company.mean()
    assert exits < still * 0.99
    hires = [*world.reps[:-1], replace(world.reps[-1], status="tbh")]
    late = world.run(reps=hires, **{**STILL, "late_hire_months": 4.0}).company.mean()
    assert late < world.run(reps=hires, **STILL).company.mean() * 0.99


def test_common_random_numbers_across_scenarios(world):
    """A move changes the draws of the two reps concerned and of nobody else."""
    seats = world.seats.copy()
    seats[0] = 1
    before, after = world.run(), world.run(seats=seats)
    same = (before.bookings == after.bookings).all(axis=1)
    assert same.tolist() == [False, False, True, True]


def test_a_move_is_worked_into_an_earlier_simulation(world, monkeypatch):
    """Starting from an earlier simulation draws only the moved accounts, with the same result."""
    seats = world.seats.copy()
    seats[:7] = (seats[:7] + 1) % 4
    moved = seats != world.seats
    before, fresh = world.run(), world.run(seats=seats, moved=moved)
    drawn = []
    plain = draws.add_draws
    monkeypatch.setattr(
        draws, "add_draws", lambda keys, *rest: (drawn.append(len(keys)), plain(keys, *rest))
    )
    worked = world.run(seats=seats, moved=moved, previous=before)
    assert (worked.bookings == fresh.bookings).all()
    assert worked.outcomes == fresh.outcomes
    assert set(drawn) == {7}


def test_an_earlier_simulation_of_another_seed_is_not_used(world):
    """Draws of another seed cannot be built on."""
    assert (world.run(seed=5, previous=world.run()).bookings == world.run(seed=5).bookings).all()


def test_simulated_intervals_hold_what_happens(make_world):
    """Reps' intervals hold a world drawn from the same accounts in about 80% of the cases."""
    world = make_world(accounts=400, reps=40, seed=9)
    plan = {(x.level, x.rep_id): x for x in world.run(**STILL).outcomes.outcomes}
    truth = world.run(seed=77, **STILL).bookings[:, :50]
    inside = [
        (plan["rep", f"R{seat}"].p10 <= row) & (row <= plan["rep", f"R{seat}"].p90)
        for seat, row in enumerate(truth)
    ]
    assert 0.77 <= np.mean(inside) <= 0.83


def test_share_at_quota_and_within_twenty_percent(world):
    """Shares are over reps and draws, and a quota out of reach is reached by nobody."""
    easy, hard = world.run(quotas=world.quotas(0.1)), world.run(quotas=world.quotas(20.0))
    assert easy.outcomes.share_at_quota > 0.99
    assert hard.outcomes.share_at_quota == 0.0
    assert hard.outcomes.goal_probability == 0.0
    assert 0.3 < world.run(**STILL).outcomes.share_within_20 <= 1.0


def test_unserved_accounts_are_said(world):
    """Accounts that nobody serves are left out, with a finding."""
    seats = world.seats.copy()
    seats[:10] = -1
    result = world.run(seats=seats)
    assert [(f.code, f.count) for f in result.outcomes.findings] == [
        ("outcomes.unserved_accounts", 10)
    ]
