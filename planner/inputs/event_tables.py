"""The tables of what happened: history, opportunities, activities, and what the CRM has."""

from __future__ import annotations

from planner.inputs.account_tables import ACCOUNTS, CURRENCY
from planner.inputs.tables import Column, Table

ACCOUNT_ALIASES = ACCOUNTS.columns[0].aliases
REP_ALIASES = (
    "Rep",
    "Owner",
    "Owner ID",
    "OwnerId",
    "Opportunity Owner",
    "Opportunity Owner ID",
    "User ID",
    "Sales Rep ID",
    "Salesperson ID",
    "SalesPersonID",
    "Sales Rep",
    "Employee ID",
    "ownerid",
    "hubspot_owner_id",
    "Assigned To",
    "Assigned",
)
CREATED_ALIASES = (
    "Created Date",
    "CreatedDate",
    "Create Date",
    "Created On",
    "createdon",
    "createdate",
)

HISTORY = Table(
    "history",
    "Past bookings or orders, one row each.",
    (
        Column("account_id", "id", "Who bought.", required=True, aliases=ACCOUNT_ALIASES),
        Column(
            "date",
            "date",
            "When it was booked.",
            required=True,
            aliases=(
                "Order Date",
                "Close Date",
                "CloseDate",
                "Booking Date",
                "Invoice Date",
                "Transaction Date",
                "Month",
                "Period",
            ),
        ),
        Column(
            "amount",
            "money",
            "How much; a return is negative.",
            required=True,
            aliases=(
                "Bookings",
                "Revenue",
                "Sales",
                "Order Amount",
                "Net Amount",
                "Booking Amount",
                "Sub Total",
                "SubTotal",
                "Amount (converted)",
                "Total",
            ),
            unit="currency",
        ),
        Column("rep_id", "id", "Who sold.", aliases=REP_ALIASES),
        Column(
            "product", "text", "What was sold.", aliases=("Product Name", "Product Family", "SKU")
        ),
        Column(
            "type",
            "text",
            "New business, expansion or renewal.",
            aliases=("Booking Type", "Order Type", "Opportunity Type", "Deal Type"),
            values=("new", "expansion", "renewal"),
        ),
        CURRENCY,
    ),
)

OPPORTUNITIES = Table(
    "opportunities",
    "The pipeline: open and closed opportunities, one row each.",
    (
        Column(
            "opportunity_id",
            "id",
            "The opportunity's id.",
            required=True,
            aliases=(
                "Opportunity ID (18)",
                "Id",
                "Deal ID",
                "Record ID",
                "Opportunity",
                "opportunityid",
                "hs_object_id",
            ),
        ),
        Column(
            "account_id",
            "id",
            "Whose it is.",
            required=True,
            aliases=tuple(
                name for name in ACCOUNT_ALIASES if name not in {"Id", "Record ID", "hs_object_id"}
            ),
        ),
        Column(
            "stage",
            "text",
            "Stage of the sale, won and lost included.",
            required=True,
            aliases=("Stage Name", "StageName", "Deal Stage", "Sales Stage", "dealstage", "Status"),
        ),
        Column(
            "amount",
            "money",
            "Expected or won amount.",
            required=True,
            aliases=(
                "Deal Amount",
                "Opportunity Amount",
                "Value",
                "Estimated Value",
                "estimatedvalue",
                "Amount (converted)",
            ),
            low=0,
            unit="currency",
        ),
        Column(
            "type",
            "text",
            "New business, expansion or renewal.",
            aliases=("Opportunity Type", "Deal Type"),
        ),
        Column("created", "date", "When it was opened.", aliases=CREATED_ALIASES),
        Column(
            "close_date",
            "date",
            "When it closed, or is expected to.",
            aliases=("CloseDate", "Expected Close Date", "Est. Close Date", "estimatedclosedate"),
        ),
        Column(
            "probability",
            "number",
            "Chance to win, 0 to 1 or in percent.",
            aliases=("Probability (%)", "Win Probability", "closeprobability"),
            low=0,
            high=1,
            unit="fraction",
        ),
        Column(
            "last_activity",
            "date",
            "When somebody last worked on it.",
            aliases=("Last Activity Date", "LastActivityDate", "Last Activity"),
        ),
        Column("rep_id", "id", "Who works on it.", aliases=REP_ALIASES),
        CURRENCY,
    ),
)

ACTIVITIES = Table(
    "activities",
    "What reps did: calls, meetings, trips, leads.",
    (
        Column("rep_id", "id", "Who did it.", required=True, aliases=REP_ALIASES),
        Column(
            "date",
            "date",
            "When.",
            required=True,
            aliases=("Activity Date", "ActivityDate", "Due Date", "Week", *CREATED_ALIASES),
        ),
        Column(
            "kind",
            "text",
            "call, meeting, trip, lead, qualified or a word of your own.",
            required=True,
            aliases=("Activity Type", "Type", "Activity", "Task Subtype"),
        ),
        Column(
            "count",
            "number",
            "How many; 1 where empty.",
            aliases=("Number", "Quantity"),
            low=0,
            high=1_000_000,
        ),
        Column(
            "hours",
            "number",
            "Hours spent.",
            aliases=("Duration", "Duration Hours"),
            low=0,
            high=100_000,
            unit="hours",
        ),
        Column("account_id", "id", "With whom.", aliases=ACCOUNT_ALIASES),
        Column(
            "accepted", "flag", "Whether a lead was accepted.", aliases=("Lead Accepted", "SAL")
        ),
    ),
)
