"""Each rep in each of several plans: quota, chance, pay, book, and whether the change costs him."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np

from planner.outputs.assessment_tables import known_pay
from planner.outputs.moves import proposed_reps
from planner.outputs.plan import Plan

DAY = timedelta(days=1)
Verdict = Literal["gains", "loses", "same", "joins", "leaves", "unknown"]
# What counts as a change: of expected pay, and of the chance of quota where pay is unknown.
PAY_CHANGE, CHANCE_CHANGE = 0.01, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RepFigures:
    """One rep in one plan; money in minor units.

    Parameters
    ----------
    quota
        Over the plan and all direct components.
    chance
        Probability of the quota, None where not simulated.
    attainment
        Expected bookings over quota, None without either.
    pay
        Expected, None where unknown.
    accounts, revenue
        In the new book; the trailing revenue of those.
    """

    quota: int
    chance: float | None
    attainment: float | None
    pay: int | None
    accounts: int
    revenue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRep:
    """One rep in every plan.

    Parameters
    ----------
    rep_id, name, role, team
        Who, and whose team he is in.
    figures
        One for each plan; None where he has no seat.
    last_quota
        What he owed in the year before the plan, annualised, minor units; None if not known.
    """

    rep_id: str
    name: str
    role: str
    team: str
    figures: tuple[RepFigures | None, ...]
    last_quota: int | None = None

    def verdict(self, place: int) -> Verdict:
        """Return whether a later plan is better for him than the first.

        By expected pay where both plans know it (more than 1% either way), else by his chance
        of making quota (more than 5 points).

        Parameters
        ----------
        place
            The later plan's.
        """
        before, after = self.figures[0], self.figures[place]
        if before is None or after is None:
            return "unknown" if before is after else "joins" if before is None else "leaves"
        if before.pay and after.pay is not None:
            return _word_change(after.pay / before.pay - 1, PAY_CHANGE)
        if before.chance is not None and after.chance is not None:
            return _word_change(after.chance - before.chance, CHANCE_CHANGE)
        return "unknown"


def _word_change(change: float, limit: float) -> Verdict:
    return "gains" if change > limit else "loses" if change < -limit else "same"


def compare_reps(plans: Sequence[Plan]) -> tuple[ComparedRep, ...]:
    """Return every rep who has a seat or a quota in any of the plans, by id.

    Parameters
    ----------
    plans
        The first is the baseline.
    """
    found = [dict(_figures(plan)) for plan in plans]
    people = {rep.rep_id: rep for plan in reversed(plans) for rep in plan.data.reps}
    names = {rep_id: rep.name or rep_id for rep_id, rep in people.items()}
    last = last_quotas(plans[0])
    bosses = [managers_of(plan) for plan in plans]
    compared = []
    for rep_id in sorted({rep_id for figures in found for rep_id in figures}):
        rep = people.get(rep_id)
        manager = next((found[rep_id] for found in bosses if rep_id in found), "")
        compared.append(
            ComparedRep(
                rep_id=rep_id,
                name=names.get(rep_id, rep_id),
                role=rep.role if rep else "",
                team=names.get(manager, manager),
                figures=tuple(figures.get(rep_id) for figures in found),
                last_quota=last.get(rep_id),
            )
        )
    return tuple(compared)


def managers_of(plan: Plan) -> dict[str, str]:
    """Return each person's manager, of open seats the one that their quota rolls up to."""
    lines = plan.quotas.lines if plan.quotas else ()
    rolled = {line.rep_id: line.parent_id or "" for line in lines if line.level == "rep"}
    bosses = {name: "" if boss == "company" else boss for name, boss in rolled.items()}
    return bosses | {rep.rep_id: rep.manager_id or "" for rep in plan.data.reps}


def last_quotas(plan: Plan) -> dict[str, int]:
    """Return what each rep owed in the year before a plan, annualised, minor units.

    Reps who were on ramp, or had no quota then, are left out.

    Parameters
    ----------
    plan
        With its table of quotas.
    """
    from planner.quotas.books import annualise_quotas, steady_dates

    table = plan.data.quotas
    if table is None or table.empty or "end" not in table:
        return {}
    ramp = (plan.provenance.scenario.get("quota") or {}).get("ramp") or ()
    return annualise_quotas(
        table["rep_id"].astype(str).tolist(),
        [day.date() for day in table["start"]],
        [None if day != day else (day - DAY).date() for day in table["end"].tolist()],  # noqa: PLR0124  NaT differs from itself
        [int(quota) for quota in table["quota"]],
        plan.data.period,
        steady_from=steady_dates(plan.data.reps, ramp),
    )


def _figures(plan: Plan) -> Iterator[tuple[str, RepFigures]]:
    """Yield each seat's holder with what the plan gives and asks."""
    owed = plan.quotas.by_person("rep") if plan.quotas else {}
    outcomes = plan.outcomes.outcomes if plan.outcomes else ()
    likely = {one.rep_id: one for one in outcomes if one.level == "rep"}
    pay = known_pay(plan)
    paid = {one.rep_id: one.expected for one in pay.reps} if pay else {}
    revenue, counts = _books(plan)
    for rep_id in dict.fromkeys((*plan.seats.rep_ids, *owed)):
        quota, outcome = owed.get(rep_id, 0), likely.get(rep_id)
        yield (
            rep_id,
            RepFigures(
                quota=quota,
                chance=outcome.probability_of_quota if outcome and quota else None,
                attainment=outcome.expected / quota if outcome and quota else None,
                pay=paid.get(rep_id),
                accounts=counts.get(rep_id, 0),
                revenue=revenue.get(rep_id, 0),
            ),
        )


def _books(plan: Plan) -> tuple[dict[str, int], dict[str, int]]:
    revenue: dict[str, int] = {}
    counts: dict[str, int] = {}
    trailing = np.asarray(plan.potential.trailing).tolist()
    for rep_id, amount in zip(proposed_reps(plan), trailing, strict=True):
        revenue[rep_id] = revenue.get(rep_id, 0) + amount
        counts[rep_id] = counts.get(rep_id, 0) + 1
    return revenue, counts


def count_verdicts(reps: Sequence[ComparedRep], place: int) -> dict[Verdict, int]:
    """Return how many gain, lose and stay as they are under a later plan."""
    either = (rep for rep in reps if rep.figures[0] is not None or rep.figures[place] is not None)
    words = [rep.verdict(place) for rep in either]
    order: tuple[Verdict, ...] = ("gains", "loses", "same", "joins", "leaves", "unknown")
    return {word: words.count(word) for word in order if word in words}
