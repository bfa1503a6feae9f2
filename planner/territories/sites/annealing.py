"""The annealing loop over shifts and swaps of units between chosen centres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import RandomState, compiled, draw_below, draw_unit
from planner.territories.contiguity.graph import Graph, Scratch
from planner.territories.sites.costs import SiteCosts
from planner.territories.sites.moves import try_move
from planner.territories.sites.state import (
    Best,
    Near,
    SiteRules,
    SiteState,
    fill_state,
    total_violation,
)

Floats = npt.NDArray[np.float64]


@compiled
def _offer_best(state: SiteState, best: Best, cost: float) -> None:
    """Keep a partition without violations if it costs less than the best."""
    if cost < best.cost[0] - 1e-9 * abs(best.cost[0]) or best.cost[0] == np.inf:
        for unit in range(state.slot_of.size):
            best.slot_of[unit] = state.slot_of[unit]
        for slot in range(state.centre.size):
            best.centre[slot] = state.centre[slot]
        best.cost[0] = cost


@compiled
def anneal(
    costs: SiteCosts,
    rules: SiteRules,
    near: Near,
    graph: Graph,
    scratch: Scratch,
    state: SiteState,
    best: Best,
    random: RandomState,
    tries: int,
    hot: float,
    cold: float,
    penalty: float,
) -> float:
    """Try shifts and swaps at a falling temperature; keep the best partition met.

    Parameters
    ----------
    costs, rules, near, graph, scratch
        The problem.
    state, best, random
        Changed in place.
    tries
        Number of moves tried.
    hot, cold
        Temperatures at the first and the last of them, in cost.
    penalty
        Cost of a violation of one mean territory at the start.

    Returns
    -------
    float
        The penalty at the end.
    """
    fill_state(costs, rules, state)
    units = state.slot_of.size
    cost, bent = state.cost.sum(), total_violation(rules, state)
    cooling = (cold / hot) ** (1.0 / max(1, tries))
    temperature = hot
    check = units // 64 + 1
    low, high = penalty * 1e-3, penalty * 1e3
    for step in range(tries):
        temperature *= cooling
        if step % check == 0 and bent <= 1e-9:
            _offer_best(state, best, cost)
        if step % check == 0:
            penalty = min(high, max(low, penalty * (0.99 if bent <= 1e-9 else 1.01)))
        i = draw_below(random, units)
        first, last = near.first[i], near.first[i + 1]
        if first == last or rules.keep[i]:
            continue
        j = near.other[first + draw_below(random, last - first)]
        target = state.slot_of[j]
        if target == state.slot_of[i]:
            continue
        if draw_below(random, 2) == 0:
            j = -1
            if state.size[state.slot_of[i]] == 1:
                continue
        elif rules.keep[j]:
            continue
        threshold = -temperature * np.log(1.0 - draw_unit(random))
        change, bend = try_move(
            costs, rules, graph, scratch, state, i, j, target, threshold, penalty
        )
        cost += change
        bent += bend
    fill_state(costs, rules, state)
    if total_violation(rules, state) <= 1e-9:
        _offer_best(state, best, state.cost.sum())
    return penalty
