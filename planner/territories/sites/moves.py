"""Annealed shifts and swaps between territories that re-choose their centres as they change.

A territory's centre is always the best of the sites that its own units find cheapest, so a
move is priced with the centres that it leads to (the interchange of Teitz and Bart 1968 and the
capacitated shifts and swaps of Osman and Christofides 1994, under one annealing schedule).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined
from planner.territories.contiguity.graph import (
    Graph,
    Scratch,
    has_one_side,
    stays_connected,
    touches,
)
from planner.territories.sites.costs import SiteCosts, pair_cost
from planner.territories.sites.state import (
    SiteRules,
    SiteState,
    add_member,
    release,
    take_centre,
    violation_after,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@inlined
def price_exchange(
    costs: SiteCosts, rules: SiteRules, state: SiteState, slot: int, leaving: int, joining: int
) -> tuple[float, int]:
    """Return a territory's cost and best centre once one unit has left and another joined.

    Parameters
    ----------
    costs, rules, state
        As above.
    slot
        The territory.
    leaving, joining
        Units, -1 for none.
    """
    members = state.rows[slot, : state.size[slot]]
    centre, cost = state.centre[slot], state.cost[slot]
    if leaving >= 0 and rules.centre_inside == 1 and rules.own_site[leaving] == centre:
        cost = np.inf
    if rules.fixed[slot] >= 0:
        members = members[:0]
    if costs.metric == 0:
        found = _best_in_table(
            costs.table, state.own_sum, rules.own_site, state.used_by, members,
            slot, leaving, joining, centre, cost,
        )  # fmt: skip
    else:
        found = _best_by_distance(
            costs, state.own_sum, rules.own_site, state.used_by, members,
            slot, leaving, joining, centre, cost,
        )  # fmt: skip
    return found


# The two loops below are the same but for where a cost comes from: they are the hottest of the
# search, and a call for each cost takes ten times as long as the sums.
@compiled
def _best_in_table(
    table: Floats,
    own_sum: Floats,
    own_site: Ints,
    used_by: Ints,
    members: npt.NDArray[np.int32],
    slot: int,
    leaving: int,
    joining: int,
    centre: int,
    cost: float,
) -> tuple[float, int]:
    """Return the cost at today's centre or the best site that a member finds cheapest."""
    best, site = cost, centre
    own = -1 if joining < 0 else own_site[joining]
    fresh = np.inf if joining < 0 else table[joining, own]
    if leaving >= 0:
        best -= table[leaving, centre]
    if joining >= 0:
        best += table[joining, centre]
    for unit in members:
        if unit == leaving:
            continue
        candidate = own_site[unit]
        total = own_sum[unit]
        if leaving >= 0:
            total -= table[leaving, candidate]
        if joining >= 0:
            total += table[joining, candidate]
            fresh += table[unit, own]
        if total < best and (used_by[candidate] < 0 or used_by[candidate] == slot):
            best, site = total, candidate
    if members.size > 0 and fresh < best and (used_by[own] < 0 or used_by[own] == slot):
        best, site = fresh, own
    return best, site


@compiled
def _best_by_distance(
    costs: SiteCosts,
    own_sum: Floats,
    own_site: Ints,
    used_by: Ints,
    members: npt.NDArray[np.int32],
    slot: int,
    leaving: int,
    joining: int,
    centre: int,
    cost: float,
) -> tuple[float, int]:
    """Return the cost at today's centre or the best site that a member finds cheapest."""
    table, points, sites, weights, metric = costs
    best, site = cost, centre
    own = -1 if joining < 0 else own_site[joining]
    fresh = np.inf
    if leaving >= 0:
        best -= pair_cost(table, points, sites, weights, metric, leaving, centre)
    if joining >= 0:
        best += pair_cost(table, points, sites, weights, metric, joining, centre)
        fresh = pair_cost(table, points, sites, weights, metric, joining, own)
    for unit in members:
        if unit == leaving:
            continue
        candidate = own_site[unit]
        total = own_sum[unit]
        if leaving >= 0:
            total -= pair_cost(table, points, sites, weights, metric, leaving, candidate)
        if joining >= 0:
            total += pair_cost(table, points, sites, weights, metric, joining, candidate)
            fresh += pair_cost(table, points, sites, weights, metric, unit, own)
        if total < best and (used_by[candidate] < 0 or used_by[candidate] == slot):
            best, site = total, candidate
    if members.size > 0 and fresh < best and (used_by[own] < 0 or used_by[own] == slot):
        best, site = fresh, own
    return best, site


@compiled
def _keeps_connected(
    graph: Graph, scratch: Scratch, state: SiteState, i: int, j: int, target: int
) -> bool:
    """Say whether unit i may go to the target, and j (if any) to i's territory, connectedly."""
    if graph.first.size == 1:
        return True
    source = state.slot_of[i]
    if j < 0:
        if not touches(graph, state.slot_of, i, target):
            return False
        if has_one_side(graph, state.slot_of, i):
            return True
        return stays_connected(graph, scratch, state.slot_of, state.size[source], i, -1)
    return stays_connected(
        graph, scratch, state.slot_of, state.size[source], i, j
    ) and stays_connected(graph, scratch, state.slot_of, state.size[target], j, i)


@compiled
def try_move(
    costs: SiteCosts,
    rules: SiteRules,
    graph: Graph,
    scratch: Scratch,
    state: SiteState,
    i: int,
    j: int,
    target: int,
    threshold: float,
    penalty: float,
) -> tuple[float, float]:
    """Make a shift (j = -1) or swap if it costs at most the threshold; return its changes."""
    source = state.slot_of[i]
    home, away = state.centre[source], state.centre[target]
    bent = -violation_after(rules, state, source, home, -1, -1)
    bent -= violation_after(rules, state, target, away, -1, -1)
    old = state.cost[source] + state.cost[target]
    if rules.by_site == 0:
        ahead = bent + violation_after(rules, state, source, home, i, j)
        ahead += violation_after(rules, state, target, away, j, i)
        if ahead * penalty - old > threshold:
            return 0.0, 0.0
    cost_source, site_source = price_exchange(costs, rules, state, source, i, j)
    if cost_source - old + bent * penalty > threshold:
        return 0.0, 0.0
    cost_target, site_target = price_exchange(costs, rules, state, target, j, i)
    bent += violation_after(rules, state, source, site_source, i, j)
    bent += violation_after(rules, state, target, site_target, j, i)
    change = cost_source + cost_target - old
    if not change + bent * penalty <= threshold or site_source == site_target:
        return 0.0, 0.0
    if j < 0 and state.size[target] == state.rows.shape[1]:
        return 0.0, 0.0
    if not _keeps_connected(graph, scratch, state, i, j, target):
        return 0.0, 0.0
    fresh_j = release(costs, rules, state, source, i, j)
    fresh_i = release(costs, rules, state, target, j, i)
    add_member(state, target, i)
    state.own_sum[i] = fresh_i
    if j >= 0:
        add_member(state, source, j)
        state.own_sum[j] = fresh_j
    take_centre(state, source, site_source, cost_source)
    take_centre(state, target, site_target, cost_target)
    return change, bent
