"""Annealed shifts and swaps between territories whose centres are the means of their points."""

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

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class MeanRules(NamedTuple):
    """The points and what every territory must keep to.

    Parameters
    ----------
    points
        Positions in which distance is straight, about their mean, (units, 3).
    weights
        (units,)
    amounts, lower, upper, scale
        (measures, units), (measures, territories) twice, and (measures,).
    held
        Territory that a unit may not leave, -1 none, (units,).
    squared
        1 where cost is the squared distance, 0 where it is the distance.
    """

    points: Floats
    weights: Floats
    amounts: Floats
    lower: Floats
    upper: Floats
    scale: Floats
    held: Ints
    squared: int


class MeanState(NamedTuple):
    """A partition with the sums that its means follow from.

    Parameters
    ----------
    slot_of, size, loads
        (units,), (territories,), (measures, territories)
    mass, moment, spread
        Weights, weighed points and weighed squared lengths: (territories,),
        (territories, 3), (territories,).
    """

    slot_of: Ints
    size: Ints
    loads: Floats
    mass: Floats
    moment: Floats
    spread: Floats


@compiled
def fill_means(rules: MeanRules, state: MeanState) -> None:
    """Recompute every sum from the partition."""
    state.size[:] = 0
    state.loads[:] = 0.0
    state.mass[:] = 0.0
    state.moment[:] = 0.0
    state.spread[:] = 0.0
    for unit in range(state.slot_of.size):
        _add(rules, state, state.slot_of[unit], unit, 1)


@compiled
def _add(rules: MeanRules, state: MeanState, slot: int, unit: int, sign: int) -> None:
    """Add a unit to a territory's sums, or take it out (sign -1)."""
    weight = sign * rules.weights[unit]
    state.size[slot] += sign
    state.mass[slot] += weight
    for d in range(3):
        state.moment[slot, d] += weight * rules.points[unit, d]
        state.spread[slot] += weight * rules.points[unit, d] ** 2
    for m in range(rules.scale.size):
        state.loads[m, slot] += sign * rules.amounts[m, unit]


@compiled
def cost_after(rules: MeanRules, state: MeanState, slot: int, out: int, into: int) -> float:
    """Return a territory's squared cost once one unit has left and another joined (-1: none)."""
    mass, spread, length = state.mass[slot], state.spread[slot], 0.0
    if out >= 0:
        mass -= rules.weights[out]
    if into >= 0:
        mass += rules.weights[into]
    if mass <= 0.0:
        return 0.0
    for d in range(3):
        moment = state.moment[slot, d]
        if out >= 0:
            moment -= rules.weights[out] * rules.points[out, d]
            spread -= rules.weights[out] * rules.points[out, d] ** 2
        if into >= 0:
            moment += rules.weights[into] * rules.points[into, d]
            spread += rules.weights[into] * rules.points[into, d] ** 2
        length += moment * moment
    return float(max(0.0, spread - length / mass))


@compiled
def distance_to_mean(rules: MeanRules, state: MeanState, slot: int, unit: int) -> float:
    """Return a unit's weighed straight distance from a territory's mean."""
    squared = 0.0
    mass = max(state.mass[slot], 1e-300)
    for d in range(3):
        squared += (rules.points[unit, d] - state.moment[slot, d] / mass) ** 2
    return float(rules.weights[unit] * np.sqrt(squared))


@compiled
def _cost_change(rules: MeanRules, state: MeanState, a: int, b: int, i: int, j: int) -> float:
    """Return how the cost changes when i goes from a to b, and j (if any) from b to a."""
    if rules.squared == 1:
        change = cost_after(rules, state, a, i, j) + cost_after(rules, state, b, j, i)
        return change - cost_after(rules, state, a, -1, -1) - cost_after(rules, state, b, -1, -1)
    change = distance_to_mean(rules, state, b, i) - distance_to_mean(rules, state, a, i)
    if j >= 0:
        change += distance_to_mean(rules, state, a, j) - distance_to_mean(rules, state, b, j)
    return change


@compiled
def broken_after(rules: MeanRules, state: MeanState, slot: int, out: int, into: int) -> float:
    """Return by how much a territory breaks its limits after an exchange, in mean territories."""
    total = 0.0
    for m in range(rules.scale.size):
        load = state.loads[m, slot]
        if out >= 0:
            load -= rules.amounts[m, out]
        if into >= 0:
            load += rules.amounts[m, into]
        slack = 1e-9 * rules.scale[m]
        if load > rules.upper[m, slot] + slack:
            total += (load - rules.upper[m, slot]) / rules.scale[m]
        elif load < rules.lower[m, slot] - slack:
            total += (rules.lower[m, slot] - load) / rules.scale[m]
    return total


@compiled
def _may_move(
    graph: Graph, scratch: Scratch, state: MeanState, i: int, j: int, target: int
) -> bool:
    """Say whether a shift (j = -1) or swap keeps both territories connected."""
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
def _draw_move(
    near: Ints, first: Ints, state: MeanState, random: RandomState
) -> tuple[int, int, int]:
    """Draw a shift (the second unit -1) or a swap of close units; the target is -1 for none."""
    i = draw_below(random, state.slot_of.size)
    count = first[i + 1] - first[i]
    if count == 0:
        return i, -1, -1
    j = near[first[i] + draw_below(random, count)]
    source, target = state.slot_of[i], state.slot_of[j]
    if draw_below(random, 2) == 0:
        j = -1
    if target == source or (j < 0 and state.size[source] == 1):
        target = -1
    return i, j, target


@compiled
def anneal_means(
    rules: MeanRules,
    near: Ints,
    first: Ints,
    graph: Graph,
    scratch: Scratch,
    state: MeanState,
    random: RandomState,
    tries: int,
    hot: float,
    cold: float,
    penalty: float,
) -> float:
    """Try shifts and swaps at a falling temperature; return the penalty at the end.

    Parameters
    ----------
    rules, graph, scratch
        The problem.
    near, first
        Units close to each unit, in compressed rows.
    state, random
        Changed in place.
    tries
        Number of moves tried.
    hot, cold
        Temperatures at the first and the last of them, in cost.
    penalty
        Cost of a violation of one mean territory at the start.
    """
    fill_means(rules, state)
    units, bent = state.slot_of.size, 0.0
    for slot in range(state.size.size):
        bent += broken_after(rules, state, slot, -1, -1)
    cooling = (cold / hot) ** (1.0 / max(1, tries))
    temperature, check, low, high = hot, units // 64 + 1, penalty * 1e-3, penalty * 1e4
    for step in range(tries):
        temperature *= cooling
        if step % check == 0:
            penalty = min(high, max(low, penalty * (0.99 if bent <= 1e-9 else 1.02)))
        i, j, b = _draw_move(near, first, state, random)
        if b < 0 or rules.held[i] >= 0 or (j >= 0 and rules.held[j] >= 0):
            continue
        a = state.slot_of[i]
        bend = broken_after(rules, state, a, i, j) + broken_after(rules, state, b, j, i)
        bend -= broken_after(rules, state, a, -1, -1) + broken_after(rules, state, b, -1, -1)
        threshold = -temperature * np.log(1.0 - draw_unit(random)) - bend * penalty
        if _cost_change(rules, state, a, b, i, j) > threshold:
            continue
        if not _may_move(graph, scratch, state, i, j, b):
            continue
        _add(rules, state, a, i, -1)
        _add(rules, state, b, i, 1)
        state.slot_of[i] = b
        if j >= 0:
            _add(rules, state, b, j, -1)
            _add(rules, state, a, j, 1)
            state.slot_of[j] = a
        bent += bend
    fill_means(rules, state)
    return penalty
