"""What an alignment must keep: measures with their limits, and budgets of change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.costs import PairTerm

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoftLimits:
    """Three zones around a target: free, the buffer, and beyond it.

    Parameters
    ----------
    target
        (territories,)
    tolerance
        Fraction of the target by which a territory may differ for nothing, (territories,).
    buffer
        Width of the next zone, a fraction of the target, (territories,).
    penalty
        Cost of one whole target's deviation inside the buffer, and beyond it.
    """

    target: Floats
    tolerance: Floats
    buffer: Floats
    penalty: tuple[float, float]

    def cost(self, totals: Floats) -> Floats:
        """Return what each territory's deviation costs, (territories,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.nan_to_num(np.abs(totals / self.target - 1.0), nan=0.0, posinf=0.0)
        inside = np.clip(off - self.tolerance, 0.0, self.buffer)
        beyond = np.maximum(off - self.tolerance - self.buffer, 0.0)
        return np.asarray(inside * self.penalty[0] + beyond * self.penalty[1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measure:
    """Something to balance: its amount at every unit and its limits at every territory.

    Parameters
    ----------
    name
        What the measure is called in reports.
    amounts
        Amount of each unit wherever it goes, (units,).
    by_pair
        What depends on who serves the unit, added to ``amounts``.
    lower, upper
        Hard limits, (territories,); minus and plus infinity where there is none. Where
        centres are chosen they may stand for sites instead, (sites,).
    soft
        Limits that cost instead of forbidding.
    """

    name: str
    amounts: Floats
    lower: Floats
    upper: Floats
    by_pair: PairTerm | None = None
    soft: SoftLimits | None = None

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        amounts = self.amounts[units]
        return amounts if self.by_pair is None else amounts + self.by_pair.pairs(units, territories)

    @property
    def is_hard(self) -> bool:
        """Whether any territory has a limit that must hold."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Budget:
    """How much of what stays today may move, over the whole plan.

    Parameters
    ----------
    name
        What is counted: accounts, revenue, pipeline.
    stay
        What stays when a unit goes to a territory, sparse (units, territories); the rest of
        the unit's row moves.
    limit
        The most that may move.
    """

    name: str
    stay: sparse.csr_array
    limit: float

    @property
    def total(self) -> float:
        """What could move, over the whole plan."""
        return float(self.stay.sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LossLimit:
    """How much of what it has today each territory may lose.

    Parameters
    ----------
    name
        What is counted: revenue.
    stay
        What stays when a unit goes to a territory, sparse (units, territories).
    limit
        The most that each may lose, (territories,); infinity where there is no limit.
    """

    name: str
    stay: sparse.csr_array
    limit: Floats

    @property
    def today(self) -> Floats:
        """What each territory has today, (territories,)."""
        return np.asarray(self.stay.sum(axis=0), dtype=float).ravel()
