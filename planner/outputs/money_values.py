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


def level_total(plan: Plan, level: str) -> float | int | None:
    """Return what all quotas of a level add up to; None where nobody stands on it.

    Parameters
    ----------
    plan
        The plan.
    level
        ``company``, ``manager`` or ``rep``; where everyone reports to the company there is no
        level of managers.
    """
    sheet = plan.quotas
    if sheet is None or not any(line.level == level for line in sheet.lines):
        return None
    return money_number(plan, sheet.totals.get(level, 0))
