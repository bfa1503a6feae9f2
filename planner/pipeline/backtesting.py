"""Potential and quota methods judged on past periods that they did not see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.people import settle_people, with_ramp
from planner.pipeline.preparation import read_tables, refuse_errors
from planner.pipeline.progress import Progress, Silence, Stopwatch

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.backtest import BacktestReport
    from planner.quotas.backtest import QuotaScore
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How every method would have done on the past.

    Parameters
    ----------
    potential
        Scores of the potential methods.
    quotas
        Scores of the quota methods, by name; empty where no past quotas are known.
    findings
        What was missing, and what it would have told.
    """

    potential: BacktestReport
    quotas: dict[str, QuotaScore]
    findings: tuple[Finding, ...]

    @property
    def quota_chosen(self) -> dict[str, float] | None:
        """Return the basis that ``backtest`` stands for, None where no past quotas tell."""
        from planner.quotas.backtest import choose_blend

        known = any(score.dispersion is not None for score in self.quotas.values())
        return choose_blend(self.quotas) if known else None

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
                "quota": {name: _quota_score(score) for name, score in self.quotas.items()},
                "quota_chosen": self.quota_chosen,
                "cuts": [cut.isoformat() for cut in self.potential.cuts],
                "findings": [finding.as_dict() for finding in self.findings],
            }
        )
        return values


def _quota_score(score: QuotaScore) -> dict[str, Any]:
    return {
        "dispersion": score.dispersion,
        "share_at_quota": score.share_at_quota,
        "rank_correlation": {
            name: estimate.value for name, estimate in score.rank_correlation.items()
        },
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
    from planner.potential.backtest import backtest

    watch = Stopwatch(progress or Silence())
    with watch.stage("inputs"):
        data = read_tables(scenario, folder)
        refuse_errors(data.findings)
        ramp, data = settle_people(scenario, data)
        scenario = with_ramp(scenario, ramp)
    with watch.stage("potential"):
        report = backtest(data, scenario.potential, scenario.seed)
    with watch.stage("quotas"):
        quotas, findings = _backtest_quotas(scenario, data)
    return Backtest(
        potential=report, quotas=quotas, findings=(*report.findings, *findings, *data.findings)
    )


def _backtest_quotas(
    scenario: Scenario, data: PlanningData
) -> tuple[dict[str, QuotaScore], tuple[Finding, ...]]:
    from planner.pipeline.past_periods import PERIODS, rebuild_past
    from planner.quotas.backtest import backtest_quotas

    ramp = scenario.quota.ramp if scenario.quota else ()
    periods, findings = rebuild_past(data, ramp, PERIODS)
    return (backtest_quotas(periods) if periods else {}), findings
