"""The table of what changes within the year: people, accounts and the goal, one event a row."""

from __future__ import annotations

from planner.inputs.account_tables import CURRENCY
from planner.inputs.tables import Column, Table

KINDS = ("leave", "hire", "transfer", "absence", "goal", "added", "merged", "lost")

EVENTS = Table(
    "events",
    "What changed within the year, one event a row; applied by `planner plan --from` in the order "
    "of their dates.",
    (
        Column(
            "kind",
            "text",
            "leave, hire, transfer, absence, goal, added, merged or lost.",
            required=True,
            aliases=("Event", "Event Type", "Change", "Change Type"),
            values=KINDS,
        ),
        Column(
            "date",
            "date",
            "A leaver's last day; for all others the first day that the event holds.",
            required=True,
            aliases=("Effective Date", "Effective", "When"),
        ),
        Column("rep_id", "id", "Whom it concerns.", aliases=("Rep", "Who", "Employee ID")),
        Column(
            "territory_id",
            "id",
            "The seat that a hire or a transfer takes.",
            aliases=("Territory", "Seat ID", "To Territory"),
        ),
        Column(
            "account_id",
            "id",
            "The account that is added, merged or lost.",
            aliases=("Account", "Account ID (18)"),
        ),
        Column(
            "into",
            "id",
            "The account that a merged one becomes part of.",
            aliases=("Merged Into", "Surviving Account", "Master Record ID"),
        ),
        Column(
            "covered_by",
            "id",
            "Who covers the seat of a leaver, or of somebody absent, meanwhile.",
            aliases=("Cover", "Covering Rep"),
        ),
        Column(
            "until",
            "date",
            "Last day of an absence; empty is open.",
            aliases=("Absence End", "Through"),
        ),
        Column(
            "amount",
            "money",
            "The company's new goal for the whole plan.",
            aliases=("Goal", "New Goal"),
            low=0,
            unit="currency",
        ),
        Column(
            "seat",
            "text",
            "What becomes of a leaver's seat: open (headcount to be hired, the default) or closed.",
            values=("open", "closed"),
        ),
        Column(
            "manager_id",
            "id",
            "The manager of a hire or transfer; who takes over the team of a manager who leaves.",
            aliases=("New Manager", "Manager"),
        ),
        Column(
            "name", "text", "Name of a hire who is not in the reps table.", aliases=("Rep Name",)
        ),
        Column("why", "text", "The reason, for the record.", aliases=("Reason", "Comment", "Note")),
        Column("by", "text", "Who decided it.", aliases=("Decided By", "Approved By", "Owner")),
        Column("event_id", "id", "The event's own id.", aliases=("Event ID", "Ticket")),
        CURRENCY,
    ),
)
