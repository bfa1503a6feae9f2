"""The scenario's ``[quota]``: the goal, and how it becomes everybody's quota."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from planner.parameters import Parameters

DEFAULT_RAMP = (0.25, 0.25, 0.25, 0.6, 0.6, 0.6, 0.85, 0.85, 0.85, 1.0)


def _to_decimal(value: object) -> object:
    """Read a TOML number as it was written, so that 0.1 is a tenth and not its nearest float."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Exact = Annotated[
    Decimal,
    BeforeValidator(_to_decimal),
    PlainSerializer(_plain, return_type=int | float, when_used="json"),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[Exact, Field(gt=-1, le=10, allow_inf_nan=False)]
Amount = Annotated[Exact, Field(ge=0, lt=Decimal(10) ** 15, allow_inf_nan=False)]
PositiveAmount = Annotated[Exact, Field(gt=0, lt=Decimal(10) ** 15, allow_inf_nan=False)]
Blend = dict[str, Weight]


class Limits(Parameters):
    """A lower and an upper limit, either of which may be left out."""

    min: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="The lower limit."
    )
    max: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="The upper limit."
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class ChangeLimits(Limits):
    """By how much a quota may change against last period's run rate of the same accounts."""

    min: Annotated[float, Field(ge=-1, allow_inf_nan=False)] | None = Field(
        default=None, examples=[-0.2], description="Largest fall, as a fraction: -0.2."
    )
    max: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, examples=[0.35], description="Largest rise, as a fraction: 0.35."
    )


class PayLimits(Limits):
    """What the annualised, unramped quota may be in multiples of on-target earnings."""

    min: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        default=None, examples=[4.0], description="Lowest multiple, such as 4."
    )
    max: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, examples=[6.0], description="Highest multiple, such as 6."
    )


class OverAssignment(Parameters):
    """By how much the quotas at a level exceed the goal, each relative to the goal itself."""

    rep: Rate = Field(default=Decimal("0.10"), description="Reps' quotas over the goal.")
    manager: Rate | tuple[Rate, ...] = Field(
        default=Decimal("0.05"),
        description="Managers' quotas over the goal: one rate, or one for each level of "
        "managers from the top (the last one holds for all below).",
    )

    def of_depth(self, depth: int) -> Decimal:
        """Return the rate of the managers at a depth; 1 reports to the company."""
        if isinstance(self.manager, tuple):
            return self.manager[min(depth, len(self.manager)) - 1]
        return self.manager


class Component(Parameters):
    """A part of the quota with a goal, a basis and carriers of its own."""

    goal: PositiveAmount | None = Field(
        default=None, description="Its goal in units of the currency (or of `unit`)."
    )
    share: Annotated[Exact, Field(gt=0, le=1)] | None = Field(
        default=None, description="Instead of goal: its share of the company's goal."
    )
    basis: Blend | dict[str, Blend] | None = Field(
        default=None, description="Weights, or a table by role; default: that of [quota]."
    )
    roles: tuple[str, ...] = Field(default=(), description="Who carries it; empty: everybody.")
    kind: Literal["direct", "overlay"] = Field(
        default="direct",
        description="direct parts add up to the goal; overlay totals stand beside it.",
    )
    unit: str = Field(
        default="money",
        min_length=1,
        description="money, or what is counted, such as leads; a counted component is always "
        "beside the goal.",
    )
    retention: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Instead of goal: this multiple of the book's trailing revenue (1.05 is a net "
        "retention of 105%); always beside the goal.",
    )
    over_assignment: OverAssignment | None = Field(
        default=None, description="Rates of a component beside the goal; default: those of [quota]."
    )

    @property
    def in_direct_sum(self) -> bool:
        """Return whether the component is part of the company's goal."""
        return self.kind == "direct" and self.unit == "money" and self.retention is None

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        given = [self.goal, self.share, self.retention]
        if sum(value is not None for value in given) > 1:
            raise ValueError("a component takes one of goal, share and retention")
        if not self.in_direct_sum and self.share is not None:
            raise ValueError("share is of the company's goal: a component beside it needs goal")
        if not self.in_direct_sum and self.goal is None and self.retention is None:
            raise ValueError("a component beside the goal needs goal (or retention)")
        if self.in_direct_sum and self.over_assignment is not None:
            raise ValueError("only a component beside the goal has an over_assignment of its own")
        return self


class QuotaParameters(Parameters):
    """The scenario's ``[quota]``."""

    goal: PositiveAmount = Field(description="The company's goal in units of the plan currency.")
    basis: Blend | dict[str, Blend] | Literal["backtest"] = Field(
        default={"history": 0.5, "potential": 0.5},
        description="Weights of what a fair share rests on: history (trailing revenue of the "
        "accounts in the new book), potential, submitted, equal or any measure of accounts; one "
        "table, or one by role with an optional key default; backtest: chosen on past periods.",
    )
    over_assignment: OverAssignment = Field(
        default_factory=OverAssignment,
        description="How far quotas exceed the goal at each level, each relative to the goal.",
    )
    ramp: tuple[Share, ...] = Field(
        default=DEFAULT_RAMP,
        max_length=60,
        description="Share of full productivity by month since hire (or start in the role); "
        "full after the last.",
    )
    ramp_from: Literal["stated", "cohorts"] = Field(
        default="stated",
        description="stated: ramp as written; cohorts: as measured on the company's own hires, "
        "where at least three can be compared.",
    )
    change_limits: ChangeLimits | None = Field(
        default=None,
        description="Against last period's run rate of the accounts in the new book.",
    )
    ote_ratio: PayLimits | None = Field(
        default=None,
        description="Annualised, unramped quota in multiples of on-target earnings.",
    )
    seasonality: Literal["even", "history"] | tuple[Weight, ...] = Field(
        default="history", description="even, history, or one weight for each month of the plan."
    )
    round_to: PositiveAmount = Field(
        default=Decimal(1),
        description="Step of a person's quota for the plan, in units of the currency.",
    )
    components: dict[str, Component] = Field(
        default_factory=dict, description="Parts of the quota; none: one part called total."
    )
    overrides: dict[str, Amount] = Field(
        default_factory=dict,
        description="Quotas set by hand, by rep_id; the rest settles around them.",
    )
    floors: dict[str, Amount] = Field(
        default_factory=dict,
        description="Lowest quota of a full, ramped year, by rep_id, role or default.",
    )
    caps: dict[str, Amount] = Field(
        default_factory=dict,
        description="Highest quota of a full, ramped year, by rep_id, role or default.",
    )
    submitted: dict[str, Amount] = Field(
        default_factory=dict,
        description="Bottom-up figures from managers by rep_id, shown beside the quota, and part of "
        "it by their weight in basis; default: the book's potential.",
    )

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        if not isinstance(self.seasonality, str) and not sum(self.seasonality) > 0:
            raise ValueError("the weights of seasonality add up to nothing")
        for blend in [self.basis, *(part.basis for part in self.components.values())]:
            _check_blend(blend)
        return self


def _check_blend(blend: Mapping[str, object] | str | None) -> None:
    """Refuse a basis without weight, which would make every fair share nothing."""
    if blend is None or isinstance(blend, str):
        return
    tables = list(blend.values()) if is_by_role(blend) else [blend]
    for table in tables:
        if not isinstance(table, dict) or not sum(table.values()) > 0:
            raise ValueError("the weights of a basis must add up to more than zero")


def is_by_role(blend: Mapping[str, object]) -> bool:
    """Return whether a basis is a table by role, rather than one table of weights."""
    return any(isinstance(value, dict) for value in blend.values())
