"""What a scenario says about the files for a CRM: ids that only the CRM knows, and its words."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from planner.parameters import Parameters

SALESFORCE_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _check_salesforce_id(text: str) -> str:
    if not SALESFORCE_ID.fullmatch(text):
        message = "a Salesforce Id has 15 or 18 letters and digits"
        raise ValueError(message)
    return text


def _check_guid(text: str) -> str:
    plain = text.strip("{}")
    if not GUID.fullmatch(plain):
        message = "a Dynamics id is a GUID such as 5f3c2a10-8d1b-4c7e-9a52-0b6d1e2f3a4b"
        raise ValueError(message)
    return plain.lower()


SalesforceId = Annotated[str, AfterValidator(_check_salesforce_id)]
Guid = Annotated[str, AfterValidator(_check_guid)]
Level = Literal["None", "Read", "Edit"]
QuotaPeriod = Literal["month", "quarter", "year"]


class SalesforceParameters(Parameters):
    """Ids and picklist values of one Salesforce org."""

    model: SalesforceId | None = Field(
        default=None,
        examples=["0MA5g000000XyZ1CAK"],
        description="Id of the Territory2Model in Planning; without it a file to make one is written.",
    )
    type: SalesforceId | None = Field(
        default=None,
        examples=["0M55g000000AbC2CAK"],
        description="Id of the Territory2Type of the territories.",
    )
    forecasting: SalesforceId | dict[str, SalesforceId] | None = Field(
        default=None,
        examples=["0Db5g000000DeF3CAK"],
        description="Id of the ForecastingType of the quotas; or one for each quota component. "
        "What is counted needs a type by quantity.",
    )
    product_families: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"services": "Services"}],
        description="Product family of a quota component, where its forecasts are by product "
        "family.",
    )
    territory_forecasts: bool = Field(
        default=False,
        description="Whether forecasts are by territory: quotas then name theirs, and each "
        "territory gets its forecast manager.",
    )
    quota_period: Literal["month", "quarter"] = Field(
        default="month", description="Length of a forecasting period."
    )
    currency_codes: bool = Field(
        default=True, description="Whether the org has more than one currency (CurrencyIsoCode)."
    )
    territory_role: str = Field(
        default="Owner", description="RoleInTerritory2 of whoever holds a territory."
    )
    former_owner_role: str = Field(
        default="Sales Rep",
        description="TeamMemberRole of the former owner, who stays on the account's team.",
    )
    overlay_role: str = Field(
        default="Pre-Sales Consultant",
        description="TeamMemberRole of overlays who support the new owner.",
    )
    account_access: Literal["Read", "Edit", "All"] = Field(
        default="Edit", description="AccountAccessLevel; on account teams at most Edit."
    )
    opportunity_access: Level = Field(default="Edit", description="OpportunityAccessLevel.")
    case_access: Level = Field(default="Read", description="CaseAccessLevel.")
    contact_access: Level = Field(default="Read", description="ContactAccessLevel.")


class HubspotParameters(Parameters):
    """How quotas become goals in HubSpot."""

    quota_period: QuotaPeriod = Field(default="month", description="Length of a goal.")


class DynamicsParameters(Parameters):
    """Ids of one Dynamics 365 organisation."""

    metric: Guid | None = Field(
        default=None,
        examples=["5f3c2a10-8d1b-4c7e-9a52-0b6d1e2f3a4b"],
        description="Id of the goal metric that the quotas are measured by.",
    )
    quota_period: QuotaPeriod = Field(default="quarter", description="Length of a goal.")


class PdfParameters(Parameters):
    """How the report for printing is made."""

    page: Literal["A4", "Letter"] = Field(default="A4", description="Size of the paper.")


class ExportParameters(Parameters):
    """What the files for other systems need to know of them."""

    salesforce: SalesforceParameters = Field(
        default_factory=SalesforceParameters, description="Salesforce Territory Management 2."
    )
    hubspot: HubspotParameters = Field(default_factory=HubspotParameters, description="HubSpot.")
    dynamics: DynamicsParameters = Field(
        default_factory=DynamicsParameters, description="Dynamics 365 Sales."
    )
    quota_rows: Literal["changed", "all"] = Field(
        default="changed",
        description="Of a plan that was changed within its year: changed writes the quotas that are "
        "not the running plan's, all writes everybody's.",
    )
    pdf: PdfParameters = Field(default_factory=PdfParameters, description="The printed report.")
