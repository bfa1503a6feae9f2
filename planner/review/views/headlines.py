"""A plan in a few figures, as far as one person may see it; each says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.outputs.moves import plan_moves
from planner.outputs.plan import MeasureSummary, Plan
from planner.outputs.wording import proof_sentence
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.visibility import (
    COMPANY,
    Bools,
    may_see_attainment,
    sees_whole_plan,
    territory_mask,
    visible_accounts,
    visible_reps,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One figure.

    Parameters
    ----------
    name, words
        What it is called, and the figure with its unit.
    meaning
        What it says, for whoever asks.
    """

    name: str
    words: str
    meaning: str


def list_headlines(opened: OpenPlan, person: Person) -> tuple[Headline, ...]:
    """Return what a plan comes to, for one person.

    Parameters
    ----------
    opened
        The plan.
    person
        Who looks: only what he may see is counted.
    """
    plan, mask = opened.plan, territory_mask(opened, person)
    return (
        *_accounts(opened, person),
        *(_balance(name, one, mask) for name, one in plan.alignment.measures.items()),
        *_quotas(opened, person),
        *_year(opened, person),
        Headline(
            name="Room for better",
            words=proof_sentence(plan),
            meaning="How much less any plan that keeps the same rules could cost: this is proven, "
            "not guessed.",
        ),
    )


def _accounts(opened: OpenPlan, person: Person) -> Iterator[Headline]:
    seen, moved = visible_accounts(opened, person), plan_moves(opened.plan)
    count, moving = int(seen.sum()), int((seen & moved).sum())
    yield Headline(
        name="Accounts",
        words=f"{count:,}",
        meaning="Accounts that you may see: those served today, and those that would be.",
    )
    yield Headline(
        name="Change rep",
        words=f"{moving:,} ({moving / count:.0%})" if count else "0",
        meaning="Accounts that another rep would serve than today, and their share.",
    )


def _balance(name: str, measure: MeasureSummary, mask: Bools) -> Headline:
    known = mask & (measure.target > 0)
    off = np.abs(measure.proposed[known] / measure.target[known] - 1.0)
    worst = f"at most {off.max():.1%} off" if len(off) else "–"
    allowed = "" if measure.tolerance is None else f" (±{measure.tolerance:.0%} allowed)"
    return Headline(
        name=name.replace("_", " ").capitalize(),
        words=f"{worst}{allowed}",
        meaning="How far the territory that is farthest from its fair share is from it.",
    )


def _quotas(opened: OpenPlan, person: Person) -> Iterator[Headline]:
    plan, seen = opened.plan, visible_reps(opened, person)
    if plan.quotas is None:
        return
    owed = plan.quotas.by_person("rep")
    if sees_whole_plan(person):
        yield Headline(
            name="Goal",
            words=_money(plan, plan.quotas.goal),
            meaning="What the company is to book in the plan.",
        )
    yield Headline(
        name="Reps' quotas",
        words=_money(plan, sum(quota for rep, quota in owed.items() if rep in seen)),
        meaning="All quotas of the reps that you may see, added up. The company's are above its "
        "goal by the cushion that the plan sets.",
    )


def _year(opened: OpenPlan, person: Person) -> Iterator[Headline]:
    outcomes = opened.plan.outcomes
    if outcomes is None or not may_see_attainment(opened, person, COMPANY):
        return
    yield Headline(
        name="Chance of the goal",
        words=f"{outcomes.goal_probability:.0%}",
        meaning=f"In how many of {outcomes.draws:,} simulated years the goal is reached.",
    )
    company = next((one for one in outcomes.outcomes if one.level == "company"), None)
    if company is not None:
        yield Headline(
            name="Likely bookings",
            words=f"{_money(opened.plan, company.p10)} – {_money(opened.plan, company.p90)}",
            meaning="Eight of ten simulated years lie between.",
        )


def _money(plan: Plan, minor: int) -> str:
    currency = plan.data.currency
    return f"{minor / currency.scale:,.0f} {currency.code}"
