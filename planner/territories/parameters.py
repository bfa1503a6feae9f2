"""The part of a scenario that says what a good alignment is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from planner.parameters import Parameters
from planner.units.parameters import EligibilityParameters, HoldParameters


class MeasureParameters(Parameters):
    """How one measure is balanced."""

    tolerance: float = Field(
        default=0.10,
        gt=0,
        le=10,
        description="How far from its target a territory may be, a fraction.",
    )
    hard: bool = Field(
        default=True,
        description="Whether the tolerance must hold; else leaving it costs a penalty.",
    )
    target: Literal["capacity", "period_capacity", "equal"] | dict[str, float] = Field(
        default="capacity",
        description="How a group's total is shared: capacity (steady state), period_capacity "
        "(with ramp and months in the seat), equal, or a table of shares by territory.",
    )
    within: str = Field(
        default="eligibility",
        description="Who is compared: eligibility (who may serve the same accounts), all, or a "
        "column of reps such as role.",
    )
    buffer: float = Field(
        default=0.0,
        ge=0,
        description="Soft only: width of the first penalty zone beyond the tolerance.",
    )
    penalty: tuple[float, float] = Field(
        default=(20_000.0, 200_000.0),
        description="Soft only: cost of one whole target's deviation inside the buffer and beyond it.",
    )

    @field_validator("penalty")
    @classmethod
    def _check_penalty(cls, penalty: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= penalty[0] <= penalty[1]:
            message = "the two penalties must not be negative, the second not below the first"
            raise ValueError(message)
        return penalty


class TravelParameters(Parameters):
    """What travel costs, and from where it is counted."""

    weight: float = Field(default=1.0, ge=0, description="Multiplies the cost of travel.")
    from_: Literal["home", "centre", "none"] = Field(
        default="home",
        alias="from",
        description="Travel is counted from the rep's home, from the territory's centre, or not.",
    )
    cost_per_hour: float = Field(
        default=60.0, ge=0, description="Cost of an hour on the road, currency units."
    )


class DisruptionParameters(Parameters):
    """What a change of owner costs, and how much may change."""

    weight: float = Field(default=1.0, ge=0, description="Multiplies the cost of disruption.")
    loss_rate: float = Field(
        default=0.132,
        ge=0,
        le=1,
        description="Share of an account's yearly revenue that a change of owner costs.",
    )
    max_account_share: float | None = Field(
        default=None, ge=0, le=1, description="Share of accounts that may change owner."
    )
    max_revenue_share: float | None = Field(
        default=None, ge=0, le=1, description="Share of revenue that may change owner."
    )
    max_pipeline_share: float | None = Field(
        default=None, ge=0, le=1, description="Share of open pipeline that may change owner."
    )
    max_rep_revenue_share: float | None = Field(
        default=None, ge=0, le=1, description="Share of a rep's own revenue that he may lose."
    )


class AlignmentParameters(Parameters):
    """The scenario's ``[alignment]``."""

    territories: Literal["reps"] | int = Field(
        default="reps",
        description="reps: one for each seat that receives accounts; or a number: choose that many centres.",
    )
    measures: dict[str, MeasureParameters] = Field(
        default_factory=lambda: {"potential": MeasureParameters()},
        description="The measures to balance, each by its name: a column of accounts, or potential, "
        "workload, revenue, account_count.",
    )
    capacity: Literal["stated", "productivity"] = Field(
        default="stated",
        description="stated: a rep's capacity as the reps table has it; productivity: times what "
        "the rep books over a typical rep with the same accounts.",
    )
    travel: TravelParameters = Field(
        default_factory=TravelParameters, description="Cost of travel."
    )
    unassigned: Literal["refuse", "allow"] = Field(
        default="refuse", description="What happens to an account that no rep may serve."
    )
    disruption: DisruptionParameters = Field(
        default_factory=DisruptionParameters, description="Cost and budgets of change."
    )
    families: Literal["together", "country", "ignore"] = Field(
        default="together",
        description="Accounts of one parent stay with one rep, with one rep in each country, or need not.",
    )
    max_accounts: Annotated[int, Field(ge=1)] | dict[str, Annotated[int, Field(ge=0)]] | None = (
        Field(
            default=None,
            description="Most accounts a territory may have; a number, or a table by role.",
        )
    )
    contiguity: bool = Field(
        default=False,
        description="Whether each territory's geographic units must touch; needs units.",
    )
    holds: tuple[HoldParameters, ...] = Field(
        default=(), description="Which accounts stay where; the first that matches wins."
    )
    eligibility: tuple[EligibilityParameters, ...] = Field(
        default=(), description="Which reps may serve which accounts; rules that match intersect."
    )

    @field_validator("territories")
    @classmethod
    def _check_territories(cls, territories: str | int) -> str | int:
        if isinstance(territories, int) and territories < 1:
            message = "at least one territory is needed"
            raise ValueError(message)
        return territories
