"""The scenario: one frozen object that holds every stage's parameters."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from planner.inputs.parameters import ControlParameters, InputsParameters, PeriodParameters
from planner.outcomes.parameters import CompensationParameters, OutcomeParameters
from planner.outputs.parameters import ExportParameters
from planner.parameters import Parameters
from planner.potential.parameters import PerformanceParameters, PotentialParameters
from planner.quotas.parameters import QuotaParameters
from planner.territories.parameters import AlignmentParameters
from planner.tracking.parameters import ChangeParameters, TrackParameters
from planner.units.parameters import WorkloadParameters


class Scenario(Parameters):
    """A plan's settings, as written in TOML."""

    name: str = Field(default="Plan", min_length=1, description="What the plan is called.")
    currency: str = Field(
        default="USD",
        pattern="^[A-Z]{3}$",
        description="ISO 4217; its minor unit decides rounding.",
    )
    seed: int = Field(
        default=1, ge=0, lt=2**63, description="Same input, seed and settings: same plan."
    )
    period: PeriodParameters = Field(description="The time that the plan covers.")
    fx: dict[str, float] = Field(
        default_factory=dict, description="Plan rates: one unit of a currency in `currency`."
    )
    inputs: InputsParameters = Field(description="Where the tables are.")
    control: ControlParameters = Field(
        default_factory=ControlParameters, description="What finance's ledger says."
    )
    potential: PotentialParameters = Field(
        default_factory=PotentialParameters, description="How potential is estimated."
    )
    performance: PerformanceParameters = Field(
        default_factory=PerformanceParameters, description="Goals of the score cards."
    )
    workload: WorkloadParameters = Field(
        default_factory=WorkloadParameters, description="Hours an account needs, and travel."
    )
    alignment: AlignmentParameters = Field(
        default_factory=AlignmentParameters, description="What a good alignment is."
    )
    quota: QuotaParameters | None = Field(
        default=None, description="The goal, and how it becomes quotas; without it none are set."
    )
    compensation: CompensationParameters = Field(
        default_factory=CompensationParameters, description="Pay plans by role."
    )
    outcomes: OutcomeParameters = Field(
        default_factory=OutcomeParameters, description="How the plan is simulated."
    )
    export: ExportParameters = Field(
        default_factory=ExportParameters,
        description="What the files for a CRM need to know of it.",
    )
    change: ChangeParameters = Field(
        default_factory=ChangeParameters, description="What a change to a running plan may do."
    )
    track: TrackParameters = Field(
        default_factory=TrackParameters, description="How the year is held against the plan."
    )

    @field_validator("fx")
    @classmethod
    def _check_rates(cls, rates: dict[str, float]) -> dict[str, float]:
        for code, rate in rates.items():
            if not (len(code) == 3 and code.isalpha() and code.isupper()):
                message = f"{code!r} is not a currency's three letters"
                raise ValueError(message)
            if not 0 < rate < float("inf"):
                message = f"the rate of {code} must be a positive number, not {rate}"
                raise ValueError(message)
        return rates

    def resolved(self) -> dict[str, Any]:
        """Return every key with the value that is in force, as plain JSON values."""
        values: dict[str, Any] = self.model_dump(mode="json", by_alias=True)
        return values
