"""Whether simulated intervals held what happened, through the product."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from planner.inputs.data import PlanningData
from planner.inputs.period import add_months
from planner.pipeline.calibrating import calibrate_company, past_forecasts, settle_by_past
from planner.pipeline.preparation import read_tables
from planner.potential.held_out import HeldOut, hold_out
from planner.scenario.model import Scenario
from planner.scenario.reading import read_scenario


@pytest.fixture(scope="module")
def scenario(demo_tables: Path) -> Scenario:
    """The demo's scenario, with a quick method."""
    settings = ("potential.method=last_year", "outcomes.draws=500", "outcomes.calibrate=true")
    return read_scenario(demo_tables / "baseline.toml", settings)


@pytest.fixture(scope="module")
def data(scenario: Scenario, demo_tables: Path) -> PlanningData:
    """The demo's tables."""
    return read_tables(scenario, demo_tables)


@pytest.fixture(scope="module")
def held_out(scenario: Scenario, data: PlanningData) -> HeldOut:
    """The demo's past as one method forecasts it."""
    found = hold_out(data, scenario.potential, scenario.seed, "last_year")
    assert found is not None
    return found


def test_windows_hold_what_history_says(data: PlanningData, held_out: HeldOut) -> None:
    """What happened in a window is the history of its months, and no forecast is negative."""
    assert data.history is not None
    windows = list(held_out.windows())
    assert len(windows) >= 2
    for window in windows:
        assert (window.low <= window.expected).all()
        assert (window.expected >= 0).all()
        days = data.history["date"]
        after = data.history[days > np.datetime64(window.known)]
        assert 0 < window.actual.sum() <= after["amount"].sum()


def test_a_forecast_knows_nothing_of_what_follows(data: PlanningData, held_out: HeldOut) -> None:
    """A day before the history tells nothing, and later days know more months."""
    first = data.history["date"].min().date()  # type: ignore[index,union-attr]
    assert held_out.forecast_on(first, date(2100, 1, 1)) is None
    start = data.period.start
    quarter, year = (held_out.forecast_on(start, add_months(start, n)) for n in (3, 12))
    assert quarter is not None
    assert year is not None
    assert 0 < quarter.sum() < 0.5 * year.sum()


def test_the_past_calibrates_the_variation(
    scenario: Scenario, data: PlanningData, held_out: HeldOut
) -> None:
    """With the multiple that is chosen, the share of books inside is nearest to 80%."""
    found = calibrate_company(data, held_out, scenario.outcomes, scenario.seed)
    assert found is not None
    assert found.books >= 20
    nearest = min(found.by_scale.values(), key=lambda share: abs(share - 0.8))
    assert found.by_scale[found.scale] == nearest
    assert 0.6 <= found.by_scale[found.scale] <= 1.0
    books = past_forecasts(data, held_out, scenario.outcomes)
    assert all((one.seats >= 0).any() for one in books)


def test_a_plan_takes_the_fitted_variation_and_says_so(
    scenario: Scenario, data: PlanningData
) -> None:
    """With the key the variation is scaled; without it, or without a past, it stays as stated."""
    fitted, (found,) = settle_by_past(scenario, data, "last_year")
    assert found.code == "outcomes.calibrated"
    scale = fitted.outcomes.common_variation / scenario.outcomes.common_variation
    assert f"{scale:g} times" in found.message
    off = scenario.model_copy(
        update={"outcomes": scenario.outcomes.model_copy(update={"calibrate": False})}
    )
    assert settle_by_past(off, data, "last_year") == (off, ())
    _, (missing,) = settle_by_past(scenario, replace(data, history=None), "last_year")
    assert missing.code == "outcomes.not_calibrated"


def test_a_basis_of_backtest_is_chosen_on_what_the_method_knew(
    scenario: Scenario, data: PlanningData
) -> None:
    """The plan takes the basis that the backtest's own scores choose."""
    assert scenario.quota is not None
    quota = scenario.quota.model_copy(update={"basis": "backtest"})
    settled, found = settle_by_past(scenario.model_copy(update={"quota": quota}), data, "last_year")
    assert [one.code for one in found] == ["quota.basis_chosen", "outcomes.calibrated"]
    assert settled.quota is not None
    assert settled.quota.basis != "backtest"
