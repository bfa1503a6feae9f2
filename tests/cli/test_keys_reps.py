"""Each column of reps that decides who gets what, by its effect on a plan."""

from __future__ import annotations

import pytest

from tests.cli.small_company import SmallCompany

LOOSE = "alignment.measures.addressable_market.tolerance=0.6"
SOFT = "alignment.measures.addressable_market.hard=false"


def test_only_direct_and_pool_receive_accounts(small: SmallCompany) -> None:
    """An overlay and a manager get nothing; a pool has no travel and takes what it may serve."""
    small.rep("R1").update(coverage="overlay", supports="R2;R3")
    small.rep("R4").update(coverage="pool", segments="SMB", latitude="", longitude="")
    for rep in ("R2", "R3"):
        small.rep(rep)["segments"] = "Enterprise;Mid-Market"
    plan = small.plan(LOOSE)
    served = plan.served()
    assert set(served) == {"R2", "R3", "R4"}
    assert {small.account(key)["segment"] for key in served["R4"]} == {"SMB"}
    rows = {row["territory_id"]: row for row in plan.rows("territories")}
    assert float(rows["R4"]["travel"] or 0) == 0
    assert float(rows["R2"]["travel"]) > 0
    assert set(plan.quotas("rep")) == {"R2", "R3", "R4"}
    said = small.refused("inputs.reps.columns={ coverage = 'role' }", code=1)
    assert "reps.bad_coverage" in said.codes("error") or any(
        f["column"] in {"coverage", "role"} for f in said.findings if f["severity"] == "error"
    )


def test_a_seat_outlives_its_holder(small: SmallCompany) -> None:
    """The seat of somebody who left keeps its name and accounts, for whoever holds it next."""
    for number in (1, 2, 3, 4):
        small.rep(f"R{number}")["territory_id"] = f"SEAT-{number}"
    small.rep("R1").update(leave_date="2026-10-31", status="leaving")
    small.rep("R2").update(leave_date="2026-10-31", status="leaving")
    successor = small.rep("R3") | {
        "rep_id": "R9",
        "name": "New",
        "territory_id": "SEAT-1",
        "hire_date": "2026-11-01",
        "latitude": "40.71",
        "longitude": "-74.01",
    }
    small.reps.append(successor)
    plan = small.plan()
    rows = {row["territory_id"]: row for row in plan.rows("territories")}
    assert set(rows) == {"SEAT-1", "SEAT-2", "SEAT-3", "SEAT-4"}
    assert rows["SEAT-1"]["rep_id"] == "R9"
    given = {row["account_id"]: row for row in plan.rows("assignments")}
    assert given["A000"]["territory_id"] == "SEAT-1"
    assert given["A000"]["previous_rep_id"] == "R1"
    assert plan.printed["moved"]["accounts"] == 0
    assert "R1" not in plan.quotas("rep")


def test_owners_by_name_and_owners_who_cannot_own(small: SmallCompany) -> None:
    """A unique name is its rep; an ambiguous name, a queue or somebody inactive is a warning."""
    for row in small.accounts:
        if row["owner_id"] == "R1":
            row["owner_id"] = "rep 1"
    small.reps.append({**small.rep("R2"), "rep_id": "R7", "name": "Left", "status": "inactive"})
    small.account("A001")["owner_id"] = "R7"
    small.account("A005")["owner_id"] = "Integration User"
    plan = small.plan()
    given = {row["account_id"]: row for row in plan.rows("assignments")}
    assert given["A000"]["previous_rep_id"] == "R1"
    assert given["A001"]["previous_rep_id"] == given["A005"]["previous_rep_id"] == ""
    warned = " ".join(f["message"] for f in plan.findings if f["severity"] == "warning")
    assert "R7" in warned
    assert "Integration User" in warned
    small.rep("R3")["name"] = "Rep 1"
    assert "accounts.ambiguous_owner" in small.check().codes("warning")


def test_absence_and_ramp_lower_the_quota(small: SmallCompany) -> None:
    """Half a year away is half a quota; a new hire ramps; who covers for somebody is known."""
    even = ('quota.seasonality="even"', "quota.basis={ equal = 1.0 }")
    small.rep("R1").update(absence_start="2027-01-01", absence_end="2027-06-30", covered_by="R2")
    small.rep("R3")["hire_date"] = "2027-01-01"
    plan = small.plan(*even, "quota.ramp=[0.0, 0.0, 0.0, 0.5, 0.5, 0.5]")
    quotas = plan.quotas("rep")
    whole = quotas["R2"]
    # R1 works from July: 6 of 12 months. R3: 3 × 0 + 3 × 0.5 + 6 = 7.5 of 12.
    assert quotas["R1"] == pytest.approx(whole * 6 / 12, abs=200)
    assert quotas["R3"] == pytest.approx(whole * 7.5 / 12, abs=200)
    months = {
        row["period_start"]: float(row["quota"])
        for row in plan.rows("quotas")
        if row["rep_id"] == "R1" and row["level"] == "rep"
    }
    assert months["2027-03-01"] == 0 < months["2027-09-01"]
    small.rep("R1")["covered_by"] = "R99"
    assert "R99" in small.refused(code=1).said


def test_open_headcount_gets_a_territory_and_a_ramped_quota(small: SmallCompany) -> None:
    """A seat to be hired is placed among its accounts and owes for the months it is filled."""
    for key in ("latitude", "longitude", "name"):
        small.rep("R4")[key] = ""
    small.rep("R4").update(status="tbh", hire_date="2027-07-01")
    for row in small.accounts:
        if row["owner_id"] == "R4":
            row["owner_id"] = ""
    plan = small.plan("quota.ramp=[]", "quota.basis={ equal = 1.0 }", 'quota.seasonality="even"')
    assert len(plan.served()["R4"]) > 5
    quotas = plan.quotas("rep")
    assert quotas["R4"] == pytest.approx(quotas["R2"] / 2, rel=0.02)


def test_managers_roll_up(small: SmallCompany) -> None:
    """Two managers' quotas total goal × 1.05; without manager_id all report to the company."""
    small.reps.append({**small.rep("M1"), "rep_id": "M2", "name": "Second"})
    for rep in ("R3", "R4"):
        small.rep(rep)["manager_id"] = "M2"
    plan = small.plan()
    managers = plan.quotas("manager")
    assert set(managers) == {"M1", "M2"}
    assert sum(managers.values()) == pytest.approx(1_050_000, abs=0.005)
    reps = plan.quotas("rep")
    assert reps["R1"] + reps["R2"] == pytest.approx(managers["M1"] * 1.10 / 1.05, abs=0.02)
    for row in small.reps:
        row["manager_id"] = ""
    small.reps[:] = [row for row in small.reps if row["coverage"] == "direct"]
    flat = small.plan()
    assert flat.quotas("manager") == {}
    assert flat.printed["quota"]["manager_total"] is None
    assert flat.printed["quota"]["rep_total"] == 1_100_000
    small.rep("R1")["manager_id"] = "R77"
    assert "reps.unknown_manager_id" in small.refused(code=1).codes("error")


def test_skills_of_accounts_and_reps(small: SmallCompany) -> None:
    """An account that asks for a language goes to a rep who has it."""
    for number, row in enumerate(small.accounts):
        row["language"] = "French" if number % 5 == 0 else ""
    for number in (1, 2, 3, 4):
        small.rep(f"R{number}")["skills"] = "French; German" if number == 2 else "German"
    plan = small.plan(SOFT)
    owners = plan.owners()
    asked = [row["account_id"] for row in small.accounts if row["language"]]
    assert {owners[key] for key in asked} == {"R2"}


def test_ids_and_names_of_any_kind(small: SmallCompany) -> None:
    """Unicode, quotes, leading zeros and very long names are kept as they are."""
    names = {"A000": "007", "A001": "ÄÖ-日本-😀", "A002": 'O\'Brien "x"', "A003": "n" * 300}
    for table in ("accounts", "history"):
        for row in small.tables[table]:
            row["account_id"] = names.get(row["account_id"], row["account_id"])
    small.accounts[0]["name"] = "N" * 5_000
    small.rep("R1")["name"] = "Zoë 🦊 " + "x" * 400
    owners = small.plan().owners()
    assert set(names.values()) <= set(owners)


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("capacity", "-1", "capacity"),
        ("capacity", "lots", "capacity"),
        ("hire_date", "2026-13-01", "hire_date"),
        ("variable_share", "700", "variable_share"),
        ("status", "sleeping", "status"),
        ("latitude", "123", "latitude"),
        ("absence_end", "2026-01-01", "absence"),
        ("currency", "XXQ", "XXQ"),
        ("currency", "EUR", "EUR"),
        ("ote", "-5", "ote"),
    ],
)
def test_wrong_cells_of_reps_are_named(
    small: SmallCompany, column: str, value: str, word: str
) -> None:
    """Each gives a finding that names row and column, or the value."""
    small.rep("R2")[column] = value
    if column == "absence_end":
        small.rep("R2")["absence_start"] = "2026-06-01"
    answer = small.run("check", code=None)
    found = [
        f
        for f in answer.findings
        if word in f["message"] or word in str(f["column"]) or word in str(f["value"])
    ]
    assert any(f["row"] == 3 and f["severity"] != "info" for f in found), answer.said
