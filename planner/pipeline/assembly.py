"""From what the stages found to one plan: balance, rules with their slack, what moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.outputs.moves import moved_accounts, summarise_moves
from planner.outputs.plan import (
    AlignmentSummary,
    MeasureKind,
    MeasureSummary,
    MovedSummary,
    RuleLine,
)
from planner.pipeline.preparation import Company
from planner.territories.alignment import AlignmentResult, Evaluation, total_amounts

if TYPE_CHECKING:
    from planner.scenario.model import Scenario
    from planner.territories.rules.check import Check, Violation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BUDGET_KEYS = {
    "accounts": "max_account_share",
    "revenue": "max_revenue_share",
    "pipeline": "max_pipeline_share",
}
PLAIN_RULES = {
    "eligibility": "alignment.eligibility",
    "holds": "alignment.holds",
    "contiguity": "alignment.contiguity",
    "maximum accounts": "alignment.max_accounts",
}


def summarise_alignment(
    scenario: Scenario,
    company: Company,
    result: AlignmentResult,
    evaluation: Evaluation,
    territory_of: Ints,
) -> AlignmentSummary:
    """Return how good an alignment is, in the plan's terms.

    Parameters
    ----------
    scenario, company
        The rules, and what they were applied to.
    result
        What the engine reported.
    evaluation
        What the plain rules say of the alignment.
    territory_of
        Territory of each unit, -1 none, (units,).
    """
    return AlignmentSummary(
        status=result.status,
        cost=evaluation.cost,
        bound=result.bound,
        gap=result.gap,
        cost_by_term=join_terms(evaluation),
        bound_relaxes=result.bound_relaxes,
        rules=tuple(rule_lines(company, evaluation.checks)),
        violations=tuple(word_violation(company, found) for found in evaluation.violations),
        measures={
            name: _summarise_measure(scenario, company, name, evaluation)
            for name in scenario.alignment.measures
        },
        moved=summarise_moved(company, territory_of),
    )


def join_terms(evaluation: Evaluation) -> dict[str, float]:
    """Return the cost by term; the road between accounts is travel as the road from home is."""
    terms = dict(evaluation.cost_by_term)
    if "tours" in terms:
        terms["travel"] = terms.get("travel", 0.0) + terms.pop("tours")
    return terms


def summarise_moved(company: Company, territory_of: Ints) -> MovedSummary:
    """Return how much changes owner under an alignment of units, (units,)."""
    proposed = territory_of[company.units.unit_of_account]
    owners = company.data.accounts["owner_id"]
    before = owners.astype(object).where(owners.notna(), "").astype(str).tolist()
    reps = company.seats.rep_ids
    after = [reps[place] if place >= 0 else "" for place in proposed.tolist()]
    return summarise_moves(
        moved=moved_accounts(before, after),
        continues=company.today.continues,
        revenue=np.maximum(company.potential.trailing, 0),
        pipeline=company.potential.pipeline,
    )


def _summarise_measure(
    scenario: Scenario, company: Company, name: str, evaluation: Evaluation
) -> MeasureSummary:
    rule, targets = scenario.alignment.measures[name], company.targets[name]
    proposed = evaluation.totals[name]
    today = totals_today(company, name)
    deviations = _ratios(proposed, targets.target) - 1
    known = deviations[np.isfinite(deviations)]
    return MeasureSummary(
        kind=measure_kind(company, name),
        tolerance=rule.tolerance,
        hard=rule.hard,
        target=targets.target,
        lower=targets.lower,
        upper=targets.upper,
        today=today,
        proposed=proposed,
        max_deviation=float(np.abs(known).max()) if len(known) else None,
        cv_today=spread(today, targets.target),
        cv_proposed=spread(proposed, targets.target),
        total=float(targets.group_totals.sum()),
    )


def totals_today(company: Company, name: str) -> Floats:
    """Return a measure's total by territory under today's owners, (territories,).

    What depends on who serves is taken from whoever does today.
    """
    count = len(company.seats.territory_ids)
    values = company.account_measures.get(name)
    if values is None:
        return total_amounts(company.units.measures[name], company.today.current, count)
    totals = total_amounts(values, company.today.seat_of_account, count)
    measure = next(m for m in company.problem.problem.measures if m.name == name)
    if measure.by_pair is not None:
        current = company.today.current[company.problem.kept]
        placed = np.flatnonzero(current >= 0)
        totals += total_amounts(
            measure.by_pair.pairs(placed, current[placed]), current[placed], count
        )
    return totals


def measure_kind(company: Company, name: str) -> MeasureKind:
    """Return whether a measure is money, hours or a plain number."""
    from planner.units.measures import is_money

    if name == "workload":
        return "hours"
    return "money" if is_money(name, company.data) else "number"


def _ratios(values: Floats, target: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(target > 0, values / target, np.nan))


def spread(values: Floats, target: Floats) -> float | None:
    """Return the coefficient of variation of value ÷ target, None where it does not exist."""
    ratios = _ratios(values, target)
    known = ratios[np.isfinite(ratios)]
    mean = float(known.mean()) if len(known) else 0.0
    return float(known.std() / mean) if mean > 0 else None


def rule_lines(company: Company, checks: Iterable[Check]) -> Iterable[RuleLine]:
    """Return every rule with its value, limit and slack; money in units of the plan currency."""
    for check in checks:
        scale = _scale(company, check)
        for place, value in enumerate(check.value.tolist()):
            plan_wide = len(check.value) == 1 and len(company.seats.territory_ids) != 1
            name = None if plan_wide else company.seats.territory_ids[place]
            yield from _sides(check, place, value / scale, scale, name)


def _sides(
    check: Check, place: int, value: float, scale: float, territory: str | None
) -> Iterable[RuleLine]:
    lower, upper = float(check.lower[place]) / scale, float(check.upper[place]) / scale
    both = check.rule in {"measure limits", "soft limits"}
    if both and np.isfinite(lower):
        yield RuleLine(
            name=f"{rule_key(check)}.lower",
            territory=territory,
            value=value,
            limit=lower,
            slack=value - lower,
        )
    if np.isfinite(upper):
        name = f"{rule_key(check)}.upper" if both else rule_key(check)
        yield RuleLine(
            name=name, territory=territory, value=value, limit=upper, slack=upper - value
        )


def rule_key(check: Check | Violation) -> str:
    """Return the scenario's key that a rule stands under."""
    if check.rule in {"measure limits", "soft limits"}:
        return f"alignment.measures.{check.name}"
    if check.rule == "disruption budgets":
        return f"alignment.disruption.{BUDGET_KEYS.get(check.name, check.name)}"
    if check.rule == "loss limits":
        return "alignment.disruption.max_rep_revenue_share"
    return PLAIN_RULES.get(check.rule, f"alignment.{check.rule}")


def _scale(company: Company, check: Check | Violation) -> float:
    money = check.name in {"revenue", "pipeline"} or (
        check.name in company.targets and measure_kind(company, check.name) == "money"
    )
    return float(company.data.currency.scale) if money else 1.0


def word_violation(company: Company, found: Violation) -> str:
    """Return a broken rule in one sentence, money in units of the plan currency."""
    scale = _scale(company, found)
    if scale == 1.0:
        return found.words
    side = "at least" if found.value < found.limit else "at most"
    code = company.data.currency.code
    value, limit = f"{found.value / scale:,.0f} {code}", f"{found.limit / scale:,.0f} {code}"
    return (
        f"{found.subject}: {value} of {found.name}; {side} {limit} is allowed ({rule_key(found)})"
    )
