"""What a rule says of an alignment, and the rows that carry it into the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from planner.territories.costs import PairTerm
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDING = 1e-9
"""Share of a limit by which sums of rounded numbers may miss it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule broken in one place.

    Parameters
    ----------
    rule
        The rule's name in the registry.
    subject
        The territory or unit concerned, or ``the plan``.
    name
        What is counted: a measure, a budget.
    value, limit
        What it comes to, and what is allowed.
    words
        The whole in one sentence.
    """

    rule: str
    subject: str
    name: str
    value: float
    limit: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Check:
    """One rule, or one measure under it, held against an alignment.

    Parameters
    ----------
    rule
        The rule's name in the registry.
    name
        What is counted: a measure, a budget; the rule's own name where it counts one thing.
    value
        By territory, (territories,), or over the plan, (1,).
    lower, upper
        What is allowed, as ``value``; for a soft rule where the free zone ends.
    violations
        Empty for a soft rule.
    cost
        What a soft rule costs; None for a hard one.
    """

    rule: str
    name: str
    value: Floats
    lower: Floats
    upper: Floats
    violations: tuple[Violation, ...] = ()
    cost: float | None = None

    @property
    def slack(self) -> Floats:
        """How far the value is inside its limits: negative where one is broken, as ``value``."""
        return np.minimum(self.value - self.lower, self.upper - self.value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """One limited amount in the form that the engine takes: rows of a linear model.

    Parameters
    ----------
    rule, name
        As in :class:`Check`; together they name the prices.
    amounts
        Amount of each unit wherever it goes, (units,).
    by_pair
        What depends on the territory, added to ``amounts``.
    plan_wide
        Whether there is one row over the whole plan instead of one for each territory.
    lower, upper
        Where the free zone ends, (territories,), or (1,) plan-wide.
    outer_lower, outer_upper
        Where the second zone begins; equal to the first for a hard rule.
    slopes
        Cost of one unit of amount in each zone, (2, territories); infinite for a hard rule.
    capped
        Whether a unit bigger than the upper limit counts only as the limit itself: then it fits,
        and nothing else does.
    """

    rule: str
    name: str
    amounts: Floats
    lower: Floats
    upper: Floats
    by_pair: PairTerm | None = None
    plan_wide: bool = False
    outer_lower: Floats | None = None
    outer_upper: Floats | None = None
    slopes: Floats | None = None
    capped: bool = False

    @property
    def is_hard(self) -> bool:
        """Whether the limits must hold."""
        return self.slopes is None

    @property
    def label(self) -> str:
        """The name of its prices."""
        return f"{self.rule}: {self.name}"


class Rule(Protocol):
    """One rule: a plain form, its change by moves, the engine's form, and its words."""

    @property
    def name(self) -> str:
        """The rule's name in the registry."""
        ...

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Hold the rule against an alignment, (units,)."""
        ...

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return what ``plain`` would after moves, from what it said before them."""
        ...

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return the rule as rows of a linear model; empty where it narrows candidates instead."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """Units that change territory.

    Parameters
    ----------
    units
        Each at most once, (moves,).
    to
        Where each goes, -1 nowhere, (moves,).
    """

    units: Ints
    to: Ints

    def apply(self, territory_of: Ints) -> Ints:
        """Return the alignment after the moves, (units,)."""
        after = territory_of.copy()
        after[self.units] = self.to
        return after


Side = Literal["lower", "upper"]


def find_broken(value: Floats, lower: Floats, upper: Floats) -> list[tuple[int, Side]]:
    """Return where a value is outside its limits by more than rounding.

    Parameters
    ----------
    value, lower, upper
        (territories,) or (1,).
    """
    below = value < lower - ROUNDING * np.maximum(np.abs(lower), 1e-9)
    above = value > upper + ROUNDING * np.maximum(np.abs(upper), 1e-9)
    places = np.flatnonzero(below | above).tolist()
    return [(place, "lower" if below[place] else "upper") for place in places]
