"""Accounts to control units and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.data import PlanningData
from planner.inputs.reps import Rep
from planner.units.control_units import build_units
from planner.units.holds import resolve_holds
from planner.units.parameters import Families, HoldParameters, WorkloadParameters
from planner.units.result import ControlUnits
from planner.units.seats import build_seats
from planner.units.workload import measure_work
from tests.units.worlds import make_data, make_potential

MEASURES = ("addressable_market", "workload", "account_count", "potential")
TEAM = [Rep(rep_id=name, name=name, latitude=40.0, longitude=-75.0) for name in ("ADA", "BEN")]


def build(
    data: PlanningData,
    *holds: HoldParameters,
    families: Families = "together",
    measures: tuple[str, ...] = MEASURES,
    **amounts: dict[str, int],
) -> ControlUnits:
    potential = make_potential(data, **amounts)
    resolved = resolve_holds(data, potential, build_seats(data), holds)
    work = measure_work(data, WorkloadParameters())
    return build_units(data, potential, work, resolved, measure_names=measures, families=families)


FAMILY = [
    {"account_id": "HQ", "family": "HQ", "country": "US", "owner_id": "ADA"},
    {"account_id": "K1", "family": "HQ", "country": "US", "owner_id": "BEN"},
    {"account_id": "K2", "family": "HQ", "country": "CA", "owner_id": "BEN"},
    {"account_id": "X", "family": "X", "country": "US", "owner_id": "ADA"},
]
for number, account in enumerate(FAMILY):
    account |= {"addressable_market": 100 + number, "latitude": 40.0 + number, "longitude": -75.0}


def members(units: ControlUnits, data: PlanningData) -> dict[str, list[str]]:
    ids = data.accounts["account_id"].to_numpy()
    return {name: sorted(ids[units.unit_of_account == i]) for i, name in enumerate(units.unit_ids)}


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ("together", {"HQ": ["HQ", "K1", "K2"], "X": ["X"]}),
        ("country", {"HQ/CA": ["K2"], "HQ/US": ["HQ", "K1"], "X": ["X"]}),
        ("ignore", {"HQ": ["HQ"], "K1": ["K1"], "K2": ["K2"], "X": ["X"]}),
    ],
)
def test_families_in_three_ways(families: Families, expected: dict[str, list[str]]) -> None:
    """Together, one unit a country, or each account for itself."""
    data = make_data(FAMILY, TEAM)
    assert members(build(data, families=families), data) == expected


def test_a_family_is_split_along_conflicting_holds() -> None:
    """Members held to different reps part; who is not held goes with the first hold."""
    data = make_data(FAMILY, TEAM)
    units = build(
        data,
        HoldParameters(account_ids=("K1",), to="BEN", name="first"),
        HoldParameters(account_ids=("HQ",), to="ADA", name="second"),
    )
    assert members(units, data) == {"HQ/ADA": ["HQ"], "HQ/BEN": ["K1", "K2"], "X": ["X"]}
    (finding,) = units.findings
    assert finding.code == "units.family_split"
    assert "HQ stays with ADA ('second')" in finding.message
    assert "K1 stays with BEN ('first')" in finding.message


def test_one_hold_with_two_owners_keeps_the_rest_with_the_larger() -> None:
    """Where one hold leads to both owners, the one with more revenue keeps who is not held."""
    data = make_data(FAMILY, TEAM)
    hold = HoldParameters(account_ids=("HQ", "K2"))
    assert members(build(data, hold, trailing={"HQ": 10, "K2": 5}), data)["HQ/ADA"] == ["HQ", "K1"]
    assert members(build(data, hold, trailing={"HQ": 5, "K2": 10}), data)["HQ/BEN"] == ["K1", "K2"]


def test_holds_to_one_rep_leave_the_family_whole() -> None:
    """Two holds that lead to the same rep split nothing."""
    data = make_data(FAMILY, TEAM)
    units = build(
        data,
        HoldParameters(account_ids=("K1",), to="BEN"),
        HoldParameters(account_ids=("HQ",), to="BEN"),
    )
    assert units.unit_ids == ("HQ", "X")
    assert units.findings == ()


def test_a_unit_lies_where_its_visits_are() -> None:
    """The point of a family is the mean of its accounts by visits; of one account, its own."""
    rows: list[dict[str, Any]] = [
        {"account_id": "A", "family": "A", "latitude": 0.0, "longitude": 179.0, "visits_per_year": 1.0},
        {"account_id": "B", "family": "A", "latitude": 0.0, "longitude": -179.0, "visits_per_year": 3.0},
        {"account_id": "C", "family": "A"},
        {"account_id": "D", "latitude": 12.345678901234, "longitude": 98.765432109876},
        {"account_id": "E"},
    ]  # fmt: skip
    units = build(make_data(rows, TEAM), measures=("account_count",))
    assert units.points[0].tolist() == pytest.approx([0.0, -179.5], abs=1e-3)
    assert units.points[1].tolist() == [12.345678901234, 98.765432109876]
    assert np.isnan(units.points[2]).all()


def test_an_id_that_looks_like_a_part_of_a_family_stays_apart() -> None:
    """An account whose id is the name of another unit keeps a unit of its own."""
    rows = [*FAMILY, {"account_id": "HQ/CA", "country": "US", "addressable_market": 1}]
    data = make_data(rows, TEAM)
    units = build(data, families="country")
    assert len(set(units.unit_ids)) == len(units.unit_ids) == 4
    assert sorted(map(len, members(units, data).values())) == [1, 1, 1, 2]


def test_contiguity_without_units_is_refused() -> None:
    """Geographic units need their table."""
    data = make_data(FAMILY, TEAM)
    potential = make_potential(data)
    holds = resolve_holds(data, potential, build_seats(data), [])
    work = measure_work(data, WorkloadParameters())
    with pytest.raises(ScenarioError, match=r"inputs\.units"):
        build_units(data, potential, work, holds, measure_names=(), geographic=True)


@st.composite
def companies(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return accounts with families, countries, owners and amounts, in any order of rows."""
    size = draw(st.integers(1, 12))
    return [
        {
            "account_id": f"A{i:02d}",
            "family": f"A{draw(st.integers(0, i)):02d}",
            "country": draw(st.sampled_from(["US", "CA", None])),
            "owner_id": draw(st.sampled_from(["ADA", "BEN", None])),
            "addressable_market": draw(st.integers(0, 10**9)),
            "visits_per_year": draw(st.floats(0, 50)),
            "hours_per_visit": draw(st.floats(0, 9)),
            "latitude": draw(st.floats(-80, 80)),
            "longitude": draw(st.floats(-180, 180)),
        }
        for i in range(size)
    ]


held_accounts = st.sets(st.integers(0, 11)).map(lambda s: tuple(f"A{i:02d}" for i in sorted(s)))
ways = st.sampled_from(["together", "country", "ignore"])


@settings(deadline=None, max_examples=25)
@given(companies(), held_accounts, ways)
def test_totals_are_conserved(
    rows: list[dict[str, Any]], held: tuple[str, ...], families: Families
) -> None:
    """Whatever is grouped and split, no money, hour or account is lost or counted twice."""
    data = make_data(rows, TEAM)
    holds = [HoldParameters(account_ids=held)] if held else []
    revenue = {str(row["account_id"]): 7 * i for i, row in enumerate(rows)}
    units = build(data, *holds, families=families, trailing=revenue, expected=revenue)
    market = sum(row["addressable_market"] for row in rows)
    assert units.measures["addressable_market"].sum() == market
    assert units.measures["account_count"].sum() == len(rows) == units.accounts.sum()
    assert units.revenue.sum() == units.measures["potential"].sum() == sum(revenue.values())
    hours = sum(row["visits_per_year"] * row["hours_per_visit"] for row in rows)
    assert units.measures["workload"].sum() == pytest.approx(hours)


@settings(deadline=None, max_examples=25)
@given(companies(), held_accounts, ways)
def test_the_way_back(
    rows: list[dict[str, Any]], held: tuple[str, ...], families: Families
) -> None:
    """Every account finds its unit again, by the table and by the list of members."""
    data = make_data(rows, TEAM)
    units = build(data, *([HoldParameters(account_ids=held)] if held else []), families=families)
    number = np.arange(len(units.unit_ids))
    assert np.bincount(units.unit_of_account).tolist() == units.accounts.tolist()
    for unit in number:
        inside = units.members[units.member_indptr[unit] : units.member_indptr[unit + 1]]
        assert inside.tolist() == np.flatnonzero(units.unit_of_account == unit).tolist()
    assert list(units.unit_ids) == sorted(set(units.unit_ids))


@settings(deadline=None, max_examples=25)
@given(companies(), held_accounts, ways, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(
    rows: list[dict[str, Any]], held: tuple[str, ...], families: Families, random: Any
) -> None:
    """The same accounts in another order make the same units, to the bit."""
    shuffled = random.sample(rows, len(rows))
    holds = [HoldParameters(account_ids=held)] if held else []
    one, other = (build(make_data(r, TEAM), *holds, families=families) for r in (rows, shuffled))
    assert one.unit_ids == other.unit_ids
    assert one.unit_of_account.tolist() == other.unit_of_account.tolist()
    assert one.points.tobytes() == other.points.tobytes()
    for name in MEASURES:
        assert one.measures[name].tobytes() == other.measures[name].tobytes()


@settings(deadline=None, max_examples=25)
@given(companies(), held_accounts)
def test_families_stay_whole_without_conflict(
    rows: list[dict[str, Any]], held: tuple[str, ...]
) -> None:
    """A family is in one unit unless its members are held to two reps, then in one for each."""
    data = make_data(rows, TEAM)
    holds = [HoldParameters(account_ids=held)] if held else []
    units = build(data, *holds)
    frame = data.accounts.assign(unit=units.unit_of_account)
    stays = frame["owner_id"].where(frame["account_id"].isin(held))
    wanted = stays.groupby(frame["family"]).nunique().clip(lower=1)
    pd.testing.assert_series_equal(
        frame.groupby("family")["unit"].nunique(), wanted, check_names=False
    )
