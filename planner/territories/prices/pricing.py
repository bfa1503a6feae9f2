"""Compiled loops over candidates: what each unit costs at given prices, smoothed or not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@compiled
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
    if pair_column[column] >= 0:
        amount += pair[place, pair_column[column]]
    return float(min(amount, cap[territory, column]))


@compiled
def price_candidate(
    cost: Floats,
    amounts: Floats,
    pair: Floats,
    pair_column: Ints,
    cap: Floats,
    prices: Floats,
    unit: int,
    place: int,
    territory: int,
) -> float:
    """Return the cost of a pair with what its amounts cost at the prices."""
    total = cost[place]
    for column in range(amounts.shape[1]):
        amount = amounts[unit, column]
        if pair_column[column] >= 0:
            amount += pair[place, pair_column[column]]
        total += min(amount, cap[territory, column]) * prices[territory, column]
    return float(total)


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
    temperature: float,
    loads: Floats,
) -> float:
    """Add up each unit's smoothed least price, and the totals that it implies.

    A unit's smoothed least is -temperature × log of the sum of exp(-price / temperature): the
    share of each candidate is its softmax, so the totals are the gradient by the prices.
    """
    columns = amounts.shape[1]
    widest = 1
    for unit in range(first, last):
        widest = max(widest, start[unit + 1] - start[unit])
    priced = np.empty(widest)
    value = 0.0
    for unit in range(first, last):
        begin, end = start[unit], start[unit + 1]
        least = np.inf
        for place in range(begin, end):
            price = price_candidate(
                cost, amounts, pair, pair_column, cap, prices, unit, place, territory[place]
            )
            priced[place - begin] = price
            least = min(least, price)
        total = 0.0
        for place in range(begin, end):
            away = (priced[place - begin] - least) / temperature
            share = np.exp(-away) if away < 14.0 else 0.0
            priced[place - begin] = share
            total += share
        value += weight[unit] * (least - temperature * np.log(total))
        for place in range(begin, end):
            share = priced[place - begin]
            if share > 0.0:
                share *= weight[unit] / total
                owner = territory[place]
                for column in range(columns):
                    loads[owner, column] += share * pair_amount(
                        amounts, pair, pair_column, cap, unit, place, owner, column
                    )
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
        least[unit], best[unit] = np.inf, -1
        for place in range(start[unit], start[unit + 1]):
            price = price_candidate(
                cost, amounts, pair, pair_column, cap, prices, unit, place, territory[place]
            )
            priced[place] = price
            if price < least[unit]:
                least[unit], best[unit] = price, place


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
