"""What travel takes: for chosen pairs, from the nearest territory, and over an alignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from planner.units.parameters import WorkloadParameters
from planner.units.result import Bools, ControlUnits, Eligibility, Floats, Ints, Seats
from planner.units.sphere import arc_km, distances_km, pair_distances_km, unit_vectors
from planner.units.totals import total_by

BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryTravel:
    """A year on the road, by territory; every array is (territories,).

    Parameters
    ----------
    trips
        Trips from home.
    driving_hours
        Out, back and between accounts.
    visit_hours
        Hours at the accounts.
    idle_hours
        What is left of the seat's working hours in the plan period, never below zero.
    """

    trips: Floats
    driving_hours: Floats
    visit_hours: Floats
    idle_hours: Floats


def travel_of_pairs(units: ControlUnits, seats: Seats, unit: Ints, territory: Ints) -> Floats:
    """Return hours a year on the road for chosen pairs only, (pairs,).

    Parameters
    ----------
    units, seats
        The travel of a unit is the sum over its accounts. It is 0 for a territory that does not
        travel, or whose home is still to be chosen.
    unit, territory
        Positions, (pairs,).
    """
    pair, member = _members_of(units, unit)
    far = pair_distances_km(units.member_points[member], seats.homes[territory[pair]])
    hours = np.nan_to_num(far, nan=0.0) * units.member_hours_per_km[member]
    total = total_by(pair, hours, len(unit)) + units.tour_hours[unit]
    return np.where(_counted(seats)[territory], total, 0.0)


def nearest_travel(units: ControlUnits, seats: Seats, eligibility: Eligibility) -> Floats:
    """Return each unit's hours on the road as from its nearest eligible territory, (units,).

    This is the constant that targets use where a measure depends on who serves. The nearest is
    among the eligible territories that travel; a unit that only others may serve takes none.

    Parameters
    ----------
    units, seats, eligibility
        Who may serve which unit.
    """
    least = np.zeros(len(units.unit_ids))
    counted = _counted(seats)
    order = np.argsort(eligibility.class_of_unit, kind="stable")
    ends = np.cumsum(np.bincount(eligibility.class_of_unit, minlength=len(eligibility.allowed)))
    for kind, chosen in enumerate(np.split(order, ends[:-1])):
        homes = seats.homes[eligibility.allowed[kind] & counted]
        if len(homes) and len(chosen):
            least[chosen] = _least_hours(units, chosen, homes)
    return least


def territory_travel(
    units: ControlUnits, seats: Seats, territory_of: Ints, parameters: WorkloadParameters
) -> TerritoryTravel:
    """Return trips, driving and idle time of each territory under an alignment.

    Parameters
    ----------
    units, seats
        With homes chosen.
    territory_of
        Territory of each unit, -1 none, (units,).
    parameters
        Speed, visits in one trip and working hours.
    """
    served = np.flatnonzero(territory_of >= 0)
    to = territory_of[served]
    number = len(seats.territory_ids)
    visits = total_by(to, units.visits[served], number)
    work = total_by(to, units.hours[served], number)
    work = work * seats.pace if len(seats.pace) else work
    road = travel_of_pairs(units, seats, served, to)
    driving = total_by(to, road, number)
    available = parameters.hours_per_year * seats.period_capacity
    return TerritoryTravel(
        trips=np.where(_counted(seats), visits / parameters.visits_per_trip, 0.0),
        driving_hours=driving,
        visit_hours=work,
        idle_hours=np.maximum(available - driving - work, 0.0),
    )


def _least_hours(units: ControlUnits, chosen: Ints, homes: Floats) -> Floats:
    """Return the chosen units' hours from their best home: by a tree where they are one point."""
    least = np.empty(len(chosen))
    single = np.diff(units.member_indptr)[chosen] == 1
    alone = chosen[single]
    member = units.member_indptr[alone]
    placed = ~np.isnan(units.member_points[member, 0])
    chord = np.zeros(len(alone))
    vectors = unit_vectors(units.member_points[member[placed]])
    chord[placed] = cKDTree(unit_vectors(homes)).query(vectors)[0]
    least[single] = arc_km(chord**2) * units.member_hours_per_km[member] + units.tour_hours[alone]
    spread = chosen[~single]
    step = max(1, BLOCK_CELLS // (len(homes) * 4))
    best = [
        _hours_between(units, spread[start : start + step], homes).min(axis=1)
        for start in range(0, len(spread), step)
    ]
    least[~single] = np.concatenate(best) if best else 0.0
    return least


def _hours_between(units: ControlUnits, chosen: Ints, homes: Floats) -> Floats:
    """Return hours a year on the road for chosen units and every home, (chosen, homes)."""
    sizes = np.diff(units.member_indptr)[chosen]
    _, member = _members_of(units, chosen)
    far = distances_km(units.member_points[member], homes)
    far *= units.member_hours_per_km[member, None]
    np.nan_to_num(far, nan=0.0, copy=False)
    hours = np.zeros((len(chosen), len(homes)))
    filled = np.flatnonzero(sizes)
    starts = np.cumsum(sizes) - sizes
    hours[filled] = np.add.reduceat(far, starts[filled], axis=0) if len(far) else 0.0
    return hours + units.tour_hours[chosen, None]


def _members_of(units: ControlUnits, chosen: Ints) -> tuple[Ints, Ints]:
    """Return the members of chosen units: which of the chosen each is of, and its position."""
    sizes = np.diff(units.member_indptr)[chosen]
    pair = np.repeat(np.arange(len(chosen)), sizes)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return pair, units.member_indptr[chosen][pair] + within


def _counted(seats: Seats) -> Bools:
    """Return which territories travel from a home that is known, (territories,)."""
    return seats.travels & ~np.isnan(seats.homes[:, 0])
