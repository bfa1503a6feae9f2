"""A plan as the files that Dynamics 365 Sales loads: territories, accounts, and goals.

Dataverse takes the key of a new record from whoever makes it: records that are not there yet get a
key that is always the same for the same plan, so that one pass can name parents and territories.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from planner.outputs.crm.files import Field, LeftOut, LoadFile, Row
from planner.outputs.crm.names import unique_names
from planner.outputs.crm.package import Made, Package, gather, name_some
from planner.outputs.crm.quotas import Amount, goal_title, plan_amounts, unchanged_note
from planner.outputs.crm.records import Identities, Records, plan_records
from planner.outputs.moves import previous_reps, proposed_reps, proposed_territories
from planner.outputs.parameters import GUID, DynamicsParameters
from planner.outputs.plan import Plan

SPACE = uuid.UUID("6f0b8e52-5b0c-4f6e-9d57-2f2a8f0c9a41")
LONGEST_TITLE = 100
BEFORE = (
    (
        "**Assigning an account can take its open records along.** By default the relationship "
        "cascades: open opportunities, activities and cases of the old owner go to the new one. Look "
        "at *Assign* of the relationship before 03; `open_opportunities.csv` lists what would follow."
    ),
    (
        "**Territories that exist already need their id.** Without a row in the associations table "
        "(object `territory`, the id and our `territory_id` or its name) a territory is made anew."
    ),
    "**A blank lookup is left alone.** Nothing here empties a field.",
)
HOW = (
    (
        "Any loader that upserts by primary key (Web API, Power Automate, a dataflow): the first column "
        "is the key, and new records are made under it."
    ),
    (
        "One file at a time, in the order of the names. Goals of managers stand before those of their "
        "people, so load the file in its order."
    ),
    "UTF-8, comma, line ending CRLF, dates `yyyy-MM-dd`; files in parts are one step.",
)


def dynamics_package(plan: Plan, settings: DynamicsParameters) -> Package:
    """Return the load files of a plan, and what is left out of them."""
    records = plan_records(plan)
    users = Identities(((row.rep_id, row.id) for row in records.of("systemuser", "user")), GUID)
    territories = _territory_keys(plan, records)
    parts = [
        *_territory_files(plan, users, territories),
        *_account_files(plan, records, users, territories),
        *_goal_files(plan, records, users, settings),
    ]
    return gather("Dynamics 365", "\r\n", parts, [], BEFORE, HOW)


def _key(*parts: str) -> str:
    return str(uuid.uuid5(SPACE, "\n".join(parts)))


def _labels(plan: Plan) -> list[str]:
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    texts = [
        names.get(rep_id, territory) if rep_id == territory else territory
        for territory, rep_id in zip(plan.territory_ids, plan.seats.rep_ids, strict=True)
    ]
    return unique_names(texts, plan.territory_ids)


def _territory_keys(plan: Plan, records: Records) -> dict[str, str]:
    """Return the key of each territory: the CRM's where it is known, else one of our making."""
    known: dict[str, str] = {}
    for row in records.of("territory"):
        if GUID.fullmatch(row.id):
            known.setdefault(row.territory_id or row.name, row.id)
    pairs = zip(plan.territory_ids, _labels(plan), strict=True)
    return {
        territory: known.get(territory) or known.get(label) or _key("territory", territory)
        for territory, label in pairs
    }


def _territory_files(plan: Plan, users: Identities, keys: dict[str, str]) -> list[Made]:
    pairs = list(zip(plan.territory_ids, plan.seats.rep_ids, strict=True))
    held = [users.find(rep_id) or "" for _, rep_id in pairs]
    rows = tuple(
        (keys[territory], label, user)
        for (territory, _), label, user in zip(pairs, _labels(plan), held, strict=True)
    )
    made = LoadFile(
        step="01",
        object="territory",
        operation="upsert",
        fields=(
            Field(name="territoryid", kind="guid"),
            Field(name="name", longest=200),
            Field(name="managerid", kind="guid", required=False),
        ),
        rows=rows,
        unique=("territoryid",),
        words="makes territories that are not there yet, and names who manages each",
    )
    nobody = [seat for (seat, _), user in zip(pairs, held, strict=True) if not user]
    if not nobody:
        return [made]
    reason = f"nobody with a user id holds {name_some(nobody)}: their managerid stays as it is"
    return [made, LeftOut(step="01", object="territory", reason=reason)]


def _account_files(
    plan: Plan, records: Records, users: Identities, territories: dict[str, str]
) -> list[Made]:
    found = Identities(((row.account_id, row.id) for row in records.of("account")), GUID)
    keys = [found.find(account) or "" for account in plan.data.accounts["account_id"].tolist()]
    lacking = keys.count("")
    notes: list[Made] = []
    if lacking:
        reason = (
            f"{lacking:,} of {len(keys):,} accounts have no GUID: account_id is none, and the "
            "associations table has no row (object account, the id and account_id)"
        )
        notes.append(LeftOut(step="02", object="account", reason=reason))
    if lacking == len(keys):
        return notes
    ids = plan.data.accounts["account_id"].tolist()
    # A change within the year leaves accounts that keep their seat where they are.
    stays = set(ids) - plan.year.moved.keys() if plan.year else set()
    placed = tuple(
        (key, territories[territory])
        for account, key, territory in zip(ids, keys, proposed_territories(plan), strict=True)
        if key and territory and account not in stays
    )
    in_territory = LoadFile(
        step="02",
        object="account",
        operation="update",
        fields=(Field(name="accountid", kind="guid"), Field(name="territoryid", kind="guid")),
        rows=placed,
        unique=("accountid",),
        words="puts accounts into their territory",
    )
    return [in_territory, *_owner_files(plan, keys, users), *notes]


def _owner_files(plan: Plan, keys: list[str], users: Identities) -> list[Made]:
    rows: list[Row] = []
    nobody: dict[str, None] = {}
    for key, before, after in zip(keys, previous_reps(plan), proposed_reps(plan), strict=True):
        if not key or not after or after == before:
            continue
        owner = users.find(after)
        if owner is None:
            nobody[after] = None
        else:
            rows.append((key, owner))
    made = LoadFile(
        step="03",
        object="account_owner",
        operation="update",
        fields=(Field(name="accountid", kind="guid"), Field(name="ownerid", kind="guid")),
        rows=tuple(rows),
        unique=("accountid",),
        words="assigns accounts to their new owner, with what the relationship takes along",
    )
    if not nobody:
        return [made]
    reason = f"no user id for {name_some(list(nobody))}: accounts that go there keep today's owner"
    note = LeftOut(step="03", object="account_owner", reason=reason)
    return [made, note] if rows else [note]


def _goal_files(
    plan: Plan, records: Records, users: Identities, settings: DynamicsParameters
) -> list[Made]:
    if plan.quotas is None:
        return [LeftOut(step="04", object="goal", reason="the plan sets no quotas")]
    if settings.metric is None:
        reason = "it needs the id of the goal metric: [export.dynamics] metric"
        return [LeftOut(step="04", object="goal", reason=reason)]
    known = {row.name: row.id for row in records.of("goal") if row.name and GUID.fullmatch(row.id)}
    bosses = {rep.rep_id: rep.manager_id for rep in plan.data.reps}
    keys: dict[tuple[str, object], str] = {}
    rows: list[Row] = []
    nobody: dict[str, None] = {}
    amounts = plan_amounts(plan, settings.quota_period)
    there: set[str] = set()
    for one in amounts:
        owner = users.find(one.rep_id)
        if owner is None:
            nobody |= {one.rep_id: None} if one.changed else {}
            continue
        title = goal_title(plan, one, LONGEST_TITLE)
        key = known.get(title) or _key(
            "goal", plan.provenance.name, one.rep_id, one.start.isoformat()
        )
        keys[one.rep_id, one.start] = key
        if not one.changed:
            there.add(key)
            continue
        rows.append(
            _goal_row(one, key, title, owner, settings.metric, _goal_above(one, keys, bosses))
        )
    made = replace(_goal_file(rows), known=frozenset(there))
    return [made, *_goal_notes(list(nobody)), *unchanged_note("04", "goal", amounts)]


def _goal_above(
    one: Amount, keys: dict[tuple[str, object], str], bosses: dict[str, str | None]
) -> str:
    """Return the key of the goal of the nearest manager who has one."""
    boss: str | None = one.parent_id
    seen: set[str] = set()
    while boss and boss not in seen:
        if (boss, one.start) in keys:
            return keys[boss, one.start]
        seen.add(boss)
        boss = bosses.get(boss)
    return ""


def _goal_row(
    one: Amount, key: str, title: str, owner: str, metric: str, parent: str
) -> tuple[str, ...]:
    last = one.end.fromordinal(one.end.toordinal() - 1)
    return (
        key,
        title,
        owner,
        metric,
        one.plan_text,
        one.start.isoformat(),
        last.isoformat(),
        parent,
    )


def _goal_file(rows: list[Row]) -> LoadFile:
    return LoadFile(
        step="04",
        object="goal",
        operation="upsert",
        fields=(
            Field(name="goalid", kind="guid"),
            Field(name="title", longest=LONGEST_TITLE),
            Field(name="goalownerid", kind="guid"),
            Field(name="metricid", kind="guid"),
            Field(name="targetmoney", kind="amount"),
            Field(name="goalstartdate", kind="day"),
            Field(name="goalenddate", kind="day"),
            Field(name="parentgoalid", kind="guid", required=False),
        ),
        rows=tuple(rows),
        unique=("goalid",),
        words="sets a goal for each person and period, below that of the manager",
        parent=("parentgoalid", "goalid"),
    )


def _goal_notes(nobody: list[str]) -> list[Made]:
    if not nobody:
        return []
    reason = (
        f"no user id for {name_some(nobody)}: give one in the "
        "associations table (object systemuser, the id and rep_id)"
    )
    return [LeftOut(step="04", object="goal", reason=reason)]
