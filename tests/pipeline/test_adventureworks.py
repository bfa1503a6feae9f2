"""Quota methods on a company that nobody here made: what can be reached, and what cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.inputs.data import PlanningData
from planner.pipeline.past_periods import collect_past, rebuild_past
from planner.pipeline.preparation import read_tables
from planner.potential.held_out import hold_out
from planner.quotas.backtest import backtest_quotas, choose_blend, name_blend
from planner.quotas.chance import measure_chance, toss_surprises
from planner.quotas.hindsight import find_hindsight
from planner.quotas.submissions import weigh_submissions
from planner.scenario.model import Scenario
from planner.scenario.reading import read_scenario

SCENARIO = Path(__file__).parents[2] / "scenarios" / "adventureworks" / "scenario.toml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The company's scenario."""
    return read_scenario(SCENARIO)


@pytest.fixture(scope="module")
def data(scenario: Scenario, shared: Path) -> PlanningData:
    """The company's tables."""
    return read_tables(scenario, shared / "data" / "adventureworks")


def test_its_past_quotas_are_named_as_made_from_the_result(data: PlanningData) -> None:
    """They follow each quarter's own orders, whatever the quarters before were."""
    (found,) = find_hindsight(collect_past(data))
    assert found.code == "quotas.hindsight"


def test_what_was_known_beats_equal_quotas_and_plain_history(
    scenario: Scenario, data: PlanningData
) -> None:
    """The chosen basis leaves reps less apart than equal quotas and than last year's revenue.

    It stays above the quotas that there were: those knew the result.
    """
    held_out = hold_out(data, scenario.potential, scenario.seed, "shrinkage")
    assert held_out is not None
    periods, _ = rebuild_past(data, (), 4, held_out.forecast_on)
    assert len(periods) == 4
    scores = backtest_quotas(periods)
    chosen = scores[name_blend(choose_blend(scores))].dispersion
    plain, equal, as_set = (scores[name].dispersion for name in ("history=1", "equal", "as_set"))
    assert chosen is not None
    assert plain is not None
    assert equal is not None
    assert as_set is not None
    assert as_set < chosen < min(plain, equal)
    assert np.isfinite(chosen)
    assert chosen < 0.16


@pytest.mark.parametrize("judged", [4, 8])
def test_its_quotas_mixed_with_a_basis_leave_less_than_they_do(
    scenario: Scenario, data: PlanningData, judged: int
) -> None:
    """With basis and weight chosen on earlier periods, in the last year and in the last two."""
    held_out = hold_out(data, scenario.potential, scenario.seed, "shrinkage")
    assert held_out is not None
    past, _ = rebuild_past(data, (), 12, held_out.forecast_on)
    found = weigh_submissions(past, judged)
    assert found is not None
    assert found.periods == judged
    assert found.dispersion < found.alone
    assert found.dispersion < found.without
    assert 0 < found.share < 1


def test_what_is_left_is_chance(scenario: Scenario, data: PlanningData) -> None:
    """Single orders alone leave reps as far apart as the chosen basis does."""
    held_out = hold_out(data, scenario.potential, scenario.seed, "shrinkage")
    assert held_out is not None
    periods, _ = rebuild_past(data, (), 4, held_out.forecast_on)
    tossed = toss_surprises(periods, scenario.seed)
    assert tossed is not None
    chance = measure_chance(periods, tossed, choose_blend(backtest_quotas(periods)))
    assert chance is not None
    assert chance.verdict == "within"
    assert chance.dispersion == pytest.approx(chance.observed, rel=0.1)
