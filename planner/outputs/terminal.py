"""A plan in the words and figures that a terminal shows."""

from __future__ import annotations

from planner.findings import count_of
from planner.inputs.edit_words import word_edit
from planner.outputs.assessment_tables import known_pay
from planner.outputs.fairness_words import count_lights, fairness_tests, fairness_title
from planner.outputs.money_values import level_total
from planner.outputs.plan import AlignmentSummary, MeasureSummary, MovedSummary, Plan

SHOWN_EDITS = 10


def word_plan(plan: Plan) -> str:
    """Return a plan's headlines as a few lines of text."""
    alignment, moved = plan.alignment, plan.alignment.moved
    accounts = count_of(len(plan.territory_of_account), "account")
    territories = count_of(len(plan.territory_ids), "territory")
    lines = [
        f"{plan.provenance.name}: {accounts} in {territories}.",
        *(_word_measure(name, measure) for name, measure in alignment.measures.items()),
        word_moved(moved),
        word_possible(alignment),
        *_word_quotas(plan),
        *_word_edits(plan),
        *_word_findings(plan),
    ]
    return "\n".join(lines)


def word_moved(moved: MovedSummary) -> str:
    """Return how much changes owner, in a sentence."""
    move = "moves" if moved.accounts == 1 else "move"
    return (
        f"{count_of(moved.accounts, 'account')} of continuing owners {move} "
        f"({moved.account_share:.1%}, with "
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


def word_cost(alignment: AlignmentSummary, currency: str) -> str:
    """Return what an alignment costs a year, and which terms make it up."""
    if alignment.cost is None:
        return "What it costs is not known."
    terms = ", ".join(
        f"{name.replace('_', ' ')} {amount:,.0f}" for name, amount in alignment.cost_by_term.items()
    )
    return f"Cost: {alignment.cost:,.0f} {currency} a year" + (f" ({terms})." if terms else ".")


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
    code = plan.data.currency.code
    totals = {"goal": level_total(plan, "company"), "managers": level_total(plan, "manager")}
    totals["reps"] = level_total(plan, "rep")
    figures = [f"{name} {total:,.0f} {code}" for name, total in totals.items() if total is not None]
    lines = [f"Quotas: {', '.join(figures)}."]
    if plan.outcomes is not None:
        lines.append(
            f"Simulated: the goal is reached in {plan.outcomes.goal_probability:.0%} of "
            f"{plan.outcomes.draws:,} years; {plan.outcomes.share_at_quota:.0%} of reps are at or above quota."
        )
    return [*lines, *_word_pay(plan), *_word_fairness(plan)]


def _word_pay(plan: Plan) -> list[str]:
    pay, currency = known_pay(plan), plan.data.currency
    if pay is None:
        return []
    expected, low, high = (
        f"{amount / currency.scale:,.0f}" for amount in (pay.expected, pay.p10, pay.p90)
    )
    share = "" if pay.cost_of_sales is None else f", {pay.cost_of_sales:.1%} of what is booked"
    return [
        f"Pay: {expected} {currency.code} expected{share}; between {low} and {high} in 8 of 10 years."
    ]


def _word_fairness(plan: Plan) -> list[str]:
    tests = fairness_tests(plan)
    counted = count_lights(tests)
    if not counted:
        return []
    poor = [fairness_title(test) for test in tests if test.light == "red" and not test.circular]
    return [f"Fairness: {counted}" + (f" Poor: {'; '.join(dict.fromkeys(poor))}." if poor else "")]


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
        [f"{count_of(warnings, 'warning')} about the data, in report.html and plan.json."]
        if warnings
        else []
    )
