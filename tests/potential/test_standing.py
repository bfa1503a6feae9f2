"""Score cards, pipeline and ramp together, with the goals that a scenario sets."""

from __future__ import annotations

import numpy as np
import pytest

from planner.inputs.data import PlanningData
from planner.potential.estimation import estimate
from planner.potential.parameters import PerformanceParameters, PotentialParameters
from planner.potential.people.pooling import pool_rates, rate_errors
from planner.potential.people.productivity import measure_productivity, scale_capacity
from planner.potential.standing import assess_standing
from tests.potential.conftest import make_company
from tests.potential.people.test_ramp_cohorts import team

NO_GOALS = PerformanceParameters()
SIMPLE = PotentialParameters(method="last_year", cuts=1)
STATED = (0.25, 0.25, 0.25, 0.6, 0.6, 0.6, 0.85, 0.85, 0.85, 1.0)


def stand(data: PlanningData, parameters: PerformanceParameters = NO_GOALS, ramp=STATED):
    return assess_standing(data, estimate(data, SIMPLE, 1), ramp, parameters)


def test_goals_stand_at_the_level_they_were_set_for(demo: PlanningData) -> None:
    """A rep's goal is on every rep's card and on no other; money is given in units."""
    goals = PerformanceParameters(
        rep_goals={"average deal": 12.5}, company_goals={"close rate": 0.3}
    )
    cards = stand(demo, goals).performance.cards
    deals = {
        card.level: card.metric("average deal") for card in cards if card.metric("average deal")
    }
    assert deals["rep"].goal == 1_250
    assert deals["company"].goal is None
    rates = {card.level: card.metric("close rate") for card in cards if card.metric("close rate")}
    assert (rates["company"].goal, rates["team"].goal) == (0.3, None)


def test_a_goal_for_nothing_is_a_finding(demo: PlanningData) -> None:
    """A figure that no card has is named, with those that there are."""
    found = stand(demo, PerformanceParameters(team_goals={"happiness": 1.0})).findings
    unknown = [one for one in found if one.code == "performance.unknown_goal"]
    assert [one.subject for one in unknown] == ["happiness"]
    assert "close rate" in unknown[0].message


def test_the_measured_ramp_is_offered_where_the_stated_one_is_wrong() -> None:
    """Hires who are full in six months are offered against a ramp of ten, not against their own."""
    slow = stand(team(20)).findings
    assert [one.code for one in slow if one.code.startswith("ramp.")] == ["ramp.differs"]
    own = tuple(np.clip(np.arange(1, 13) / 6, 0, 1))
    assert not [one for one in stand(team(20), ramp=own).findings if one.code.startswith("ramp.")]


def test_a_company_without_tables_says_what_is_missing() -> None:
    """With accounts alone there are no cards, no pipeline and no ramp, and each is explained."""
    found = stand(make_company(accounts=3))
    assert (found.performance.cards, found.pipeline, found.ramp) == ((), None, None)
    codes = {one.code for one in found.findings}
    assert {"performance.no_quotas", "performance.no_activities", "performance.no_history"} <= codes
    assert {"pipeline.no_opportunities", "ramp.too_few_hires"} <= codes


def test_productivity_scales_capacity(demo: PlanningData) -> None:
    """Each rep's capacity is the stated one times his productivity, in both forms of the table."""
    productivity = measure_productivity(demo)
    scaled = scale_capacity(demo, productivity)
    for before, after in zip(demo.reps, scaled.reps, strict=True):
        wanted = before.capacity * productivity.get(before.rep_id, 1.0)
        assert after.capacity == pytest.approx(wanted)
    table = scaled.reps_table.set_index("rep_id")["capacity"]
    assert all(table[rep.rep_id] == rep.capacity for rep in scaled.reps)
    assert any(one.code == "capacity.productivity" for one in scaled.findings)


def test_unknown_productivity_leaves_capacity(demo: PlanningData) -> None:
    """Where no history tells reps apart nothing changes, and a warning says so."""
    scaled = scale_capacity(demo, {})
    assert [rep.capacity for rep in scaled.reps] == [rep.capacity for rep in demo.reps]
    assert scaled.findings[-1].severity == "warning"


def test_steady_rates_are_believed_and_scattered_ones_are_not() -> None:
    """Two reps at 80% and 120% stay apart when every period said so, and meet when few did."""
    total, base = np.array([8.0, 12.0]), np.array([10.0, 10.0])
    count = weights = np.array([10.0, 10.0])
    steady = rate_errors(np.array([0.05, 0.05]), weights, base)
    wild = rate_errors(np.array([40.0, 40.0]), weights, base)
    apart, _ = pool_rates(total, base, count, steady)
    near, _ = pool_rates(total, base, count, wild)
    assert apart[1] - apart[0] > 0.35
    assert near[1] - near[0] < 0.15
