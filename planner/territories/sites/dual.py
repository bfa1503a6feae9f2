"""A proven bound where centres are chosen: one price for serving each unit.

With the rule that every unit is served once replaced by a price for it, each site chooses its
own units (a knapsack, solved as a linear program) and the best sites are taken; the prices climb
by deflected subgradient steps (Camerini, Fratta and Maffioli 1975). Mulvey and Beck 1984 did
this for capacitated medians, Validi, Buchanan and Lykhovyd 2022 for districts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.sites.knapsacks import fill_site

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class SiteLists(NamedTuple):
    """The sites that each unit finds cheapest, and what a site can take.

    Parameters
    ----------
    site, cost
        Sites by ascending cost and their costs, (units, listed).
    ceiling
        The most that a unit's price may be for the lists to hold all that counts, (units,).
    amounts
        One measure of the units, (units,).
    lower, upper
        Its limits at every site, (sites,).
    forced
        Sites that are centres already, (sites,).
    choose
        How many centres there are.
    """

    site: npt.NDArray[np.int32]
    cost: Floats
    ceiling: Floats
    amounts: Floats
    lower: Floats
    upper: Floats
    forced: npt.NDArray[np.bool_]
    choose: int


class SiteBound(NamedTuple):
    """What the prices prove.

    Parameters
    ----------
    bound
        No choice of centres and units costs less.
    prices
        (units,)
    values
        What each site is worth at these prices (less is better), (sites,).
    chosen
        The best sites at these prices, ascending, (territories,).
    weight
        How often each site was among the best of late: near a solution of the linear
        program; sums to the number of territories, (sites,).
    steps
        Prices tried.
    """

    bound: float
    prices: Floats
    values: Floats
    chosen: Ints
    weight: Floats
    steps: int


class Priced(NamedTuple):
    """What all sites choose at some prices.

    Parameters
    ----------
    bound, values, chosen
        As in :class:`SiteBound`.
    first, bidder, share
        For each site, the units cheaper there than their price and the share of each that it
        serves: compressed rows, (sites + 1,) and twice (bids,).
    """

    bound: float
    values: Floats
    chosen: Ints
    first: Ints
    bidder: Ints
    share: Floats


@compiled
def bucket_bids(lists: SiteLists, prices: Floats, first: Ints) -> tuple[Ints, Floats]:
    """Gather, for each site, the units that it would serve below their price."""
    first[:] = 0
    units, listed = lists.site.shape
    for i in range(units):
        for p in range(listed):
            if lists.cost[i, p] >= prices[i]:
                break
            first[lists.site[i, p] + 1] += 1
    for j in range(first.size - 1):
        first[j + 1] += first[j]
    fill = first.copy()
    bidder, worth = np.empty(first[-1], np.int64), np.empty(first[-1])
    for i in range(units):
        for p in range(listed):
            if lists.cost[i, p] >= prices[i]:
                break
            place = fill[lists.site[i, p]]
            bidder[place], worth[place] = i, lists.cost[i, p] - prices[i]
            fill[lists.site[i, p]] += 1
    return bidder, worth


@compiled
def _top_up(
    table: Floats, lists: SiteLists, prices: Floats, site: int, missing: float, served: Floats
) -> float:
    """Return the least that it costs a site to reach its lower limit with dearer units.

    Parameters
    ----------
    table, lists, prices, site
        As for :func:`price_sites`.
    missing
        Amount to be filled.
    served
        The shares taken are added, (units,).
    """
    units = prices.size
    worth, load, unit = np.empty(units), np.empty(units), np.empty(units, np.int64)
    count = 0
    for i in range(units):
        extra = table[i, site] - prices[i]
        if extra >= 0.0 and lists.amounts[i] > 0.0:
            worth[count], load[count], unit[count] = extra, lists.amounts[i], i
            count += 1
    order = np.argsort(worth[:count] / load[:count], kind="mergesort")
    value = 0.0
    for p in order:
        share = min(1.0, missing / load[p])
        value += share * worth[p]
        missing -= share * load[p]
        served[unit[p]] += share
        if missing <= 0.0:
            break
    return np.inf if missing > 1e-9 else float(value)


@compiled
def price_sites(
    lists: SiteLists, table: Floats, prices: Floats, served: Floats, nodes: int
) -> Priced:
    """Return the bound at some prices and what every site chooses.

    Parameters
    ----------
    lists
        The problem.
    table
        All costs where lower limits are to count, (units, sites); else (0, 0).
    prices
        (units,)
    served
        How often the best sites would serve each unit, filled in, (units,).
    nodes
        As in :func:`planner.territories.sites.knapsacks.fill_site`.
    """
    sites = lists.upper.size
    first = np.zeros(sites + 1, np.int64)
    bidder, worth = bucket_bids(lists, prices, first)
    share = np.ones(bidder.size)
    values, unused = np.zeros(sites), np.zeros(prices.size)
    for j in range(sites):
        a, b = first[j], first[j + 1]
        load = lists.amounts[bidder[a:b]]
        values[j] = fill_site(share[a:b], worth[a:b], load, lists.upper[j], nodes)
        missing = lists.lower[j] - load.sum()
        if missing > 0.0 and table.size > 0:
            values[j] += _top_up(table, lists, prices, j, missing, unused)
    ranked = np.where(lists.forced, -np.inf, values)
    chosen = np.sort(np.argsort(ranked, kind="mergesort")[: lists.choose])
    served[:] = 0.0
    for j in chosen:
        missing = lists.lower[j]
        for p in range(first[j], first[j + 1]):
            served[bidder[p]] += share[p]
            missing -= lists.amounts[bidder[p]]
        if missing > 0.0 and table.size > 0:
            _top_up(table, lists, prices, j, missing, served)
    bound = prices.sum() + values[chosen].sum()
    return Priced(bound, values, chosen, first, bidder, share)


def climb_prices(
    lists: SiteLists,
    table: Floats,
    prices: Floats,
    target: float,
    steps: int,
    keep_going: Callable[[float, Priced], bool],
    *,
    nodes: int = 0,
    pace: float = 1.0,
) -> SiteBound:
    """Climb from some prices towards the best bound.

    Parameters
    ----------
    lists, table
        As for :func:`price_sites`.
    prices
        Where to start, (units,).
    target
        Cost of the best answer known, or a guess of it: steps are sized by the distance to it.
    steps
        How many prices to try at most.
    keep_going
        Asked after each step with the best bound so far and what the sites have chosen.
    nodes
        As in :func:`price_sites`.
    pace
        Size of the first steps.
    """
    best: SiteBound | None = None
    weight = np.zeros(lists.upper.size)
    served, direction = np.empty(len(prices)), np.zeros(len(prices))
    stale = 0
    for step in range(steps):
        priced = price_sites(lists, table, prices, served, nodes)
        bound = priced.bound
        stale += 1
        fresh = 1.0 if step == 0 else 0.1
        weight *= 1.0 - fresh
        weight[priced.chosen] += fresh
        if best is None or bound > best.bound:
            if best is None or bound > best.bound + 1e-5 * abs(best.bound):
                stale = 0
            best = SiteBound(bound, prices, priced.values, priced.chosen, weight, step + 1)
        if stale > 15:
            pace, stale, prices = pace * 0.6, 0, best.prices
            direction[:] = 0.0
        if pace < 1e-3 or not keep_going(best.bound, priced) or best.bound >= target:
            break
        slope = 1.0 - served
        direction = _deflect(slope, direction)
        norm = float(direction @ direction)
        if norm < 1e-12:
            break
        stride = pace * max(target - bound, 1e-6 * abs(target)) / norm
        prices = np.minimum(prices + stride * direction, lists.ceiling)
    assert best is not None
    return best._replace(steps=step + 1)


def _deflect(slope: Floats, before: Floats) -> Floats:
    """Turn the slope towards the last direction where the two zigzag."""
    length = float(before @ before)
    across = float(slope @ before)
    if length == 0.0 or across >= 0.0:
        return slope.copy()
    return np.asarray(slope - 1.5 * across / length * before)


def gather_sites(lists: SiteLists, weight: Floats, near: Ints) -> Ints:
    """Round fractional sites: each chosen one absorbs a whole unit of weight around it.

    Parameters
    ----------
    lists
        The problem.
    weight
        How much each site is used, (sites,).
    near
        A unit close to each site, whose list says which other sites are close, (sites,).

    Returns
    -------
    Ints
        The chosen sites, ascending, (territories,).
    """
    left = weight.copy()
    left[lists.forced] = 0.0
    free = ~lists.forced
    chosen: list[int] = np.flatnonzero(lists.forced).tolist()
    while len(chosen) < lists.choose:
        peak = int(np.argmax(np.where(free, left, -np.inf)))
        chosen.append(peak)
        free[peak] = False
        _absorb(left, lists.site[near[peak]], peak)
    return np.sort(np.array(chosen, np.int64))


def _absorb(left: Floats, around: npt.NDArray[np.int32], peak: int) -> None:
    """Take one unit of weight from a site and the closest ones, in place."""
    order = np.concatenate([[peak], around[around != peak]])
    before = np.cumsum(left[order]) - left[order]
    left[order] -= np.clip(1.0 - before, 0.0, left[order])
