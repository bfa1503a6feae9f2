"""Partitions around chosen centres, with every sum that prices a change of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.sites.costs import SiteCosts, unit_cost

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class SiteRules(NamedTuple):
    """What a territory must keep to.

    Parameters
    ----------
    amounts
        Measures of the units, (measures, units).
    lower, upper
        Limits of each territory, infinite where there is none, (measures, territories); or
        of each site, (measures, sites).
    by_site
        1 when limits are those of the site that a territory is centred on.
    scale
        A territory's mean amount, what a violation is relative to, (measures,).
    fixed
        Site that a territory is bound to, -1 where it is open, (territories,).
    own_site
        The cheapest site of each unit: what a territory's centre is chosen from, (units,).
    keep
        Units that never move, (units,).
    centre_inside
        1 when a unit's own site must leave the centre with it (centres are members).
    """

    amounts: Floats
    lower: Floats
    upper: Floats
    by_site: int
    scale: Floats
    fixed: Ints
    own_site: Ints
    keep: npt.NDArray[np.bool_]
    centre_inside: int


class SiteState(NamedTuple):
    """A partition with its centres and all sums that price a move.

    Parameters
    ----------
    slot_of
        Territory of each unit, (units,).
    rows, size, position
        The members of each territory, how many, and where a unit stands among them.
    centre, cost
        Each territory's site, and the cost of its units there, (territories,).
    own_sum
        For each unit: the cost of its whole territory if served from the unit's own site.
    loads
        (measures, territories)
    used_by
        Territory that uses a site, -1 for none, (sites,).
    """

    slot_of: Ints
    rows: npt.NDArray[np.int32]
    size: Ints
    position: Ints
    centre: Ints
    cost: Floats
    own_sum: Floats
    loads: Floats
    used_by: Ints


class Near(NamedTuple):
    """For each unit, the units whose territories it may move to.

    Parameters
    ----------
    first, other
        Compressed rows: (units + 1,) and the neighbours.
    """

    first: Ints
    other: Ints


class Best(NamedTuple):
    """The best partition met that keeps all rules.

    Parameters
    ----------
    slot_of, centre
        As in the state.
    cost
        Its cost, infinite before there is one, (1,).
    """

    slot_of: Ints
    centre: Ints
    cost: Floats


@compiled
def fill_slots(
    costs: SiteCosts,
    rules: SiteRules,
    state: SiteState,
    pool: Ints,
    inside: npt.NDArray[np.bool_],
) -> None:
    """Recompute every sum of some territories from their units, and choose their centres again.

    Parameters
    ----------
    costs, rules, state
        The problem, and what is changed in place.
    pool
        All units of these territories, (pool,).
    inside
        Which territories they are, (territories,).
    """
    for slot in range(state.size.size):
        if inside[slot]:
            state.size[slot] = 0
            state.loads[:, slot] = 0.0
    for unit in pool:
        add_member(state, state.slot_of[unit], unit)
        for m in range(rules.scale.size):
            state.loads[m, state.slot_of[unit]] += rules.amounts[m, unit]
    for slot in range(state.size.size):
        if inside[slot]:
            _fill_slot(costs, rules, state, slot)


@compiled
def _fill_slot(costs: SiteCosts, rules: SiteRules, state: SiteState, slot: int) -> None:
    """Recompute a territory's sums and choose its best free centre."""
    members = state.rows[slot, : state.size[slot]]
    centre = state.centre[slot]
    total = 0.0
    for unit in members:
        total += unit_cost(costs, unit, centre)
    best, site = total, centre
    for candidate in members:
        own = rules.own_site[candidate]
        total = 0.0
        for unit in members:
            total += unit_cost(costs, unit, own)
        state.own_sum[candidate] = total
        if rules.fixed[slot] < 0 and total < best and _is_free(state, own, slot):
            best, site = total, own
    take_centre(state, slot, site, best)


@compiled
def _is_free(state: SiteState, site: int, slot: int) -> bool:
    """Say whether a site is no other territory's centre."""
    return bool(state.used_by[site] < 0 or state.used_by[site] == slot)


@compiled
def take_centre(state: SiteState, slot: int, site: int, cost: float) -> None:
    """Make a site the centre of a territory."""
    if state.used_by[state.centre[slot]] == slot:
        state.used_by[state.centre[slot]] = -1
    state.used_by[site] = slot
    state.centre[slot] = site
    state.cost[slot] = cost


@compiled
def violation_after(
    rules: SiteRules, state: SiteState, slot: int, site: int, leaving: int, joining: int
) -> float:
    """Return by how much a territory breaks its limits after an exchange, in mean territories."""
    total = 0.0
    place = site if rules.by_site == 1 else slot
    for m in range(rules.scale.size):
        load = state.loads[m, slot]
        if leaving >= 0:
            load -= rules.amounts[m, leaving]
        if joining >= 0:
            load += rules.amounts[m, joining]
        slack = 1e-9 * rules.scale[m]
        if load > rules.upper[m, place] + slack:
            total += (load - rules.upper[m, place]) / rules.scale[m]
        elif load < rules.lower[m, place] - slack:
            total += (rules.lower[m, place] - load) / rules.scale[m]
    return total


@compiled
def _change(costs: SiteCosts, site: int, leaving: int, joining: int) -> float:
    """Return how much more a site costs once one unit has left and another joined."""
    change = 0.0
    if leaving >= 0:
        change -= unit_cost(costs, leaving, site)
    if joining >= 0:
        change += unit_cost(costs, joining, site)
    return change


@compiled
def release(
    costs: SiteCosts, rules: SiteRules, state: SiteState, slot: int, leaving: int, joining: int
) -> float:
    """Take a unit out of a territory's sums; return the total from the joining unit's site."""
    fresh = 0.0
    own = -1 if joining < 0 else rules.own_site[joining]
    for p in range(state.size[slot]):
        unit = state.rows[slot, p]
        if unit != leaving:
            state.own_sum[unit] += _change(costs, rules.own_site[unit], leaving, joining)
            if own >= 0:
                fresh += unit_cost(costs, unit, own)
    for m in range(rules.scale.size):
        if leaving >= 0:
            state.loads[m, slot] -= rules.amounts[m, leaving]
        if joining >= 0:
            state.loads[m, slot] += rules.amounts[m, joining]
    if leaving >= 0:
        _drop_member(state, slot, leaving)
    if own >= 0:
        fresh += unit_cost(costs, joining, own)
    return fresh


@compiled
def _drop_member(state: SiteState, slot: int, unit: int) -> None:
    """Take a unit off a territory's list."""
    last = state.rows[slot, state.size[slot] - 1]
    place = state.position[unit]
    state.rows[slot, place] = last
    state.position[last] = place
    state.size[slot] -= 1


@compiled
def add_member(state: SiteState, slot: int, unit: int) -> None:
    """Put a unit on a territory's list."""
    state.rows[slot, state.size[slot]] = unit
    state.position[unit] = state.size[slot]
    state.slot_of[unit] = slot
    state.size[slot] += 1
