"""Salesforce's files against what its object reference and Bulk API ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from planner.outputs.moves import previous_reps, proposed_reps, proposed_territories
from planner.outputs.plan import Plan

from .conftest import (
    FORECAST,
    KIND,
    MODEL,
    Rows,
    Written,
    account_id,
    accounts,
    in_crm,
    people,
    territories,
    territory_id,
    user_id,
)

Write = Callable[..., Written]
ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
LEGAL = re.compile(r"[A-Za-z](?!.*__)[A-Za-z0-9_]*(?<!_)")
HEADERS = {
    "01_Territory2Model_insert": "Name,DeveloperName,Description",
    "02a_Territory2_insert": "Name,DeveloperName,Territory2ModelId,Territory2TypeId,"
    "ParentTerritory2Id,Description,AccountAccessLevel,OpportunityAccessLevel,CaseAccessLevel,"
    "ContactAccessLevel",
    "02c_Territory2_update": "Id,ParentTerritory2Id",
    "03a_ObjectTerritory2Association_delete": "Id",
    "03b_ObjectTerritory2Association_insert": "ObjectId,Territory2Id,AssociationCause",
    "04a_UserTerritory2Association_delete": "Id",
    "04b_UserTerritory2Association_insert": "UserId,Territory2Id,RoleInTerritory2",
    "04c_Territory2_update": "Id,ForecastUserId",
    "05_Account_update": "Id,OwnerId",
    "06_AccountTeamMember_insert": "AccountId,UserId,TeamMemberRole,AccountAccessLevel,"
    "ContactAccessLevel,OpportunityAccessLevel,CaseAccessLevel",
    "07_ForecastingQuota_insert": "QuotaOwnerId,StartDate,QuotaAmount,ForecastingTypeId,"
    "CurrencyIsoCode",
}


def load_files(written: Written) -> dict[str, Rows]:
    return {name: rows for name, rows in written.items() if name[0].isdigit()}


def readme(written: Written) -> str:
    return written["README"][0]["text"]


def key_of(rows: Rows, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def assert_sound(written: Written) -> None:
    """Every file has its header, legal ids, no blank where one is needed, and no row twice."""
    for name, rows in load_files(written).items():
        assert rows
        assert ",".join(rows[0]) == HEADERS[name]
        assert len({tuple(row.values()) for row in rows}) == len(rows)
        for row in rows:
            for column, cell in row.items():
                if column.endswith("Id") and column != "ParentTerritory2Id":
                    assert ID.fullmatch(cell), (name, column, cell)


def test_nothing_known_leaves_files_out_and_says_why(company: Plan, write: Write) -> None:
    """Without ids only the model can be made; each other file has its reason."""
    written = write(in_crm(company, []))
    assert list(load_files(written)) == ["01_Territory2Model_insert"]
    assert_sound(written)
    text = readme(written)
    assert "Stop after 01" in text
    for step in ("02a Territory2", "03b Object", "04 User", "05 Account", "07 ForecastingQuota"):
        assert f"**{step}" in text


def test_everything_known_gives_every_file_in_load_order(whole: Plan, write: Write) -> None:
    """Accounts, people, owners and quotas are all there, and refer to what exists."""
    written = write(whole)
    assert_sound(written)
    assert list(load_files(written)) == [
        "03b_ObjectTerritory2Association_insert",
        "04b_UserTerritory2Association_insert",
        "05_Account_update",
        "06_AccountTeamMember_insert",
        "07_ForecastingQuota_insert",
    ]
    names = [line.split("`")[1] for line in readme(written).splitlines() if line.startswith("| `")]
    assert names == sorted(f"{name}.csv" for name in load_files(written))
    placed = proposed_territories(whole)
    wanted = {
        (account_id(at), territory_id(int(seat[1:])), "Territory2Manual")
        for at, seat in enumerate(placed)
        if seat
    }
    rows = written["03b_ObjectTerritory2Association_insert"]
    assert set(key_of(rows, "ObjectId", "Territory2Id", "AssociationCause")) == wanted


def test_owners_change_where_the_plan_says(whole: Plan, write: Write) -> None:
    """Account rows are exactly the accounts whose owner changes, with their new owner."""
    pairs = zip(previous_reps(whole), proposed_reps(whole), strict=True)
    wanted = {
        (account_id(at), user_id(int(new[1:])))
        for at, (old, new) in enumerate(pairs)
        if new and new != old
    }
    written = write(whole)
    assert set(key_of(written["05_Account_update"], "Id", "OwnerId")) == wanted
    team = written["06_AccountTeamMember_insert"]
    assert len(set(key_of(team, "AccountId", "UserId"))) == len(team)
    owners = dict(key_of(written["05_Account_update"], "Id", "OwnerId"))
    assert all(row["UserId"] != owners[row["AccountId"]] for row in team)
    assert {row["AccountAccessLevel"] for row in team} <= {"Read", "Edit"}


def test_territories_are_made_parents_first(company: Plan, write: Write) -> None:
    """The team comes before its seats: they wait until it has an Id, then name it."""
    export = {"model": MODEL, "type": KIND}
    first = write(in_crm(company, people(4), salesforce=export))
    assert_sound(first)
    assert [row["DeveloperName"] for row in first["02a_Territory2_insert"]] == ["M1_Team"]
    assert first["02a_Territory2_insert"][0]["ParentTerritory2Id"] == ""
    assert "Stop after 02a" in readme(first)
    assert "hang below one that has no Id yet" in readme(first)
    second = write(in_crm(company, [*people(4), territories(4)[0]], salesforce=export))
    rows = second["02a_Territory2_insert"]
    assert [row["DeveloperName"] for row in rows] == ["T001", "T002", "T003", "T004"]
    assert {row["ParentTerritory2Id"] for row in rows} == {territory_id(900)}
    assert {row["Territory2ModelId"] for row in rows} == {MODEL}
    for row in rows:
        assert LEGAL.fullmatch(row["DeveloperName"])
        assert len(row["Name"]) <= 40
        assert row["AccountAccessLevel"] in {"Read", "Edit", "All"}
        for name in ("OpportunityAccessLevel", "CaseAccessLevel", "ContactAccessLevel"):
            assert row[name] in {"None", "Read", "Edit"}


def test_only_what_is_wrong_today_is_deleted_and_inserted(whole: Plan, write: Write) -> None:
    """An association that is right stays; a wrong one goes by its Id; rules and strangers stay."""
    placed = proposed_territories(whole)
    first, second = [at for at, seat in enumerate(placed) if seat][:2]
    third = next(at for at, seat in enumerate(placed) if seat and at > second)
    other = next(t for t in ("T001", "T002") if t != placed[second])

    def row(
        number: int, at: int, territory: str, cause: str = "Territory2Manual"
    ) -> dict[str, str]:
        return {
            "object": "Object Territory2 Association",
            "id": f"0MJ{number:012d}",
            "account_id": account_id(at),
            "territory2_id": territory,
            "cause": cause,
        }

    wrong = next(t for t in ("T001", "T002") if t != placed[third])
    rows = [
        row(1, first, territory_id(int(placed[first][1:]))),
        row(2, second, territory_id(int(other[1:]))),
        row(3, third, territory_id(int(wrong[1:])), "Territory2AssignmentRule"),
        row(4, first, territory_id(777)),
        row(5, 59_999, territory_id(1)),
    ]
    known = [*people(4), *accounts(60), *territories(4), *rows]
    written = write(in_crm(whole, known, salesforce={}))
    gone = written["03a_ObjectTerritory2Association_delete"]
    assert gone == [{"Id": "0MJ000000000002"}]
    joined = key_of(written["03b_ObjectTerritory2Association_insert"], "ObjectId")
    assert (account_id(first),) not in joined
    assert (account_id(second),) in joined
    text = readme(written)
    assert "assignment rule (no file can delete them: change the rule): 1" in text
    assert "a territory that the plan does not know: 1" in text
    assert "accounts that the plan does not know: 1" in text


def test_holders_change_and_helpers_stay(whole: Plan, write: Write) -> None:
    """A former holder leaves by Id, the right one is not written again, a helper stays."""

    def row(number: int, user: int, territory: int, role: str) -> dict[str, str]:
        return {
            "object": "UserTerritory2Association",
            "id": f"0MU{number:012d}",
            "rep_id": user_id(user),
            "territory2_id": territory_id(territory),
            "role": role,
        }

    rows = [row(1, 1, 1, "Owner"), row(2, 3, 2, "Owner"), row(3, 50, 2, "Sales Rep")]
    known = [*people(4), *accounts(60), *territories(4), *rows]
    written = write(in_crm(whole, known, salesforce={"territory_role": "Owner"}))
    assert written["04a_UserTerritory2Association_delete"] == [{"Id": "0MU000000000002"}]
    joined = key_of(written["04b_UserTerritory2Association_insert"], "UserId", "Territory2Id")
    assert (user_id(2), territory_id(2)) in joined
    assert (user_id(1), territory_id(1)) not in joined
    assert (user_id(900), territory_id(900)) in joined


def test_a_blank_is_not_a_null(whole: Plan, write: Write) -> None:
    """A territory that goes to the top gets #N/A; one whose parent is right is not written."""
    team, *seats = territories(4)
    placed = [{**row, "parent_id": territory_id(900)} for row in seats]
    placed[2]["parent_id"] = territory_id(901)
    rows = [*people(4), {**team, "parent_id": territory_id(999)}, *placed]
    written = write(in_crm(whole, rows, salesforce={"model": MODEL, "type": KIND}))
    assert key_of(written["02c_Territory2_update"], "Id", "ParentTerritory2Id") == [
        (territory_id(900), "#N/A"),
        (territory_id(3), territory_id(900)),
    ]


def test_quotas_have_a_row_for_each_owner_and_period(whole: Plan, write: Write) -> None:
    """Months add up to what the sheet says, managers have rows of their own."""
    rows = write(whole)["07_ForecastingQuota_insert"]
    assert len(set(key_of(rows, "QuotaOwnerId", "StartDate", "ForecastingTypeId"))) == len(rows)
    assert len(rows) == 5 * 12
    for row in rows:
        assert date.fromisoformat(row["StartDate"]).day == 1
        assert row["ForecastingTypeId"] == FORECAST
    assert whole.quotas is not None
    mine = [row for row in rows if row["QuotaOwnerId"] == user_id(2)]
    months = [line.quota for line in whole.quotas.lines if line.rep_id == "R002"]
    assert [round(float(row["QuotaAmount"]) * 100) for row in mine] == months
    assert {row["CurrencyIsoCode"] for row in mine} == {"USD"}
    yen = [row for row in rows if row["QuotaOwnerId"] == user_id(1)]
    assert {row["CurrencyIsoCode"] for row in yen} == {"JPY"}
    assert all("." not in row["QuotaAmount"] for row in yen)


def test_quarters_and_territory_forecasts(whole: Plan, write: Write) -> None:
    """A quarter is the sum of its months, and names its territory where forecasts are by it."""
    rows = [*people(4), *territories(4)]
    settings = {
        "forecasting": {"total": FORECAST, "services": FORECAST},
        "quota_period": "quarter",
        "territory_forecasts": True,
        "currency_codes": False,
    }
    written = write(in_crm(whole, rows, salesforce=settings))
    quotas = written["07_ForecastingQuota_insert"]
    header = "QuotaOwnerId,StartDate,QuotaAmount,ForecastingTypeId,Territory2Id"
    assert ",".join(quotas[0]) == header
    assert whole.quotas is not None
    first = [row for row in quotas if row["QuotaOwnerId"] == user_id(2)]
    assert [row["StartDate"] for row in first] == [
        f"2027-{month:02d}-01" for month in (1, 4, 7, 10)
    ]
    assert {row["Territory2Id"] for row in first} == {territory_id(2)}
    total = sum(line.quota for line in whole.quotas.lines if line.rep_id == "R002")
    assert round(sum(float(row["QuotaAmount"]) for row in first) * 100) == total
    boss = [row for row in quotas if row["QuotaOwnerId"] == user_id(900)]
    assert {row["Territory2Id"] for row in boss} == {territory_id(900)}
    assert (territory_id(900), user_id(900)) in key_of(
        written["04c_Territory2_update"], "Id", "ForecastUserId"
    )
    assert "services" in readme(written)


def counted_and_families(plan: Plan) -> Plan:
    """Return the plan with leads and services beside each rep's monthly total."""
    assert plan.quotas is not None
    reps = [line for line in plan.quotas.lines if line.level == "rep"]
    leads = [
        replace(line, component="leads", currency="leads", quota=20, quota_local=20)
        for line in reps
    ]
    services = [replace(line, component="services", quota=7, quota_local=7) for line in reps]
    sheet = replace(
        plan.quotas, lines=(*plan.quotas.lines, *leads, *services), beside=("leads", "services")
    )
    return replace(plan, quotas=sheet)


def test_counts_are_quantities_and_components_may_have_a_family(
    company: Plan, write: Write
) -> None:
    """A counted component fills QuotaQuantity, and money QuotaAmount, each under its own type."""
    counts = "0Db000000000002"
    settings = {
        "forecasting": {"total": FORECAST, "services": FORECAST, "leads": counts},
        "product_families": {"services": "Services", "gone": "Gone"},
    }
    plan = in_crm(counted_and_families(company), people(4), salesforce=settings)
    written = write(plan)
    rows = written["07_ForecastingQuota_insert"]
    header = "QuotaOwnerId,StartDate,QuotaAmount,QuotaQuantity,ForecastingTypeId,"
    assert ",".join(rows[0]) == header + "CurrencyIsoCode,ProductFamily"
    leads = [row for row in rows if row["ForecastingTypeId"] == counts]
    assert len(leads) == 4 * 12
    assert {
        (row["QuotaAmount"], row["QuotaQuantity"], row["CurrencyIsoCode"]) for row in leads
    } == {("", "20", "")}
    families = [row for row in rows if row["ProductFamily"]]
    assert len(families) == 4 * 12
    assert {row["ProductFamily"] for row in families} == {"Services"}
    assert all(row["QuotaAmount"] and not row["QuotaQuantity"] for row in families)
    keys = key_of(rows, "QuotaOwnerId", "StartDate", "ForecastingTypeId", "ProductFamily")
    assert len(set(keys)) == len(rows) == 5 * 12 + 2 * 4 * 12
    assert "product_families: components that the plan does not have: gone" in readme(written)


def test_a_type_measures_money_or_counts(company: Plan, write: Write) -> None:
    """A count under a type of money is left out with the reason; alone it has no amounts."""
    plan = counted_and_families(company)
    both = {"forecasting": {"total": FORECAST, "leads": FORECAST}}
    written = write(in_crm(plan, people(4), salesforce=both))
    assert "QuotaQuantity" not in written["07_ForecastingQuota_insert"][0]
    assert "leads is counted" in readme(written)
    alone = {"forecasting": {"leads": FORECAST}, "currency_codes": False}
    rows = write(in_crm(plan, people(4), salesforce=alone))["07_ForecastingQuota_insert"]
    assert ",".join(rows[0]) == "QuotaOwnerId,StartDate,QuotaQuantity,ForecastingTypeId"


def test_ids_of_the_plan_itself_need_no_table(company: Plan, write: Write) -> None:
    """Accounts and reps whose ids are Salesforce's own are taken as they are, 15 or 18 long."""
    ids = [f"001{at:012d}AAA" if at % 2 else account_id(at) for at in range(60)]
    table = company.data.accounts.assign(account_id=ids)
    plan = replace(company, data=replace(company.data, accounts=table))
    rows = [
        *people(4),
        *territories(4),
        {
            "object": "ObjectTerritory2Association",
            "id": "0MJ000000000009",
            "account_id": account_id(1),
            "territory2_id": "0MI000000000999",
        },
    ]
    written = write(in_crm(plan, rows))
    assert_sound(written)
    assert set(key_of(written["05_Account_update"], "Id")) <= {(one,) for one in ids}


def test_people_without_ids_keep_their_rows_out(whole: Plan, write: Write) -> None:
    """Open headcount has no user: its accounts keep their owner, and the README names it."""
    rows = [row for row in people(4) if row["rep_id"] != "R002"]
    known = [*rows, *accounts(60), *territories(4)]
    written = write(in_crm(whole, known, salesforce={"forecasting": FORECAST}))
    assert_sound(written)
    assert user_id(2) not in {row["OwnerId"] for row in written["05_Account_update"]}
    assert readme(written).count("R002") >= 3


def test_an_id_that_two_records_claim_is_not_guessed(whole: Plan, write: Write) -> None:
    """Two territories with one developer name, two users for one rep: neither is taken."""
    rows = [
        *people(4),
        *accounts(60),
        *territories(4),
        {"object": "Territory2", "id": territory_id(5), "developer_name": "T001"},
        {"object": "User", "id": user_id(77), "rep_id": "R003"},
    ]
    written = write(in_crm(whole, rows, salesforce={"model": MODEL, "type": KIND}))
    assert "several Territory2 records claim T001" in readme(written)
    used = {row["Territory2Id"] for row in written["03b_ObjectTerritory2Association_insert"]}
    assert not used & {territory_id(1), territory_id(5)}
    assert not {user_id(3), user_id(77)} & {row["OwnerId"] for row in written["05_Account_update"]}


def test_rows_of_other_models_are_left_alone(whole: Plan, write: Write) -> None:
    """A territory of last year's model is not mistaken for this year's."""
    rows = [*people(4), *accounts(60)]
    rows += [{**row, "model_id": "0MA000000000099AAA"} for row in territories(4)]
    written = write(in_crm(whole, rows, salesforce={"model": MODEL, "type": KIND}))
    assert "03b_ObjectTerritory2Association_insert" not in written
    assert "02a_Territory2_insert" in written


def test_large_files_are_split_with_a_header_each(whole: Plan, write: Write) -> None:
    """No part is over the limit, and together they hold every row once, in order."""
    one = write(whole)["03b_ObjectTerritory2Association_insert"]
    written = write(whole, largest=600)
    parts = [name for name in written if name.startswith("03b")]
    assert len(parts) > 2
    assert [row for name in parts for row in written[name]] == one
    folder = Path(written["folder"][0]["text"])
    assert all((folder / f"{name}.csv").stat().st_size <= 600 for name in parts)
    assert all(f"`{name}.csv`" in readme(written) for name in parts)


def test_files_end_rows_as_the_loader_wants(whole: Plan, write: Write) -> None:
    """UTF-8 without a mark, line feeds alone."""
    folder = Path(write(whole)["folder"][0]["text"])
    for path in folder.glob("0*.csv"):
        body = path.read_bytes()
        assert not body.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in body
        assert body.endswith(b"\n")


@pytest.mark.parametrize(
    "seats",
    [
        ("T-1", "T_1", "t 1", "=1+1"),
        ("東京", "大阪", "München/Süd", "1st"),
        ("x" * 100, "x" * 99 + "y", "__a__b__", '"q", \n'),
        ("\u202eabc", "abc", "ABC", "-@"),
    ],
)
def test_odd_names_become_legal_and_unique(
    company: Plan, write: Write, seats: tuple[str, ...]
) -> None:
    """Developer names are legal and unlike each other whatever the case; cells stay one line."""
    plan = replace(company, seats=replace(company.seats, territory_ids=seats))
    rows = [*people(4), territories(4)[0]]
    written = write(in_crm(plan, rows, salesforce={"model": MODEL, "type": KIND}))
    made = written["02a_Territory2_insert"]
    assert len(made) == 4
    names = [row["DeveloperName"] for row in made]
    assert all(LEGAL.fullmatch(name) and len(name) <= 80 for name in names)
    assert len({name.casefold() for name in names}) == 4
    assert len({row["Name"].casefold() for row in made}) == 4
    for row in made:
        assert 0 < len(row["Name"]) <= 40
        assert all(cell.isprintable() for cell in row.values())
        assert "'=" not in row["Name"]


def test_a_name_that_is_legal_does_not_change_with_its_neighbours(
    company: Plan, write: Write
) -> None:
    """The same territory has the same developer name in next year's plan."""
    found = {}
    for other in ("T-1", "X"):
        seats = ("T_1", other, "Z 9", "Y")
        plan = replace(company, seats=replace(company.seats, territory_ids=seats))
        rows = [*people(4), territories(4)[0]]
        written = write(in_crm(plan, rows, salesforce={"model": MODEL, "type": KIND}))
        found[other] = [row["DeveloperName"] for row in written["02a_Territory2_insert"]]
    assert found["T-1"][0] == found["X"][0] == "T_1"
    assert found["T-1"][2] == found["X"][2] == "Z_9"


def test_unassigned_accounts_lose_their_territory_and_keep_their_owner(
    whole: Plan, write: Write
) -> None:
    """Nobody may serve it: it is in no insert and no owner file."""
    free = int(np.flatnonzero(whole.territory_of_account < 0)[0])
    written = write(whole)
    for name, column in (
        ("03b_ObjectTerritory2Association_insert", "ObjectId"),
        ("05_Account_update", "Id"),
    ):
        assert account_id(free) not in {row[column] for row in written[name]}


def test_an_account_stays_until_its_new_territory_exists(whole: Plan, write: Write) -> None:
    """Nothing is taken out of a territory before it can be put into the next."""
    at = next(at for at, seat in enumerate(proposed_territories(whole)) if seat == "T004")
    today = {
        "object": "ObjectTerritory2Association",
        "id": "0MJ000000000001",
        "account_id": account_id(at),
        "territory2_id": territory_id(1),
    }
    known = [*people(4), *accounts(60), *territories(4)[:-1], today]
    written = write(in_crm(whole, known))
    assert "03a_ObjectTerritory2Association_delete" not in written
    assert "wait for the Id of their territory: T004" in readme(written)
    written = write(in_crm(whole, [*known, territories(4)[-1]]))
    assert written["03a_ObjectTerritory2Association_delete"] == [{"Id": "0MJ000000000001"}]


def test_seats_that_differ_in_case_alone_are_not_mixed_up(company: Plan, write: Write) -> None:
    """Our ids are compared as they are; a manager's own seat is not his team."""
    seats = ("west", "West", "M1", "T004")
    plan = replace(company, seats=replace(company.seats, territory_ids=seats))
    rows = [
        {"object": "Territory2", "id": territory_id(at), "territory_id": seat}
        for at, seat in enumerate(seats)
    ]
    written = write(in_crm(plan, [*people(4), *accounts(60), *rows]))
    placed = {
        row["ObjectId"]: row["Territory2Id"]
        for row in written["03b_ObjectTerritory2Association_insert"]
    }
    for at, seat in enumerate(proposed_territories(plan)):
        if seat:
            assert placed[account_id(at)] == territory_id(seats.index(seat))
