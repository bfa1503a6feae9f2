"""Companies for the potential stage: one made by hand, the demo company, and a third party's."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.inputs.data import PlanningData
from planner.inputs.demo.company import DemoCompany, build_company
from planner.inputs.demo.writing import write_company
from planner.inputs.loading import load
from planner.inputs.money import Currency
from planner.inputs.parameters import ControlParameters, InputsParameters, PeriodParameters
from planner.inputs.period import Period
from planner.inputs.reps import Rep

ROOT = Path(__file__).parent.parent.parent
AS_OF = date(2026, 12, 31)
TEXTS = ("name", "country", "status", "owner_id")
Make = Callable[..., PlanningData]


def make_company(
    history: pd.DataFrame | None = None,
    accounts: pd.DataFrame | int = 40,
    reps: tuple[Rep, ...] = (),
    as_of: date = AS_OF,
    **tables: pd.DataFrame | None,
) -> PlanningData:
    """Return a company whose plan is the year after as_of."""
    frame = (
        pd.DataFrame({"account_id": [f"A{n:03d}" for n in range(accounts)]})
        if isinstance(accounts, int)
        else accounts.copy()
    )
    for column in ("segment", "industry", *TEXTS):
        if column not in frame:
            frame[column] = pd.Series([None] * len(frame), dtype="string")
    for column in ("addressable_market", "arr", "renewal_amount"):
        if column not in frame:
            frame[column] = pd.array([pd.NA] * len(frame), dtype="Int64")
    if history is not None:
        history = history.assign(date=pd.to_datetime(history["date"]))
        for column in ("rep_id", "product", "type"):
            if column not in history:
                history[column] = pd.Series([None] * len(history), dtype="string")
        history = history.sort_values(["account_id", "date"], ignore_index=True)
    start = as_of + timedelta(days=1)
    starts = tuple(pd.date_range(start, periods=12, freq="MS").date)
    return PlanningData(
        currency=Currency("USD", 2),
        period=Period(starts=starts, end=date(start.year + 1, start.month, 1), as_of=as_of),
        accounts=frame,
        reps=reps,
        reps_table=pd.DataFrame(),
        history=history,
        **tables,
    )


def monthly_history(
    accounts: int = 40, months: int = 36, seed: int = 0, every: int = 1, last: date = AS_OF
) -> pd.DataFrame:
    """Return purchases every so many months, of a size that each account keeps."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(8, 1, accounts))
    days = pd.date_range(end=last, periods=months, freq="ME")
    account, month = np.meshgrid(np.arange(accounts), np.arange(months), indexing="ij")
    bought = (month + account) % every == 0
    amount = size[account[bought]] * np.exp(rng.normal(0, 0.2, int(bought.sum())))
    return pd.DataFrame(
        {
            "account_id": [f"A{n:03d}" for n in account[bought]],
            "date": days[month[bought]],
            "amount": np.round(amount * 100).astype(np.int64),
        }
    )


def load_scenario(path: Path, folder: Path) -> PlanningData:
    """Read the tables that a scenario names."""
    scenario = tomllib.loads(path.read_text(encoding="utf-8"))
    return load(
        InputsParameters(**scenario["inputs"]),
        PeriodParameters(**scenario["period"]),
        ControlParameters(**scenario.get("control", {})),
        scenario["currency"],
        {},
        folder,
    )


@pytest.fixture(scope="session")
def adventureworks(shared: Path) -> PlanningData:
    """The third party's company, as its scenario reads it."""
    scenario = ROOT / "scenarios" / "adventureworks" / "scenario.toml"
    return load_scenario(scenario, shared / "data" / "adventureworks")


@pytest.fixture(scope="session")
def company() -> DemoCompany:
    """A small demo company with its truth."""
    return build_company(accounts=1500, reps=24, seed=3)


@pytest.fixture(scope="session")
def demo(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> PlanningData:
    """The tables of the small demo company."""
    folder = tmp_path_factory.mktemp("demo")
    write_company(company, folder)
    return load_scenario(folder / "baseline.toml", folder)


def until(data: PlanningData, as_of: date) -> PlanningData:
    """Return the company as it stood on an earlier day, with the plan right after it."""
    history = data.history
    assert history is not None
    start = as_of + timedelta(days=1)
    starts = tuple(
        day.date() for day in (pd.Timestamp(start) + pd.DateOffset(months=m) for m in range(12))
    )
    end = (pd.Timestamp(start) + pd.DateOffset(months=12)).date()
    return replace(
        data,
        history=history[history["date"] <= pd.Timestamp(as_of)],
        period=Period(starts=starts, end=end, as_of=as_of),
        opportunities=None,
    )
