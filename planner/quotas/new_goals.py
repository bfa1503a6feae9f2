"""New goals within the year: each is spread over the days from its own on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from planner.quotas.change_terms import OpenComponent, QuotaChange, Stretch
from planner.quotas.seasonality import split_exactly


def raise_goal(
    company: Mapping[Stretch, int], delta: int, one: OpenComponent, change: QuotaChange
) -> dict[Stretch, int]:
    """Add the change of the goal to the stretches, one new goal after another.

    Goals that the last one takes back by more than its days hold are as if they had not been.

    Parameters
    ----------
    company
        What the company owes in each stretch that remains, minor units.
    delta
        What the last goal adds in all, minor units.
    one, change
        The component, and what has changed.
    """
    raised, whole = dict(company), delta
    old = one.goal - delta
    last = change.currency.to_minor(change.parameters.goal)
    for day, goal in change.goal_steps if one.direct and last else ():
        step = int(Fraction(one.goal * goal, last)) - old
        raised = _spread(raised, step, max(day, change.effective), one.step)
        old, delta = old + step, delta - step
    raised = _spread(raised, delta, change.goal_from, one.step)
    if min(raised.values(), default=0) >= 0:
        return raised
    return _spread(company, whole, change.goal_from, one.step)


def _spread(
    company: Mapping[Stretch, int], delta: int, first: date, step: int
) -> dict[Stretch, int]:
    """Add a change of the goal to the stretches from its day on, in proportion."""
    chosen = [stretch for stretch in company if stretch[0] >= first] or list(company)[-1:]
    whole = sum(company[stretch] for stretch in chosen)
    steps, rest = divmod(abs(delta), step)
    wanted = [
        Fraction(company[s] * steps, whole) if whole else Fraction(steps, len(chosen))
        for s in chosen
    ]
    amounts = [part * step for part in split_exactly(steps, wanted)]
    if amounts:
        amounts[-1] += rest
    sign = 1 if delta >= 0 else -1
    added = dict(zip(chosen, amounts, strict=True))
    return {stretch: quota + sign * added.get(stretch, 0) for stretch, quota in company.items()}
