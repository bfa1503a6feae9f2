"""Compiled exchanges: up to two units each way between two territories, the best of all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined
from planner.territories.given.moves import Ground, State, move_unit, read_amounts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOW, HIGH, FAR_LOW, FAR_HIGH, INNER, OUTER, PRICE, LOAD, FLOOR = range(9)


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
def read_row(
    ground: Ground, state: State, territory: int, column: int, floor: Floats, into: Floats
) -> None:
    """Write a row's zones, price, total and least slack cost side by side."""
    into[LOW], into[HIGH] = ground.low[territory, column], ground.high[territory, column]
    into[FAR_LOW] = ground.far_low[territory, column]
    into[FAR_HIGH] = ground.far_high[territory, column]
    into[INNER], into[OUTER] = ground.inner[territory, column], ground.outer[territory, column]
    into[PRICE], into[LOAD] = ground.price[territory, column], state.loads[territory, column]
    into[FLOOR] = floor[territory, column]


@compiled
def read_rows(ground: Ground, state: State, one: int, other: int, floor: Floats) -> Floats:
    """Return the rows of two territories, (2, columns, 9).

    A row over the whole plan stands at the first; the second has a row there that costs nothing.
    """
    columns = ground.amounts.shape[1]
    rows = np.zeros((2, columns, 9))
    for column in range(columns):
        if ground.wide[column] == 1:
            read_row(ground, state, 0, column, floor, rows[0, column])
            rows[1, column, LOW] = rows[1, column, FAR_LOW] = -np.inf
            rows[1, column, HIGH] = rows[1, column, FAR_HIGH] = np.inf
        else:
            read_row(ground, state, one, column, floor, rows[0, column])
            read_row(ground, state, other, column, floor, rows[1, column])
    return rows


@inlined
def slack_cost(rows: Floats, side: int, column: int, load: float) -> float:
    """Return what a total costs, with what it leaves unused of its priced limit."""
    return float(
        rows[side, column, INNER]
        * (max(rows[side, column, LOW] - load, 0.0) + max(load - rows[side, column, HIGH], 0.0))
        + rows[side, column, OUTER]
        * (
            max(rows[side, column, FAR_LOW] - load, 0.0)
            + max(load - rows[side, column, FAR_HIGH], 0.0)
        )
        - rows[side, column, PRICE] * load
    )


@compiled
def find_exchange(
    rows: Floats,
    wide: Ints,
    mine: Basket,
    theirs: Basket,
    now: float,
    least: float,
    best: float,
) -> tuple[float, int, int]:
    """Return the best exchange of a set each way that betters ``best``: its gain and the sets.

    Sets are looked at cheapest first, and a column at a time: what the rest can be at least
    ends each loop as soon as nothing better can come.
    """
    left, right = -1, -1
    columns = rows.shape[1]
    my_worth, my_out, my_into = mine.worth, mine.out, mine.into
    their_worth, their_out, their_into = theirs.worth, theirs.out, theirs.into
    for a in range(len(my_worth)):
        if my_worth[a] + their_worth[0] + least - now >= best:
            break
        for b in range(len(their_worth)):
            gain = my_worth[a] + their_worth[b] + least - now
            if gain >= best:
                break
            for column in range(columns):
                first = their_into[b, column] - my_out[a, column]
                second = my_into[a, column] - their_out[b, column]
                if wide[column] == 1:
                    first += second
                gain += slack_cost(rows, 0, column, rows[0, column, LOAD] + first)
                gain += slack_cost(rows, 1, column, rows[1, column, LOAD] + second)
                gain -= rows[0, column, FLOOR] + rows[1, column, FLOOR]
                if gain >= best:
                    break
            if gain < best:
                best, left, right = gain, a, b
    return best, left, right


@compiled
def exchange_pair(
    ground: Ground, state: State, one: int, other: int, most: int, floor: Floats
) -> float:
    """Make the best exchange between two territories; return what it changes the cost by."""
    rows = read_rows(ground, state, one, other, floor)
    now, least = 0.0, 0.0
    for column in range(rows.shape[1]):
        for side in range(2):
            now += slack_cost(rows, side, column, rows[side, column, LOAD])
            least += rows[side, column, FLOOR]
    mine = fill_basket(ground, state, one, other, most)
    theirs = fill_basket(ground, state, other, one, most)
    best, left, right = find_exchange(
        rows, ground.wide, mine, theirs, now, least, -1e-9 * (1.0 + abs(now))
    )
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
    pairs: Ints,
    ones: Ints,
    others: Ints,
    most: int,
    floor: Floats,
    changed: Ints,
    clock: int,
    checked: Ints,
    limit: int,
) -> int:
    """Exchange between some pairs of territories that changed since they were last looked at.

    ``changed`` holds when a territory last changed, ``checked`` when a pair was last looked at;
    the time on the clock is returned.
    """
    for number in pairs:
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
