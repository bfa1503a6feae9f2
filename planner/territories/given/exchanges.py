"""Compiled exchanges: up to two units each way between two territories, the best of all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.given.moves import Ground, State, move_unit, read_amounts, zone_cost

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Basket(NamedTuple):
    """Sets of up to two units that might cross over from one territory to another.

    ``first`` and ``second`` are places of candidates in ``unit``/``place``, -1 for none; ``worth``
    is what the set's regrets change by, ascending; ``out`` and ``into`` what leaves the one
    territory and joins the other.
    """

    unit: Ints
    place: Ints
    first: Ints
    second: Ints
    worth: Floats
    out: Floats
    into: Floats


@compiled
def find_crossing(
    ground: Ground, state: State, origin: int, target: int, most: int
) -> tuple[int, Ints, Ints, Floats]:
    """Return the units of one territory that cost least to give to another, by regret."""
    units, places = np.empty(most, np.int64), np.empty(most, np.int64)
    worth = np.empty(most)
    count = 0
    unit = state.head[origin]
    while unit >= 0:
        old = state.place[unit]
        for place in range(ground.start[unit], ground.start[unit + 1]):
            if ground.territory[place] == target:
                change = ground.regret[place] - ground.regret[old]
                if count < most or change < worth[count - 1]:
                    spot = min(count, most - 1)
                    while spot > 0 and worth[spot - 1] > change:
                        units[spot], places[spot] = units[spot - 1], places[spot - 1]
                        worth[spot] = worth[spot - 1]
                        spot -= 1
                    units[spot], places[spot], worth[spot] = unit, place, change
                    count = min(count + 1, most)
                break
        unit = state.after[unit]
    return count, units, places, worth


@compiled
def fill_basket(ground: Ground, state: State, origin: int, target: int, most: int) -> Basket:
    """Return the sets of none, one and two units that might cross over, cheapest first."""
    count, units, places, single = find_crossing(ground, state, origin, target, most)
    columns = ground.amounts.shape[1]
    sets = 1 + count + count * (count - 1) // 2
    first, second = np.full(sets, -1, np.int64), np.full(sets, -1, np.int64)
    worth = np.zeros(sets)
    number = 1
    for one in range(count):
        first[number], worth[number] = one, single[one]
        number += 1
    for one in range(count):
        for two in range(one + 1, count):
            first[number], second[number] = one, two
            worth[number] = single[one] + single[two]
            number += 1
    order = np.argsort(worth, kind="mergesort")
    first, second, worth = first[order], second[order], worth[order]
    leaving, joining = np.empty((count, columns)), np.empty((count, columns))
    for one in range(count):
        read_amounts(ground, units[one], state.place[units[one]], leaving[one])
        read_amounts(ground, units[one], places[one], joining[one])
    out, into = np.zeros((sets, columns)), np.zeros((sets, columns))
    for number in range(sets):
        for member in (first[number], second[number]):
            if member >= 0:
                for column in range(columns):
                    out[number, column] += leaving[member, column]
                    into[number, column] += joining[member, column]
    return Basket(units, places, first, second, worth, out, into)


@compiled
def slack_cost(ground: Ground, territory: int, column: int, load: float) -> float:
    """Return what a total costs, with what it leaves unused of its priced limit."""
    priced = ground.price[territory, column] * load
    return float(zone_cost(ground, territory, column, load) - priced)


@compiled
def pair_slack(
    ground: Ground, state: State, one: int, other: int, change_one: Floats, change_other: Floats
) -> float:
    """Return the slack costs of two territories after their totals change."""
    total = 0.0
    for column in range(len(change_one)):
        if ground.wide[column] == 1:
            load = state.loads[0, column] + change_one[column] + change_other[column]
            total += slack_cost(ground, 0, column, load)
        else:
            total += slack_cost(ground, one, column, state.loads[one, column] + change_one[column])
            total += slack_cost(
                ground, other, column, state.loads[other, column] + change_other[column]
            )
    return total


@compiled
def least_slack(ground: Ground, one: int, other: int, floor: Floats) -> float:
    """Return the least that the slack costs of two territories can be."""
    total = 0.0
    for column in range(ground.amounts.shape[1]):
        if ground.wide[column] == 1:
            total += floor[0, column]
        else:
            total += floor[one, column] + floor[other, column]
    return total


@compiled
def exchange_pair(
    ground: Ground, state: State, one: int, other: int, most: int, floor: Floats
) -> float:
    """Make the best exchange between two territories; return what it changes the cost by."""
    columns = ground.amounts.shape[1]
    still = np.zeros(columns)
    now = pair_slack(ground, state, one, other, still, still)
    least = least_slack(ground, one, other, floor)
    mine = fill_basket(ground, state, one, other, most)
    theirs = fill_basket(ground, state, other, one, most)
    best, left, right = -1e-9 * (1.0 + abs(now)), -1, -1
    change_one, change_other = np.empty(columns), np.empty(columns)
    for a in range(len(mine.worth)):
        if mine.worth[a] + theirs.worth[0] + least - now >= best:
            break
        for b in range(len(theirs.worth)):
            worth = mine.worth[a] + theirs.worth[b]
            if worth + least - now >= best:
                break
            for column in range(columns):
                change_one[column] = theirs.into[b, column] - mine.out[a, column]
                change_other[column] = mine.into[a, column] - theirs.out[b, column]
            gain = worth + pair_slack(ground, state, one, other, change_one, change_other) - now
            if gain < best:
                best, left, right = gain, a, b
    if left < 0:
        return 0.0
    move_set(ground, state, mine, left)
    move_set(ground, state, theirs, right)
    return best


@compiled
def move_set(ground: Ground, state: State, basket: Basket, number: int) -> None:
    """Move the units of one set."""
    columns = ground.amounts.shape[1]
    leaving, joining = np.empty(columns), np.empty(columns)
    for member in (basket.first[number], basket.second[number]):
        if member >= 0:
            move_unit(ground, state, basket.unit[member], basket.place[member], leaving, joining)


@compiled
def exchange_all(
    ground: Ground,
    state: State,
    ones: Ints,
    others: Ints,
    most: int,
    floor: Floats,
    changed: Ints,
    clock: int,
    checked: Ints,
    limit: int,
) -> int:
    """Exchange between pairs of territories that changed since they were last looked at.

    ``changed`` holds when a territory last changed, ``checked`` when a pair was last looked at;
    the time on the clock is returned.
    """
    for number in range(len(ones)):
        one, other = ones[number], others[number]
        if max(changed[one], changed[other]) < checked[number]:
            continue
        for _ in range(limit):
            clock += 1
            if exchange_pair(ground, state, one, other, most, floor) == 0.0:
                break
            changed[one] = changed[other] = clock
        clock += 1
        checked[number] = clock
    return clock
