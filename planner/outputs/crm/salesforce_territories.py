"""Salesforce, steps 1, 2 and 4: the model, its territories, and who is in them."""

from __future__ import annotations

from planner.inputs.identities import shorten
from planner.outputs.crm.files import NULL, Field, LeftOut, LoadFile
from planner.outputs.crm.hierarchy import Node
from planner.outputs.crm.names import LONGEST_DEVELOPER_NAME, clean_name, developer_names
from planner.outputs.crm.package import Made, name_some
from planner.outputs.crm.salesforce_org import Org
from planner.outputs.wording import title_sentence

LEVELS = ("None", "Read", "Edit")
LONGEST_TEXT = 255
NAMED = (
    Field(name="Name", longest=40),
    Field(name="DeveloperName", kind="developer name", longest=LONGEST_DEVELOPER_NAME),
)
ACCESS = (
    Field(name="AccountAccessLevel", choices=("Read", "Edit", "All")),
    Field(name="OpportunityAccessLevel", choices=LEVELS),
    Field(name="CaseAccessLevel", choices=LEVELS),
    Field(name="ContactAccessLevel", choices=LEVELS),
)
TERRITORY = (
    *NAMED,
    Field(name="Territory2ModelId", kind="id"),
    Field(name="Territory2TypeId", kind="id"),
    Field(name="ParentTerritory2Id", kind="id", required=False),
    Field(name="Description", required=False, longest=LONGEST_TEXT),
    *ACCESS,
)
OWN_ID = Field(name="Id", kind="id")


def model_file(org: Org) -> Made:
    """Return the file that makes the model; none where the model is there already."""
    if org.settings.model:
        reason = (
            f"the model is {org.settings.model}, given in [export.salesforce] model; it must be in "
            "the state Planning (or the Active one, for a change during the year)"
        )
        return LeftOut(step="01", object="Territory2Model", reason=reason)
    name = org.plan.provenance.name
    row = (clean_name(name) or "Plan", developer_names([name])[0], _cut(title_sentence(org.plan)))
    return LoadFile(
        step="01",
        object="Territory2Model",
        operation="insert",
        fields=(*NAMED, Field(name="Description", required=False, longest=LONGEST_TEXT)),
        rows=(row,),
        unique=("DeveloperName",),
        words="makes a territory model in the state Planning; nobody sees it until it is activated",
    )


def _cut(text: str) -> str:
    return clean_name(text, LONGEST_TEXT)


def territory_files(org: Org) -> list[Made]:
    """Return the territories to make and those to hang elsewhere, parents before children."""
    missing = [
        f"[export.salesforce] {key}"
        for key in ("model", "type")
        if getattr(org.settings, key) is None
    ]
    if missing:
        reason = f"it needs the Id of the model and of the territory type: {' and '.join(missing)}"
        return [LeftOut(step="02a", object="Territory2", reason=reason)]
    waiting, rows = [], []
    for at, node in enumerate(org.nodes):
        if org.territory_ids[at] is not None or node.key in org.ambiguous:
            continue
        if node.parent >= 0 and org.territory_ids[node.parent] is None:
            waiting.append(node)
        else:
            rows.append(_territory_row(org, at))
    made = LoadFile(
        step="02a",
        object="Territory2",
        operation="insert",
        fields=TERRITORY,
        rows=tuple(rows),
        unique=("DeveloperName",),
        words="makes territories that the model does not have yet",
    )
    return [made, *_waiting(org, waiting), _moved_territories(org)]


def _territory_row(org: Org, at: int) -> tuple[str, ...]:
    node, settings = org.nodes[at], org.settings
    parent = org.territory_ids[node.parent] if node.parent >= 0 else ""
    return (
        org.labels[at],
        org.names[at],
        settings.model or "",
        settings.type or "",
        parent or "",
        _cut(f"{'Team' if node.team else 'Territory'} {node.key} of {org.plan.provenance.name}"),
        settings.account_access,
        settings.opportunity_access,
        settings.case_access,
        settings.contact_access,
    )


def _waiting(org: Org, nodes: list[Node]) -> list[Made]:
    """Say which territories have to wait for the Id of the one above them."""
    notes: list[Made] = []
    if nodes:
        reason = (
            f"these hang below one that has no Id yet: "
            f"{name_some([node.key for node in nodes])}; load 02a, add the new Ids to the "
            "associations table, and export again"
        )
        notes.append(LeftOut(step="02b", object="Territory2", reason=reason))
    if org.ambiguous:
        reason = (
            f"several Territory2 records claim {name_some(list(org.ambiguous))}; leave one in the "
            "associations table"
        )
        notes.append(LeftOut(step="02b", object="Territory2", reason=reason))
    return notes


def _moved_territories(org: Org) -> Made:
    """Return the territories whose parent changes; none where today's parents are not known."""
    if "parent_id" not in org.records.given:
        return None
    rows = []
    for node, own, row in zip(org.nodes, org.territory_ids, org.territory_rows, strict=True):
        if own is None or row is None:
            continue
        wanted = org.territory_ids[node.parent] if node.parent >= 0 else ""
        if wanted is not None and shorten(wanted) != shorten(row.parent_id):
            # A blank would be ignored: only this empties the field.
            rows.append((own, wanted or NULL))
    return LoadFile(
        step="02c",
        object="Territory2",
        operation="update",
        fields=(OWN_ID, Field(name="ParentTerritory2Id", kind="id", required=False)),
        rows=tuple(rows),
        unique=("Id",),
        words=f"hangs territories below another team; {NULL} puts one at the top",
    )


def user_files(org: Org) -> list[Made]:
    """Return who leaves and who joins each territory, and then who forecasts for it."""
    if not any(org.territory_ids):
        reason = "no territory has an Id in the associations table (object Territory2)"
        return [LeftOut(step="04", object="UserTerritory2Association", reason=reason)]
    wanted, nobody = _wanted_users(org)
    there, gone = _users_today(org, wanted)
    joining = tuple(
        (user, territory, org.settings.territory_role)
        for (user, territory) in wanted
        if (shorten(user), shorten(territory)) not in there
    )
    leave = LoadFile(
        step="04a",
        object="UserTerritory2Association",
        operation="delete",
        fields=(OWN_ID,),
        rows=tuple((one,) for one in gone),
        unique=("Id",),
        words="takes former holders out of their territories",
    )
    join = LoadFile(
        step="04b",
        object="UserTerritory2Association",
        operation="insert",
        fields=(
            Field(name="UserId", kind="id"),
            Field(name="Territory2Id", kind="id"),
            Field(name="RoleInTerritory2", longest=255),
        ),
        rows=joining,
        unique=("UserId", "Territory2Id"),
        words="puts holders and managers into their territories",
    )
    return [leave, join, *_nobody(nobody), _forecast_users(org)]


def _wanted_users(org: Org) -> tuple[dict[tuple[str, str], None], list[str]]:
    wanted: dict[tuple[str, str], None] = {}
    nobody: list[str] = []
    for node, territory in zip(org.nodes, org.territory_ids, strict=True):
        user = org.users.find(node.holder) if node.holder else None
        if territory and user:
            wanted[user, territory] = None
        elif territory:
            nobody.append(f"{node.key} ({node.holder or 'no holder'})")
    return wanted, nobody


def _users_today(
    org: Org, wanted: dict[tuple[str, str], None]
) -> tuple[set[tuple[str, str]], list[str]]:
    """Return who is where today, and the associations of those who hold the place no longer."""
    stays = {(shorten(user), shorten(territory)) for user, territory in wanted}
    receivers = {
        shorten(org.users.find(rep.rep_id) or rep.rep_id)
        for rep in org.plan.data.reps
        if rep.receives_accounts
    }
    there: set[tuple[str, str]] = set()
    gone: list[str] = []
    for row in org.records.of("userterritory2association"):
        territory = shorten(org.find_territory(row) or "")
        user = shorten(org.users.find(row.rep_id) or row.rep_id)
        if territory not in org.known_ids:
            continue
        there.add((user, territory))
        holds = row.role == org.settings.territory_role if row.role else user in receivers
        if (user, territory) not in stays and holds:
            gone.append(row.id)
    return there, gone


def _nobody(places: list[str]) -> list[Made]:
    if not places:
        return []
    reason = (
        f"nobody with a user Id holds {name_some(places)}: give "
        "one in the associations table (object User, the Id and rep_id), or add them after hiring"
    )
    return [LeftOut(step="04b", object="UserTerritory2Association", reason=reason)]


def _forecast_users(org: Org) -> Made:
    if not org.settings.territory_forecasts:
        return None
    wanted, _ = _wanted_users(org)
    return LoadFile(
        step="04c",
        object="Territory2",
        operation="update",
        fields=(OWN_ID, Field(name="ForecastUserId", kind="id")),
        rows=tuple((territory, user) for user, territory in wanted),
        unique=("Id",),
        words="names each territory's forecast manager, who has to be in it by then",
    )
