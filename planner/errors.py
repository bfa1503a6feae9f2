"""The tree of errors that a user may meet, with the exit code of each.

PlannerError
├── DataError        1   the data are unusable; carries every finding
├── ScenarioError    2   the command or the scenario is wrong
├── InfeasibleError  3   no plan can satisfy the rules; names the smallest set to relax
├── OutOfTimeError   4   none was found in the time given
├── StoreError       5   a disk or database failed
└── FaultError      70   a fault of ours
"""

from __future__ import annotations

from typing import Any

from planner.findings import Finding


class PlannerError(Exception):
    """The root of what the planner raises on purpose.

    ``edits`` holds the refused cells of the workbook that was planned with, where one was.
    """

    exit_code = 70
    edits: tuple[Any, ...] = ()

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class DataError(PlannerError):
    """Raised when the tables cannot be planned on; ``findings`` holds every reason."""

    exit_code = 1


class ScenarioError(PlannerError):
    """Raised when a command or a scenario asks for something that does not exist."""

    exit_code = 2


class InfeasibleError(PlannerError):
    """Raised when no plan can satisfy the rules; the message names what to relax."""

    exit_code = 3


class OutOfTimeError(PlannerError):
    """Raised when no plan was found in the time or effort given."""

    exit_code = 4


class StoreError(PlannerError):
    """Raised when a disk or a database fails to read or keep something."""

    exit_code = 5


class FaultError(PlannerError):
    """Raised when a check of our own work fails: a fault of the product."""

    exit_code = 70
