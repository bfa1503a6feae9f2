"""A plan in the words and figures that a terminal shows."""

from __future__ import annotations

from planner.inputs.edit_words import word_edit
from planner.outputs.plan import AlignmentSummary, MeasureSummary, MovedSummary, Plan

SHOWN_EDITS = 10


def word_plan(plan: Plan) -> str:
    """Return a plan's headlines as a few lines of text."""
    alignment, moved = plan.alignment, plan.alignment.moved
    accounts = len(plan.territory_of_account)
    lines = [
        f"{plan.provenance.name}: {accounts:,} accounts in {len(plan.territory_ids):,} territories.",
        *(_word_measure(name, measure) for name, measure in alignment.measures.items()),
        _word_moved(moved),
        word_possible(alignment),
        *_word_quotas(plan),
        *_word_edits(plan),
        *_word_findings(plan),
    ]
    return "\n".join(lines)


def _word_moved(moved: MovedSummary) -> str:
    return (
        f"{moved.accounts:,} accounts of continuing owners move ({moved.account_share:.1%}, with "
        f"{moved.revenue_share:.1%} of their revenue); {moved.accounts_all:,} change rep in all."
    )


def _word_measure(name: str, measure: MeasureSummary) -> str:
    label = name.replace("_", " ")
    worst = (
        "no target"
        if measure.max_deviation is None
        else f"at most {measure.max_deviation:.1%} off target"
    )
    allowed = (
        ""
        if measure.tolerance is None
        else f" (±{measure.tolerance:.0%} {'must hold' if measure.hard else 'is aimed at'})"
    )
    return f"  {label}: {worst}{allowed}; spread {_percent(measure.cv_today)} → {_percent(measure.cv_proposed)}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def word_possible(alignment: AlignmentSummary) -> str:
    """Return how much better an alignment could be, in a sentence."""
    if alignment.violations:
        return "It breaks rules, so it cannot be compared with the best that keeps them."
    if alignment.status == "optimal":
        return "No alignment under these rules costs less: that is proven."
    if alignment.gap is None:
        return "How much better is possible is not known."
    return f"At most {alignment.gap:.2%} better is possible under these rules."


def word_measures(alignment: AlignmentSummary) -> list[tuple[str, ...]]:
    """Return a row a measure: name, tolerance, largest deviation, spread, spread today."""
    return [
        (
            name,
            _percent(measure.tolerance),
            _percent(measure.max_deviation),
            _percent(measure.cv_proposed),
            _percent(measure.cv_today),
        )
        for name, measure in alignment.measures.items()
    ]


def _word_quotas(plan: Plan) -> list[str]:
    if plan.quotas is None:
        return []
    currency = plan.data.currency
    totals = plan.quotas.totals
    figures = {
        name: f"{totals.get(name, 0) / currency.scale:,.0f} {currency.code}"
        for name in ("company", "manager", "rep")
    }
    lines = [
        f"Quotas: goal {figures['company']}, managers {figures['manager']}, reps {figures['rep']}."
    ]
    if plan.outcomes is not None:
        lines.append(
            f"Simulated: the goal is reached in {plan.outcomes.goal_probability:.0%} of "
            f"{plan.outcomes.draws:,} years; {plan.outcomes.share_at_quota:.0%} of reps are at or above quota."
        )
    return lines


def _word_edits(plan: Plan) -> list[str]:
    if plan.edits is None:
        return []
    accepted, refused = plan.edits.accepted, plan.edits.refused
    lines = [
        f"Edits of {plan.edits.workbook}: {len(accepted):,} count, {len(refused):,} are refused."
    ]
    lines += [f"  {word_edit(edit)}" for edit in accepted[:SHOWN_EDITS]]
    lines += _and_more(len(accepted))
    lines += [
        f"  refused: {edit.sheet} {edit.cell}, {edit.subject}: {edit.reason}"
        for edit in refused[:SHOWN_EDITS]
    ]
    return [*lines, *_and_more(len(refused))]


def _and_more(count: int) -> list[str]:
    more = count - SHOWN_EDITS
    return [f"  and {more:,} more, in plan.json"] if more > 0 else []


def _word_findings(plan: Plan) -> list[str]:
    warnings = sum(finding.severity == "warning" for finding in plan.findings)
    return (
        [f"{warnings} warnings about the data are in report.html and plan.json."]
        if warnings
        else []
    )
