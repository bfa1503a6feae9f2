"""Compiled loops over candidates: what each unit costs at given prices, smoothed or not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
FADED = 14.0
"""Candidates so many temperatures above a unit's least have no share of it."""


@inlined
def pair_amount(
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    unit: int,
    place: int,
    territory: int,
    column: int,
) -> float:
    """Return what a pair adds to a column's row, capped at the limit where that is the rule."""
    amount = amounts[unit, column]
    if pair.shape[1] > 0 and pair_column[column] >= 0:
        amount += pair[place, pair_column[column]]
    return float(min(amount, cap[territory, column]))


@compiled
def price_unit(
    begin: int,
    end: int,
    territory: Shorts,
    cost: Floats,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    prices: Floats,
    unit: int,
    priced: Floats,
) -> float:
    """Write what a unit's candidates cost at the prices; return the least.

    The loop over columns stands here itself: a call for each candidate costs more than it does.
    """
    by_pair = pair.shape[1] > 0
    least = np.inf
    for place in range(begin, end):
        owner = territory[place]
        price = cost[place]
        for column in range(amounts.shape[1]):
            amount = amounts[unit, column]
            if by_pair and pair_column[column] >= 0:
                amount += pair[place, pair_column[column]]
            amount = min(amount, cap[owner, column])
            price += amount * prices[owner, column]
        priced[place] = price
        least = min(least, price)
    return least


@compiled
def share_unit(begin: int, end: int, least: float, temperature: float, shares: Floats) -> float:
    """Turn a unit's prices into shares, their softmax; return the log of what they added up to."""
    total = 0.0
    for place in range(begin, end):
        away = (shares[place] - least) / temperature
        share = np.exp(-away) if away < FADED else 0.0
        shares[place] = share
        total += share
    for place in range(begin, end):
        shares[place] /= total
    return float(np.log(total))


@compiled
def sum_smoothed(
    first: int,
    last: int,
    start: Ints,
    territory: Shorts,
    cost: Floats,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    prices: Floats,
    weight: Floats,
    warmth: Floats,
    shares: Floats,
    loads: Floats,
) -> float:
    """Add up each unit's smoothed least price, its candidates' shares, and the totals they imply.

    A unit's smoothed least is -warmth × log of the sum of exp(-price / warmth): the share of each
    candidate is its softmax, so the totals are the gradient by the prices.
    """
    columns, by_pair = amounts.shape[1], pair.shape[1] > 0
    value = 0.0
    for unit in range(first, last):
        begin, end = start[unit], start[unit + 1]
        least = price_unit(
            begin, end, territory, cost, amounts, pair, pair_column, cap, prices, unit, shares
        )
        spread = share_unit(begin, end, least, warmth[unit], shares)
        value += weight[unit] * (least - warmth[unit] * spread)
        for place in range(begin, end):
            if shares[place] > 0.0:
                share, owner = shares[place] * weight[unit], territory[place]
                for column in range(columns):
                    amount = amounts[unit, column]
                    if by_pair and pair_column[column] >= 0:
                        amount += pair[place, pair_column[column]]
                    loads[owner, column] += share * min(amount, cap[owner, column])
    return value


@compiled
def price_all(
    first: int,
    last: int,
    start: Ints,
    territory: Shorts,
    cost: Floats,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    prices: Floats,
    priced: Floats,
    least: Floats,
    best: Ints,
) -> None:
    """Write each candidate's price, and each unit's least with the place of it."""
    for unit in range(first, last):
        begin, end = start[unit], start[unit + 1]
        least[unit], best[unit] = np.inf, -1
        price_unit(
            begin, end, territory, cost, amounts, pair, pair_column, cap, prices, unit, priced
        )
        for place in range(begin, end):
            if priced[place] < least[unit]:
                least[unit], best[unit] = priced[place], place


@compiled
def total_loads(
    chosen: Ints,
    territory: Shorts,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    loads: Floats,
) -> None:
    """Add up the totals of an assignment, given as the place of each unit's candidate."""
    for unit in range(len(chosen)):
        place = chosen[unit]
        if place >= 0:
            for column in range(amounts.shape[1]):
                loads[territory[place], column] += pair_amount(
                    amounts, pair, pair_column, cap, unit, place, territory[place], column
                )


@compiled
def mark_near(
    first: int, last: int, start: Ints, priced: Floats, least: Floats, margin: Floats, near: Bools
) -> None:
    """Mark the candidates whose price is within a margin of their unit's least."""
    for unit in range(first, last):
        limit = least[unit] + margin[unit]
        for place in range(start[unit], start[unit + 1]):
            near[place] = priced[place] <= limit
