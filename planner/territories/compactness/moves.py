"""Annealed moves of units between connected territories that may not contain two distant units.

A ceiling on the diameter makes every pair of units that is farther apart a conflict. The search
removes conflicts and imbalance at a steady temperature, and lowers the ceiling below the diameter
reached each time that none is left.
"""

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
STEP_DOWN = 0.003
CLOSE = 0.05


class CompactRules(NamedTuple):
    """What every territory must keep to.

    Parameters
    ----------
    distance
        Shortest paths over the whole graph, (units, units).
    amounts
        Measures of the units, (measures, units).
    lower, upper
        (measures, territories)
    scale
        A territory's mean amount, (measures,).
    """

    distance: Floats
    amounts: Floats
    lower: Floats
    upper: Floats
    scale: Floats


class CompactState(NamedTuple):
    """A connected partition under a ceiling on the diameter.

    Parameters
    ----------
    slot_of, size, loads
        (units,), (territories,), (measures, territories)
    weight
        How much a pair of units in one territory conflicts under the ceiling, (units, units).
    conflict
        The weights of a unit with all units of a territory, (territories, units).
    ceiling
        The largest distance that is allowed, (1,).
    """

    slot_of: Ints
    size: Ints
    loads: Floats
    weight: Floats
    conflict: Floats
    ceiling: Floats


class CompactBest(NamedTuple):
    """The best partition met that keeps all limits.

    Parameters
    ----------
    slot_of
        (units,)
    diameter
        Infinite before there is one, (1,).
    """

    slot_of: Ints
    diameter: Floats


@compiled
def find_diameter(distance: Floats, slot_of: Ints) -> float:
    """Return the largest distance between two units of one territory."""
    largest = 0.0
    for i in range(slot_of.size):
        for j in range(i):
            if slot_of[i] == slot_of[j] and distance[i, j] > largest:
                largest = distance[i, j]
    return largest


@compiled
def set_ceiling(rules: CompactRules, state: CompactState, ceiling: float) -> None:
    """Lower or raise the ceiling and recompute every sum from the partition."""
    state.ceiling[0] = ceiling
    state.conflict[:] = 0.0
    state.loads[:] = 0.0
    state.size[:] = 0
    units = state.slot_of.size
    for i in range(units):
        state.size[state.slot_of[i]] += 1
        for m in range(rules.scale.size):
            state.loads[m, state.slot_of[i]] += rules.amounts[m, i]
        for j in range(units):
            excess = rules.distance[i, j] - ceiling
            state.weight[i, j] = 0.0
            if excess > 0.0:
                state.weight[i, j] = 1.0 + excess / (CLOSE * ceiling)
    for i in range(units):
        state.conflict[state.slot_of[i]] += state.weight[i]


@compiled
def imbalance(rules: CompactRules, state: CompactState, slot: int, out: int, into: int) -> float:
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
def _keeps_connected(
    graph: Graph, scratch: Scratch, state: CompactState, i: int, j: int, target: int
) -> bool:
    """Say whether unit i may go to the target, and j (if any) to i's territory, connectedly."""
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
def _relocate(rules: CompactRules, state: CompactState, unit: int, target: int) -> None:
    """Give a unit to another territory and update all sums."""
    source = state.slot_of[unit]
    state.slot_of[unit] = target
    state.size[source] -= 1
    state.size[target] += 1
    for m in range(rules.scale.size):
        state.loads[m, source] -= rules.amounts[m, unit]
        state.loads[m, target] += rules.amounts[m, unit]
    for other in range(state.slot_of.size):
        weight = state.weight[unit, other]
        state.conflict[source, other] -= weight
        state.conflict[target, other] += weight


@compiled
def _change_of(
    rules: CompactRules, state: CompactState, i: int, j: int, target: int
) -> tuple[float, float]:
    """Return how conflicts and imbalance change by a shift of i (j = -1) or a swap with j."""
    source = state.slot_of[i]
    conflicts = state.conflict[target, i] - state.conflict[source, i]
    if j >= 0:
        conflicts += state.conflict[source, j] - state.conflict[target, j]
        conflicts -= 2.0 * state.weight[i, j]
    bent = imbalance(rules, state, source, i, j) + imbalance(rules, state, target, j, i)
    bent -= imbalance(rules, state, source, -1, -1) + imbalance(rules, state, target, -1, -1)
    return conflicts, bent


@compiled
def _total(rules: CompactRules, state: CompactState) -> tuple[float, float]:
    """Return all conflicts and all imbalance."""
    conflicts, bent = 0.0, 0.0
    for unit in range(state.slot_of.size):
        conflicts += state.conflict[state.slot_of[unit], unit] / 2.0
    for slot in range(state.size.size):
        bent += imbalance(rules, state, slot, -1, -1)
    return conflicts, bent


@compiled
def _keep_and_lower(
    rules: CompactRules, state: CompactState, best: CompactBest, floor: float
) -> None:
    """Keep a partition without conflict and set the ceiling below its diameter."""
    diameter = find_diameter(rules.distance, state.slot_of)
    if diameter < best.diameter[0]:
        best.slot_of[:] = state.slot_of
        best.diameter[0] = diameter
    set_ceiling(rules, state, max(floor, best.diameter[0] * (1.0 - STEP_DOWN)))


@compiled
def _draw_move(graph: Graph, state: CompactState, random: RandomState) -> tuple[int, int, int]:
    """Draw a shift (the second unit -1) or a swap across a border; the target is -1 for none."""
    i = draw_below(random, state.slot_of.size)
    degree = graph.first[i + 1] - graph.first[i]
    if degree == 0:
        return i, -1, -1
    j = graph.other[graph.first[i] + draw_below(random, degree)]
    source, target = state.slot_of[i], state.slot_of[j]
    if draw_below(random, 4) > 0:
        j = -1
    if target == source or (j < 0 and state.size[source] == 1):
        target = -1
    return i, j, target


@compiled
def anneal_compact(
    rules: CompactRules,
    graph: Graph,
    scratch: Scratch,
    state: CompactState,
    best: CompactBest,
    random: RandomState,
    tries: int,
    hot: float,
    cold: float,
    penalty: float,
    floor: float,
) -> float:
    """Try shifts and swaps while the temperature falls; return the penalty at the end.

    Parameters
    ----------
    rules, graph, scratch
        The problem.
    state, best, random
        Changed in place.
    tries
        Number of moves tried.
    hot, cold
        Temperatures at the first and the last of them, in conflicts.
    penalty
        Conflicts that an imbalance of one mean territory counts for at the start.
    floor
        The least diameter that is not excluded: the search stops there.
    """
    set_ceiling(rules, state, state.ceiling[0])
    conflicts, bent = _total(rules, state)
    cooling = (cold / hot) ** (1.0 / max(1, tries))
    temperature = hot
    for step in range(tries):
        temperature *= cooling
        if conflicts < 0.5 and bent < 1e-9:
            _keep_and_lower(rules, state, best, floor)
            conflicts, bent = _total(rules, state)
            if best.diameter[0] <= floor:
                return penalty
        if step % 64 == 0:
            penalty *= 1.002 if bent > 1e-9 else 0.998
            penalty = min(max(penalty, 20.0), 20000.0)
        i, j, target = _draw_move(graph, state, random)
        if target < 0:
            continue
        worse, bend = _change_of(rules, state, i, j, target)
        if worse + bend * penalty > -temperature * np.log(1.0 - draw_unit(random)):
            continue
        if not _keeps_connected(graph, scratch, state, i, j, target):
            continue
        source = state.slot_of[i]
        _relocate(rules, state, i, target)
        if j >= 0:
            _relocate(rules, state, j, source)
        conflicts += worse
        bent += bend
    return penalty
