"""The outcome stage's place in the pipeline: who holds each seat, what moves, how full a day is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.reps import Rep
from planner.pipeline.preparation import Company
from planner.pipeline.quota_setting import name_holders

if TYPE_CHECKING:
    from planner.outcomes.attainment import Simulation
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def simulate_company(
    scenario: Scenario,
    company: Company,
    territory_of: Ints,
    quotas: QuotaSheet,
    *,
    previous: Simulation | None = None,
) -> Simulation:
    """Simulate the plan's year on an alignment.

    Parameters
    ----------
    scenario, company
        The plan's settings, and what they apply to.
    territory_of
        Territory of each unit, -1 none, (units,).
    quotas
        What everybody owes.
    previous
        An earlier simulation of the same company and seed: only what moved since is drawn again.
    """
    from planner.outcomes.attainment import simulate
    from planner.outcomes.seat_draws import draw_seats

    of_account = territory_of[company.units.unit_of_account]
    today, potential, accounts = company.today, company.potential, company.data.accounts
    drawn = draw_seats(
        accounts["account_id"].astype(str).tolist(),
        potential.expected,
        potential.low,
        potential.high,
        of_account,
        today.continues & (of_account != today.seat_of_account),
        seat_holders(company),
        company.data.period,
        scenario.outcomes,
        scenario.seed,
        ramp=scenario.quota.ramp if scenario.quota else (),
        season=potential.season,
        groups={
            name: accounts[name].fillna("").astype(str).tolist()
            for name in scenario.outcomes.common_by
            if name in accounts
        },
        load=seat_loads(scenario, company, territory_of),
        previous=previous.drawing if previous is not None else None,
    )
    return simulate(drawn, quotas)


def seat_holders(company: Company) -> tuple[Rep, ...]:
    """Return who holds each seat; one that nobody holds counts as filled from the first day."""
    people = {rep.rep_id: rep for rep in company.data.reps}
    pairs = zip(name_holders(company), company.seats.territory_ids, strict=True)
    return tuple(people.get(name) or Rep(rep_id=name, name=territory) for name, territory in pairs)


def seat_loads(scenario: Scenario, company: Company, territory_of: Ints) -> Floats:
    """Return the hours that each seat's accounts need over the hours of a full year in it."""
    from planner.units.travel import territory_travel

    road = territory_travel(company.units, company.seats, territory_of, scenario.workload)
    hours = scenario.workload.hours_per_year * np.maximum(company.seats.capacity, 1e-9)
    return np.where(company.seats.pool, 0.0, (road.driving_hours + road.visit_hours) / hours)
