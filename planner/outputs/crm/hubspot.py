"""A plan as the files that HubSpot loads: owners of companies, and goals.

An owner's id and a user's id are different numbers in HubSpot: companies take the one, goals the
other.
"""

from __future__ import annotations

import re
from datetime import timedelta

from planner.outputs.crm.files import Field, LeftOut, LoadFile
from planner.outputs.crm.package import Made, Package, gather, name_some
from planner.outputs.crm.quotas import Amount, goal_title, plan_amounts, unchanged_note
from planner.outputs.crm.records import Identities, Records, plan_records
from planner.outputs.moves import previous_reps, proposed_reps
from planner.outputs.parameters import HubspotParameters
from planner.outputs.plan import Plan

LONGEST_TITLE = 200
DIGITS = re.compile(r"[0-9]+")
BEFORE = (
    (
        "**Owner and user are two ids.** `hubspot_owner_id` is the owner's id, `hs_assignee_user_id` "
        "the user's; both stand in Settings, Users, Export. The associations table takes them as the "
        "objects `Owner` and `User`, each with our `rep_id`."
    ),
    (
        "**Deals and contacts keep their owner.** Changing a company's owner changes nothing else; "
        "`open_opportunities.csv` lists the open deals of companies that move."
    ),
    "**Blank leaves a value as it is.**",
)
TAKEN = (
    "**Account ids that are numbers were taken for HubSpot's record ids.** If they are your own, give "
    "rows of the object `Company`, and export again."
)
HOW = (
    (
        "Companies: import as an update with *Record ID* = `hs_object_id`, or send the rows to the "
        "batch update endpoint of companies."
    ),
    (
        "Goals: create from `02_goal_targets_insert.csv`, one record a row, with the batch create "
        "endpoint of the object `goal_targets`; times are UTC."
    ),
    "UTF-8, comma, line ending CRLF; files in parts are one step.",
)


def hubspot_package(plan: Plan, settings: HubspotParameters) -> Package:
    """Return the load files of a plan, and what is left out of them."""
    records = plan_records(plan)
    parts = [*_company_files(plan, records), *_goal_files(plan, records, settings)]
    before = BEFORE if records.of("company", "account") else (*BEFORE, TAKEN)
    return gather("HubSpot", "\r\n", parts, [], before, HOW)


def _company_files(plan: Plan, records: Records) -> list[Made]:
    owners = Identities(((row.rep_id, row.id) for row in records.of("owner")), DIGITS)
    companies = Identities(
        ((row.account_id, row.id) for row in records.of("company", "account")), DIGITS
    )
    rows: list[tuple[str, ...]] = []
    nobody: dict[str, None] = {}
    nowhere = 0
    ids = plan.data.accounts["account_id"].tolist()
    for account, before, after in zip(ids, previous_reps(plan), proposed_reps(plan), strict=True):
        company, owner = companies.find(account), owners.find(after)
        nowhere += company is None
        if not after or after == before:
            continue
        if owner is None:
            nobody[after] = None
        elif company is not None:
            rows.append((company, owner))
    notes = _company_notes(len(ids), nowhere, list(nobody))
    if not rows and notes:
        return notes
    fields = (
        Field(name="hs_object_id", kind="digits"),
        Field(name="hubspot_owner_id", kind="digits"),
    )
    made = LoadFile(
        step="01",
        object="companies",
        operation="update",
        fields=fields,
        rows=tuple(rows),
        unique=("hs_object_id",),
        words="gives companies their new owner",
    )
    return [made, *notes]


def _company_notes(accounts: int, nowhere: int, nobody: list[str]) -> list[Made]:
    reasons = []
    if nowhere:
        reasons.append(
            f"{nowhere:,} of {accounts:,} accounts have no HubSpot record id: account_id is not a "
            "number, and the associations table has no row (object Company, the id and account_id)"
        )
    if nobody:
        reasons.append(
            f"no owner id for {name_some(nobody)}: give one in the associations table (object "
            "Owner, the id and rep_id); companies that go there keep today's owner"
        )
    return [LeftOut(step="01", object="companies", reason=reason) for reason in reasons]


def _goal_files(plan: Plan, records: Records, settings: HubspotParameters) -> list[Made]:
    if plan.quotas is None:
        return [LeftOut(step="02", object="goal_targets", reason="the plan sets no quotas")]
    users, teams = _known(records, "user"), _known(records, "team")
    rows: list[tuple[str, ...]] = []
    nobody: dict[str, None] = {}
    amounts = plan_amounts(plan, settings.quota_period)
    for one in amounts:
        if not one.changed:
            continue
        user, team = users.get(one.rep_id, ""), teams.get(one.rep_id, "")
        if user or team:
            rows.append(_goal_row(plan, one, "" if team else user, team))
        else:
            nobody[one.rep_id] = None
    notes = [*_goal_notes(list(nobody)), *unchanged_note("02", "goal_targets", amounts)]
    return [_goal_file(rows), *notes]


def _known(records: Records, kind: str) -> dict[str, str]:
    """Return the ids of users or teams by rep; a rep's own id is an owner's, so never one of them."""
    found: dict[str, str] = {}
    for row in records.of(kind):
        if row.rep_id and DIGITS.fullmatch(row.id):
            found.setdefault(row.rep_id, row.id)
    return found


def _goal_row(plan: Plan, one: Amount, user: str, team: str) -> tuple[str, ...]:
    last = one.end - timedelta(days=1)
    return (
        goal_title(plan, one, LONGEST_TITLE),
        one.plan_text,
        f"{one.start.isoformat()}T00:00:00.000Z",
        f"{last.isoformat()}T23:59:59.999Z",
        user,
        team,
    )


def _goal_file(rows: list[tuple[str, ...]]) -> Made:
    return LoadFile(
        step="02",
        object="goal_targets",
        operation="insert",
        fields=(
            Field(name="hs_goal_name", longest=LONGEST_TITLE),
            Field(name="hs_target_amount", kind="amount"),
            Field(name="hs_start_datetime", kind="instant"),
            Field(name="hs_end_datetime", kind="instant"),
            Field(name="hs_assignee_user_id", kind="digits", required=False),
            Field(name="hs_assignee_team_id", kind="digits", required=False),
        ),
        rows=tuple(rows),
        unique=("hs_start_datetime", "hs_assignee_user_id", "hs_assignee_team_id"),
        words="sets a goal for each rep and, where their team is known, for each manager's team",
    )


def _goal_notes(nobody: list[str]) -> list[Made]:
    if not nobody:
        return []
    reason = (
        f"no user id for {name_some(nobody)}; it is not the owner id: "
        "give it in the associations table (object User, the id and rep_id), for a manager "
        "object Team"
    )
    return [LeftOut(step="02", object="goal_targets", reason=reason)]
