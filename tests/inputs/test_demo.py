"""The demo company is what it says: sizes, shares, people and a truth that can be found."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from planner.errors import ScenarioError
from planner.inputs.demo.company import DemoCompany, build_company

AS_OF = pd.Timestamp("2026-11-30")
START = pd.Timestamp("2027-01-01")
TABLES = ("accounts", "history", "reps", "quotas", "opportunities", "activities", "places")


@cache
def usual() -> DemoCompany:
    """Return a company of the usual proportions, small enough for a test."""
    return build_company(accounts=2500, reps=30, seed=1)


def families(accounts: pd.DataFrame) -> pd.Series:
    """Return the ultimate parent of each account; a loop would not end."""
    above = accounts.set_index("account_id")["parent_id"]
    top = accounts["account_id"]
    for _ in range(4):
        up = top.map(above)
        top = up.where(up.notna(), top)
    assert top.map(above).isna().all(), "parents are a loop or too deep"
    return top


def seats_of(company: DemoCompany) -> pd.DataFrame:
    """Return one row for each seat in the plan's year."""
    reps = company.reps
    return reps[reps["coverage"].isin(["direct", "pool"]) & (reps["status"] != "leaving")]


@pytest.mark.parametrize(("accounts", "reps"), [(50, 3), (120, 7), (400, 12), (3000, 40)])
def test_sizes_are_those_asked_for(accounts: int, reps: int) -> None:
    """A company has the accounts and seats that were asked for, managers not counted."""
    company = build_company(accounts=accounts, reps=reps, seed=3)
    assert len(company.accounts) == accounts
    assert len(seats_of(company)) == reps
    assert seats_of(company)["territory_id"].is_unique
    assert len(company.truth) == accounts


def test_same_seed_gives_the_same_tables_and_another_seed_does_not() -> None:
    """The seed alone decides every table."""
    one, two = (build_company(accounts=300, reps=12, seed=5) for _ in range(2))
    other = build_company(accounts=300, reps=12, seed=6)
    for name in (*TABLES, "truth", "truth_reps", "reps_more_headcount"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert not one.accounts["addressable_market"].equals(other.accounts["addressable_market"])


@pytest.mark.parametrize(
    ("accounts", "reps", "seed"), [(49, 3, 1), (50, 2, 1), (100, 30, 1), (100, 5, -1)]
)
def test_sizes_that_no_company_has_are_refused(accounts: int, reps: int, seed: int) -> None:
    """Too few accounts or reps, or a negative seed, is the command's mistake."""
    with pytest.raises(ScenarioError):
        build_company(accounts=accounts, reps=reps, seed=seed)


def test_ids_are_unique_and_refer_to_what_exists() -> None:
    """Every id is given once, and every reference but a stale owner's finds its row."""
    company = usual()
    accounts = set(company.accounts["account_id"])
    assert company.accounts["account_id"].is_unique
    assert company.accounts["account_id"].is_monotonic_increasing
    assert company.reps["rep_id"].is_unique
    assert company.opportunities["opportunity_id"].is_unique
    for table in (company.history, company.opportunities):
        assert set(table["account_id"]) <= accounts
    people = set(company.reps["rep_id"])
    for table, column in ((company.quotas, "rep_id"), (company.activities, "rep_id")):
        assert set(table[column]) <= people
    assert set(company.reps["covered_by"].dropna()) <= people


def test_managers_are_a_tree_under_one_head() -> None:
    """Everyone but the head reports to someone above, in at most two steps."""
    reps = usual().reps.set_index("rep_id")
    boss = reps["manager_id"]
    assert boss.isna().sum() == 1
    assert set(boss.dropna()) <= set(reps.index)
    assert (reps.loc[boss.dropna().unique(), "coverage"] == "none").all()
    assert boss.map(boss).map(boss).isna().all()


def test_families_are_one_in_eleven_accounts_and_of_one_segment() -> None:
    """Families hold 8 to 10% of accounts, 2 to 12 each, over states, served by one role."""
    accounts = usual().accounts.assign(family=families(usual().accounts))
    size = accounts.groupby("family").size()
    inside = accounts[accounts["family"].map(size) > 1]
    assert 0.08 <= len(inside) / len(accounts) <= 0.105
    assert size.max() <= 12
    assert inside.groupby("family")["segment"].nunique().max() == 1
    assert inside.groupby("family")["state"].nunique().mean() > 1.5


def test_people_have_what_makes_planning_hard() -> None:
    """There are reps on ramp, leavers with a backfill, open headcount, absence and a pool."""
    reps = usual().reps
    hired = pd.to_datetime(reps["hire_date"])
    assert ((hired > AS_OF - pd.Timedelta(days=155)) & (hired <= AS_OF)).sum() >= 1
    leaving = reps[reps["status"] == "leaving"]
    assert len(leaving) == 1
    assert (pd.to_datetime(leaving["leave_date"]) < START).all()
    tbh = reps[reps["status"] == "tbh"]
    assert len(tbh) == 2
    assert set(leaving["territory_id"]) < set(tbh["territory_id"])
    assert tbh["latitude"].isna().sum() == 1
    assert (pd.to_datetime(tbh["role_start"]) > START).all()
    assert reps["covered_by"].notna().sum() == 1
    assert set(reps["coverage"]) == {"direct", "pool", "overlay", "none"}


def test_region_with_too_few_reps_has_more_accounts_a_rep_than_any_other() -> None:
    """South Central has the most mid-market and small accounts for each rep at home there."""
    company = usual()
    field = seats_of(company).query("role == 'Account Executive'")["region"].value_counts()
    accounts = company.accounts[company.accounts["segment"].isin(["Mid-Market", "SMB"])]
    load = accounts["region"].value_counts() / field.reindex(accounts["region"].unique()).fillna(
        0.5
    )
    assert load.idxmax() == "South Central"


@pytest.mark.parametrize(("reps", "seed"), [(30, 1), (30, 2), (24, 7)])
def test_todays_alignment_is_out_of_balance(reps: int, seed: int) -> None:
    """The coefficient of variation of potential by rep is half or more in each role."""
    company = usual() if (reps, seed) == (30, 1) else build_company(2000, reps, seed)
    books = company.truth_reps.groupby("role")["expected"]
    spread = books.std(ddof=0) / books.mean()
    assert (spread[books.size() > 2] >= 0.5).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_family_fills_a_territory(seed: int) -> None:
    """The largest family is well under half of a rep's fair share of market and potential."""
    company = build_company(accounts=1500, reps=18, seed=seed)
    accounts = company.accounts.assign(
        family=families(company.accounts), expected=company.truth["expected"]
    )
    seats = seats_of(company)["role"].value_counts()
    served = {"Enterprise": "Strategic AE", "Micro": "Inside Sales"}
    role = accounts["segment"].map(served).fillna("Account Executive")
    for name, group in accounts.groupby(role):
        for measure in ("addressable_market", "expected"):
            share = group.groupby("family")[measure].sum() / (group[measure].sum() / seats[name])
            assert share.max() < 0.25, (name, measure)


def test_holds_leave_room_in_every_territory() -> None:
    """What the baseline holds to an owner, families included, is below 30% of a fair share."""
    company = usual()
    accounts = company.accounts.assign(
        family=families(company.accounts), expected=company.truth["expected"]
    )
    soon = accounts["renewal_date"].between(AS_OF, START + pd.Timedelta(days=90))
    recent = accounts["owner_since"] > AS_OF - pd.Timedelta(days=90)
    held = accounts[soon | recent]
    assert 0.02 < len(held) / len(accounts) < 0.12
    assert soon.sum() > 0
    assert recent.sum() > 0
    pairs = held[["family", "owner_id"]].drop_duplicates()
    books = accounts.drop(columns="owner_id").merge(pairs, on="family")
    role = company.reps.set_index("rep_id")["role"]
    seats = seats_of(company)["role"].value_counts()
    for measure in ("addressable_market", "expected"):
        by_owner = books.groupby("owner_id")[measure].sum()
        by_owner = by_owner[by_owner.index.isin(role.index)]
        fair = accounts.groupby(accounts["owner_id"].map(role))[measure].sum() / seats
        assert (by_owner / by_owner.index.map(role).map(fair)).max() < 0.30


def test_prospects_have_no_history_and_some_owners_are_stale() -> None:
    """A quarter or more never bought, and about 3% belong to a queue or to someone who left."""
    company = usual()
    without = ~company.accounts["account_id"].isin(company.history["account_id"])
    assert 0.22 < without.mean() < 0.35
    assert (company.accounts.loc[without, "status"] == "prospect").all()
    stale = ~company.accounts["owner_id"].isin(company.reps["rep_id"])
    assert 0.015 < stale.mean() < 0.05


def test_history_has_three_years_with_season_growth_and_returns() -> None:
    """Orders lie in the three years, quarters end high, and returns are negative."""
    history = usual().history
    assert history["date"].between("2023-12-01", AS_OF).all()
    assert set(history["type"]) == {"new", "expansion", "renewal"}
    assert history["product"].nunique() == 3
    assert 0.002 < (history["amount"] < 0).mean() < 0.03
    deals = history[(history["type"] == "expansion") & (history["amount"] > 0)]
    month = deals["date"].dt.month.value_counts()
    assert month[[3, 6, 9, 12]].min() > month[[1, 2, 4, 5, 7, 8, 10, 11]].max()


def test_gaps_are_few_and_named_by_their_columns() -> None:
    """A few accounts lack coordinates, some of them a postal code too; some lack a market."""
    accounts = usual().accounts
    unplaced = accounts["latitude"].isna()
    assert 0.003 < unplaced.mean() < 0.03
    assert (unplaced == accounts["longitude"].isna()).all()
    known = accounts[unplaced & accounts["postal_code"].notna()]
    assert set(known["postal_code"]) <= set(usual().places["postal_code"])
    assert 0.005 < accounts["addressable_market"].isna().mean() < 0.03


def test_truth_adds_up_and_no_single_column_gives_it_away() -> None:
    """Expected bookings are of the size of a year's revenue, and no column is a copy of them."""
    company = usual()
    last = company.history[company.history["date"] > pd.Timestamp("2025-11-30")]
    expected, actual = company.truth["expected"], company.truth["actual"]
    assert 0.85 < expected.sum() / last["amount"].sum() < 1.2
    assert 0.9 < actual.sum() / expected.sum() < 1.1
    assert company.truth["any_booking"].between(0, 1).all()
    columns = company.accounts.select_dtypes("number").astype("float64").fillna(0)
    assert columns.corrwith(expected).max() < 0.93
    # The truth is of accounts: nothing of it knows who owns them.
    by_rep = company.truth_reps["expected"].sum()
    assert by_rep < expected.sum()


def test_lucky_rep_looks_better_than_the_best_and_is_not() -> None:
    """Attainment puts the lucky rep above the best reps' mean; skill puts him below them all."""
    company = build_company()
    finished = company.quotas[company.quotas["attained"].notna()]
    total = finished.groupby("rep_id")[["attained", "quota"]].sum()
    people = company.truth_reps.set_index("rep_id")
    people["attainment"] = total["attained"] / total["quota"]
    best = people[people["planted"] == "best"]
    lucky = people[people["planted"] == "lucky"]
    assert len(best) == 5
    assert len(lucky) == 1
    assert lucky["attainment"].min() > best["attainment"].mean()
    assert lucky["skill"].max() < best["skill"].min()
    ordinary = people.loc[people["planted"] == "", "skill"]
    assert ordinary.max() < best["skill"].min()
    assert (
        lucky["expected"].min()
        > 1.5 * people["expected"][people["role"] == "Account Executive"].mean()
    )


def test_best_reps_book_more_than_their_accounts_would_give_a_typical_rep() -> None:
    """Skill shows in the year drawn: it is what multiplies the book of each rep."""
    people = build_company(accounts=1200, reps=15, seed=4).truth_reps
    np.testing.assert_allclose(
        people["unfair_quota"].groupby(people["role"]).nunique().to_numpy(), 1
    )
    fair = people["fair_quota"] / people["expected"]
    assert fair.max() / fair.min() == pytest.approx(1.0, rel=1e-6)


def test_opportunities_close_at_the_planted_rate_and_dates_are_in_order() -> None:
    """About 27% of closed deals were won; nothing closes before it was created."""
    deals = usual().opportunities
    assert (deals["close_date"] > deals["created"]).all()
    assert (deals["last_activity"] <= AS_OF).all()
    closed = deals[deals["stage"].str.startswith("Closed")]
    assert 0.24 < (closed["stage"] == "Closed Won").mean() < 0.31
    open_deals = deals[~deals["stage"].str.startswith("Closed")]
    assert set(open_deals["stage"]) == {"Prospecting", "Qualification", "Proposal", "Negotiation"}
    quiet = open_deals["last_activity"] < AS_OF - pd.Timedelta(days=90)
    assert 0.05 < quiet.mean() < 0.25


def test_quotas_are_ratcheted() -> None:
    """A beat raises the next quota of the same quarter by more than a miss lowers it."""
    quotas = usual().quotas.sort_values(["rep_id", "start"])
    done = quotas[quotas["attained"].notna()].copy()
    done["attainment"] = done["attained"] / done["quota"]
    yearly = done.groupby(["rep_id", done["start"].dt.year]).agg(
        quota=("quota", "sum"), attainment=("attainment", "mean"), quarters=("quota", "size")
    )
    full = yearly[yearly["quarters"] == 4].reset_index()
    pairs = full[full["start"] == 2024].merge(full[full["start"] == 2025], on="rep_id")
    change = pairs["quota_y"] / pairs["quota_x"] - 1
    beat = pairs["attainment_x"] > 1
    assert change[beat].mean() > 0.02
    assert change[beat].mean() > -2 * change[~beat].mean()


def test_sdr_leads_are_accepted_in_part() -> None:
    """Lead rows say whether they were accepted, and no other row does."""
    activities = usual().activities
    leads = activities[activities["kind"] == "lead"]
    count = leads.groupby("accepted")["count"].sum()
    assert 0.3 < count[True] / count.sum() < 0.9
    assert leads["accepted"].notna().all()
    assert activities.loc[activities["kind"] != "lead", "accepted"].isna().all()


def test_people_have_names_of_their_own() -> None:
    """No two people share a name, so that owners could be given by name."""
    people = usual().reps
    assert people["name"].is_unique
