"""The potential of every account, as later stages use it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.findings import Finding

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Potential:
    """Expected bookings in the plan period; arrays follow the order of the accounts table.

    Parameters
    ----------
    expected, low, high
        Expected bookings and their 80% interval, minor units, (accounts,).
    whitespace
        Addressable market less the trailing twelve months' revenue, never below zero, (accounts,).
    trailing
        Revenue of the twelve months to as_of, minor units, (accounts,).
    pipeline
        Open pipeline at face amount, minor units, (accounts,).
    method
        The method that was used.
    scores
        Out-of-time scores by method: error (money, fraction of actual), top_decile, coverage.
    season
        Share of a year's bookings that falls into each month of the plan; sums to 1.
    drivers
        Features of each account that the figure rests on, by name, (accounts,).
    findings
        What was missing, and what it would have added.
    overridden
        Whether a person set the figure, (accounts,).
    lookalikes
        Positions of the most similar accounts that buy, -1 where there are too few, (accounts, 5).
    years
        What each account booked in each twelve months back from as_of, newest first, minor
        units, by the window's last day as ISO text, (accounts,) each.
    reasons
        What the figure of each method's parts adds, minor units in the plan, by name,
        (accounts,) each; empty for methods that do not add up.
    rep_multiple
        The multiple of a typical rep that was taken out of each account, (accounts,).
    """

    expected: Ints
    low: Ints
    high: Ints
    whitespace: Ints
    trailing: Ints
    pipeline: Ints
    method: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    season: tuple[float, ...] = ()
    drivers: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    overridden: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    lookalikes: Ints = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    years: dict[str, Ints] = field(default_factory=dict)
    reasons: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    rep_multiple: npt.NDArray[np.float64] = field(default_factory=lambda: np.ones(0))
