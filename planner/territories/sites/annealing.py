"""The annealing loop over shifts and swaps of units between chosen centres."""

from __future__ import annotations

from typing import NamedTuple

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
    fill_slots,
    violation_after,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

GROWTH, SHRINK = 5.0, 0.995
# One in so many moves goes to any territory until limits have once been kept.
FAR = 8


class Field(NamedTuple):
    """What an annealing may change, and the best that it met.

    Parameters
    ----------
    best
        Written for the units and territories concerned alone; its cost is theirs.
    pool
        Units that may move: all of the territories concerned, (pool,).
    inside
        Which territories those are, (territories,).
    """

    best: Best
    pool: Ints
    inside: Bools


@compiled
def _offer_best(state: SiteState, field: Field, cost: float) -> None:
    """Keep a partition without violations if it costs less than the best."""
    best = field.best
    if cost < best.cost[0] - 1e-9 * abs(best.cost[0]) or best.cost[0] == np.inf:
        for unit in field.pool:
            best.slot_of[unit] = state.slot_of[unit]
        for slot in range(state.centre.size):
            if field.inside[slot]:
                best.centre[slot] = state.centre[slot]
        best.cost[0] = cost


@compiled
def total_inside(rules: SiteRules, state: SiteState, inside: Bools) -> tuple[float, float]:
    """Return what some territories cost, and by how much they break their limits."""
    cost, bent = 0.0, 0.0
    for slot in range(state.size.size):
        if inside[slot]:
            cost += state.cost[slot]
            bent += violation_after(rules, state, slot, state.centre[slot], -1, -1)
    return cost, bent


@compiled
def anneal(
    costs: SiteCosts,
    rules: SiteRules,
    near: Near,
    graph: Graph,
    scratch: Scratch,
    state: SiteState,
    field: Field,
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
    state, random
        Changed in place.
    field
        What may change; its best is changed in place.
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
    pool, inside = field.pool, field.inside
    fill_slots(costs, rules, state, pool, inside)
    cost, bent = total_inside(rules, state, inside)
    cooling = (cold / hot) ** (1.0 / max(1, tries))
    temperature = hot
    check = pool.size // 64 + 1
    low, high = penalty * 1e-3, penalty * 30.0
    grow = np.exp(GROWTH * check / max(tries, check))
    for step in range(tries):
        temperature *= cooling
        if step % check == 0 and bent <= 1e-9:
            _offer_best(state, field, cost)
        if step % check == 0:
            penalty = min(high, max(low, penalty * (SHRINK if bent <= 1e-9 else grow)))
        i = pool[draw_below(random, pool.size)]
        first, last = near.first[i], near.first[i + 1]
        if first == last or rules.keep[i]:
            continue
        # Where all that is near lies in one territory (units at one place), near ones lead nowhere.
        far = field.best.cost[0] == np.inf and draw_below(random, FAR) == 0
        j = near.other[first + draw_below(random, last - first)]
        target = draw_below(random, inside.size) if far else state.slot_of[j]
        if target == state.slot_of[i] or not inside[target]:
            continue
        if far or draw_below(random, 2) == 0:
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
    fill_slots(costs, rules, state, pool, inside)
    cost, bent = total_inside(rules, state, inside)
    if bent <= 1e-9:
        _offer_best(state, field, cost)
    return penalty
