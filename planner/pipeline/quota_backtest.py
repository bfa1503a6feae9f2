"""Quota methods judged on a company's past periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from planner.findings import Finding

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.held_out import HeldOut
    from planner.quotas.backtest import QuotaScore
    from planner.quotas.chance import Chance
    from planner.quotas.past_attainment import Basis, BasisPart, PastPeriod
    from planner.quotas.submissions import Submissions
    from planner.scenario.model import Scenario

# Dispersion without a ramp against with it, below which the ramp is named as too low.
HIGHER_RAMP = 'Try quota.ramp_from = "cohorts", or a higher quota.ramp.'
HIGHER_THAN_HIRES = (
    "The ramp is that of past hires, which are few: try a higher quota.ramp with "
    'quota.ramp_from = "stated".'
)
RAMP_COSTS = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaBacktest:
    """How every quota method would have done on the past.

    Parameters
    ----------
    scores
        Of the methods, by name; empty where no past quotas are known.
    findings
        What was missing, and what there is to say of the past.
    choice
        Dispersion of bases chosen on the other periods, None where that cannot be said.
    chance
        What chance alone would have left under each method, where that can be said.
    submitted
        What the past quotas, taken as submitted, are worth beside a basis; None where the past is
        too short to tell.
    """

    scores: dict[str, QuotaScore] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    choice: float | None = None
    chance: dict[str, Chance] = field(default_factory=dict)
    submitted: Submissions | None = None

    @property
    def chosen(self) -> dict[str, float] | None:
        """Return the basis that ``backtest`` stands for, None where no past quotas tell."""
        from planner.quotas.backtest import choose_blend

        known = any(score.dispersion is not None for score in self.scores.values())
        return choose_blend(self.scores) if known else None

    def as_dict(self) -> dict[str, Any]:
        """Return the scores as values for JSON."""
        return {
            "quota": {
                name: _quota_score(score, self.chance.get(name))
                for name, score in self.scores.items()
            },
            "quota_chosen": self.chosen,
            "quota_chosen_elsewhere": self.choice,
            "quota_submitted": _submitted(self.submitted),
        }


def _submitted(found: Submissions | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "share": found.share,
        "basis": found.blend,
        "dispersion": found.dispersion,
        "as_set": found.alone,
        "without": found.without,
        "periods": found.periods,
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


def backtest_quota(
    scenario: Scenario, data: PlanningData, held_out: HeldOut | None
) -> QuotaBacktest:
    """Judge the quota methods of a scenario on its own past.

    Parameters
    ----------
    scenario
        The plan's settings.
    data
        The company's tables.
    held_out
        Forecasts as of past days, None where the past is too short for any.
    """
    from planner.pipeline.past_periods import LONG_PAST, PERIODS, rebuild_past
    from planner.quotas.backtest import backtest_quotas, judge_choice, name_blend
    from planner.quotas.submissions import weigh_submissions

    ramp = scenario.quota.ramp if scenario.quota else ()
    forecast = held_out.forecast_on if held_out else None
    past, findings = rebuild_past(data, ramp, LONG_PAST, forecast)
    if not past:
        return QuotaBacktest(findings=findings)
    periods, submitted = past[-PERIODS:], weigh_submissions(past, PERIODS)
    own, unknown = _own_basis(scenario, data)
    scores = backtest_quotas(periods, own=own)
    mixed = {name_blend(submitted.blend): submitted.blend} if submitted else {}
    found = backtest_quotas(periods, list(mixed.values()))
    scores |= {name: found[name] for name in mixed}
    unramped = backtest_quotas(rebuild_past(data, (1.0,), PERIODS, forecast)[0]) if ramp else scores
    judged = QuotaBacktest(
        scores=scores,
        choice=judge_choice(periods),
        chance=_weigh_chance(periods, scenario.seed, own, mixed),
        submitted=submitted,
    )
    findings += unknown + _find(scenario, data, judged, unramped)
    return replace(judged, findings=findings)


def _find(
    scenario: Scenario,
    data: PlanningData,
    judged: QuotaBacktest,
    unramped: dict[str, QuotaScore],
) -> tuple[Finding, ...]:
    """Say what the past tells of chance, of submissions, of the quotas there were and of the ramp."""
    from planner.pipeline.past_periods import collect_past
    from planner.quotas.backtest import AS_SET, choose_blend, name_blend
    from planner.quotas.chance import find_chance
    from planner.quotas.hindsight import find_hindsight
    from planner.quotas.submissions import find_submissions

    best = judged.chance.get(name_blend(choose_blend(judged.scores)))
    stated = scenario.quota is None or scenario.quota.ramp_from == "stated"
    return (
        *find_chance(best, judged.chance.get(AS_SET)),
        *find_submissions(judged.submitted),
        *find_hindsight(collect_past(data)),
        *judge_ramp(judged.scores, unramped, stated=stated),
    )


def _own_basis(
    scenario: Scenario, data: PlanningData
) -> tuple[tuple[BasisPart, ...] | None, tuple[Finding, ...]]:
    """Return the plan's own basis, None where it is to be chosen here, and what is not in it."""
    from planner.quotas.past_basis import find_unreplayed, replayed_basis

    if scenario.quota is None or scenario.quota.basis == "backtest":
        return None, ()
    return replayed_basis(scenario.quota, data.currency), find_unreplayed(scenario.quota)


def _weigh_chance(
    periods: Sequence[PastPeriod],
    seed: int,
    own: tuple[BasisPart, ...] | None,
    more: Mapping[str, Basis],
) -> dict[str, Chance]:
    from planner.quotas.backtest import quota_methods
    from planner.quotas.chance import measure_chance, toss_surprises

    tossed = toss_surprises(periods, seed)
    if tossed is None:
        return {}
    methods = {**quota_methods(own=own), **more}
    found = {name: measure_chance(periods, tossed, blend) for name, blend in methods.items()}
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
