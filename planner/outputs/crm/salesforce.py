"""A plan as the load files of Salesforce Territory Management 2, in load order.

Fields, operations and limits: Salesforce, "Object Reference" and "Bulk API 2.0".
"""

from __future__ import annotations

from planner.outputs.crm.files import LeftOut, LoadFile
from planner.outputs.crm.package import Made, Package, gather, name_some
from planner.outputs.crm.salesforce_accounts import association_files, owner_file, team_file
from planner.outputs.crm.salesforce_org import Org, read_org
from planner.outputs.crm.salesforce_quotas import quota_files
from planner.outputs.crm.salesforce_territories import model_file, territory_files, user_files
from planner.outputs.parameters import SalesforceParameters
from planner.outputs.plan import Plan

BEFORE = (
    (
        "**Owner changes delete account teams.** Updating `Account.OwnerId` through the API deletes "
        "the account's team unless the loader is told to keep it; that is why step 06 comes after 05."
    ),
    (
        "**Open opportunities do not follow by themselves.** Whether they go with the account is a "
        "choice of the loader (OwnerChangeOptions). `open_opportunities.csv` lists those of every "
        "account that moves; decide for each, or keep them with the former owner for the hold-over."
    ),
    (
        "**One model is Active at a time.** Load into a model in Planning and activate it when all "
        "steps are done; activating archives the model before it and recalculates sharing."
    ),
    (
        "**Blank is ignored, `#N/A` empties a field** in Bulk API. In Data Loader leave *Insert null "
        "values* off."
    ),
)
HOW = (
    (
        "Data Loader (Bulk API) or any Bulk API 2.0 client: UTF-8, comma, line ending LF, dates "
        "`yyyy-MM-dd`. The header is the API names, so that the mapping is automatic."
    ),
    (
        "One file at a time, in the order of the names; look at the loader's error file before the "
        "next. Files in parts are one step."
    ),
    "`delete` files hold Ids alone: choose Delete, not Hard Delete.",
    (
        "New territories get their Ids when 02a is loaded. Query `SELECT Id, Name, DeveloperName, "
        "ParentTerritory2Id, Territory2ModelId FROM Territory2`, add the rows to the associations "
        "table with the object `Territory2`, and run the export again: `planner export PLAN --to "
        "salesforce --associations FILE --out FOLDER`. Each level of the hierarchy needs one round."
    ),
)


def salesforce_package(plan: Plan, settings: SalesforceParameters) -> Package:
    """Return the load files of a plan, and what is left out of them."""
    org = read_org(plan, settings)
    parts: list[Made] = [
        model_file(org),
        *territory_files(org),
        *association_files(org),
        *user_files(org),
        *owner_file(org),
        team_file(org),
        *quota_files(org),
    ]
    before = (*_stop_lines(parts), *BEFORE)
    return gather("Salesforce", "\n", parts, _other_territories(org), before, HOW)


def _stop_lines(parts: list[Made]) -> list[str]:
    """Return where to stop because later files need Ids that only loading makes."""
    made = [part for part in parts if isinstance(part, LoadFile) and part.rows]
    for step, what in (("01", "the model's Id"), ("02a", "the new territories' Ids")):
        if any(part.step == step for part in made):
            return [
                (
                    f"**Stop after {step} and export again** with {what}: the files after it are not "
                    "complete without."
                )
            ]
    return []


def _other_territories(org: Org) -> list[LeftOut]:
    if not org.others:
        return []
    names = [row.developer_name or row.name or row.id for row in org.others]
    reason = f"left alone, territories of the CRM that are not in the plan: {name_some(names)}"
    return [LeftOut(step="02c", object="Territory2", reason=reason)]
