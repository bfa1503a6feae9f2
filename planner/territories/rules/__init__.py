"""The rules of an alignment, one module each, in the order in which they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.territories.rules.account_limits import AccountLimits
from planner.territories.rules.budgets import Budgets
from planner.territories.rules.check import Check, Moves, Rows, Rule, Violation
from planner.territories.rules.connection import Connection
from planner.territories.rules.eligibility import Eligibility
from planner.territories.rules.holds import Holds
from planner.territories.rules.loss_limits import LossLimits
from planner.territories.rules.measure_limits import MeasureLimits
from planner.territories.rules.soft_limits import SoftMeasureLimits

if TYPE_CHECKING:
    from planner.territories.problem import AlignmentProblem

Ints = npt.NDArray[np.int64]

__all__ = [
    "RULES",
    "Check",
    "Moves",
    "Rows",
    "Rule",
    "Violation",
    "change_rules",
    "check_rules",
    "collect_rows",
]

RULES: tuple[Rule, ...] = (
    Eligibility(),
    Holds(),
    MeasureLimits(),
    SoftMeasureLimits(),
    AccountLimits(),
    Budgets(),
    LossLimits(),
    Connection(),
)


def check_rules(problem: AlignmentProblem, territory_of: Ints) -> tuple[Check, ...]:
    """Hold every rule against an alignment.

    Parameters
    ----------
    problem
        The problem.
    territory_of
        Territory of each unit, -1 none, (units,).
    """
    return tuple(check for rule in RULES for check in rule.plain(problem, territory_of))


def change_rules(
    problem: AlignmentProblem, territory_of: Ints, checks: tuple[Check, ...], moves: Moves
) -> tuple[Check, ...]:
    """Return what :func:`check_rules` would after moves, from what it said before them.

    Parameters
    ----------
    problem
        The problem.
    territory_of
        The alignment before, (units,).
    checks
        What was said of it.
    moves
        What changes.
    """
    found: list[Check] = []
    for rule in RULES:
        before = [check for check in checks if check.rule == rule.name]
        found.extend(rule.change(problem, territory_of, before, moves))
    return tuple(found)


def collect_rows(problem: AlignmentProblem) -> tuple[Rows, ...]:
    """Return every rule's rows for the engine.

    Parameters
    ----------
    problem
        The problem.
    """
    return tuple(rows for rule in RULES for rows in rule.rows(problem))
