"""HubSpot's files: owners of companies, goals of users and teams."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from planner.outputs.moves import previous_reps, proposed_reps
from planner.outputs.plan import Plan

from .conftest import Rows, Written, in_crm

Write = Callable[..., Written]
GOAL = (
    "hs_goal_name,hs_target_amount,hs_start_datetime,hs_end_datetime,hs_assignee_user_id,"
    "hs_assignee_team_id"
)


def known(*, users: bool = True) -> Rows:
    """A portal's companies, owners, and perhaps its users and the manager's team."""
    rows = [
        {"object": "Company", "id": str(7000 + at), "account_id": f"{at:06d}"} for at in range(60)
    ]
    rows += [{"object": "Owner", "id": str(100 + at), "rep_id": f"R{at:03d}"} for at in range(1, 5)]
    if users:
        rows += [
            {"object": "User", "id": str(500 + at), "rep_id": f"R{at:03d}"} for at in range(1, 5)
        ]
        rows.append({"object": "Team", "id": "31", "rep_id": "M1"})
    return rows


def test_companies_get_their_new_owner(company: Plan, write: Write) -> None:
    """Rows are the companies that move, by record id, with the owner's id."""
    written = write(in_crm(company, known()), "hubspot")
    rows = written["01_companies_update"]
    assert ",".join(rows[0]) == "hs_object_id,hubspot_owner_id"
    pairs = zip(previous_reps(company), proposed_reps(company), strict=True)
    wanted = {
        (str(7000 + at), str(100 + int(new[1:])))
        for at, (old, new) in enumerate(pairs)
        if new and new != old
    }
    # The account's own id is digits too, but the table's is the one that counts.
    assert {(row["hs_object_id"], row["hubspot_owner_id"]) for row in rows} == wanted


def test_goals_name_a_user_or_a_team(company: Plan, write: Write) -> None:
    """One goal a person and month in UTC, by user for reps and by team for a manager."""
    written = write(in_crm(company, known()), "hubspot")
    rows = written["02_goal_targets_insert"]
    assert ",".join(rows[0]) == GOAL
    assert len(rows) == 5 * 12
    assert len({row["hs_goal_name"] for row in rows}) == len(rows)
    instant = re.compile(r"\d{4}-\d\d-\d\dT(00:00:00\.000|23:59:59\.999)Z")
    for row in rows:
        assert instant.fullmatch(row["hs_start_datetime"])
        assert instant.fullmatch(row["hs_end_datetime"])
        assert bool(row["hs_assignee_user_id"]) != bool(row["hs_assignee_team_id"])
    first = next(row for row in rows if row["hs_assignee_user_id"] == "502")
    assert (first["hs_start_datetime"][:10], first["hs_end_datetime"][:10]) == (
        "2027-01-01",
        "2027-01-31",
    )
    assert {row["hs_assignee_team_id"] for row in rows} == {"", "31"}
    assert company.quotas is not None
    months = [line.quota for line in company.quotas.lines if line.rep_id == "R002"]
    mine = [row for row in rows if row["hs_assignee_user_id"] == "502"]
    assert [round(float(row["hs_target_amount"]) * 100) for row in mine] == months


def test_an_owner_is_not_a_user(company: Plan, write: Write) -> None:
    """Without users there are no goals, though owners are known; the README says which id it is."""
    written = write(in_crm(company, known(users=False)), "hubspot")
    assert "01_companies_update" in written
    assert "02_goal_targets_insert" not in written
    assert "not the owner id" in written["README"][0]["text"]


def test_a_goal_for_the_year(company: Plan, write: Write) -> None:
    """The period of a goal is the scenario's to choose."""
    plan = in_crm(company, known(), hubspot={"quota_period": "year"})
    rows = write(plan, "hubspot")["02_goal_targets_insert"]
    assert len(rows) == 5
    assert {row["hs_end_datetime"] for row in rows} == {"2027-12-31T23:59:59.999Z"}


def test_rows_end_as_windows_ends_them(company: Plan, write: Write) -> None:
    """Carriage return and line feed, as the import of a spreadsheet has them."""
    folder = Path(write(in_crm(company, known()), "hubspot")["folder"][0]["text"])
    body = (folder / "01_companies_update.csv").read_bytes()
    assert body.count(b"\r\n") == body.count(b"\n") > 1
