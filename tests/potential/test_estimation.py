"""The potential of each account: exact sums, sound intervals, and figures from bad tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.data import PlanningData
from planner.inputs.demo.company import DemoCompany
from planner.potential.estimation import estimate
from planner.potential.parameters import METHODS, PotentialParameters
from planner.potential.result import Potential
from tests.potential.conftest import make_company, monthly_history

AUTO = PotentialParameters()


def assert_sound(potential: Potential, data: PlanningData) -> None:
    """Every figure is there, in order and not negative."""
    count = len(data.accounts)
    for values in (potential.expected, potential.low, potential.high, potential.whitespace):
        assert values.shape == (count,)
        assert values.dtype == np.int64
        assert (values >= 0).all()
    assert (potential.low <= potential.expected).all()
    assert (potential.expected <= potential.high).all()
    assert all(np.isfinite(values).all() for values in potential.drivers.values())
    assert all(np.isfinite(values).all() for values in potential.reasons.values())
    assert np.isclose(sum(potential.season), 1.0)
    assert len(potential.season) == len(data.period.starts)


@pytest.fixture(scope="module")
def potential(demo: PlanningData) -> Potential:
    return estimate(demo, AUTO, 1)


def test_demo_potential_beats_every_single_column(
    potential: Potential, demo: PlanningData, company: DemoCompany
) -> None:
    """It correlates with the planted truth better than any column, or last year."""
    truth = company.truth.set_index("account_id").loc[demo.accounts["account_id"], "expected"]
    found = np.corrcoef(potential.expected, truth)[0, 1]
    numeric = demo.accounts.select_dtypes("number").drop(columns=["latitude", "longitude", "row"])
    columns = [numeric[name].to_numpy(dtype=float, na_value=0.0) for name in numeric]
    rivals = [values for values in (*columns, potential.trailing) if np.std(values) > 0]
    assert found > max(np.corrcoef(values, truth)[0, 1] for values in rivals)
    assert_sound(potential, demo)


def test_demo_intervals_hold_in_the_plan_year(
    potential: Potential, demo: PlanningData, company: DemoCompany
) -> None:
    """A year drawn from the planted truth falls inside four times out of five, or a bit more."""
    actual = company.truth.set_index("account_id").loc[demo.accounts["account_id"], "actual"] * 100
    inside = (actual >= potential.low) & (actual <= potential.high)
    assert 0.77 <= inside.mean() <= 0.90


def test_whitespace_is_market_less_revenue(potential: Potential, demo: PlanningData) -> None:
    """Whitespace is the rest of the addressable market, and never below zero."""
    market = demo.accounts["addressable_market"].to_numpy(dtype=float, na_value=0.0)
    expected = np.clip(market - potential.trailing, 0, None)
    np.testing.assert_allclose(potential.whitespace, expected, atol=0.5)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_sound(method: str, demo: PlanningData) -> None:
    """Each method that a scenario may name gives a whole result under its own name."""
    potential = estimate(demo, PotentialParameters(method=method, cuts=1), 1)
    assert potential.method == method
    assert_sound(potential, demo)


@settings(max_examples=5, deadline=None)
@given(total=st.integers(1, 10**12), seed=st.integers(0, 3))
def test_a_stated_total_is_met_to_the_cent(total: int, seed: int) -> None:
    """With a top-down total the accounts sum to it exactly, overrides kept."""
    data = make_company(monthly_history(accounts=30, seed=seed), 30)
    parameters = PotentialParameters(
        method="shrinkage",
        cuts=1,
        top_down=Decimal(total + 500) / 100,
        overrides={"A003": Decimal("5.00")},
    )
    potential = estimate(data, parameters, 1)
    assert potential.expected.sum() == total + 500
    assert potential.expected[3] == potential.low[3] == potential.high[3] == 500
    assert potential.overridden.tolist() == [n == 3 for n in range(30)]
    assert_sound(potential, data)


def test_closed_accounts_get_nothing() -> None:
    """An account that is closed has no potential, however much it bought."""
    data = make_company(monthly_history())
    data.accounts.loc[4, "status"] = "Closed"
    potential = estimate(data, AUTO, 1)
    assert potential.expected[4] == potential.high[4] == 0
    assert (np.delete(potential.expected, 4) > 0).all()


def test_accounts_without_history_take_after_similar_ones() -> None:
    """Of two accounts that never bought, the one like the large buyers has more potential."""
    accounts = pd.DataFrame({"account_id": [f"A{n:03d}" for n in range(100)]})
    accounts["segment"] = np.where(np.arange(100) % 2, "Large", "Small")
    history = monthly_history(accounts=98, seed=2)
    large = history["account_id"].str[1:].astype(int) % 2 == 1
    history["amount"] = np.where(large, history["amount"] * 20, history["amount"])
    potential = estimate(make_company(history, accounts), AUTO, 1)
    assert potential.expected[99] > 3 * potential.expected[98] > 0
    assert set(accounts["segment"].iloc[potential.lookalikes[99]]) == {"Large"}


def with_amounts(change: Callable[[pd.DataFrame], object]) -> PlanningData:
    """Return a company whose history has other amounts."""
    history = monthly_history()
    return make_company(history.assign(amount=change(history)))


def with_columns(**columns: object) -> PlanningData:
    """Return a company whose accounts have further columns."""
    accounts = pd.DataFrame({"account_id": [f"A{n:03d}" for n in range(40)]})
    return make_company(monthly_history(), accounts.assign(**columns))


def last_month() -> PlanningData:
    history = monthly_history()
    return make_company(history[history["date"] == history["date"].max()])


def market_only() -> PlanningData:
    market = pd.array(range(40), dtype="Int64")
    return replace(with_columns(addressable_market=market), history=None)


SPOILT: dict[str, Callable[[], PlanningData]] = {
    "no history": lambda: make_company(None),
    "market only": market_only,
    "all zero": lambda: with_amounts(lambda h: 0),
    "only returns": lambda: with_amounts(lambda h: -h["amount"]),
    "one period": last_month,
    "returns": lambda: with_amounts(lambda h: np.where(h.index % 3, h["amount"], -h["amount"] * 3)),
    "giant": lambda: with_amounts(
        lambda h: np.where(h["account_id"] == "A007", 10**13, h["amount"])
    ),
    "constant columns": lambda: with_columns(segment="One", industry="Same", size=7.0),
    "infinite column": lambda: with_columns(size=[np.inf, np.nan] * 20),
    "old history": lambda: make_company(monthly_history(last=date(2024, 12, 31))),
    "two accounts": lambda: make_company(monthly_history(accounts=2), 2),
    "created later": lambda: with_columns(created="2031-01-01"),
}
BAD = {
    "no history": "potential.no_history",
    "market only": "potential.no_history",
    "all zero": "potential.no_history",
    "only returns": "potential.no_history",
    "one period": "potential.history_too_short",
    "returns": "potential.returns",
    "giant": "potential.giant_account",
    "constant columns": None,
    "infinite column": None,
    "old history": "potential.stale_history",
    "two accounts": None,
    "created later": "potential.created_after_period",
}


@pytest.mark.parametrize(("name", "code"), BAD.items())
def test_bad_tables_give_sensible_figures(name: str, code: str | None) -> None:
    """Whatever is wrong, every figure is sound and what is odd is said."""
    data = SPOILT[name]()
    potential = estimate(data, AUTO, 1)
    assert_sound(potential, data)
    assert potential.expected.sum() > 0
    assert code is None or code in {finding.code for finding in potential.findings}


def test_a_better_rep_earns_no_bigger_potential(demo: PlanningData) -> None:
    """With the reps' effect taken out, accounts of productive reps are expected to book less."""
    kept = estimate(
        demo, PotentialParameters(method="shrinkage", cuts=1, remove_rep_effect=False), 1
    )
    taken = estimate(demo, PotentialParameters(method="shrinkage", cuts=1), 1)
    lifted = (taken.rep_multiple > 1.1) & (kept.expected > 0)
    assert lifted.any()
    assert (taken.expected[lifted] < kept.expected[lifted]).all()
    assert (kept.rep_multiple == 1).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"features": ("nonsense",)},
        {"overrides": {"nobody": Decimal(1)}},
        {"overrides": "nonsense"},
        {"overrides": {"A001": Decimal(-1)}},
        {"overrides": {"A001": Decimal(100)}, "top_down": Decimal(50)},
    ],
)
def test_what_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    """Columns, accounts and totals that cannot be are named."""
    with pytest.raises(ScenarioError, match=r"potential\."):
        estimate(make_company(monthly_history()), PotentialParameters(cuts=1, **wrong), 1)


def test_overrides_may_stand_in_a_column() -> None:
    """A column of amounts overrides where it has one."""
    data = make_company(monthly_history())
    mine = replace(data, accounts=data.accounts.assign(mine=[np.nan, 12.34, *[np.nan] * 38]))
    potential = estimate(mine, PotentialParameters(cuts=1, overrides="mine"), 1)
    assert potential.expected[1] == 1234
    assert potential.overridden.sum() == 1
