"""A lane of path relinking, compiled: good assignments are led towards each other, and improved.

A lane keeps a few good assignments. It walks from one of them towards another, unit by unit, and
improves what it passes by ejection chains, under penalties that rise while limits are broken and
fall while they hold (Yagiura, Ibaraki & Glover 2006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import RandomState, compiled, draw_below
from planner.territories.given.chains import (
    HIGH,
    LEAST,
    LOW,
    Board,
    Hand,
    find_chain,
    find_top,
    keeps_all,
    lay_out,
    relist,
    row_loss,
    shift_totals,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOOKED = 24
"""Units of which the best is led towards the other assignment."""
RISE, FALL = 0.03, 0.03
"""How fast penalties rise where limits are broken, and fall where they hold."""
SCATTERED = 40
"""How many units change at random at most: more take long to mend."""
FRESH = 5
"""Of a hundred units, how many change at random where two assignments are all but the same."""


class Lane(NamedTuple):
    """What a lane keeps from round to round.

    ``kept`` are its good assignments, the first ``tally[0]`` of them, and ``best`` the cheapest
    that keeps every limit, of which ``least[0]`` is lost; ``walk`` are those on the way and
    ``value`` what they lose; ``apart`` is room for a list of units.
    """

    kept: Ints
    tally: Ints
    best: Ints
    least: Floats
    walk: Ints
    value: Floats
    apart: Ints


@compiled
def copy_places(source: Ints, target: Ints) -> None:
    """Copy one assignment into another's place."""
    for unit in range(len(source)):
        target[unit] = source[unit]


@compiled
def keep_best(board: Board, hand: Hand, lane: Lane, lost: float) -> None:
    """Keep an assignment that keeps every limit and loses less than the best so far."""
    if lost < lane.least[0] - LEAST and keeps_all(board, hand.loads):
        lane.least[0] = lost
        copy_places(hand.place, lane.best)


@compiled
def descend(board: Board, hand: Hand, state: RandomState, order: Ints, lane: Lane) -> None:
    """Make chains that pay until there are none."""
    lost = lay_out(board, hand)
    units, since, turn = len(order), 0, 0
    hand.seen[0] += units
    top = find_top(hand.loss)
    while since < units:
        if turn % units == 0:
            for number in range(units - 1, 0, -1):
                other = draw_below(state, number + 1)
                order[number], order[other] = order[other], order[number]
        unit = order[turn % units]
        turn += 1
        since += 1
        for new in range(board.start[unit], board.end[unit]):
            old = hand.place[unit]
            dearer = board.regret[new] - board.regret[old]
            if dearer > hand.loss[board.owner[old]] + 2.0 * top:
                break
            if new == old:
                continue
            length, change = find_chain(board, hand, unit, new, top)
            if length == 0:
                continue
            for step in range(length):
                shift_totals(board, hand, hand.left[step], hand.joins[step])
                relist(board, hand, hand.units[step], hand.joins[step])
            lost += change
            top = find_top(hand.loss)
            since = 0
            keep_best(board, hand, lane, lost)
            break
    keep_best(board, hand, lane, lost)


@compiled
def swing_slopes(board: Board, base: Floats, loads: Floats) -> None:
    """Raise the penalties of limits that are broken, or lower all where every limit holds."""
    most, rows, columns = 0.0, loads.shape[0], loads.shape[1]
    for column in range(columns):
        if board.hard[column]:
            for row in range(1 if board.wide[column] == 1 else rows):
                load = loads[row, column]
                off = max(load - board.zone[row, column, HIGH], board.zone[row, column, LOW] - load)
                most = max(most, off / board.size[column])
    holds = keeps_all(board, loads)
    for column in range(columns):
        if board.hard[column]:
            for row in range(1 if board.wide[column] == 1 else rows):
                load, slope = loads[row, column], board.slope[row, column]
                off = max(load - board.zone[row, column, HIGH], board.zone[row, column, LOW] - load)
                if holds:
                    slope *= 1.0 - FALL
                elif off > 0.0:
                    slope *= 1.0 + RISE * off / board.size[column] / most
                board.slope[row, column] = max(slope, base[row, column])


@compiled
def measure(board: Board, hand: Hand, place: Ints, loads: Floats) -> float:
    """Return what an assignment loses at today's penalties."""
    loads[:] = 0.0
    lost = 0.0
    for unit in range(len(place)):
        lost += board.regret[place[unit]]
        for column in range(loads.shape[1]):
            row = 0 if board.wide[column] == 1 else board.owner[place[unit]]
            loads[row, column] += board.amount[place[unit], column]
    for column in range(loads.shape[1]):
        for row in range(1 if board.wide[column] == 1 else loads.shape[0]):
            lost += row_loss(board, row, column, loads[row, column])
    return lost


@compiled
def are_same(one: Ints, other: Ints) -> bool:
    """Return whether two assignments are the same."""
    same = True
    for unit in range(len(one)):
        same &= one[unit] == other[unit]
    return same


@compiled
def keep_good(board: Board, hand: Hand, lane: Lane, loads: Floats) -> None:
    """Keep an assignment that is none of the good ones and loses less than the worst of them."""
    for number in range(lane.tally[0]):
        if are_same(lane.kept[number], hand.place):
            return
    worst = lane.tally[0]
    if worst < len(lane.kept):
        lane.tally[0] += 1
    else:
        most = -1.0
        for number in range(len(lane.kept)):
            lost = measure(board, hand, lane.kept[number], loads)
            if lost > most:
                most, worst = lost, number
        if measure(board, hand, hand.place, loads) >= most:
            return
    copy_places(hand.place, lane.kept[worst])


@compiled
def scatter(board: Board, state: RandomState, place: Ints, percent: int) -> None:
    """Give about so many of a hundred units, but not too many, to a candidate at random."""
    some = min(percent * len(place) // 100, SCATTERED)
    for unit in range(len(place)):
        if draw_below(state, len(place)) < some:
            count = board.end[unit] - board.start[unit]
            place[unit] = board.start[unit] + draw_below(state, count)


@compiled
def weigh_move(board: Board, hand: Hand, unit: int, new: int) -> float:
    """Return what a unit's move changes what is lost by."""
    old, last = hand.place[unit], len(hand.loss) - 1
    one, other = board.owner[old], board.owner[new]
    now = hand.loss[one] + hand.loss[other] + hand.loss[last]
    shift_totals(board, hand, old, new)
    then = hand.loss[one] + hand.loss[other] + hand.loss[last]
    shift_totals(board, hand, new, old)
    change: float = then - now + board.regret[new] - board.regret[old]
    return change


@compiled
def keep_stop(hand: Hand, lane: Lane, lost: float, count: int) -> int:
    """Keep an assignment on the way if it is one of the best; return how many more there are."""
    spot = count
    if count == len(lane.walk):
        spot = 0
        for number in range(count):
            if lane.value[number] > lane.value[spot]:
                spot = number
        if lost >= lane.value[spot]:
            return 0
    copy_places(hand.place, lane.walk[spot])
    lane.value[spot] = lost
    return 1 if count < len(lane.walk) else 0


@compiled
def walk_towards(
    board: Board, hand: Hand, state: RandomState, lane: Lane, one: int, other: int
) -> int:
    """Lead one good assignment towards another; return how many on the way are to be improved."""
    goal = lane.kept[other]
    copy_places(lane.kept[one], hand.place)
    lost = lay_out(board, hand)
    far, count = 0, 0
    for unit in range(len(goal)):
        if hand.place[unit] != goal[unit]:
            lane.apart[far] = unit
            far += 1
    edge, left = max(far // 10, 1), far
    while left > edge:
        best, chosen = np.inf, 0
        for _ in range(min(LOOKED, left)):
            number = draw_below(state, left)
            unit = lane.apart[number]
            change = weigh_move(board, hand, unit, goal[unit])
            if change < best:
                best, chosen = change, number
        unit = lane.apart[chosen]
        shift_totals(board, hand, hand.place[unit], goal[unit])
        hand.place[unit] = goal[unit]
        left -= 1
        hand.seen[0] += LOOKED
        lane.apart[chosen] = lane.apart[left]
        lost += best
        if far - left >= edge:
            count += keep_stop(hand, lane, lost, count)
    return count


@compiled
def choose_starts(board: Board, hand: Hand, state: RandomState, lane: Lane) -> int:
    """Write assignments to begin from; return how many."""
    good = lane.tally[0]
    if good == len(lane.kept):
        one, other = draw_below(state, good), draw_below(state, good - 1)
        other += other >= one
        count = walk_towards(board, hand, state, lane, one, other)
        if count > 0:
            return count
        copy_places(lane.kept[one], lane.walk[0])
        scatter(board, state, lane.walk[0], FRESH)
    else:
        copy_places(lane.best, lane.walk[0])
        if good > 0:
            scatter(board, state, lane.walk[0], 15 + 30 * (good % 3))
    return 1


@compiled
def run_lane(
    board: Board, hand: Hand, state: RandomState, lane: Lane, base: Floats, order: Ints, work: int
) -> None:
    """Walk and improve until so many units were looked at."""
    loads = np.empty(hand.loads.shape)
    hand.seen[0] = 0
    while hand.seen[0] < work:
        for number in range(choose_starts(board, hand, state, lane)):
            copy_places(lane.walk[number], hand.place)
            descend(board, hand, state, order, lane)
            swing_slopes(board, base, hand.loads)
            keep_good(board, hand, lane, loads)
