"""Ejection chains: a unit goes over, another gives way, and so on until it pays.

A unit joins a territory, one of that territory's units goes on to a third, and so on up to a few
units; the chain ends where the whole costs less, at best where the first unit left room (Glover
1996; for assignment, Yagiura, Ibaraki & Glover 2004). All is told in what an assignment loses
against the prices: regrets of units, and limits that are priced but not used, or broken. No loss
is below zero, so that a chain whose open end can no longer be made good is given up at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined
from planner.territories.rules.check import ROUNDING

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
DEPTH = 4
"""How many units a chain moves at most."""
LEAST = 1e-9
"""A smaller gain is rounding."""
LOW, HIGH, FAR_LOW, FAR_HIGH, OUTER, PRICE, WORTH = range(7)


class Board(NamedTuple):
    """What chains do not change, but for how steep the penalties of limits are.

    The candidates of unit ``u`` are ``start[u]:start[u + 1]``, least regret first, those before
    ``end[u]`` to be tried; ``owner``, ``regret`` and ``amount`` are theirs; ``seat`` has the place
    of a unit's candidate with a territory, -1 where there is none, (units, territories). ``zone``
    has low, high, far low, far high, outer slope, price and worth of each row, (territories,
    columns, 7), ``slope`` its inner slope, ``wide`` is 1 where a column is totalled over the plan
    in row 0, and ``hard`` says which columns' limits must hold. ``size`` is what a typical unit has
    of each column.
    """

    start: Ints
    end: Ints
    owner: Ints
    regret: Floats
    amount: Floats
    seat: npt.NDArray[np.int32]
    zone: Floats
    slope: Floats
    wide: Ints
    hard: Bools
    size: Floats


class Hand(NamedTuple):
    """An assignment as chains change it.

    ``place`` is each unit's candidate, ``loads`` the totals by row and ``loss`` what each
    territory's limits lose, with the plan's in the last; ``head``, ``after`` and ``before`` list
    each territory's units (-1 ends it). ``used`` marks the units of a chain, whose moves are
    ``units`` and ``joins``; ``left`` is where each came from. ``seen[0]`` counts the units that
    were looked at.
    """

    place: Ints
    loads: Floats
    loss: Floats
    head: Ints
    after: Ints
    before: Ints
    used: Bools
    units: Ints
    joins: Ints
    left: Ints
    seen: Ints


@inlined
def row_loss(board: Board, row: int, column: int, load: float) -> float:
    """Return what a row's total loses against its price."""
    return float(
        board.slope[row, column]
        * (
            max(board.zone[row, column, LOW] - load, 0.0)
            + max(load - board.zone[row, column, HIGH], 0.0)
        )
        + board.zone[row, column, OUTER]
        * (
            max(board.zone[row, column, FAR_LOW] - load, 0.0)
            + max(load - board.zone[row, column, FAR_HIGH], 0.0)
        )
        - board.zone[row, column, PRICE] * load
        + board.zone[row, column, WORTH]
    )


@compiled
def loss_joined(board: Board, loads: Floats, territory: int, joining: int) -> float:
    """Return what a territory's limits lose with a candidate more."""
    loss = 0.0
    for column in range(loads.shape[1]):
        if board.wide[column] == 0:
            load = loads[territory, column] + board.amount[joining, column]
            loss += row_loss(board, territory, column, load)
    return loss


@compiled
def loss_left(board: Board, loads: Floats, territory: int, leaving: int) -> float:
    """Return what a territory's limits lose with a candidate less."""
    loss = 0.0
    for column in range(loads.shape[1]):
        if board.wide[column] == 0:
            load = loads[territory, column] - board.amount[leaving, column]
            loss += row_loss(board, territory, column, load)
    return loss


@compiled
def loss_wide(board: Board, loads: Floats, leaving: int, joining: int) -> float:
    """Return what limits over the whole plan lose when one candidate takes another's place."""
    loss = 0.0
    for column in range(loads.shape[1]):
        if board.wide[column] == 1:
            more = board.amount[joining, column] - board.amount[leaving, column]
            loss += row_loss(board, 0, column, loads[0, column] + more)
    return loss


@compiled
def shift_totals(board: Board, hand: Hand, old: int, new: int) -> None:
    """Change totals, and what they lose, as a unit's move from one candidate to another does."""
    one, other = board.owner[old], board.owner[new]
    hand.loss[len(hand.loss) - 1] = loss_wide(board, hand.loads, old, new)
    hand.loss[one] = loss_left(board, hand.loads, one, old)
    hand.loss[other] = loss_joined(board, hand.loads, other, new)
    for column in range(hand.loads.shape[1]):
        out = 0 if board.wide[column] == 1 else one
        into = 0 if board.wide[column] == 1 else other
        hand.loads[out, column] -= board.amount[old, column]
        hand.loads[into, column] += board.amount[new, column]


@compiled
def lay_out(board: Board, hand: Hand) -> float:
    """Add up totals and losses and list each territory's units; return what is lost in all."""
    lost = 0.0
    for row in range(len(hand.head)):
        hand.head[row], hand.loss[row] = -1, 0.0
        for column in range(hand.loads.shape[1]):
            hand.loads[row, column] = 0.0
    hand.loss[len(hand.loss) - 1] = 0.0
    for unit in range(len(hand.place) - 1, -1, -1):
        place = hand.place[unit]
        owner = board.owner[place]
        lost += board.regret[place]
        for column in range(hand.loads.shape[1]):
            row = 0 if board.wide[column] == 1 else owner
            hand.loads[row, column] += board.amount[place, column]
        hand.before[unit], hand.after[unit] = -1, hand.head[owner]
        if hand.head[owner] >= 0:
            hand.before[hand.head[owner]] = unit
        hand.head[owner] = unit
    for column in range(hand.loads.shape[1]):
        if board.wide[column] == 1:
            hand.loss[len(hand.loss) - 1] += row_loss(board, 0, column, hand.loads[0, column])
        else:
            for row in range(len(hand.head)):
                hand.loss[row] += row_loss(board, row, column, hand.loads[row, column])
    for loss in hand.loss:
        lost += loss
    return lost


@compiled
def relist(board: Board, hand: Hand, unit: int, new: int) -> None:
    """Put a unit onto the list of its new territory."""
    one, other = board.owner[hand.place[unit]], board.owner[new]
    previous, following = hand.before[unit], hand.after[unit]
    if previous >= 0:
        hand.after[previous] = following
    else:
        hand.head[one] = following
    if following >= 0:
        hand.before[following] = previous
    hand.before[unit], hand.after[unit] = -1, hand.head[other]
    if hand.head[other] >= 0:
        hand.before[hand.head[other]] = unit
    hand.head[other] = unit
    hand.place[unit] = new


@compiled
def extend_chain(board: Board, hand: Hand, length: int, lost: float, top: float) -> None:
    """Write which unit is to go out of where the last one went, -1 where nothing can be gained.

    The unit whose going makes the chain pay most; where none does, that which leaves most to be
    gained. ``lost`` is what the chain lost so far, ``top`` the most that any territory, and the
    plan, loses.
    """
    loads, loss = hand.loads, hand.loss
    first, last = board.owner[hand.left[0]], board.owner[hand.joins[length - 1]]
    plan, room = loss[len(loss) - 1], loss[first] if first != last else 0.0
    best, unit, join = -LEAST, -1, -1
    least, its_unit, its_join = room + top - LEAST, -1, -1
    other = hand.head[last]
    while other >= 0:
        hand.seen[0] += 1
        place = hand.place[other]
        gone = lost - board.regret[place] + loss_left(board, loads, last, place) - loss[last]
        # What is gained at best: the room that the first one left is filled.
        if not hand.used[other] and gone - room - top < best:
            back = board.seat[other, first]
            if 0 <= back < board.end[other]:
                then = gone + board.regret[back] + loss_joined(board, loads, first, back)
                then += loss_wide(board, loads, place, back) - loss[first] - plan
                if then < best and first != last:
                    best, unit, join = then, other, back
            for new in range(board.start[other], board.end[other]):
                target, far = board.owner[new], gone + board.regret[new]
                if far - top >= best and far >= least:
                    break
                # Compiled, a tuple of both takes three times as long.
                if target == last or target == first:  # noqa: PLR1714, SIM109
                    continue
                if far < least:
                    least, its_unit, its_join = far, other, new
                then = far + loss_joined(board, loads, target, new) - loss[target]
                then += loss_wide(board, loads, place, new) - plan
                if then < best:
                    best, unit, join = then, other, new
        other = hand.after[other]
    hand.units[length] = unit if unit >= 0 else its_unit
    hand.joins[length] = join if unit >= 0 else its_join


@compiled
def find_chain(board: Board, hand: Hand, unit: int, new: int, top: float) -> tuple[int, float]:
    """Return how long a chain from a unit's move is that pays, 0 where none does, and its change.

    Totals and lists stay as they were.
    """
    loss, length = hand.loss, 0
    change = 0.0
    hand.units[0], hand.joins[0] = unit, new
    while True:
        unit, new = hand.units[length], hand.joins[length]
        old = hand.place[unit]
        one, other = board.owner[old], board.owner[new]
        before = loss[one] + loss[other] + loss[len(loss) - 1]
        shift_totals(board, hand, old, new)
        change += board.regret[new] - board.regret[old]
        change += loss[one] + loss[other] + loss[len(loss) - 1] - before
        hand.left[length], hand.used[unit] = old, True
        length += 1
        if change < -LEAST or length == DEPTH:
            break
        extend_chain(board, hand, length, change, top)
        if hand.units[length] < 0:
            break
    for step in range(length - 1, -1, -1):
        hand.used[hand.units[step]] = False
        shift_totals(board, hand, hand.joins[step], hand.left[step])
    return (length, change) if change < -LEAST else (0, 0.0)


@compiled
def find_top(loss: Floats) -> float:
    """Return the most that any territory loses by its limits, and the plan."""
    most: float = loss[0]
    for territory in range(1, len(loss) - 1):
        most = max(most, loss[territory])
    most += loss[len(loss) - 1]
    return most


@compiled
def keeps_all(board: Board, loads: Floats) -> bool:
    """Return whether no hard limit is broken beyond rounding."""
    for column in range(loads.shape[1]):
        if not board.hard[column]:
            continue
        for row in range(1 if board.wide[column] == 1 else loads.shape[0]):
            low, high = board.zone[row, column, LOW], board.zone[row, column, HIGH]
            load = loads[row, column]
            if load > high and load - high > 0.5 * ROUNDING * max(abs(high), 1e-9):
                return False
            if load < low and low - load > 0.5 * ROUNDING * max(abs(low), 1e-9):
                return False
    return True
