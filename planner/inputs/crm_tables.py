"""The tables for what leaves the planner: what the CRM has today, and where the land ends."""

from __future__ import annotations

from planner.inputs.tables import Column, Table

ASSOCIATIONS = Table(
    "associations",
    "What the CRM has today, for its load files: object, Id and the keys of each row.",
    (
        Column(
            "object",
            "text",
            "The CRM's object: Territory2, ObjectTerritory2Association, UserTerritory2Association, "
            "AccountTeamMember, User, Account; Owner, Team, Company; systemuser, territory, goal.",
            required=True,
            aliases=("Object Name", "SObject", "SobjectType", "Type", "Entity"),
        ),
        Column("id", "id", "Its Id in the CRM.", required=True, aliases=("Record Id", "Id (18)")),
        Column(
            "name", "text", "Its name in the CRM.", aliases=("Label", "Title", "Territory Name")
        ),
        Column(
            "developer_name",
            "text",
            "The DeveloperName of a Territory2; matches it to a territory of ours.",
            aliases=("DeveloperName", "API Name"),
        ),
        Column(
            "territory_id",
            "id",
            "Our territory that the row is about, where the developer name does not say so; for a "
            "team's territory its manager's id.",
            aliases=("Seat", "Seat ID", "Territory Code"),
        ),
        Column(
            "territory2_id",
            "id",
            "The CRM's territory that an association is with.",
            aliases=("Territory2Id", "Territory2", "Territory ID (18)"),
        ),
        Column(
            "account_id",
            "id",
            "The account that an association, an account or a company row is about.",
            aliases=("ObjectId", "Object ID", "AccountId", "Account ID (18)", "Account"),
        ),
        Column(
            "rep_id",
            "id",
            "The person that a user, owner or association row is about: our rep_id or the CRM's.",
            aliases=("UserId", "User ID", "User ID (18)", "Rep", "Owner ID", "Manager ID"),
        ),
        Column(
            "role",
            "text",
            "The role of a user in a territory or an account team.",
            aliases=("RoleInTerritory2", "TeamMemberRole", "Role in Territory", "Team Role"),
        ),
        Column(
            "cause",
            "text",
            "Why an account is in a territory: Territory2Manual, or a rule, which is left alone.",
            aliases=("AssociationCause", "Association Cause", "Method"),
        ),
        Column(
            "parent_id",
            "id",
            "The CRM's Id of a territory's parent; with it, moves in the hierarchy are updated.",
            aliases=("ParentTerritory2Id", "Parent Territory ID", "parentgoalid"),
        ),
        Column(
            "model_id",
            "id",
            "The territory model of a Territory2; rows of other models are left alone.",
            aliases=("Territory2ModelId", "Territory Model ID"),
        ),
    ),
)

BOUNDARY = Table(
    "boundary",
    "Where the land ends: territories drawn as areas are cut off there. Any polygons will do.",
    (Column("name", "text", "What a polygon is called; not used.", aliases=("NAME", "ADMIN")),),
    spatial=True,
)
