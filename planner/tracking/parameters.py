"""The scenario's ``[change]`` and ``[track]``: what a change may do, and how a year is followed."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from planner.parameters import Parameters


class ChangeParameters(Parameters):
    """What ``planner plan --from`` may do."""

    max_account_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of accounts that may move beside those that are new or have lost their "
        "rep; 0: none.",
    )
    max_revenue_share: float | None = Field(
        default=None, ge=0, le=1, description="Likewise the share of revenue; default: no limit."
    )
    balance: Literal["report", "keep"] = Field(
        default="report",
        description="Where hard limits of balance cannot hold with so few moves: report keeps the "
        "moves few and says which limits are left, keep refuses the change.",
    )
    lost_accounts: Literal["keep", "relieve"] = Field(
        default="keep",
        description="An account that is lost: keep leaves its seat's quota as it is, relieve takes "
        "the account's part off the seat and shares it among all whose quota no person has set.",
    )
    hold_over_days: int = Field(
        default=90,
        ge=0,
        le=730,
        description="Days after an account changed hands in which its former owner is credited "
        "with deals that were open then.",
    )


class ContestParameters(Parameters):
    """One ``[[track.contests]]``: who did most of something between two days."""

    name: str = Field(min_length=1, description="What the contest is called.")
    of: str = Field(
        default="bookings",
        min_length=1,
        description="bookings, orders (how many, without returns), or a kind of activity such as "
        "meeting.",
    )
    start: date | None = Field(default=None, description="First day; default: the plan's.")
    end: date | None = Field(default=None, description="Last day; default: the plan's.")
    roles: tuple[str, ...] = Field(default=(), description="Who takes part; empty: everybody.")
    least_days: int = Field(
        default=0,
        ge=0,
        description="Days in a seat between the two days that one needs to take part.",
    )
    least: float = Field(
        default=0.0,
        ge=0,
        description="What a winner must have reached at least; of bookings in the plan's currency.",
    )
    places: int = Field(default=3, ge=1, description="How many places win.")
    ties: Literal["share", "first"] = Field(
        default="share",
        description="share: who is equal shares the place and the next ones are left out; first: "
        "who got there on an earlier day is ahead.",
    )

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            message = f"the contest {self.name} ends before it starts"
            raise ValueError(message)
        return self


class TrackParameters(Parameters):
    """The scenario's ``[track]``: how the year is held against the plan."""

    false_alarms: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="Chance that a plan which still holds is reported as drifting, over all checks.",
    )
    interval: float = Field(
        default=0.8, gt=0, lt=1, description="How often the year should land inside its interval."
    )
    behind: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="How far below the quota to date counts as behind, a fraction.",
    )
    contests: tuple[ContestParameters, ...] = Field(
        default=(), description="Leader boards and contests, settled by stated rules."
    )
