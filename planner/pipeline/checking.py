"""Reads and validates everything that a plan would, and changes nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.findings import Finding
from planner.pipeline.preparation import prepare
from planner.pipeline.progress import Progress, Silence, Stopwatch

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found.

    Parameters
    ----------
    data
        The tables as they were read.
    findings
        Of all stages up to the alignment.
    territories
        How many territories there would be.
    units
        How many pieces there are that are never split.
    """

    data: PlanningData
    findings: tuple[Finding, ...]
    territories: int
    units: int

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "status": "ok",
            "accounts": len(self.data.accounts),
            "territories": self.territories,
            "sources": [asdict(source) for source in self.data.sources],
            "control": [asdict(total) for total in self.data.control],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def check_inputs(scenario: Scenario, folder: Path, progress: Progress | None = None) -> CheckReport:
    """Run every stage before the engine and return all that they have to say.

    What the stages behind the engine would refuse under any alignment is refused, too.


    Parameters
    ----------
    scenario
        The plan's settings.
    folder
        Where the tables are.
    progress
        Who is told where the work is.

    Raises
    ------
    DataError
        When the tables cannot be planned on; carries every finding.
    ScenarioError
        When the scenario asks for what does not exist.
    InfeasibleError
        When adding up shows already that no alignment can satisfy the rules.
    """
    from planner.pipeline.refusal import proves_infeasible

    company = prepare(scenario, folder, Stopwatch(progress or Silence()))
    refusal = proves_infeasible(scenario, company)
    if refusal is not None:
        raise refusal
    return CheckReport(
        data=company.data,
        findings=company.findings,
        territories=len(company.seats.territory_ids),
        units=len(company.units.unit_ids),
    )
