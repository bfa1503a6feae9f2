"""The scenario's ``[change]``: what a change to a running plan may do beside what it must."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    hold_over_days: int = Field(
        default=90,
        ge=0,
        le=730,
        description="Days after an account changed hands in which its former owner is credited "
        "with deals that were open then.",
    )
