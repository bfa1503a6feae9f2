"""Salesforce, steps 3, 5 and 6: accounts in territories, their owners, and their teams."""

from __future__ import annotations

from planner.inputs.identities import shorten
from planner.outputs.crm.files import Field, LeftOut, LoadFile
from planner.outputs.crm.package import Made, name_some
from planner.outputs.crm.salesforce_org import Org
from planner.outputs.crm.salesforce_territories import LEVELS, OWN_ID
from planner.outputs.moves import proposed_territories

MANUAL = "Territory2Manual"
ASSOCIATION = "ObjectTerritory2Association"
MEMBER_FIELDS = (
    Field(name="AccountId", kind="id"),
    Field(name="UserId", kind="id"),
    Field(name="TeamMemberRole", longest=40),
    Field(name="AccountAccessLevel", choices=("Read", "Edit")),
    Field(name="ContactAccessLevel", choices=LEVELS),
    Field(name="OpportunityAccessLevel", choices=LEVELS),
    Field(name="CaseAccessLevel", choices=LEVELS),
)


def association_files(org: Org) -> list[Made]:
    """Return which accounts leave and join which territories; nothing else is touched."""
    there, gone, notes = _associations_today(org)
    return [_leaving(org, gone), _joining(org, there), *_missing_ids(org), *notes]


def _leaving(org: Org, gone: list[str]) -> Made:
    if not org.records.of(ASSOCIATION.casefold()):
        reason = (
            f"the associations table has no {ASSOCIATION} rows, so what is there today is not "
            "known; nothing needs deleting where the model is new"
        )
        return LeftOut(step="03a", object=ASSOCIATION, reason=reason)
    return LoadFile(
        step="03a",
        object=ASSOCIATION,
        operation="delete",
        fields=(OWN_ID,),
        rows=tuple((one,) for one in gone),
        unique=("Id",),
        words="takes accounts out of territories that no longer serve them",
    )


def _wanted_territories(org: Org) -> list[str]:
    """Return the Id of each account's territory, empty where it has none."""
    return [org.seat_ids.get(territory, "") for territory in proposed_territories(org.plan)]


def _joining(org: Org, there: set[tuple[str, str]]) -> Made:
    if not org.seat_ids:
        reason = (
            "no territory has an Id yet: load Territory2, put its Ids into the associations table "
            "(object Territory2, Id, DeveloperName) and export again"
        )
        return LeftOut(step="03b", object=ASSOCIATION, reason=reason)
    if not any(org.accounts):
        return LeftOut(step="03b", object=ASSOCIATION, reason=_no_account_ids(org))
    rows = tuple(
        (account, territory, MANUAL)
        for account, territory in zip(org.accounts, _wanted_territories(org), strict=True)
        if account and territory and (shorten(account), shorten(territory)) not in there
    )
    return LoadFile(
        step="03b",
        object=ASSOCIATION,
        operation="insert",
        fields=(
            Field(name="ObjectId", kind="id"),
            Field(name="Territory2Id", kind="id"),
            Field(name="AssociationCause", choices=(MANUAL,)),
        ),
        rows=rows,
        unique=("ObjectId", "Territory2Id"),
        words="puts accounts into the territories that are to serve them",
    )


def _associations_today(org: Org) -> tuple[set[tuple[str, str]], list[str], list[Made]]:
    """Return which account is where today, what is to go, and what is left alone."""
    wanted = {
        shorten(account): shorten(territory)
        for account, territory in zip(org.accounts, _wanted_territories(org), strict=True)
        if account
    }
    waiting = _waiting_accounts(org)
    ours = {
        shorten(given): shorten(account)
        for given, account in zip(
            org.plan.data.accounts["account_id"].tolist(), org.accounts, strict=True
        )
        if account
    }
    there: set[tuple[str, str]] = set()
    gone: list[str] = []
    alone = dict.fromkeys(("rule", "territory", "account"), 0)
    for row in org.records.of(ASSOCIATION.casefold()):
        account = shorten(row.account_id)
        account = ours.get(account, account)
        territory = shorten(org.find_territory(row) or "")
        if account not in wanted or not territory:
            alone["territory" if account in wanted else "account"] += 1
            continue
        there.add((account, territory))
        if territory == wanted[account] or account in waiting:
            continue
        if row.cause and row.cause != MANUAL:
            alone["rule"] += 1
        else:
            gone.append(row.id)
    return there, gone, _left_alone(org, alone)


def _waiting_accounts(org: Org) -> set[str]:
    """Return the accounts whose new territory has no Id yet: they stay where they are until then."""
    pairs = zip(org.accounts, proposed_territories(org.plan), strict=True)
    return {
        shorten(account)
        for account, territory in pairs
        if account and territory and territory not in org.seat_ids
    }


def _left_alone(org: Org, count: dict[str, int]) -> list[Made]:
    names = name_some([row.developer_name or row.name or row.id for row in org.others])
    reasons = {
        "rule": "that come from an assignment rule (no file can delete them: change the rule)",
        "territory": "with a territory that the plan does not know"
        + (f" ({names})" if names else ""),
        "account": "of accounts that the plan does not know",
    }
    return [
        LeftOut(
            step="03a",
            object=ASSOCIATION,
            reason=f"left alone, associations {reason}: {count[name]:,}",
        )
        for name, reason in reasons.items()
        if count[name]
    ]


def _no_account_ids(org: Org) -> str:
    example = str(org.plan.data.accounts["account_id"].iloc[0]) if len(org.accounts) else ""
    return (
        f"no account has a Salesforce Id: account_id {example!r} does not have 15 or 18 letters "
        "and digits, and the associations table has no rows of the object Account"
    )


def _missing_ids(org: Org) -> list[Made]:
    """Say which accounts and territories could not be written."""
    notes: list[Made] = []
    lacking = sum(account is None for account in org.accounts)
    if lacking and any(org.accounts):
        reason = f"accounts without a Salesforce Id, which are in no file: {lacking:,}"
        notes.append(LeftOut(step="03b", object=ASSOCIATION, reason=reason))
    wanted = dict.fromkeys(t for t in proposed_territories(org.plan) if t)
    nameless = [territory for territory in wanted if territory not in org.seat_ids]
    if nameless and org.seat_ids:
        reason = f"accounts wait for the Id of their territory: {name_some(nameless)}"
        notes.append(LeftOut(step="03b", object=ASSOCIATION, reason=reason))
    return notes


def changing_owners(org: Org) -> list[tuple[int, str, str]]:
    """Return (row of the account, its Id, its new owner's user Id) where both Ids are known."""
    found = []
    for at, (account, before, after) in enumerate(
        zip(org.accounts, org.previous, org.proposed, strict=True)
    ):
        user = org.users.find(after) if after and after != before else None
        if account and user:
            found.append((at, account, user))
    return found


def owner_file(org: Org) -> list[Made]:
    """Return the accounts whose owner changes."""
    changing = changing_owners(org)
    nobody = dict.fromkeys(
        after
        for before, after in zip(org.previous, org.proposed, strict=True)
        if after and after != before and org.users.find(after) is None
    )
    notes: list[Made] = []
    if nobody:
        reason = (
            f"no user Id for {name_some(list(nobody))}: accounts that go there keep today's owner "
            "until the associations table has one (object User, the Id and rep_id)"
        )
        notes.append(LeftOut(step="05", object="Account", reason=reason))
    if not any(org.accounts):
        return [LeftOut(step="05", object="Account", reason=_no_account_ids(org)), *notes]
    if nobody and not changing:
        return notes
    made = LoadFile(
        step="05",
        object="Account",
        operation="update",
        fields=(OWN_ID, Field(name="OwnerId", kind="id")),
        rows=tuple((account, user) for _, account, user in changing),
        unique=("Id",),
        words="gives accounts their new owner, and by default deletes their account teams",
    )
    return [made, *notes]


def team_file(org: Org) -> Made:
    """Return who is to be on the team of each account that changes its owner.

    Loading step 5 deletes the team: those that the associations table has are put back, the
    former owner stays on for the hold-over, and overlays of the new owner join.
    """
    changing = changing_owners(org)
    if not changing:
        reason = "no account changes its owner by step 05, so no team is lost"
        return LeftOut(step="06", object="AccountTeamMember", reason=reason)
    teams, overlays = _teams_today(org), _overlays(org)
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    for at, account, owner in changing:
        former = org.users.find(org.previous[at]) if org.previous[at] else None
        members = [(former, org.settings.former_owner_role)] if former else []
        members += [
            (user, org.settings.overlay_role) for user in overlays.get(org.proposed[at], ())
        ]
        members += teams.get(shorten(account), [])
        for user, role in members:
            key = (shorten(account), shorten(user))
            if shorten(user) != shorten(owner) and key not in rows:
                rows[key] = _member(org, account, user, role)
    return LoadFile(
        step="06",
        object="AccountTeamMember",
        operation="insert",
        fields=MEMBER_FIELDS,
        rows=tuple(rows.values()),
        unique=("AccountId", "UserId"),
        words="puts former owners, overlays and the teams of today on the accounts of step 05",
    )


def _member(org: Org, account: str, user: str, role: str) -> tuple[str, ...]:
    settings = org.settings
    access = "Edit" if settings.account_access == "All" else settings.account_access
    return (
        account,
        user,
        role,
        access,
        settings.contact_access,
        settings.opportunity_access,
        settings.case_access,
    )


def _teams_today(org: Org) -> dict[str, list[tuple[str, str]]]:
    teams: dict[str, list[tuple[str, str]]] = {}
    ours = {
        shorten(given): account
        for given, account in zip(
            org.plan.data.accounts["account_id"].tolist(), org.accounts, strict=True
        )
        if account
    }
    for row in org.records.of("accountteammember"):
        user = org.users.find(row.rep_id)
        account = ours.get(shorten(row.account_id), row.account_id)
        if user:
            role = row.role or org.settings.overlay_role
            teams.setdefault(shorten(account), []).append((user, role[:40]))
    return teams


def _overlays(org: Org) -> dict[str, list[str]]:
    """Return the user Ids of those who support each rep."""
    found: dict[str, list[str]] = {}
    for rep in org.plan.data.reps:
        user = org.users.find(rep.rep_id) if rep.supports else None
        for supported in rep.supports if user else ():
            found.setdefault(supported, []).append(user or "")
    return found
