"""The scenario's ``[outcomes]`` and ``[compensation]``."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from planner.parameters import Parameters

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0, lt=1e15, allow_inf_nan=False)]


class OutcomeParameters(Parameters):
    """How the plan is simulated."""

    draws: int = Field(
        default=10_000, ge=100, le=200_000, description="How many times the plan is simulated."
    )
    loss_on_move: Share = Field(
        default=0.132,
        description="Share of an account's bookings that is lost when it changes owner (the "
        "published 13.2% of annual sales).",
    )
    churn: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.03,
        description="Least chance that an account brings nothing at all; the expected bookings "
        "stay as they are.",
    )
    lumpiness: Annotated[float, Field(gt=0, le=2, allow_inf_nan=False)] = Field(
        default=0.8,
        description="Spread (sigma of the logarithm) of the deals of accounts that often bring "
        "nothing: the heavy tail.",
    )
    common_variation: Spread = Field(
        default=0.05, description="Spread of the factor that moves the whole company together."
    )
    group_variation: Spread = Field(
        default=0.05, description="Spread of each factor that moves a segment or region together."
    )
    calibrate: bool = Field(
        default=False,
        description="Fit the two variations to the past, so that simulated 80% intervals of past "
        "books hold 80% of what happened; `planner backtest` shows how they do.",
    )
    common_by: tuple[str, ...] = Field(
        default=("segment", "country"),
        description="Columns of accounts whose members move together.",
    )
    attrition: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.10, description="Chance that a rep leaves within a year, unplanned."
    )
    backfill_months: int = Field(
        default=3, ge=0, le=36, description="Months a seat stays empty after an unplanned exit."
    )
    late_hire_months: NotNegative = Field(
        default=1.0, description="Mean delay of open headcount, in months."
    )
    covered_share: Share = Field(
        default=0.5,
        description="Share of a rep's absence that whoever covers for him (covered_by) serves.",
    )
    unserved_share: Share = Field(
        default=0.30,
        description="Share of an account's bookings that comes in although nobody serves it.",
    )


class Tier(Parameters):
    """From an attainment on, what each further point of attainment pays."""

    from_attainment: NotNegative = Field(
        alias="from", description="Attainment at which the rate begins, 1 is quota."
    )
    rate: NotNegative = Field(
        description="Multiple of variable pay for each full quota: 1 pays in proportion, 2 twice."
    )


class Spif(Parameters):
    """A fixed amount for reaching an attainment."""

    name: str = Field(min_length=1, description="What it is called.")
    amount: Money = Field(description="For the whole plan, in units of the plan currency.")
    at: NotNegative = Field(default=1.0, description="Attainment from which it is paid.")
    prorated: bool = Field(
        default=True,
        description="Whether who is in the seat for part of the plan gets that part of it; false "
        "pays it whole.",
    )


class PayPlan(Parameters):
    """How one role is paid."""

    base: Money | None = Field(
        default=None,
        description="Base a year in units of the plan currency; default: ote × (1 - "
        "variable_share) of the rep.",
    )
    variable: Money | None = Field(
        default=None,
        description="Variable pay a year at quota; default: ote × variable_share of the rep.",
    )
    threshold: NotNegative = Field(
        default=0.0, description="Attainment below which no variable pay is due."
    )
    rates: tuple[Tier, ...] = Field(
        default=(),
        description="Rate table: accelerators above 1, decelerators below; empty pays in "
        "proportion.",
    )
    cap: NotNegative | None = Field(
        default=None, description="Highest variable pay as a multiple of variable."
    )
    spifs: tuple[Spif, ...] = Field(default=(), description="Fixed amounts.")
    team_share: Share = Field(
        default=0.0, description="Share of variable that depends on the team's attainment."
    )

    @model_validator(mode="after")
    def _check_rates(self) -> Self:
        starts = [tier.from_attainment for tier in self.rates]
        if starts and (starts[0] != 0 or starts != sorted(set(starts))):
            raise ValueError("rates must begin with from = 0 and ascend")
        return self


class CompensationParameters(Parameters):
    """Pay plans, and what is assumed about their effect."""

    plans: dict[str, PayPlan] = Field(
        default_factory=dict,
        description="Pay plans by role, with an optional key default; a role without one is paid "
        "in proportion to attainment on its ote.",
    )
    variable_share: Share = Field(
        default=0.5, description="Variable pay as a share of ote where the reps table has none."
    )
    response: NotNegative = Field(
        default=0.05,
        description="Assumed lift of a rep's bookings for each whole multiple of variable pay "
        "that the next stretch of attainment pays more: what a part of a plan moves.",
    )
    stretch: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = Field(
        default=0.1, description="The next stretch of attainment that a rep looks ahead."
    )
