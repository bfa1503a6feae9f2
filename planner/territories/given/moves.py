"""Compiled moves: a unit goes over, or territories exchange a few units, at penalised limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined
from planner.territories.prices.pricing import pair_amount

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Ground(NamedTuple):
    """What moves do not change.

    ``start``, ``territory``, ``cost``, ``pair`` as in candidates; ``amounts``, ``pair_column``,
    ``wide`` and ``cap`` as in the model; ``low`` to ``outer`` its zones, hard limits with a
    finite ``inner`` slope; ``price`` the prices, and ``regret`` what each candidate costs at them
    beyond its unit's least.
    """

    start: Ints
    territory: Shorts
    cost: Floats
    pair: Floats
    amounts: Floats
    pair_column: Ints
    wide: Ints
    cap: Floats
    low: Floats
    high: Floats
    far_low: Floats
    far_high: Floats
    inner: Floats
    outer: Floats
    price: Floats
    regret: Floats


class State(NamedTuple):
    """An assignment as moves change it.

    ``place`` is each unit's candidate, ``loads`` the totals by row, ``head``, ``after`` and
    ``before`` the list of each territory's units (-1 ends it).
    """

    place: Ints
    loads: Floats
    head: Ints
    after: Ints
    before: Ints


@inlined
def zone_cost(ground: Ground, territory: int, column: int, load: float) -> float:
    """Return what a row's total costs."""
    return float(
        ground.inner[territory, column]
        * (
            max(ground.low[territory, column] - load, 0.0)
            + max(load - ground.high[territory, column], 0.0)
        )
        + ground.outer[territory, column]
        * (
            max(ground.far_low[territory, column] - load, 0.0)
            + max(load - ground.far_high[territory, column], 0.0)
        )
    )


@inlined
def read_amounts(ground: Ground, unit: int, place: int, into: Floats) -> None:
    """Write what a candidate adds to each column."""
    for column in range(len(into)):
        into[column] = pair_amount(
            ground.amounts,
            ground.pair,
            ground.pair_column,
            ground.cap,
            unit,
            place,
            ground.territory[place],
            column,
        )


@inlined
def shift_gain(
    ground: Ground, state: State, origin: int, target: int, leaving: Floats, joining: Floats
) -> float:
    """Return the change of all rows' costs when amounts leave one territory and join another."""
    change = 0.0
    loads = state.loads
    for column in range(len(leaving)):
        if ground.wide[column] == 1:
            difference = joining[column] - leaving[column]
            if difference != 0.0:
                now = loads[0, column]
                change += zone_cost(ground, 0, column, now + difference)
                change -= zone_cost(ground, 0, column, now)
        else:
            now, then = loads[origin, column], loads[target, column]
            change += zone_cost(ground, origin, column, now - leaving[column])
            change -= zone_cost(ground, origin, column, now)
            change += zone_cost(ground, target, column, then + joining[column])
            change -= zone_cost(ground, target, column, then)
    return change


@compiled
def move_unit(
    ground: Ground, state: State, unit: int, place: int, leaving: Floats, joining: Floats
) -> None:
    """Give a unit to another candidate and keep totals and lists in order."""
    old = state.place[unit]
    origin, target = ground.territory[old], ground.territory[place]
    read_amounts(ground, unit, old, leaving)
    read_amounts(ground, unit, place, joining)
    for column in range(len(leaving)):
        out = 0 if ground.wide[column] == 1 else origin
        into = 0 if ground.wide[column] == 1 else target
        state.loads[out, column] -= leaving[column]
        state.loads[into, column] += joining[column]
    previous, following = state.before[unit], state.after[unit]
    if previous >= 0:
        state.after[previous] = following
    else:
        state.head[origin] = following
    if following >= 0:
        state.before[following] = previous
    state.before[unit], state.after[unit] = -1, state.head[target]
    if state.head[target] >= 0:
        state.before[state.head[target]] = unit
    state.head[target] = unit
    state.place[unit] = place


@compiled
def link_units(territory: Shorts, state: State) -> None:
    """Build the list of each territory's units, ascending."""
    state.head[:] = -1
    for unit in range(len(state.place) - 1, -1, -1):
        owner = territory[state.place[unit]]
        state.before[unit], state.after[unit] = -1, state.head[owner]
        if state.head[owner] >= 0:
            state.before[state.head[owner]] = unit
        state.head[owner] = unit


@compiled
def shift_units(
    ground: Ground, state: State, order: Ints, touched: Bools, *, broken_only: bool
) -> int:
    """Give each unit in turn to the candidate that saves most; return how many moved.

    A move saves at most what the totals of the territories it touches cost now: a candidate that
    is dearer than that is passed over.
    """
    columns = ground.amounts.shape[1]
    leaving, joining = np.empty(columns), np.empty(columns)
    debt = np.empty(state.loads.shape[0])
    for territory in range(len(debt)):
        debt[territory] = sum_zones(ground, state.loads, territory, 0)
    shared = sum_zones(ground, state.loads, 0, 1)
    moved = 0
    for unit in order:
        old = state.place[unit]
        origin = ground.territory[old]
        owed = debt[origin] + shared
        if broken_only and owed == 0.0:
            continue
        read_amounts(ground, unit, old, leaving)
        best, chosen = -1e-9 * (1.0 + abs(ground.cost[old])), -1
        for place in range(ground.start[unit], ground.start[unit + 1]):
            target = ground.territory[place]
            gain = ground.cost[place] - ground.cost[old]
            if place == old or gain - owed - debt[target] >= best:
                continue
            read_amounts(ground, unit, place, joining)
            gain += shift_gain(ground, state, origin, target, leaving, joining)
            if gain < best:
                best, chosen = gain, place
        if chosen >= 0:
            target = ground.territory[chosen]
            touched[origin] = touched[target] = True
            move_unit(ground, state, unit, chosen, leaving, joining)
            debt[origin] = sum_zones(ground, state.loads, origin, 0)
            debt[target] = sum_zones(ground, state.loads, target, 0)
            shared = sum_zones(ground, state.loads, 0, 1)
            moved += 1
    return moved


@compiled
def sum_zones(ground: Ground, loads: Floats, territory: int, wide: int) -> float:
    """Return what a territory's totals cost, of the columns that are over the whole plan or not."""
    cost = 0.0
    for column in range(ground.amounts.shape[1]):
        if ground.wide[column] == wide:
            cost += zone_cost(ground, territory, column, loads[territory, column])
    return cost


@compiled
def apply_places(ground: Ground, state: State, units: Ints, places: Ints) -> None:
    """Give each unit to a candidate."""
    columns = ground.amounts.shape[1]
    leaving, joining = np.empty(columns), np.empty(columns)
    for number in range(len(units)):
        if state.place[units[number]] != places[number]:
            move_unit(ground, state, units[number], places[number], leaving, joining)
