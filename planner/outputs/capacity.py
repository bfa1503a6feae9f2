"""What a plan's people can bring in each month, against the goal of that month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from planner.outputs.plan import Floats, Plan
from planner.units.presence import ramp_by_month, served_months

# As the scenario's keys have them, for plans that say nothing.
UNSERVED, COVERED, HOURS = 0.30, 0.5, 1_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyCapacity:
    """Figures of each month, minor units, (months,).

    Parameters
    ----------
    starts
        First day of each month.
    goal
        The company's.
    quotas
        Of all reps.
    capacity
        Potential of the books, by season, as far as somebody serves them: ramp, absence, months
        before the first day in the seat and hours beyond what a seat has reduce it to what comes
        in unserved.
    """

    starts: tuple[date, ...]
    goal: Floats
    quotas: Floats
    capacity: Floats


def monthly_capacity(plan: Plan) -> MonthlyCapacity:
    """Return a plan's capacity by month, as planned: without exits and late hires.

    Parameters
    ----------
    plan
        With or without quotas; without them goal and quotas are nothing.
    """
    starts = plan.data.period.starts
    place = {start: month for month, start in enumerate(starts)}
    goal, quotas = np.zeros(len(starts)), np.zeros(len(starts))
    for line in plan.quotas.lines if plan.quotas else ():
        direct = plan.quotas is not None and line.component not in plan.quotas.beside
        if direct and line.level in {"company", "rep"} and line.period_start in place:
            totals = goal if line.level == "company" else quotas
            totals[place[line.period_start]] += line.quota
    return MonthlyCapacity(starts=starts, goal=goal, quotas=quotas, capacity=_capacity(plan))


def _capacity(plan: Plan) -> Floats:
    months = len(plan.data.period.starts)
    settings = plan.provenance.scenario
    ramp = (settings.get("quota") or {}).get("ramp") or ()
    outcomes = settings.get("outcomes") or {}
    unserved = outcomes.get("unserved_share", UNSERVED)
    covered = outcomes.get("covered_share", COVERED)
    season = np.asarray(plan.potential.season, dtype=np.float64)
    season = season / season.sum() if len(season) == months else np.full(months, 1 / months)
    served = plan.territory_of_account >= 0
    potential = np.bincount(
        plan.territory_of_account[served],
        weights=np.maximum(plan.potential.expected[served], 0).astype(np.float64),
        minlength=len(plan.territory_ids),
    )
    people = {rep.rep_id: rep for rep in plan.data.reps}
    within, capacity = _share_within_hours(plan), np.zeros(months)
    for seat, rep_id in enumerate(plan.seats.rep_ids):
        busy = np.ones(months)
        if rep := people.get(rep_id):
            productivity = ramp_by_month(rep, plan.data.period, ramp)
            busy = served_months(rep, plan.data.period, productivity, covered)
        busy = busy * within[seat]
        capacity += potential[seat] * season * (unserved + (1 - unserved) * busy)
    return capacity


def _share_within_hours(plan: Plan) -> Floats:
    """Return which share of the hours that its accounts need each seat has, at most all."""
    seats, settings = plan.seats, plan.provenance.scenario.get("workload") or {}
    if len(plan.visit_hours) != len(plan.territory_ids):
        return np.ones(len(plan.territory_ids))
    has = settings.get("hours_per_year", HOURS) * np.maximum(seats.capacity, 1e-9)
    needs = np.where(seats.pool, 0.0, np.nan_to_num(plan.travel) + plan.visit_hours)
    return np.asarray(1.0 / np.maximum(needs / has, 1.0))
