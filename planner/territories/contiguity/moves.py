"""Annealed moves of units between territories that stay connected, under every limit at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import RandomState, compiled, draw_below, draw_unit
from planner.territories.contiguity.graph import (
    Graph,
    Scratch,
    has_one_side,
    stays_connected,
    touches,
)
from planner.territories.given.moves import Ground, State, move_unit, read_amounts, shift_gain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDING = 1e-9


class Partition(NamedTuple):
    """A partition as connected moves change it.

    Parameters
    ----------
    owner
        Territory of each unit, (units,).
    size
        Units of each territory, (territories,).
    best
        The cheapest assignment met that keeps every hard limit, as candidates, (units,).
    cost
        Its cost, infinite before there is one, (1,).
    """

    owner: Ints
    size: Ints
    best: Ints
    cost: Floats


@compiled
def find_place(ground: Ground, unit: int, territory: int) -> int:
    """Return the candidate of a unit at a territory, -1 where it is not eligible."""
    for place in range(ground.start[unit], ground.start[unit + 1]):
        if ground.territory[place] == territory:
            return place
    return -1


@compiled
def keeps_limits(ground: Ground, hard: npt.NDArray[np.bool_], loads: Floats) -> bool:
    """Say whether every hard limit holds, up to rounding."""
    for column in range(hard.size):
        if not hard[column]:
            continue
        rows = 1 if ground.wide[column] == 1 else loads.shape[0]
        for territory in range(rows):
            low, high = ground.low[territory, column], ground.high[territory, column]
            load = loads[territory, column]
            if load < low - ROUNDING * abs(low) or load > high + ROUNDING * abs(high):
                return False
    return True


@compiled
def _soft_cost(ground: Ground, hard: npt.NDArray[np.bool_], loads: Floats) -> float:
    """Return what all soft limits cost."""
    cost = 0.0
    for column in range(hard.size):
        if hard[column]:
            continue
        rows = 1 if ground.wide[column] == 1 else loads.shape[0]
        for t in range(rows):
            load = loads[t, column]
            near = max(ground.low[t, column] - load, 0.0) + max(load - ground.high[t, column], 0.0)
            far = max(ground.far_low[t, column] - load, 0.0)
            far += max(load - ground.far_high[t, column], 0.0)
            if near > 0.0:
                cost += ground.inner[t, column] * near
            if far > 0.0:
                cost += ground.outer[t, column] * far
    return cost


@compiled
def offer(ground: Ground, hard: npt.NDArray[np.bool_], state: State, partition: Partition) -> bool:
    """Keep the assignment if it keeps every hard limit and costs less than the best."""
    if not keeps_limits(ground, hard, state.loads):
        return False
    cost = _soft_cost(ground, hard, state.loads)
    for unit in range(state.place.size):
        cost += ground.cost[state.place[unit]]
    if cost < partition.cost[0]:
        partition.cost[0] = cost
        partition.best[:] = state.place
    return True


@compiled
def _may_leave(
    graph: Graph, scratch: Scratch, partition: Partition, unit: int, target: int
) -> bool:
    """Say whether a unit may go to a territory so that both stay connected."""
    if not touches(graph, partition.owner, unit, target):
        return False
    if has_one_side(graph, partition.owner, unit):
        return True
    size = partition.size[partition.owner[unit]]
    return stays_connected(graph, scratch, partition.owner, size, unit, -1)


@compiled
def _carry(
    ground: Ground,
    state: State,
    partition: Partition,
    unit: int,
    place: int,
    leaving: Floats,
    joining: Floats,
) -> None:
    """Give a unit to another candidate and keep owners and sizes in order."""
    target = ground.territory[place]
    partition.size[partition.owner[unit]] -= 1
    partition.size[target] += 1
    partition.owner[unit] = target
    move_unit(ground, state, unit, place, leaving, joining)


@compiled
def _price(
    ground: Ground, state: State, unit: int, place: int, leaving: Floats, joining: Floats
) -> float:
    """Return what a move costs, limits included."""
    old = state.place[unit]
    read_amounts(ground, unit, old, leaving)
    read_amounts(ground, unit, place, joining)
    origin, target = ground.territory[old], ground.territory[place]
    gain = shift_gain(ground, state, origin, target, leaving, joining)
    return float(gain + ground.cost[place] - ground.cost[old])


@compiled
def _swap(
    ground: Ground,
    graph: Graph,
    scratch: Scratch,
    state: State,
    partition: Partition,
    i: int,
    j: int,
    threshold: float,
    leaving: Floats,
    joining: Floats,
) -> None:
    """Exchange two neighbouring units of two territories if it costs at most the threshold."""
    a, b = partition.owner[i], partition.owner[j]
    to_b, to_a = find_place(ground, i, b), find_place(ground, j, a)
    if to_b < 0 or to_a < 0:
        return
    size_a, size_b = partition.size[a], partition.size[b]
    if not stays_connected(graph, scratch, partition.owner, size_a, i, j):
        return
    if not stays_connected(graph, scratch, partition.owner, size_b, j, i):
        return
    back_i = state.place[i]
    change = _price(ground, state, i, to_b, leaving, joining)
    _carry(ground, state, partition, i, to_b, leaving, joining)
    change += _price(ground, state, j, to_a, leaving, joining)
    if change <= threshold:
        _carry(ground, state, partition, j, to_a, leaving, joining)
    else:
        _carry(ground, state, partition, i, back_i, leaving, joining)


@compiled
def anneal_connected(
    ground: Ground,
    hard: npt.NDArray[np.bool_],
    graph: Graph,
    scratch: Scratch,
    state: State,
    partition: Partition,
    random: RandomState,
    tries: int,
    hot: float,
    cold: float,
) -> int:
    """Try shifts and swaps at a falling temperature; return how often every limit held.

    Parameters
    ----------
    ground, hard
        The problem, and which limits must hold.
    graph, scratch
        The neighbours.
    state, partition, random
        Changed in place.
    tries
        Number of moves tried.
    hot, cold
        Temperatures at the first and the last of them, in cost.
    """
    units, columns = state.place.size, ground.amounts.shape[1]
    leaving, joining = np.empty(columns), np.empty(columns)
    cooling = (cold / hot) ** (1.0 / max(1, tries))
    temperature, check, kept = hot, units // 16 + 1, 0
    for step in range(tries):
        temperature *= cooling
        if step % check == 0 and offer(ground, hard, state, partition):
            kept += 1
        i = draw_below(random, units)
        degree = graph.first[i + 1] - graph.first[i]
        if degree == 0:
            continue
        j = graph.other[graph.first[i] + draw_below(random, degree)]
        target = partition.owner[j]
        if target == partition.owner[i]:
            continue
        threshold = -temperature * np.log(1.0 - draw_unit(random))
        if draw_below(random, 4) == 0:
            _swap(ground, graph, scratch, state, partition, i, j, threshold, leaving, joining)
            continue
        place = find_place(ground, i, target)
        if place < 0 or partition.size[partition.owner[i]] == 1:
            continue
        if _price(ground, state, i, place, leaving, joining) > threshold:
            continue
        if _may_leave(graph, scratch, partition, i, target):
            _carry(ground, state, partition, i, place, leaving, joining)
    if offer(ground, hard, state, partition):
        kept += 1
    return kept
