"""Potential and quota methods judged on past periods that they did not see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.findings import Finding
from planner.pipeline.people import settle_people, with_ramp
from planner.pipeline.preparation import read_tables, refuse_errors
from planner.pipeline.progress import Progress, Silence, Stopwatch
from planner.pipeline.quota_backtest import QuotaBacktest, backtest_quota

if TYPE_CHECKING:
    from planner.outcomes.calibration import Calibration
    from planner.potential.backtest import BacktestReport
    from planner.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How every method would have done on the past.

    Parameters
    ----------
    potential
        Scores of the potential methods.
    quotas
        The quota methods.
    findings
        What was missing, and what it would have told.
    calibration
        How often simulated intervals held what happened, None where nothing could be held out.
    """

    potential: BacktestReport
    quotas: QuotaBacktest
    findings: tuple[Finding, ...]
    calibration: Calibration | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the backtest as plain values, for JSON."""
        from planner.outputs.summary import plain_json

        values: dict[str, Any] = plain_json(
            {
                "potential": self.potential.as_scores(),
                "chosen": self.potential.chosen,
                "margin": self.potential.margin,
                "by_segment": {
                    name: {
                        "error": score.error_by_segment,
                        "coverage": score.coverage_by_segment,
                        "accounts": score.accounts_by_segment,
                    }
                    for name, score in self.potential.scores.items()
                },
                **self.quotas.as_dict(),
                "outcomes": _calibration(self.calibration),
                "cuts": [cut.isoformat() for cut in self.potential.cuts],
                "findings": [finding.as_dict() for finding in self.findings],
            }
        )
        return values


def _calibration(found: Calibration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "interval": 0.8,
        "accounts_inside": found.accounts,
        "books_inside": found.seats,
        "books": found.books,
        "company_inside": list(found.company),
        "books_inside_by_scale": found.by_scale,
        "scale": found.taken,
    }


def backtest_scenario(
    scenario: Scenario, folder: Path, progress: Progress | None = None
) -> Backtest:
    """Judge the methods of a scenario on its own past.

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
        When the tables cannot be used, or hold too little of the past.
    """
    from planner.pipeline.calibrating import calibrate_company
    from planner.potential.backtest import backtest
    from planner.potential.held_out import hold_out

    watch = Stopwatch(progress or Silence())
    with watch.stage("inputs"):
        data = read_tables(scenario, folder)
        refuse_errors(data.findings)
        ramp, data = settle_people(scenario, data)
        scenario = with_ramp(scenario, ramp)
    with watch.stage("potential"):
        report = backtest(data, scenario.potential, scenario.seed)
    with watch.stage("quotas"):
        held_out = hold_out(data, scenario.potential, scenario.seed, report.chosen)
        judged = backtest_quota(scenario, data, held_out)
    with watch.stage("outcomes"):
        calibration = calibrate_company(data, held_out, scenario.outcomes, scenario.seed)
    return Backtest(
        potential=report,
        quotas=judged,
        calibration=calibration,
        findings=(*report.findings, *judged.findings, *data.findings),
    )
