"""Samples and results of the fairness tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.quotas.statistics import Estimate

Floats = npt.NDArray[np.float64]
Light = Literal["green", "amber", "red", "grey"]
Evidence = Literal["expected", "held_out", "past", "plan"]
# Below this many people no light is given.
FEWEST = 8
DISPERSION = "dispersion"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessSample:
    """One row a person (or a person and period), arrays of the same length.

    Parameters
    ----------
    attainment
        Bookings over quota, NaN where unknown.
    quota
        For a full, ramped year, minor units.
    potential, history
        Of the book, minor units.
    size
        Number of accounts.
    tenure
        Months in the role, NaN where unknown.
    region
        A name, empty where unknown.
    at_quota, within_20
        Expected share of people at quota and within 20% of it, where draws know it better than
        the rows do.
    """

    attainment: Floats
    quota: Floats
    potential: Floats
    history: Floats
    size: Floats
    tenure: Floats
    region: tuple[str, ...]
    at_quota: float | None = None
    within_20: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPanel:
    """Past quotas in pairs of periods that follow each other, (observations,).

    Parameters
    ----------
    person
        A number for each person.
    quota, attained, following
        The quota, what was attained, and the quota after it, minor units.
    """

    person: Floats
    quota: Floats
    attained: Floats
    following: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessTest:
    """One test.

    Parameters
    ----------
    name
        Such as ``attainment_potential``.
    evidence
        What it looks at: expected attainment of the plan, attainment on held-out periods, past
        attainment under the quotas there were, or the plan's quotas themselves.
    figure
        The statistic with its interval.
    light
        Grey where the numbers cannot tell.
    sentence
        The result for a reader who knows no statistics.
    threshold
        Where the light's limits come from.
    circular
        Whether quota and attainment rest on the same potential, so that a good figure proves
        nothing.
    """

    name: str
    evidence: Evidence
    figure: Estimate
    light: Light
    sentence: str
    threshold: str
    circular: bool = False
