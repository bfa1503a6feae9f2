"""Quotas as Salesforce forecasts take them: an amount or a quantity, by owner, period and type."""

from __future__ import annotations

from dataclasses import dataclass

from planner.outputs.crm.files import Field, LeftOut, LoadFile
from planner.outputs.crm.names import clean_name
from planner.outputs.crm.package import Made, name_some
from planner.outputs.crm.quotas import Amount, plan_amounts, unchanged_note
from planner.outputs.crm.salesforce_org import Org

VALUES = frozenset({"QuotaAmount", "QuotaQuantity", "CurrencyIsoCode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Components that one row adds up: those of one forecasting type and product family.

    Parameters
    ----------
    type_id
        Of the forecasting type.
    family
        The product family that its forecasts are by, empty without one.
    counted
        Whether the components are counts, whose quota is a quantity.
    components
        Names of the plan's components.
    """

    type_id: str
    family: str
    counted: bool
    components: tuple[str, ...]


def quota_files(org: Org) -> list[Made]:
    """Return the quotas of reps and managers: one row for each owner, period, type and family."""
    if org.plan.quotas is None:
        return [LeftOut(step="07", object="ForecastingQuota", reason="the plan sets no quotas")]
    if not org.settings.forecasting:
        reason = "it needs the Id of the forecasting type: [export.salesforce] forecasting"
        return [LeftOut(step="07", object="ForecastingQuota", reason=reason)]
    parts, mixed = _parts(org)
    amounts = [
        (part, one)
        for part in parts
        for one in plan_amounts(
            org.plan,
            org.settings.quota_period,
            components=part.components,
            by_territory=org.settings.territory_forecasts,
        )
    ]
    fields = _fields(org, parts)
    rows = [_row(org, fields, part, one) for part, one in amounts if one.changed]
    made = LoadFile(
        step="07",
        object="ForecastingQuota",
        operation="insert",
        fields=fields,
        rows=tuple(row for row in rows if row),
        unique=tuple(field.name for field in fields if field.name not in VALUES),
        words="sets quotas; a manager's is not the sum of the team's, so each has rows of his own",
    )
    every = [one for _, one in amounts]
    notes = _notes(org, [one for one in every if one.changed])
    return [made, *notes, *unchanged_note("07", "ForecastingQuota", every), *mixed]


def _parts(org: Org) -> tuple[list[Part], list[Made]]:
    """Return what rows add up, and what is left out since one type cannot measure both."""
    grouped: dict[tuple[str, str, bool], list[str]] = {}
    for component, type_id in _types(org).items():
        family = clean_name(org.settings.product_families.get(component, ""))
        grouped.setdefault((type_id, family, component in _counted(org)), []).append(component)
    money = {type_id for type_id, _, counted in grouped if not counted}
    parts: list[Part] = []
    mixed: list[Made] = []
    for (type_id, family, counted), names in grouped.items():
        if counted and type_id in money:
            reason = (
                f"{name_some(names)} is counted, and forecasting type {type_id} is one of money: "
                "give it a type of its own, by quantity"
            )
            mixed.append(LeftOut(step="07", object="ForecastingQuota", reason=reason))
            continue
        parts.append(Part(type_id=type_id, family=family, counted=counted, components=tuple(names)))
    return parts, mixed


def _types(org: Org) -> dict[str, str]:
    """Return the Id of the forecasting type of each component that is written."""
    given = org.settings.forecasting
    if isinstance(given, dict):
        return dict(given)
    sheet = org.plan.quotas
    names = {line.component for line in sheet.lines} - set(sheet.beside) if sheet else set()
    return dict.fromkeys(sorted(names), given or "")


def _counted(org: Org) -> frozenset[str]:
    lines = org.plan.quotas.lines if org.plan.quotas else ()
    return frozenset(line.component for line in lines if line.counted)


def _fields(org: Org, parts: list[Part]) -> tuple[Field, ...]:
    counted = any(part.counted for part in parts)
    fields = [Field(name="QuotaOwnerId", kind="id"), Field(name="StartDate", kind="day")]
    if not counted or any(not part.counted for part in parts):
        fields.append(Field(name="QuotaAmount", kind="amount", required=not counted))
    if counted:
        fields.append(Field(name="QuotaQuantity", kind="amount", required=False))
    fields.append(Field(name="ForecastingTypeId", kind="id"))
    if org.settings.currency_codes:
        fields.append(Field(name="CurrencyIsoCode", longest=3, required=not counted))
    if any(part.family for part in parts):
        fields.append(Field(name="ProductFamily", longest=255, required=False))
    if org.settings.territory_forecasts:
        fields.append(Field(name="Territory2Id", kind="id"))
    return tuple(fields)


def _row(org: Org, fields: tuple[Field, ...], part: Part, one: Amount) -> tuple[str, ...]:
    """Return the row of an amount, empty where an Id is missing."""
    settings = org.settings
    plain = one.text if settings.currency_codes else one.plan_text
    cells = {
        "QuotaOwnerId": org.users.find(one.rep_id) or "",
        "StartDate": one.start.isoformat(),
        "QuotaAmount": "" if one.counted else plain,
        "QuotaQuantity": one.text if one.counted else "",
        "ForecastingTypeId": part.type_id,
        "CurrencyIsoCode": one.currency,
        "ProductFamily": part.family,
        "Territory2Id": _territory_of(org, one) if settings.territory_forecasts else "",
    }
    row = tuple(cells[field.name] for field in fields)
    whole = all(cell or not field.required for cell, field in zip(row, fields, strict=True))
    return row if whole else ()


def _territory_of(org: Org, one: Amount) -> str:
    if one.territory_id:
        return org.seat_ids.get(one.territory_id, "")
    teams = (
        found
        for node, found in zip(org.nodes, org.territory_ids, strict=True)
        if node.team and node.key == one.rep_id
    )
    return next(teams, None) or ""


def _notes(org: Org, amounts: list[Amount]) -> list[Made]:
    notes: list[str] = []
    nobody = dict.fromkeys(one.rep_id for one in amounts if org.users.find(one.rep_id) is None)
    if nobody:
        notes.append(f"no user Id for {name_some(list(nobody))}")
    if org.settings.territory_forecasts:
        nowhere = dict.fromkeys(
            one.territory_id or one.rep_id for one in amounts if not _territory_of(org, one)
        )
        if nowhere:
            notes.append(f"quotas wait for the Id of their territory: {name_some(list(nowhere))}")
    notes += _unmatched(org)
    return [LeftOut(step="07", object="ForecastingQuota", reason=reason) for reason in notes]


def _unmatched(org: Org) -> list[str]:
    """Return which components the settings and the plan do not share."""
    parts = {line.component for line in org.plan.quotas.lines} if org.plan.quotas else set()
    given, families = org.settings.forecasting, set(org.settings.product_families)
    types = set(given) if isinstance(given, dict) else None
    found = (
        ("forecasting: components that the plan does not have", (types or set()) - parts),
        ("forecasting: components without a type", parts - types if types is not None else set()),
        ("product_families: components that the plan does not have", families - parts),
    )
    return [
        f"[export.salesforce] {words}: {', '.join(sorted(names))}"
        for words, names in found
        if names
    ]
