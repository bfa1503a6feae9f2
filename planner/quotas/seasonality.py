"""How a year's figure falls into the plan's months, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.period import Period
from planner.quotas.mistakes import wrong_key

Floats = npt.NDArray[np.float64]
WEEK = 7


def season_weights(
    seasonality: str | Sequence[float], history: Sequence[float], period: Period
) -> tuple[Floats, tuple[Finding, ...]]:
    """Return the share of the goal that falls into each month of the plan, (months,).

    Parameters
    ----------
    seasonality
        ``even``, ``history``, or weights: one for each month of the plan, or twelve that repeat
        from the plan's first month.
    history
        Share of bookings by month of the plan as the past shows it; empty where unknown.
    period
        The plan's months.

    Returns
    -------
    The shares, which sum to 1, and what had to be assumed.

    Raises
    ------
    ScenarioError
        When the number of weights fits neither the plan nor a year.
    """
    months = len(period.starts)
    if not isinstance(seasonality, str):
        return _normalise(_fit_weights(seasonality, months)), ()
    if seasonality == "even":
        return _normalise(_even(period)), ()
    usable = len(history) == months and all(isfinite(w) and w >= 0 for w in history)
    if usable and sum(history) > 0:
        return _normalise(np.asarray(history, dtype=np.float64)), ()
    return _normalise(_even(period)), (_unknown_season(),)


def split_by_weights(total: int, weights: Sequence[float] | Floats, step: int = 1) -> list[int]:
    """Split an integer by weights in whole steps, largest remainders first.

    Parameters
    ----------
    total
        What is split.
    weights
        At least one of them above zero.
    step
        Every part is a multiple of it, except the largest one, which takes what is left.

    Returns
    -------
    Parts that sum to the total exactly.
    """
    exact = [Fraction(float(weight)) for weight in weights]
    whole, left = divmod(total, step)
    parts = split_exactly(whole, [w * whole / sum(exact) for w in exact])
    parts = [part * step for part in parts]
    parts[max(range(len(parts)), key=lambda i: (exact[i], -i))] += left
    return parts


def split_exactly(total: int, wanted: Sequence[Fraction]) -> list[int]:
    """Round figures to integers with a given sum, largest remainders first, ties in order.

    Parameters
    ----------
    total
        The sum, about that of ``wanted``.
    wanted
        Exact figures.
    """
    parts = [int(figure // 1) for figure in wanted]
    missing = total - sum(parts)
    # An entry of nothing stays nothing: it neither receives nor gives while others can.
    order = sorted(range(len(parts)), key=lambda i: (wanted[i] <= 0, parts[i] - wanted[i], i))
    while missing > 0:
        for i in order[:missing]:
            parts[i] += 1
        missing = total - sum(parts)
    for i in reversed(order):
        given = min(parts[i], -missing)
        if given > 0:
            parts[i] -= given
            missing += given
    return parts


def _fit_weights(weights: Sequence[float], months: int) -> Floats:
    if len(weights) == months:
        return np.asarray(weights, dtype=np.float64)
    if len(weights) != 12:
        raise wrong_key(
            "quota.seasonality",
            "quota.season_count",
            f"quota.seasonality has {len(weights)} weights; give one for each of the plan's "
            f"{months} months, or 12.",
            'Correct the list, or set quota.seasonality = "history" or "even".',
        )
    fitted = np.resize(np.asarray(weights, dtype=np.float64), months)
    if fitted.sum() <= 0:
        raise wrong_key(
            "quota.seasonality",
            "quota.season_empty",
            "quota.seasonality gives no weight to any month of the plan.",
            "Give one of the plan's months a weight above 0.",
        )
    return fitted


def _even(period: Period) -> Floats:
    """Weigh months alike, and calendars of whole weeks (4-4-5) by their weeks."""
    days = np.array([(end - start).days for start, end in period.bounds], dtype=np.float64)
    return days if not (days % WEEK).any() else np.ones(len(days))


def _normalise(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _unknown_season() -> Finding:
    return Finding(
        severity="warning",
        code="quota.season_unknown",
        message="No season can be read from history: every month of the plan weighs the same.",
        advice="Give history of at least one year, or quota.seasonality as weights.",
        subject="quota.seasonality",
    )
