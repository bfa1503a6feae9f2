"""Dynamics' files: territories, accounts in them, and goals below those of managers."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from planner.outputs.moves import proposed_territories
from planner.outputs.plan import Plan

from .conftest import Rows, Written, in_crm

Write = Callable[..., Written]
METRIC = "5f3c2a10-8d1b-4c7e-9a52-0b6d1e2f3a4b"


def guid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def known() -> Rows:
    """An organisation's accounts and users, the manager's too, and one territory that is there."""
    rows = [{"object": "account", "id": guid(1, at), "account_id": f"{at:06d}"} for at in range(60)]
    rows += [
        {"object": "systemuser", "id": guid(2, at), "rep_id": f"R{at:03d}"} for at in range(1, 5)
    ]
    rows.append({"object": "systemuser", "id": guid(2, 900), "rep_id": "M1"})
    rows.append({"object": "territory", "id": guid(3, 2), "name": "T002"})
    return rows


def test_territories_are_there_before_accounts_name_them(company: Plan, write: Write) -> None:
    """Each account's territory is a row of the territory file; the known one keeps its id."""
    written = write(in_crm(company, known()), "dynamics")
    made = written["01_territory_upsert"]
    assert ",".join(made[0]) == "territoryid,name,managerid"
    names = {row["territoryid"]: row["name"] for row in made}
    assert names[guid(3, 2)] == "T002"
    assert len(names) == 4
    assert [row["managerid"] for row in made] == [guid(2, at) for at in range(1, 5)]
    placed = written["02_account_update"]
    assert ",".join(placed[0]) == "accountid,territoryid"
    wanted = {guid(1, at): seat for at, seat in enumerate(proposed_territories(company)) if seat}
    assert {row["accountid"]: names[row["territoryid"]] for row in placed} == wanted
    assert ",".join(written["03_account_owner_update"][0]) == "accountid,ownerid"


def test_goals_stand_below_their_managers(company: Plan, write: Write) -> None:
    """Parents come first, and a parent's goal is for the same days."""
    written = write(in_crm(company, known(), dynamics={"metric": METRIC}), "dynamics")
    rows = written["04_goal_upsert"]
    assert ",".join(rows[0]) == (
        "goalid,title,goalownerid,metricid,targetmoney,goalstartdate,goalenddate,parentgoalid"
    )
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        assert uuid.UUID(row["goalid"])
        if row["parentgoalid"]:
            parent = seen[row["parentgoalid"]]
            assert parent["goalownerid"] == guid(2, 900)
            assert parent["goalstartdate"] == row["goalstartdate"]
        seen[row["goalid"]] = row
    assert len(seen) == len(rows) == 5 * 4
    assert len({row["title"] for row in rows}) == len(rows)
    children = [row for row in rows if row["goalownerid"] != guid(2, 900)]
    assert all(row["parentgoalid"] for row in children)
    assert {row["metricid"] for row in rows} == {METRIC}
    assert (rows[0]["goalstartdate"], rows[0]["goalenddate"]) == ("2027-01-01", "2027-03-31")


def test_without_a_metric_there_are_no_goals(company: Plan, write: Write) -> None:
    """The README says which key is missing."""
    written = write(in_crm(company, known()), "dynamics")
    assert "04_goal_upsert" not in written
    assert "[export.dynamics] metric" in written["README"][0]["text"]


def test_the_same_plan_makes_the_same_keys(company: Plan, write: Write) -> None:
    """A second export would update what the first one made."""
    plan = in_crm(company, known(), dynamics={"metric": METRIC})
    first, second = write(plan, "dynamics"), write(plan, "dynamics")
    assert first["04_goal_upsert"] == second["04_goal_upsert"]
    assert first["01_territory_upsert"] == second["01_territory_upsert"]


def test_one_territory_of_the_crm_is_never_two_of_ours(company: Plan, write: Write) -> None:
    """A row that names our id is that territory's, whatever the CRM calls it."""
    rows = [row for row in known() if row["object"] != "territory"]
    rows.append({"object": "territory", "id": guid(3, 1), "territory_id": "T001", "name": "T002"})
    made = write(in_crm(company, rows), "dynamics")["01_territory_upsert"]
    keys = {row["name"]: row["territoryid"] for row in made}
    assert keys["T001"] == guid(3, 1)
    assert len(set(keys.values())) == 4
