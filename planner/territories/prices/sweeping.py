"""A compiled sweep over units and homes: it opens only the bunches of homes that may be cheap enough.

Homes stand in leaves of a k-d tree (Bentley 1975), and those on boughs. What the box, least prices
and factors of a bunch allow at least is a bound for each of its homes: a bough or a leaf whose
bound is too dear is not opened.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled, inlined

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
SLACK = 1e-12
"""A bound this far below a price, relative to it, may be rounding."""


class Plane(NamedTuple):
    """Units and homes as a sweep takes them.

    Members of unit ``u`` are ``first[u]:first[u + 1]`` of ``points``, ``weights`` what each counts
    for each unit of distance; their weighed sum is the unit's way to a home. ``points`` and
    ``homes`` lie in a plane or on the unit sphere, a home that does not travel has NaN. A pair
    costs its way × ``rate`` and, for each kind of ``own`` (units, kinds), that × ``factor``
    (homes, kinds) × ``share``; it adds to a column its way × ``rates`` and the same with
    ``shares`` (columns, kinds) to ``amounts``, up to ``cap``. Homes stand in the order of their
    leaves, ``leaf[i]:leaf[i + 1]`` each, and those on boughs, ``bough[i]:bough[i + 1]``; ``home_of``
    is each one's territory. ``kind`` is 0 for straight lines, 1 for their squares, 2 for great circles of a
    sphere of ``radius``.
    """

    points: Floats
    weights: Floats
    first: Ints
    homes: Floats
    home_of: Ints
    leaf: Ints
    bough: Ints
    rate: float
    rates: Floats
    own: Floats
    factor: Floats
    share: Floats
    shares: Floats
    class_of_unit: Ints
    allowed: Bools
    held: Ints
    amounts: Floats
    cap: Floats
    kind: int
    radius: float


class Bunches(NamedTuple):
    """What the homes of each leaf, or bough, have at least and at most: places, prices, caps, factors."""

    low: Floats
    high: Floats
    price: Floats
    cap: Floats
    less: Floats
    more: Floats


@inlined
def find_way(squared: float, kind: int, radius: float) -> float:
    """Return a distance from the square of a straight line."""
    way = squared
    if kind != 1:
        way = np.sqrt(squared)
    if kind == 2:
        way = radius * 2.0 * np.arcsin(min(way / 2.0, 1.0))
    return float(way)


@inlined
def sum_ways(plane: Plane, unit: int, home: int) -> float:
    """Return a unit's way to a home; a member or a home that is nowhere adds nothing."""
    way = 0.0
    for member in range(plane.first[unit], plane.first[unit + 1]):
        squared = 0.0
        for axis in range(plane.points.shape[1]):
            difference = plane.points[member, axis] - plane.homes[home, axis]
            squared += difference * difference
        if not np.isnan(squared):
            way += plane.weights[member] * find_way(squared, plane.kind, plane.radius)
    return way


@inlined
def bound_ways(plane: Plane, bunches: Bunches, unit: int, bunch: int, most: int) -> float:
    """Return the least that a unit's way to a home of a bunch can be, or the most where ``most`` is 1."""
    way = 0.0
    for member in range(plane.first[unit], plane.first[unit + 1]):
        squared = 0.0
        for axis in range(plane.points.shape[1]):
            below = bunches.low[bunch, axis] - plane.points[member, axis]
            above = plane.points[member, axis] - bunches.high[bunch, axis]
            side = max(abs(below), abs(above)) if most == 1 else max(0.0, below, above)
            squared += side * side
        if not np.isnan(squared):
            way += plane.weights[member] * find_way(squared, plane.kind, plane.radius)
    return way


@inlined
def bound_bunch(plane: Plane, bunches: Bunches, unit: int, bunch: int) -> float:
    """Return what no home of a bunch can cost less than for a unit, at the bunches' prices."""
    rate, cost = plane.rate, 0.0
    for column in range(plane.amounts.shape[1]):
        rate += plane.rates[column] * min(bunches.price[bunch, column], 0.0)
    way = bound_ways(plane, bunches, unit, bunch, 0)
    cost += rate * (way if rate >= 0.0 else bound_ways(plane, bunches, unit, bunch, 1))
    for kind in range(plane.own.shape[1]):
        own = plane.share[kind] * plane.own[unit, kind]
        cost += min(own * bunches.less[bunch, kind], own * bunches.more[bunch, kind])
    for column in range(plane.amounts.shape[1]):
        price, amount = bunches.price[bunch, column], plane.amounts[unit, column]
        for kind in range(plane.own.shape[1]):
            own = plane.shares[column, kind] * plane.own[unit, kind]
            one, other = own * bunches.less[bunch, kind], own * bunches.more[bunch, kind]
            amount += min(one, other) if price >= 0.0 else max(one, other)
        if price >= 0.0:
            amount = min(amount + plane.rates[column] * way, bunches.cap[bunch, column])
        cost += amount * price
    return cost


@inlined
def price_home(plane: Plane, prices: Floats, unit: int, home: int) -> float:
    """Return what a unit costs with a home at the prices."""
    way = sum_ways(plane, unit, home)
    cost = plane.rate * way
    for kind in range(plane.own.shape[1]):
        cost += plane.share[kind] * plane.own[unit, kind] * plane.factor[home, kind]
    for column in range(plane.amounts.shape[1]):
        amount = plane.amounts[unit, column] + plane.rates[column] * way
        for kind in range(plane.own.shape[1]):
            amount += plane.shares[column, kind] * plane.own[unit, kind] * plane.factor[home, kind]
        cost += min(amount, plane.cap[home, column]) * prices[home, column]
    return cost


@compiled
def open_leaf(
    plane: Plane, prices: Floats, unit: int, leaf: int, priced: Floats, homes: Ints, found: int
) -> int:
    """Price the homes of a leaf that may serve a unit, after those found; return how many are."""
    may = plane.allowed[plane.class_of_unit[unit]]
    for home in range(plane.leaf[leaf], plane.leaf[leaf + 1]):
        if may[home]:
            homes[found] = home
            priced[found] = price_home(plane, prices, unit, home)
            found += 1
    return found


@compiled
def open_bough(
    plane: Plane,
    leaves: Bunches,
    prices: Floats,
    unit: int,
    bough: int,
    limit: float,
    margin: float,
    priced: Floats,
    homes: Ints,
    found: int,
) -> tuple[int, float]:
    """Price the homes of a bough whose leaves are within a limit; return how many, and the least.

    A leaf with a cheaper home than any before makes the limit its price and the margin.
    """
    first, last = plane.bough[bough], plane.bough[bough + 1]
    bound, best = np.empty(last - first), 0
    for leaf in range(first, last):
        bound[leaf - first] = bound_bunch(plane, leaves, unit, leaf)
        if bound[leaf - first] < bound[best]:
            best = leaf - first
    for turn in range(-1, last - first):
        leaf = best if turn < 0 else turn
        if turn == best or bound[leaf] > limit:
            continue
        before = found
        found = open_leaf(plane, prices, unit, first + leaf, priced, homes, found)
        if found > before:
            least = priced[before:found].min()
            limit = min(limit, least + margin + SLACK * abs(least))
    return found, limit


@compiled
def open_boughs(
    plane: Plane,
    boughs: Bunches,
    leaves: Bunches,
    prices: Floats,
    unit: int,
    margin: float,
    bound: Floats,
    priced: Floats,
    homes: Ints,
) -> int:
    """Price every home whose price may be within a margin of a unit's least; return how many."""
    best = 0
    for bough in range(len(bound)):
        bound[bough] = bound_bunch(plane, boughs, unit, bough)
        if bound[bough] < bound[best]:
            best = bough
    found, limit = 0, np.inf
    for turn in range(-1, len(bound)):
        bough = best if turn < 0 else turn
        if turn != best and bound[bough] <= limit:
            found, limit = open_bough(
                plane, leaves, prices, unit, bough, limit, margin, priced, homes, found
            )
    return found


@compiled
def sweep_units(
    first: int,
    last: int,
    plane: Plane,
    boughs: Bunches,
    leaves: Bunches,
    prices: Floats,
    margin: Floats,
    seat: Ints,
    today: Ints,
    room: int,
    least: Floats,
    count: Ints,
    near: Shorts,
) -> int:
    """Write each unit's least price over all homes, and the homes within a margin of it.

    ``prices`` stand in the order of the homes. Where more homes are near than there is ``room``
    for, the margin is narrowed until they fit. Those of ``today``, ``seat[u]:seat[u + 1]`` for
    unit ``u``, are listed in any case; territories ascend within a unit. ``near`` takes them unit
    after unit, and has room for one unit more than that; how many there are is returned.
    """
    filled = 0
    priced, homes = np.empty(len(prices)), np.empty(len(prices), np.int64)
    bound = np.empty(len(plane.bough) - 1)
    for unit in range(first, last):
        if plane.held[unit] >= 0:
            least[unit], near[filled], count[unit] = np.inf, plane.held[unit], 1
            filled += 1
            continue
        found = open_boughs(plane, boughs, leaves, prices, unit, margin[unit], bound, priced, homes)
        least[unit] = priced[:found].min() if found else np.inf
        dearest = priced[:found].max() if found else 0.0
        width = min(margin[unit], dearest - least[unit] + SLACK * abs(dearest))
        row = near[filled:]
        kept = keep_near(priced[:found], homes, plane.home_of, least[unit], width, row, room)
        for place in range(seat[unit], seat[unit + 1]):
            if not (row[:kept] == today[place]).any():
                row[kept] = today[place]
                kept += 1
        row[:kept].sort()
        count[unit] = kept
        filled += kept
    return filled


@compiled
def keep_near(
    priced: Floats,
    homes: Ints,
    home_of: Ints,
    least: float,
    margin: float,
    near: Shorts,
    room: int,
) -> int:
    """Write the homes within a margin of the least, narrowed until they fit; return how many."""
    width = margin
    while True:
        found = 0
        for place in range(len(priced)):
            if priced[place] <= least + width:
                if found < room:
                    near[found] = home_of[homes[place]]
                found += 1
        if found <= room:
            return found
        if width <= 1e-12 * abs(least):
            return room
        width /= 1.5
