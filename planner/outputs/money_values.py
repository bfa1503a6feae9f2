"""Numbers as JSON has them: money in units, and nothing that is not finite."""

from __future__ import annotations

import math

from planner.outputs.plan import Plan


def plain_number(value: float | None) -> float | int | None:
    """Return a number as JSON can hold it: None where it is missing or not finite."""
    if value is None or not math.isfinite(value):
        return None
    return value


def money_number(plan: Plan, minor: int) -> float | int:
    """Return minor units as a JSON number of units: whole where it is whole."""
    currency = plan.data.currency
    whole, rest = divmod(int(minor), currency.scale)
    return float(currency.to_text(minor)) if rest else whole
