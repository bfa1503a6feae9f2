"""Potential and quota methods judged on past periods that they did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    from planner.outcomes.calibration import Calibration
    from planner.potential.backtest import BacktestReport
    from planner.potential.held_out import HeldOut
    from planner.quotas.backtest import QuotaScore
    from planner.quotas.chance import Chance
    from planner.quotas.past_attainment import BasisPart, PastPeriod
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
# Dispersion without a ramp against with it, below which the ramp is named as too low.
HIGHER_RAMP = 'Try quota.ramp_from = "cohorts", or a higher quota.ramp.'
HIGHER_THAN_HIRES = (
    "The ramp is that of past hires, which are few: try a higher quota.ramp with "
    'quota.ramp_from = "stated".'
)
RAMP_COSTS = 0.95


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
    choice
        Dispersion of bases chosen on the other periods, None where that cannot be said.
    chance
        What chance alone would have left under each quota method, where that can be said.
    calibration
        How often simulated intervals held what happened, None where nothing could be held out.
    """

    potential: BacktestReport
    quotas: dict[str, QuotaScore]
    findings: tuple[Finding, ...]
    choice: float | None = None
    chance: dict[str, Chance] = field(default_factory=dict)
    calibration: Calibration | None = None

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
                "quota": {
                    name: _quota_score(score, self.chance.get(name))
                    for name, score in self.quotas.items()
                },
                "quota_chosen": self.quota_chosen,
                "quota_chosen_elsewhere": self.choice,
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


def _quota_score(score: QuotaScore, chance: Chance | None) -> dict[str, Any]:
    return {
        "dispersion": score.dispersion,
        "chance": chance
        and {
            "dispersion": chance.dispersion,
            "low": chance.low,
            "high": chance.high,
            "verdict": chance.verdict,
        },
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
        quotas, choice, chance, findings = _backtest_quotas(scenario, data, held_out)
    with watch.stage("outcomes"):
        calibration = calibrate_company(data, held_out, scenario.outcomes, scenario.seed)
    return Backtest(
        potential=report,
        quotas=quotas,
        choice=choice,
        chance=chance,
        calibration=calibration,
        findings=(*report.findings, *findings, *data.findings),
    )


def _backtest_quotas(
    scenario: Scenario, data: PlanningData, held_out: HeldOut | None
) -> tuple[dict[str, QuotaScore], float | None, dict[str, Chance], tuple[Finding, ...]]:
    from planner.pipeline.past_periods import PERIODS, collect_past, rebuild_past
    from planner.quotas.backtest import (
        AS_SET,
        backtest_quotas,
        choose_blend,
        judge_choice,
        name_blend,
    )
    from planner.quotas.chance import find_chance
    from planner.quotas.hindsight import find_hindsight

    ramp = scenario.quota.ramp if scenario.quota else ()
    forecast = held_out.forecast_on if held_out else None
    periods, findings = rebuild_past(data, ramp, PERIODS, forecast)
    if not periods:
        return {}, None, {}, findings
    own, found = _own_basis(scenario, data)
    scores = backtest_quotas(periods, own=own)
    unramped = backtest_quotas(rebuild_past(data, (1.0,), PERIODS, forecast)[0]) if ramp else scores
    chance = _weigh_chance(periods, scenario.seed, own)
    findings += found
    findings += find_chance(chance.get(name_blend(choose_blend(scores))), chance.get(AS_SET))
    findings += find_hindsight(collect_past(data))
    stated = scenario.quota is None or scenario.quota.ramp_from == "stated"
    findings += judge_ramp(scores, unramped, stated=stated)
    return scores, judge_choice(periods), chance, findings


def _own_basis(
    scenario: Scenario, data: PlanningData
) -> tuple[tuple[BasisPart, ...] | None, tuple[Finding, ...]]:
    """Return the plan's own basis, None where it is to be chosen here, and what is not in it."""
    from planner.quotas.past_basis import find_unreplayed, replayed_basis

    if scenario.quota is None or scenario.quota.basis == "backtest":
        return None, ()
    return replayed_basis(scenario.quota, data.currency), find_unreplayed(scenario.quota)


def _weigh_chance(
    periods: Sequence[PastPeriod], seed: int, own: tuple[BasisPart, ...] | None
) -> dict[str, Chance]:
    from planner.quotas.backtest import quota_methods
    from planner.quotas.chance import measure_chance, toss_surprises

    tossed = toss_surprises(periods, seed)
    if tossed is None:
        return {}
    found = {
        name: measure_chance(periods, tossed, blend)
        for name, blend in quota_methods(own=own).items()
    }
    return {name: chance for name, chance in found.items() if chance is not None}


def judge_ramp(
    scores: dict[str, QuotaScore], unramped: dict[str, QuotaScore], *, stated: bool = True
) -> tuple[Finding, ...]:
    """Say so where quotas without the ramp would have left reps less far apart.

    Parameters
    ----------
    scores, unramped
        The methods on past periods with the plan's ramp, and without any.
    stated
        Whether the scenario states the ramp; else it was measured on past hires.
    """
    from planner.quotas.backtest import choose_blend, name_blend

    with_ramp, without = (
        found[name_blend(choose_blend(found))].dispersion for found in (scores, unramped)
    )
    if with_ramp is None or without is None or without > RAMP_COSTS * with_ramp:
        return ()
    return (
        Finding(
            severity="info",
            code="backtest.ramp_too_low",
            message="Without a ramp the best basis would have left attainment less far apart "
            f"(dispersion {without:.2f} instead of {with_ramp:.2f}): new reps booked more than the "
            "ramp asked of them.",
            advice=HIGHER_RAMP if stated else HIGHER_THAN_HIRES,
            subject="quota.ramp",
        ),
    )
