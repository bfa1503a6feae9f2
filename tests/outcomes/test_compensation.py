"""Pay plans: the curve, the cost, and the part that moves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.outcomes.compensation import cost_compensation
from planner.outcomes.parameters import CompensationParameters, PayPlan
from planner.outcomes.pay import payout
from tests.outcomes.conftest import STILL, USD, YEAR

STEEP = {"rates": [{"from": 0, "rate": 1}, {"from": 1, "rate": 2}, {"from": 1.5, "rate": 0.5}]}


def test_rate_table_pays_each_stretch_at_its_rate():
    """At 200% a plan with an accelerator and a decelerator pays 1 + 0.5 × 2 + 0.5 × 0.5."""
    paid = payout(PayPlan(**STEEP), np.array([0.5, 1.0, 1.25, 2.0]))
    assert paid.tolist() == [0.5, 1.0, 1.5, 2.25]


def test_threshold_and_cap():
    """Nothing below the threshold, the whole from it on, and never above the cap."""
    plan = PayPlan(threshold=0.6, cap=1.2)
    assert payout(plan, np.array([0.59, 0.6, 1.0, 3.0])).tolist() == [0.0, 0.6, 1.0, 1.2]


def test_rates_must_begin_at_zero_and_ascend():
    """A table with a hole is refused."""
    with pytest.raises(ValueError, match="begin with from = 0"):
        PayPlan(rates=[{"from": 0.5, "rate": 1}])


@given(
    starts=st.lists(st.floats(0.01, 3), min_size=0, max_size=4, unique=True),
    rates=st.lists(st.floats(0, 4), min_size=5, max_size=5),
    points=st.lists(st.floats(0, 4), min_size=2, max_size=2),
)
def test_more_attainment_never_pays_less(starts, rates, points):
    """Whatever the table, the curve does not fall."""
    table = [
        {"from": start, "rate": rate}
        for start, rate in zip([0.0, *sorted(starts)], rates, strict=False)
    ]
    low, high = payout(PayPlan(rates=table), np.sort(np.array(points)))
    assert low <= high + 1e-12


def cost(world, plans, **changes):
    reps = [replace(rep, ote=200_000_00, role="AE", **changes) for rep in world.reps]
    quotas = world.quotas()
    simulation = world.run(quotas=quotas, reps=reps, **STILL)
    parameters = CompensationParameters(plans=plans)
    return simulation, cost_compensation(simulation, quotas, reps, YEAR, parameters, USD, {})


def test_proportional_pay_costs_what_attainment_says(world):
    """Without a plan pay is base plus variable times attainment, averaged over the draws."""
    simulation, result = cost(world, {})
    attainment = simulation.bookings / simulation.quotas[:, None]
    by_hand = (100_000_00 + 100_000_00 * attainment).sum(axis=0)
    assert result.expected == pytest.approx(by_hand.mean(), abs=1)
    assert result.p10 <= result.p50 <= result.p90
    assert result.cost_of_sales == pytest.approx(by_hand.mean() / simulation.company.mean())
    assert result.reps[0].at[1.0] == 200_000_00
    assert result.reps[0].at[0.5] == 150_000_00


def test_nobody_is_paid_for_what_came_in_before_he_started(world):
    """A hire of July is paid on his own bookings, not on those of the empty seat."""
    simulation, result = cost(world, {}, hire_date=date(2027, 7, 1))
    assert simulation.credited is not None
    half = 184 / 365
    attainment = simulation.credited / simulation.quotas[:, None]
    by_hand = half * (100_000_00 + 100_000_00 * attainment).sum(axis=0)
    assert result.expected == pytest.approx(by_hand.mean(), abs=4)
    assert (simulation.credited < simulation.bookings).all()


def spif_pay(world, *, prorated, **dates):
    """Return what a fixed amount of 6,000 adds to each rep's expected pay, in minor units."""
    spif = {"name": "launch", "amount": 6000, "at": 0.0, "prorated": prorated}
    _, without = cost(world, {"AE": {}}, **dates)
    _, result = cost(world, {"AE": {"spifs": [spif]}}, **dates)
    pairs = zip(result.reps, without.reps, strict=True)
    return [one.expected - other.expected for one, other in pairs]


def test_spif_of_part_of_the_plan_is_that_part(world):
    """A hire of July gets 184 of 365 days of a fixed amount, or all of it where it says so."""
    july = {"hire_date": date(2027, 7, 1)}
    part = pytest.approx(6000_00 * 184 / 365, abs=1)
    assert spif_pay(world, prorated=True) == [6000_00] * 4
    assert spif_pay(world, prorated=True, **july) == [part] * 4
    assert spif_pay(world, prorated=False, **july) == pytest.approx([6000_00] * 4, abs=1)


@pytest.mark.parametrize("prorated", [True, False])
def test_spif_is_not_paid_to_who_is_never_there(world, prorated):
    """A fixed amount from nothing on is not due to somebody who starts after the plan."""
    late = {"hire_date": date(2028, 2, 1)}
    assert spif_pay(world, prorated=prorated, **late) == [0] * 4


def test_overlays_and_sdrs_are_paid_as_those_they_support_attain(world):
    """Who helps two reps is paid on their bookings over their quotas, who names nobody on all."""
    quotas = world.quotas()
    simulation = world.run(quotas=quotas, **STILL)
    paid = {"ote": 100_000_00, "coverage": "overlay"}
    helper = replace(world.manager, rep_id="S1", supports=("R0", "R2"), **paid)
    everybody = replace(world.manager, rep_id="S2", **paid)
    sdr = replace(world.manager, rep_id="S3", supports=("R1",), ote=80_000_00)
    clerk = replace(world.manager, rep_id="S4", ote=50_000_00)
    people = [*world.reps, helper, everybody, sdr, clerk]
    parameters = CompensationParameters()
    result = cost_compensation(simulation, quotas, people, YEAR, parameters, USD, {})
    expected = {row.rep_id: row.expected for row in result.reps}

    def attained(*seats):
        owed = simulation.quotas[list(seats)].sum()
        return (simulation.bookings[list(seats)].sum(axis=0) / owed).mean()

    assert expected["S1"] == pytest.approx(50_000_00 * (1 + attained(0, 2)), abs=1)
    assert expected["S2"] == pytest.approx(50_000_00 * (1 + attained(0, 1, 2, 3)), abs=1)
    assert expected["S3"] == pytest.approx(40_000_00 * (1 + attained(1)), abs=1)
    assert "S4" not in expected


def test_spif_out_of_reach_of_behaviour_is_idle(world):
    """A fixed amount that everybody gets anyway costs money and moves nothing."""
    plans = {"AE": {"spifs": [{"name": "kick-off", "amount": 5000, "at": 0.0}]}}
    _, result = cost(world, plans)
    element = next(x for x in result.elements if x.element == "SPIF kick-off")
    assert element.cost == 4 * 5000_00
    assert element.bookings == 0
    assert element.idle
    assert "costs more than it moves" in element.words


def test_accelerator_costs_and_moves_and_a_cap_saves_and_holds_back(world):
    """The marginal cost and the marginal bookings of a part have the sign they should."""
    plans = {"AE": {"rates": STEEP["rates"][:2], "cap": 1.3}}
    _, result = cost(world, plans)
    elements = {x.element: x for x in result.elements}
    accelerator = elements["accelerator × 2 from 100%"]
    assert accelerator.cost > 0
    assert accelerator.bookings > 0
    cap = elements["cap × 1.3"]
    assert cap.cost < 0
    assert cap.bookings < 0


def test_team_share_pays_by_the_team(world):
    """With all of it on the team, everybody is paid alike."""
    _, result = cost(world, {"AE": {"team_share": 1.0}})
    assert len({rep.expected for rep in result.reps}) == 1


def test_missing_pay_is_a_finding(world):
    """A rep without earnings and without a plan is named, and never costs NaN."""
    _, result = cost(world, {})
    quotas = world.quotas()
    bare = world.run(quotas=quotas, **STILL)
    parameters = CompensationParameters()
    unpaid = cost_compensation(bare, quotas, world.reps, YEAR, parameters, USD, {})
    assert unpaid.expected == 0
    assert [f.code for f in unpaid.findings] == ["reps.pay_missing"]
    assert not result.findings
