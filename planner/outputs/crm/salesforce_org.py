"""One Salesforce org as the plan knows it: which record is which territory, person and account."""

from __future__ import annotations

from dataclasses import dataclass

from planner.inputs.identities import shorten
from planner.outputs.crm.hierarchy import Node, plan_tree
from planner.outputs.crm.names import developer_names, unique_names
from planner.outputs.crm.records import Identities, Record, Records, plan_records
from planner.outputs.moves import previous_reps, proposed_reps
from planner.outputs.parameters import SALESFORCE_ID, SalesforceParameters
from planner.outputs.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """The plan's parts and their Ids in Salesforce.

    Parameters
    ----------
    nodes
        Teams and seats, parents first.
    names, labels
        DeveloperName and Name of each node.
    territory_ids
        Id of each node's Territory2, None where the CRM has none yet.
    territory_rows
        The record of each node, where there is one.
    ambiguous
        Nodes that several Territory2 records claim; they are as if they had none.
    others
        Territory2 records of the model that are no territory of the plan.
    accounts
        Id of each account in the order of the accounts table.
    previous, proposed
        Owner of each account today and in the plan, empty where there is none.
    seat_ids
        Id of each seat that has one, by territory.
    known_ids
        The first 15 characters of the Id of every territory of the plan.
    """

    plan: Plan
    settings: SalesforceParameters
    records: Records
    nodes: tuple[Node, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    territory_ids: tuple[str | None, ...]
    territory_rows: tuple[Record | None, ...]
    ambiguous: tuple[str, ...]
    others: tuple[Record, ...]
    users: Identities
    accounts: tuple[str | None, ...]
    previous: tuple[str, ...]
    proposed: tuple[str, ...]
    seat_ids: dict[str, str]
    known_ids: frozenset[str]

    def find_territory(self, row: Record) -> str | None:
        """Return the Id of the plan's territory that an association is with, None for any other."""
        given = row.territory2_id or row.territory_id
        return given if shorten(given) in self.known_ids else self.seat_ids.get(given)


def read_org(plan: Plan, settings: SalesforceParameters) -> Org:
    """Return the org that a plan is for."""
    records, nodes = plan_records(plan), plan_tree(plan)
    texts = [f"{node.key}_Team" if node.team else node.key for node in nodes]
    names = developer_names(texts)
    rows, ambiguous, others = _match_territories(records, nodes, names, settings)
    accounts = Identities(
        ((row.account_id, row.id) for row in records.of("account")), SALESFORCE_ID
    )
    return Org(
        plan=plan,
        settings=settings,
        records=records,
        nodes=nodes,
        names=tuple(names),
        labels=tuple(unique_names([node.label for node in nodes], texts)),
        territory_ids=tuple(row.id if row else None for row in rows),
        territory_rows=rows,
        ambiguous=ambiguous,
        others=others,
        users=Identities(((row.rep_id, row.id) for row in records.of("user")), SALESFORCE_ID),
        accounts=tuple(accounts.find(one) for one in plan.data.accounts["account_id"].tolist()),
        previous=tuple(previous_reps(plan)),
        proposed=tuple(proposed_reps(plan)),
        seat_ids={
            node.key: row.id for node, row in zip(nodes, rows, strict=True) if row and not node.team
        },
        known_ids=frozenset(shorten(row.id) for row in rows if row),
    )


def _match_territories(
    records: Records, nodes: tuple[Node, ...], names: list[str], settings: SalesforceParameters
) -> tuple[tuple[Record | None, ...], tuple[str, ...], tuple[Record, ...]]:
    """Find each node's record: by our id, else by developer name, else by a name like our id."""
    found: list[list[Record]] = [[] for _ in nodes]
    others: list[Record] = []
    # Seats stand behind teams, so that an id that both have is the seat's.
    by_key = {node.key: at for at, node in enumerate(nodes)}
    by_name = {name.casefold(): at for at, name in enumerate(names)}
    for row in records.of("territory2"):
        if not SALESFORCE_ID.fullmatch(row.id) or _of_other_model(row, settings):
            continue
        place = by_key.get(row.territory_id) if row.territory_id else None
        if place is None:
            place = by_name.get(row.developer_name.casefold())
        if place is None and not row.territory_id and not row.developer_name:
            place = by_key.get(row.name)
        if place is None:
            others.append(row)
        else:
            found[place].append(row)
    ambiguous = tuple(node.key for node, rows in zip(nodes, found, strict=True) if len(rows) > 1)
    rows = tuple(rows[0] if len(rows) == 1 else None for rows in found)
    return rows, ambiguous, tuple(others)


def _of_other_model(row: Record, settings: SalesforceParameters) -> bool:
    known = row.model_id and settings.model
    return bool(known) and shorten(row.model_id) != shorten(settings.model or "")
