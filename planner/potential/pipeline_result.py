"""The state of the open pipeline, by stage, rep, account and month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One open stage.

    Parameters
    ----------
    name, opportunities, amount
        Open ones and their face amount, minor units.
    probability
        Mean chance to win.
    age, silence
        Median days since creation and since the last activity, NaN where no dates are given.
    stale
        Open ones that were silent for longer than usual.
    """

    name: str
    opportunities: int
    amount: int
    probability: float
    age: float
    silence: float
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepPipeline:
    """The open pipeline of one rep.

    Parameters
    ----------
    rep_id
        Whose.
    amount, expected
        At face, and weighed by the chance to win before the plan's end, minor units.
    win_rate, low, high
        Of closed opportunities, drawn toward everyone's, with its 80% interval.
    closed
        Closed opportunities behind it.
    need
        Coverage needed, 1 ÷ win rate.
    quota
        What is still to close of the quota that runs at as_of, minor units; None where unknown.
    coverage
        Open amount over that quota; None where unknown.
    """

    rep_id: str
    amount: int
    expected: int
    win_rate: float
    low: float
    high: float
    closed: int
    need: float
    quota: int | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineHealth:
    """The state of the open pipeline at as_of.

    Parameters
    ----------
    stages
        From early to late, by chance to win.
    reps
        By id.
    expected_by_account
        Weighted amount of each account, minor units, (accounts,).
    expected_by_month
        Weighted amount by month of the plan in which it should close, minor units, (months,).
    before
        Weighted amount that should close before the plan starts, minor units.
    win_rate
        Of all closed opportunities.
    stale
        Ids of stale opportunities, the largest first.
    """

    stages: tuple[Stage, ...]
    reps: tuple[RepPipeline, ...]
    expected_by_account: npt.NDArray[np.int64]
    expected_by_month: npt.NDArray[np.int64]
    before: int
    win_rate: float
    stale: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
