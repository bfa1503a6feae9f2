"""Prices of units while only some sites may be chosen, and some must be: a bound for a branch.

The same dual as over all sites (one price for serving each unit, a knapsack in shares of units
for each site), in one compiled loop, because a tree over sites asks for it thousands of times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
STALE, SLOWER, LEAST_PACE = 15, 0.6, 1e-3


class Open(NamedTuple):
    """The sites that a branch may choose from.

    Parameters
    ----------
    cost
        Of every unit at each of them, (sites, units).
    amounts
        One measure of the units, (units,).
    lower, upper
        Its limits at each site, (sites,).
    forced
        Sites that must be chosen, (sites,).
    choose
        How many are chosen in all.
    """

    cost: Floats
    amounts: Floats
    lower: Floats
    upper: Floats
    forced: Bools
    choose: int


class Climb(NamedTuple):
    """Where a climb of prices ended.

    Parameters
    ----------
    bound
        No choice among the open sites costs less; infinite where there is none.
    prices
        (units,)
    values
        What each site is worth at these prices (less is better), (sites,).
    margins
        What one more of the measure is worth at each site: negative where its upper limit binds,
        positive where its lower one does, (sites,).
    weight
        How often each site was among the best of late, (sites,).
    """

    bound: float
    prices: Floats
    values: Floats
    margins: Floats
    weight: Floats


@compiled
def value_site(
    cost: Floats, prices: Floats, amounts: Floats, lower: float, upper: float, share: Floats
) -> tuple[float, float]:
    """Choose the shares of units that a site serves best within its limits.

    Parameters
    ----------
    cost
        Of every unit at the site, (units,).
    prices
        What serving each unit earns, (units,).
    amounts, lower, upper
        The measure and its limits.
    share
        Filled in, (units,).

    Returns
    -------
    tuple
        The value, infinite where the lower limit is out of reach, and the worth of one more of
        the measure.
    """
    load, value = 0.0, 0.0
    for i in range(cost.size):
        share[i] = 0.0
        if cost[i] < prices[i]:
            share[i] = 1.0
            load += amounts[i]
            value += cost[i] - prices[i]
    if lower <= load <= upper:
        return value, 0.0
    over = load > upper
    gap = load - upper if over else lower - load
    unit, ratio = np.empty(cost.size, np.int64), np.empty(cost.size)
    count = 0
    for i in range(cost.size):
        if amounts[i] > 0.0 and (share[i] == 1.0) == over:
            unit[count], ratio[count] = i, (cost[i] - prices[i]) / amounts[i]
            if over:
                ratio[count] = -ratio[count]
            count += 1
    sign = -1.0 if over else 1.0
    for p in np.argsort(ratio[:count], kind="mergesort"):
        i = unit[p]
        part = min(1.0, gap / amounts[i])
        share[i] += sign * part
        value += part * amounts[i] * ratio[p]
        gap -= part * amounts[i]
        if part < 1.0 or gap <= 0.0:
            return value, sign * ratio[p]
    return (np.inf, 0.0) if gap > 1e-9 * abs(lower) else (value, 0.0)


@compiled
def _price(sites: Open, prices: Floats, climb: Climb, served: Floats) -> float:
    """Return the bound at some prices; values, margins and what the best sites serve are set."""
    count, units = sites.cost.shape
    share = np.empty((count, units))
    for j in range(count):
        climb.values[j], climb.margins[j] = value_site(
            sites.cost[j], prices, sites.amounts, sites.lower[j], sites.upper[j], share[j]
        )
    ranked = np.where(sites.forced, -np.inf, climb.values)
    bound = prices.sum()
    served[:] = 0.0
    climb.weight[:] *= 0.9
    for j in np.argsort(ranked, kind="mergesort")[: sites.choose]:
        bound += climb.values[j]
        served += share[j]
        climb.weight[j] += 0.1
    return float(bound)


@compiled
def climb_branch(sites: Open, prices: Floats, target: float, steps: int) -> Climb:
    """Climb from some prices until a branch is shown to cost more than a target.

    Parameters
    ----------
    sites
        What may be chosen.
    prices
        Where to start, (units,).
    target
        Steps are sized by the distance to it, and the climb ends above it; finite.
    steps
        How many prices to try at most.
    """
    count, units = sites.cost.shape
    now = Climb(0.0, prices, np.zeros(count), np.zeros(count), np.zeros(count))
    best = Climb(-np.inf, prices, np.zeros(count), np.zeros(count), now.weight)
    served, direction = np.empty(units), np.zeros(units)
    prices, pace, stale = prices.copy(), 1.0, 0
    for _ in range(steps):
        bound = _price(sites, prices, now, served)
        stale += 1
        if bound > best.bound:
            if bound > best.bound + 1e-5 * abs(bound):
                stale = 0
            best = Climb(bound, prices.copy(), now.values.copy(), now.margins.copy(), now.weight)
        if stale > STALE:
            pace, stale = pace * SLOWER, 0
            prices[:] = best.prices
            direction[:] = 0.0
        slope = 1.0 - served
        length, across = direction @ direction, slope @ direction
        if length > 0.0 and across < 0.0:
            slope -= 1.5 * across / length * direction
        direction[:] = slope
        norm = direction @ direction
        if pace < LEAST_PACE or best.bound >= target or norm < 1e-12:
            break
        prices += pace * max(target - bound, 1e-6 * abs(target)) / norm * direction
    # A margin for the order of the sums.
    slack = 1e-11 * np.abs(best.prices).sum()
    return Climb(best.bound - slack, best.prices, best.values, best.margins, best.weight)
