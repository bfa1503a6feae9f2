"""A plan in plain sentences, for people who did not make it; the same in report and terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from planner.findings import count_of
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.outputs.plan import MeasureSummary, Plan

SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One figure that a manager looks for first.

    Parameters
    ----------
    label, value, note
        What it is, the figure, and what it means.
    """

    label: str
    value: str
    note: str


def short_money(currency: Currency, minor: float) -> str:
    """Return an amount as people say it: ``USD 9.45M``."""
    units = float(minor) / currency.scale
    for scale, letter in SCALES:
        # What rounds up to the next thousand is worded in it.
        if abs(units) >= 0.9995 * scale:
            form = ".3g" if abs(units) < 999.5 * scale else ",.0f"
            return f"{currency.code} {units / scale:{form}}{letter}"
    return f"{currency.code} {units:,.0f}"


def full_money(currency: Currency, minor: int) -> str:
    """Return an exact amount with separators: ``USD 9,450,000.00``."""
    sign, whole, rest = "-" if minor < 0 else "", *divmod(abs(int(minor)), currency.scale)
    tail = f".{rest:0{currency.digits}d}" if currency.digits else ""
    return f"{currency.code} {sign}{whole:,}{tail}"


def long_date(day: date) -> str:
    """Return a day as people write it: ``1 January 2027``."""
    return f"{day.day} {day:%B %Y}"


def word_period(period: Period) -> str:
    """Return a period's first and last day."""
    return f"{long_date(period.start)} to {long_date(period.end - timedelta(days=1))}"


def percent(share: float, digits: int = 0) -> str:
    """Return a fraction as a percentage."""
    return f"{100 * share:.{digits}f}%"


def measure_title(name: str) -> str:
    """Return a measure's name as words."""
    return name.replace("_", " ").capitalize()


def title_sentence(plan: Plan) -> str:
    """Return what the plan is, in one sentence."""
    period, size = plan.data.period, len(plan.territory_ids)
    count = len(plan.data.accounts)
    return (
        f"{count_of(count, 'account')} in {count_of(size, 'territory')}, "
        f"{word_period(period)}; what was known on {long_date(period.as_of)} counts."
    )


def sentences(plan: Plan) -> list[str]:
    """Return the plan's story: balance, moves, how good it can get, quotas, the year."""
    parts = [
        *(_balance_sentence(name, one) for name, one in plan.alignment.measures.items()),
        _moves_sentence(plan),
        proof_sentence(plan),
        _quota_sentence(plan),
        _outcome_sentence(plan),
        _violation_sentence(plan),
    ]
    return [part for part in parts if part]


def proof_sentence(plan: Plan) -> str:
    """Return how much better any plan under these rules could be, in words."""
    alignment = plan.alignment
    stopped = "The search was stopped early and this is the best it had found. "
    start = stopped if plan.interrupted else ""
    if alignment.status == "optimal":
        return f"{start}No plan that keeps these rules costs less: that is proven."
    if alignment.gap is None:
        return f"{start}How much better a plan under these rules could be is not known."
    share = max(alignment.gap, 0.0)
    shown = "0.01" if share < 1e-4 else f"{100 * share:.2g}"
    return f"{start}At most {shown}% better is possible under these rules."


def _balance_sentence(name: str, measure: MeasureSummary) -> str:
    outside, before = (
        outside_count(measure, measure.proposed),
        outside_count(measure, measure.today),
    )
    if measure.tolerance is None or outside is None or before is None:
        return ""
    size, kept = len(measure.target), len(measure.target) - outside
    within = "Every territory is" if not outside else f"{kept:,} of {size:,} territories are"
    text = (
        f"{within} within {percent(measure.tolerance)} of its fair share of "
        f"{measure_title(name).lower()}; today {size - before:,} of {size:,} are."
    )
    return text if not outside else text.replace("its fair", "their fair")


def outside_count(
    measure: MeasureSummary, amount: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> int | None:
    """Return how many territories lie outside their limits, None where there are none."""
    if measure.tolerance is None:
        return None
    margin = 1e-9 * np.maximum(np.abs(measure.target), 1.0)
    below, above = amount < measure.lower - margin, amount > measure.upper + margin
    return int((below | above).sum())


def _moves_sentence(plan: Plan) -> str:
    moved = plan.alignment.moved
    if not moved.accounts_all:
        return "No account changes its owner."
    what = "account changes its" if moved.accounts_all == 1 else "accounts change their"
    text = (
        f"{moved.accounts_all:,} {what} owner, with "
        f"{percent(moved.revenue_share_all, 1)} of the trailing revenue."
    )
    if moved.accounts == moved.accounts_all:
        return text
    forced = moved.accounts_all - moved.accounts
    return f"{text} {forced:,} of them in any case, because their owner does not continue."


def _quota_sentence(plan: Plan) -> str:
    sheet, currency = plan.quotas, plan.data.currency
    if sheet is None or not sheet.goal:
        return ""
    total = sheet.totals.get("rep", 0)
    over = total / sheet.goal - 1
    side = "above" if over >= 0 else "below"
    return (
        f"The goal is {full_money(currency, sheet.goal)}. Reps carry "
        f"{full_money(currency, total)}, {percent(abs(over), 1)} {side} it."
    )


def _outcome_sentence(plan: Plan) -> str:
    outcomes = plan.outcomes
    if outcomes is None:
        return ""
    return (
        f"In {outcomes.draws:,} simulated years the company reaches its goal in "
        f"{percent(outcomes.goal_probability)} of them, and {percent(outcomes.share_at_quota)} "
        "of the reps reach their quota on average."
    )


def _violation_sentence(plan: Plan) -> str:
    count = len(plan.alignment.violations)
    rules = "rule is" if count == 1 else "rules are"
    return f"{count:,} {rules} broken." if count else "Every firm rule is kept."


def headlines(plan: Plan) -> list[Headline]:
    """Return the figures for the top of a report."""
    found = [_moved_headline(plan), _proof_headline(plan)]
    if plan.quotas is not None:
        goal = short_money(plan.data.currency, plan.quotas.goal)
        note = f"quotas of reps {short_money(plan.data.currency, plan.quotas.totals.get('rep', 0))}"
        found.insert(0, Headline(label="Goal", value=goal, note=note))
    if plan.outcomes is not None:
        chance = percent(plan.outcomes.goal_probability)
        note = f"{percent(plan.outcomes.share_at_quota)} of reps at quota on average"
        found.insert(1, Headline(label="Chance of the goal", value=chance, note=note))
    for name, measure in list(plan.alignment.measures.items())[:2]:
        found.append(_balance_headline(name, measure))
    return found


def _moved_headline(plan: Plan) -> Headline:
    moved = plan.alignment.moved
    note = f"{percent(moved.revenue_share_all, 1)} of revenue changes hands"
    return Headline(label="Accounts that move", value=f"{moved.accounts_all:,}", note=note)


def _proof_headline(plan: Plan) -> Headline:
    gap = 0.0 if plan.alignment.status == "optimal" else plan.alignment.gap
    value = "not known" if gap is None else f"{100 * max(gap, 0.0):.2g}%"
    return Headline(label="Better is possible by at most", value=value, note="under these rules")


def _balance_headline(name: str, measure: MeasureSummary) -> Headline:
    today = "unknown" if measure.cv_today is None else percent(measure.cv_today)
    value = "unknown" if measure.cv_proposed is None else percent(measure.cv_proposed, 1)
    note = f"between territories; today {today}"
    return Headline(label=f"Spread of {measure_title(name).lower()}", value=value, note=note)
