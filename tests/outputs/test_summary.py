"""One object says what a plan is worth, and JSON can always hold it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.outputs.plan import Plan
from planner.outputs.summary import plain_json, summarise, write_plan_json

KEYS = [
    *("plan", "status", "cost", "bound", "gap", "measures", "moved", "violations", "quota"),
    *("goal_probability", "seconds", "peak_memory_mb"),
]


def test_the_summary_has_the_contracts_keys(company: Plan) -> None:
    """The object of ``--json`` has each key, and figures in units of the currency."""
    found = {"plan": "plans/one", **summarise(company)}
    assert list(found) == KEYS
    assert found["quota"] == {"goal": 9_000_000, "rep_total": 9_900_000, "manager_total": 9_450_000}
    assert {"tolerance", "max_deviation", "cv"} <= set(found["measures"]["potential"])
    assert {"accounts", "account_share", "revenue_share"} <= set(found["moved"])
    assert found["status"] == "feasible"
    assert found["goal_probability"] == 0.71


def test_cents_survive_in_json(company: Plan) -> None:
    """A goal with cents is not cut."""
    assert company.quotas is not None
    odd = replace(company, quotas=replace(company.quotas, goal=8_048_770_418))
    assert summarise(odd)["quota"]["goal"] == 80_487_704.18


def test_nothing_infinite_reaches_json(company: Plan, tmp_path: Path) -> None:
    """NaN and infinity become null: any JSON reader can read plan.json."""
    broken = replace(company.alignment, cost=math.nan, gap=math.inf, bound=None)
    plan = replace(company, alignment=broken)
    write_plan_json(plan, tmp_path / "plan.json", lambda: plan)

    def refuse(word: str) -> None:
        raise AssertionError(word)

    found = json.loads((tmp_path / "plan.json").read_text(), parse_constant=refuse)
    assert found["cost"] is None
    assert found["gap"] is None
    workload = found["targets"]["workload"]["territories"]["T001"]
    assert workload["upper"] is None


def test_plan_json_says_where_it_comes_from(company: Plan, tmp_path: Path) -> None:
    """Scenario, digests, seed, versions, rules with slack, cost by term and totals are there."""
    write_plan_json(company, tmp_path / "plan.json", lambda: company)
    found = json.loads((tmp_path / "plan.json").read_text())
    assert found["scenario"]["quota"]["goal"] == 9e6
    assert found["inputs"][0]["sha256"] == "ab" * 32
    assert found["seed"] == 1
    assert found["rules"][0]["slack"] == 141.0
    assert sum(found["cost_by_term"].values()) == found["cost"]
    assert found["control_totals"][1] == {
        "name": "history.amount",
        "read": 1200.5,
        "excluded": 0,
        "planned": 1200.5,
        "reasons": {},
        "ledger": 1200.5,
        "agrees": True,
    }
    lines = found["targets"]["potential"]["territories"].values()
    assert math.isclose(
        sum(line["target"] for line in lines), found["targets"]["potential"]["total"]
    )


def test_a_plan_without_quotas_says_null(company: Plan) -> None:
    """Nothing is made up where the scenario asks for no quota and no simulation."""
    found = summarise(replace(company, quotas=None, outcomes=None))
    assert found["quota"] == {"goal": None, "rep_total": None, "manager_total": None}
    assert found["goal_probability"] is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=10,
)


@given(ANYTHING)
def test_any_nesting_becomes_plain(value: Any) -> None:
    """Whatever a scenario holds, JSON takes it."""
    json.dumps(plain_json(value), allow_nan=False)


def test_arrays_become_lists() -> None:
    """Figures of NumPy are plain numbers in JSON."""
    found = plain_json({"a": np.array([1.5, np.nan]), "b": np.int64(3), "c": frozenset({"y", "x"})})
    assert found == {"a": [1.5, None], "b": 3, "c": ["x", "y"]}
