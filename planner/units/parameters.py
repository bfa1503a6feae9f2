"""The parts of a scenario that make accounts into units of work, and reps into seats."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.parameters import Parameters

Families = Literal["together", "country", "ignore"]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class WorkloadParameters(Parameters):
    """The scenario's ``[workload]``: hours that accounts need, and what travel takes."""

    visits_per_year: NotNegative | dict[str, NotNegative] = Field(
        default=6.0,
        description="Visits a year where the account's own column is empty: a number, or a table "
        "by segment with an optional key default.",
    )
    hours_per_visit: NotNegative | dict[str, NotNegative] = Field(
        default=1.5,
        description="Hours of one visit, preparation included, where the account's own column is "
        "empty: a number, or a table by segment with an optional key default.",
    )
    by: str = Field(
        default="segment",
        description="The column of accounts that the two tables above are keyed by.",
    )
    role_hours: dict[str, Positive] = Field(
        default_factory=dict,
        description="Multiple of an account's visit hours by the role of whoever serves it, such "
        'as { "Inside Sales" = 0.6 }; 1 for roles that are not named.',
    )
    speed_kmh: Positive = Field(default=60.0, description="Speed on the road, km/h.")
    detour: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        default=1.3, description="Length of the road over the straight line."
    )
    visits_per_trip: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        default=3.0, description="Accounts that one trip from home visits, on average."
    )
    hours_per_year: Positive = Field(
        default=1_600.0, description="Working hours a year of a full rep (capacity 1)."
    )


class HoldParameters(Parameters):
    """One ``[[alignment.holds]]``: accounts that stay where they are, or go to one rep."""

    where: str | None = Field(
        default=None,
        min_length=1,
        description="A SQL condition on the account's columns; money is in currency units; as_of, "
        "period_start and period_end are known.",
    )
    account_ids: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="The accounts by id, instead of a condition."
    )
    to: str = Field(
        default="owner",
        min_length=1,
        description="owner (who has it today), a rep_id or a territory_id; or free: no hold below "
        "this one counts for these accounts.",
    )
    name: str | None = Field(default=None, description="What the hold is called in the plan.")

    @model_validator(mode="after")
    def _check_one_way(self) -> HoldParameters:
        if (self.where is None) == (self.account_ids is None):
            message = "a hold needs either where or account_ids, and not both"
            raise ValueError(message)
        return self

    def words(self) -> str:
        """Return the hold in words: its name, else its condition and where it leads."""
        if self.name:
            return self.name
        if self.where is not None:
            return f"{self.where} → {self.to}"
        ids = self.account_ids or ()
        shown = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        return f"{shown} → {self.to}"


class EligibilityParameters(Parameters):
    """One ``[[alignment.eligibility]]``: accounts that only some reps may serve."""

    accounts: str = Field(
        min_length=1,
        description="A SQL condition on the account's columns: whom the rule is about.",
    )
    reps: str = Field(
        min_length=1, description="A SQL condition on the rep's columns: who may serve them."
    )
    name: str | None = Field(default=None, description="What the rule is called in the plan.")

    def words(self) -> str:
        """Return the rule in words: its name, else its two conditions."""
        return self.name or f"{self.accounts} → {self.reps}"
