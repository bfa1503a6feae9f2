"""A plan as the load files of Salesforce Territory Management 2, in load order.

Fields, operations and limits: Salesforce, "Object Reference" and "Bulk API 2.0".
"""

from __future__ import annotations

from planner.outputs.crm.files import Field, LeftOut, LoadFile
from planner.outputs.crm.package import Made, Package, gather, name_some
from planner.outputs.crm.quotas import Amount, plan_amounts
from planner.outputs.crm.salesforce_accounts import association_files, owner_file, team_file
from planner.outputs.crm.salesforce_org import Org, read_org
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


def quota_files(org: Org) -> list[Made]:
    """Return the quotas of reps and managers: one row for each owner, period and type."""
    if org.plan.quotas is None:
        return [LeftOut(step="07", object="ForecastingQuota", reason="the plan sets no quotas")]
    types = _forecasting_types(org)
    if not types:
        reason = "it needs the Id of the forecasting type: [export.salesforce] forecasting"
        return [LeftOut(step="07", object="ForecastingQuota", reason=reason)]
    amounts = [
        (type_id, one)
        for component, type_id in types
        for one in plan_amounts(
            org.plan,
            org.settings.quota_period,
            components=component,
            by_territory=org.settings.territory_forecasts,
        )
    ]
    rows = [_quota_row(org, type_id, one) for type_id, one in amounts]
    made = LoadFile(
        step="07",
        object="ForecastingQuota",
        operation="insert",
        fields=_quota_fields(org),
        rows=tuple(row for row in rows if row),
        unique=tuple(
            field.name
            for field in _quota_fields(org)
            if field.name not in {"QuotaAmount", "CurrencyIsoCode"}
        ),
        words="sets quotas; a manager's is not the sum of the team's, so each has rows of his own",
    )
    return [made, *_quota_notes(org, [one for _, one in amounts])]


def _forecasting_types(org: Org) -> list[tuple[tuple[str, ...] | None, str]]:
    """Return (components, Id of the forecasting type) of each quota that is written."""
    given = org.settings.forecasting
    if isinstance(given, str):
        return [(None, given)]
    parts: dict[str, list[str]] = {}
    for name, type_id in (given or {}).items():
        parts.setdefault(type_id, []).append(name)
    return [(tuple(names), type_id) for type_id, names in parts.items()]


def _quota_fields(org: Org) -> tuple[Field, ...]:
    fields = [
        Field(name="QuotaOwnerId", kind="id"),
        Field(name="StartDate", kind="day"),
        Field(name="QuotaAmount", kind="amount"),
        Field(name="ForecastingTypeId", kind="id"),
    ]
    if org.settings.currency_codes:
        fields.append(Field(name="CurrencyIsoCode", longest=3))
    if org.settings.territory_forecasts:
        fields.append(Field(name="Territory2Id", kind="id"))
    return tuple(fields)


def _quota_row(org: Org, type_id: str, one: Amount) -> tuple[str, ...]:
    """Return the row of an amount, empty where an Id is missing."""
    user, settings = org.users.find(one.rep_id), org.settings
    plain = one.text if settings.currency_codes else one.plan_text
    row = [user or "", one.start.isoformat(), plain, type_id]
    if settings.currency_codes:
        row.append(one.currency)
    if settings.territory_forecasts:
        row.append(_territory_of(org, one))
    return tuple(row) if all(row) else ()


def _territory_of(org: Org, one: Amount) -> str:
    if one.territory_id:
        return org.seat_ids.get(one.territory_id, "")
    teams = (
        found
        for node, found in zip(org.nodes, org.territory_ids, strict=True)
        if node.team and node.key == one.rep_id
    )
    return next(teams, None) or ""


def _quota_notes(org: Org, amounts: list[Amount]) -> list[Made]:
    notes: list[Made] = []
    nobody = dict.fromkeys(one.rep_id for one in amounts if org.users.find(one.rep_id) is None)
    if nobody:
        reason = f"no user Id for {name_some(list(nobody))}"
        notes.append(LeftOut(step="07", object="ForecastingQuota", reason=reason))
    if org.settings.territory_forecasts:
        nowhere = dict.fromkeys(
            one.territory_id or one.rep_id for one in amounts if not _territory_of(org, one)
        )
        if nowhere:
            reason = f"quotas wait for the Id of their territory: {name_some(list(nowhere))}"
            notes.append(LeftOut(step="07", object="ForecastingQuota", reason=reason))
    given = org.settings.forecasting
    if isinstance(given, dict) and org.plan.quotas is not None:
        parts = {line.component for line in org.plan.quotas.lines}
        unknown, silent = sorted(set(given) - parts), sorted(parts - set(given))
        for names, words in ((unknown, "that the plan does not have"), (silent, "without a type")):
            if names:
                reason = f"[export.salesforce] forecasting: components {words}: {', '.join(names)}"
                notes.append(LeftOut(step="07", object="ForecastingQuota", reason=reason))
    return notes
