"""The seats of a company: one for each rep who receives accounts, or a number to be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import ScenarioError
from planner.units.result import ControlUnits, Eligibility, Seats

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.scenario.model import Scenario


def build_company_seats(scenario: Scenario, data: PlanningData) -> Seats:
    """Return one seat for each rep who receives accounts, or as many as are to be chosen.

    Raises
    ------
    ScenarioError
        When there are no reps, and no number of territories either.
    """
    from planner.units.pace import set_pace
    from planner.units.seats import build_seats, number_seats

    if isinstance(scenario.alignment.territories, int):
        return number_seats(scenario.alignment.territories)
    if not data.reps:
        message = (
            "There are no reps to plan for: give [inputs.reps], or a number of territories in "
            "alignment.territories."
        )
        raise ScenarioError(message)
    ramp = scenario.quota.ramp if scenario.quota else ()
    return set_pace(build_seats(data, ramp), scenario.workload.role_hours)


def place_open_sites(
    scenario: Scenario, units: ControlUnits, seats: Seats, eligibility: Eligibility
) -> Seats:
    """Choose where open headcount should sit, among the accounts that each seat may serve."""
    from planner.clusters.centres import choose_sites
    from planner.units.placement import open_groups, place_group

    if isinstance(scenario.alignment.territories, int):
        return seats
    for group in open_groups(units, seats, eligibility):
        if not np.isfinite(units.points[group.units, 0]).any():
            continue
        sites = choose_sites(
            units.points[group.units],
            np.maximum(units.visits[group.units], 1e-9),
            len(group.seats),
            seats.homes[group.peers],
            capacity=np.concatenate([seats.capacity[group.peers], seats.capacity[group.seats]]),
            seed=scenario.seed,
        )
        seats = place_group(seats, group, sites)
    return seats
