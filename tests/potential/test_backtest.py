"""The methods out of time, on a third party's company and on the demo company."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from planner.errors import DataError
from planner.inputs.data import PlanningData
from planner.potential.backtest import BacktestReport, MethodScore, backtest, choose
from planner.potential.parameters import METHODS, PotentialParameters
from tests.potential.conftest import make_company, monthly_history

PLAIN = ("last_year", "mean", "smoothing")


@pytest.fixture(scope="module")
def third_party_report(adventureworks: PlanningData) -> BacktestReport:
    return backtest(adventureworks, PotentialParameters(), 1)


@pytest.fixture(scope="module")
def demo_report(demo: PlanningData) -> BacktestReport:
    return backtest(demo, PotentialParameters(), 1)


def assert_covers(report: BacktestReport) -> None:
    score = report.scores[report.chosen]
    assert 0.77 <= score.coverage <= 0.88
    for segment, covered in score.coverage_by_segment.items():
        if score.accounts_by_segment[segment] >= 100:
            assert covered >= 0.70, segment


def test_third_party_is_forecast_better_than_by_plain_methods(
    third_party_report: BacktestReport,
) -> None:
    """Over four cuts or more the error is below the plain methods', the rank near their best."""
    report = third_party_report
    chosen = report.scores[report.chosen]
    assert len(report.cuts) >= 4
    assert all(chosen.error < report.scores[name].error for name in PLAIN)
    assert chosen.top_decile >= max(report.scores[name].top_decile for name in PLAIN) - 0.01
    assert_covers(report)


def test_demo_is_forecast_better_than_by_plain_methods(demo_report: BacktestReport) -> None:
    """On the demo company the rank is above all plain methods' too."""
    chosen = demo_report.scores[demo_report.chosen]
    assert len(demo_report.cuts) >= 4
    assert all(chosen.error < demo_report.scores[name].error for name in PLAIN)
    assert all(chosen.top_decile > demo_report.scores[name].top_decile for name in PLAIN)
    assert_covers(demo_report)


def test_every_method_is_scored(demo_report: BacktestReport) -> None:
    """The report has each method that a scenario may name, with its coverage."""
    assert set(demo_report.scores) == set(METHODS)
    assert all(0 < score.coverage < 1 for score in demo_report.scores.values())
    assert demo_report.as_scores()["last_year"]["error"] == demo_report.scores["last_year"].error


def test_later_rows_change_nothing() -> None:
    """A history with rows after as_of is judged exactly as without them."""
    known = monthly_history(accounts=60)
    planted = known.assign(date=known["date"] + pd.DateOffset(years=3), amount=10**9)
    clean = backtest(make_company(known, 60), PotentialParameters(), 1)
    leaky = backtest(make_company(pd.concat([known, planted]), 60), PotentialParameters(), 1)
    assert clean == leaky


def test_a_cut_sees_only_what_came_before() -> None:
    """Forecasts made at the first cut are the same whatever is booked after it."""
    from planner.potential.attributes import read_attributes
    from planner.potential.history import read_history
    from planner.potential.methods.catalogue import method_named
    from planner.potential.panel import Timeline
    from planner.potential.trials import Trials

    known = monthly_history(accounts=80, every=3)
    later = known["date"] > "2025-06-30"
    other = known.assign(amount=known["amount"].where(~later, 10**9 - known["amount"]))
    forecasts = []
    for rows in (known, other):
        data = make_company(rows, 80)
        history = read_history(data.accounts, data.history, data.period.as_of)
        assert history is not None
        attributes = read_attributes(data.accounts, None, None)
        timeline = Timeline(history=history, attributes=attributes, horizon=6, gap=0)
        trials = Trials(timeline=timeline, seed=1, interval=0.8)
        day = next(n for n in range(history.months) if history.starts[n] > date(2025, 6, 30))
        forecasts.append([trials.bounds(method_named(name), day, 6) for name in METHODS])
    for before, after in zip(*forecasts, strict=True):
        for one, two in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, two)


def test_a_planted_leak_is_caught() -> None:
    """A column that repeats held-out bookings is reported and not learned from."""
    history = monthly_history(accounts=120, every=3, seed=5)
    rng = np.random.default_rng(1)
    size = rng.permutation(120) + 1.0
    history["amount"] = (
        (history["amount"] * size[history["account_id"].str[1:].astype(int)]).round().astype(int)
    )
    data = make_company(history, 120)
    year = history[history["date"] > "2025-12-31"].groupby("account_id")["amount"].sum()
    leak = year.reindex(data.accounts["account_id"], fill_value=0).to_numpy(dtype=float)
    planted = replace(data, accounts=data.accounts.assign(next_year=leak))
    from planner.potential.estimation import estimate

    codes = {finding.code for finding in estimate(planted, PotentialParameters(), 1).findings}
    assert "potential.column_restates_bookings" in codes
    clean, caught = (backtest(each, PotentialParameters(), 1) for each in (data, planted))
    assert clean.scores == caught.scores


def test_the_same_seed_gives_the_same_report(demo: PlanningData) -> None:
    """Two runs agree in every figure."""
    parameters = PotentialParameters(cuts=2)
    assert backtest(demo, parameters, 5) == backtest(demo, parameters, 5)


@pytest.mark.parametrize(
    "history", [None, monthly_history(months=1), monthly_history().assign(amount=0)]
)
def test_nothing_to_hold_out_is_said(history: pd.DataFrame | None) -> None:
    """A history that is missing, of one month or without bookings cannot be judged on."""
    with pytest.raises(DataError, match="hold any period out") as caught:
        backtest(make_company(history), PotentialParameters(), 1)
    assert caught.value.findings[0].table == "history"


def test_the_simplest_of_close_methods_is_chosen() -> None:
    """A hundredth better does not justify a more complicated method."""

    def score(error: float) -> MethodScore:
        return MethodScore(error=error, top_decile=0.8, coverage=0.8)

    assert choose({"plain": score(0.505), "fancy": score(0.500)}) == "plain"
    assert choose({"plain": score(0.550), "fancy": score(0.500)}) == "fancy"


def test_what_beats_every_plain_method_is_preferred_among_close_ones() -> None:
    """Last year's number is not repeated where something close to the best has less error."""

    def score(error: float, top: float = 0.8) -> MethodScore:
        return MethodScore(error=error, top_decile=top, coverage=0.8)

    assert choose({"last_year": score(0.505), "shrinkage": score(0.5)}) == "shrinkage"
    assert choose({"last_year": score(0.5), "shrinkage": score(0.504, 0.81)}) == "last_year"
    near = {"mean": score(0.504), "shrinkage": score(0.502), "blend": score(0.5)}
    assert choose(near) == "shrinkage"
