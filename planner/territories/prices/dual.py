"""Prices of the limits by dual ascent: a valid bound, and what each unit costs beyond its best.

The Lagrangian dual of the alignment has one price for each limited amount and territory. At any
prices, the sum of each unit's least price less what the limits are worth is a bound (Fisher
1981). It is concave with corners: the least is smoothed by a temperature (Nesterov 2005), climbed
with L-BFGS-B, and the temperature lowered.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import limit_value, price_bounds, smooth_limit_value
from planner.territories.prices.pricing import mark_near, price_all, sum_smoothed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
BLOCKS = 8
THREADS = 2
SMALL = 200_000
"""Below so many candidates one block does."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Priced:
    """Candidates at given prices.

    Parameters
    ----------
    prices
        (territories, columns)
    value
        The dual value over these candidates.
    priced
        Cost of each candidate at the prices, (pairs,).
    least
        Each unit's least, (units,).
    best
        The place of it, -1 where a unit has no candidate, (units,).
    """

    prices: Floats
    value: float
    priced: Floats
    least: Floats
    best: Ints


def split_blocks(start: Ints) -> list[tuple[int, int]]:
    """Return runs of units of about as many candidates: the same whatever the number of threads."""
    units, pairs = len(start) - 1, int(start[-1])
    if pairs < SMALL or units < BLOCKS:
        return [(0, units)]
    cuts = np.searchsorted(start, np.linspace(0, pairs, BLOCKS + 1)[1:-1])
    edges = [0, *cuts.tolist(), units]
    return list(pairwise(edges))


def run_blocks(task: Callable[[int], None], count: int) -> None:
    """Run numbered tasks on the threads there are; each writes to places of its own."""
    if count == 1:
        task(0)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(task, range(count)))


def smooth_dual(
    model: Model, candidates: Candidates, weight: Floats, prices: Floats, temperature: float
) -> tuple[float, Floats]:
    """Return the smoothed sum of the units' least prices, and the totals it implies.

    Parameters
    ----------
    model, candidates
        What is priced.
    weight
        How often each unit counts, (units,).
    prices
        (territories, columns)
    temperature
        Cost within which candidates share a unit.

    Returns
    -------
    tuple of float and Floats
        The value, and totals by row, (territories, columns).
    """
    blocks = split_blocks(candidates.start)
    values = np.zeros(len(blocks))
    loads = np.zeros((len(blocks), *prices.shape))
    full = spread_wide(model, prices)

    def run(number: int) -> None:
        values[number] = sum_smoothed(
            *blocks[number],
            candidates.start,
            candidates.territory,
            candidates.cost,
            model.amounts,
            candidates.pair,
            model.pair_column,
            model.zones.cap,
            full,
            weight,
            temperature,
            loads[number],
        )

    run_blocks(run, len(blocks))
    return float(values.sum()), loads.sum(axis=0)


def spread_wide(model: Model, prices: Floats) -> Floats:
    """Return prices with a plan-wide price standing at every territory, (territories, columns)."""
    full = np.ascontiguousarray(prices)
    if model.wide.any():
        full = full.copy()
        wide = model.wide.astype(bool)
        full[:, wide] = full[0, wide]
    return full


def price_candidates(model: Model, candidates: Candidates, prices: Floats) -> Priced:
    """Return what every candidate costs at given prices, and the dual value.

    Parameters
    ----------
    model, candidates
        What is priced.
    prices
        (territories, columns), cut back to their bounds.
    """
    prices = np.clip(prices, *price_bounds(model))
    blocks = split_blocks(candidates.start)
    priced = np.empty(len(candidates.territory))
    least = np.empty(candidates.unit_count)
    best = np.empty(candidates.unit_count, dtype=np.int64)
    full = spread_wide(model, prices)

    def run(number: int) -> None:
        price_all(
            *blocks[number],
            candidates.start,
            candidates.territory,
            candidates.cost,
            model.amounts,
            candidates.pair,
            model.pair_column,
            model.zones.cap,
            full,
            priced,
            least,
            best,
        )

    run_blocks(run, len(blocks))
    value = float(least.sum()) - limit_value(model, prices)
    return Priced(prices=prices, value=value, priced=priced, least=least, best=best)


def find_near(candidates: Candidates, priced: Priced, margin: Floats | float) -> Bools:
    """Return which candidates are within a margin of their unit's least price, (pairs,).

    Parameters
    ----------
    candidates
        What was priced.
    priced
        At which prices.
    margin
        Of cost, for all units or for each, (units,).
    """
    margins = np.broadcast_to(np.asarray(margin, dtype=float), (candidates.unit_count,)).copy()
    blocks = split_blocks(candidates.start)
    near = np.empty(len(candidates.territory), dtype=np.bool_)

    def run(number: int) -> None:
        mark_near(*blocks[number], candidates.start, priced.priced, priced.least, margins, near)

    run_blocks(run, len(blocks))
    return near


def climb(
    model: Model,
    candidates: Candidates,
    prices: Floats,
    temperature: float,
    *,
    steps: int,
    radius: float = np.inf,
    weight: Floats | None = None,
    tolerance: float = 1e-8,
) -> Floats:
    """Climb the smoothed dual from given prices.

    Parameters
    ----------
    model, candidates
        What is priced.
    prices
        Where to begin, (territories, columns).
    temperature
        Cost within which candidates share a unit.
    steps
        How many steps at most.
    radius
        By how much a price may change, in cost of a typical unit's amount.
    weight
        How often each unit counts, (units,); once by default.
    tolerance
        Relative gain below which to stop.

    Returns
    -------
    Floats
        Better prices, (territories, columns).
    """
    from scipy.optimize import minimize

    least, largest = price_bounds(model)
    free = (largest > least).ravel()
    if not free.any():
        return np.clip(prices, least, largest)
    counts = np.ones(candidates.unit_count) if weight is None else weight
    unit = np.broadcast_to(temperature / model.scale, prices.shape).ravel()[free]
    rounding = temperature / model.scale
    shape = prices.shape
    wide = model.wide.astype(bool)

    def fall(point: Floats) -> tuple[float, Floats]:
        trial = np.zeros(shape)
        trial.ravel()[free] = point * unit
        value, loads = smooth_dual(model, candidates, counts, trial, temperature)
        loads[0, wide] = loads[:, wide].sum(axis=0)
        worth, slope = smooth_limit_value(model, trial, rounding)
        return worth - value, (slope - loads).ravel()[free] * unit

    begin = np.clip(prices, least, largest).ravel()[free] / unit
    below = np.maximum(least.ravel()[free] / unit, begin - radius / temperature)
    above = np.minimum(largest.ravel()[free] / unit, begin + radius / temperature)
    size = max(counts.sum() * temperature, 1e-300)

    def fall_by_size(point: Floats) -> tuple[float, Floats]:
        value, slope = fall(point)
        return value / size, slope / size

    found = minimize(
        fall_by_size,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(below.tolist(), above.tolist(), strict=True)),
        options={"maxiter": steps, "ftol": tolerance, "gtol": 1e-9, "maxcor": 12},
    )
    better = np.zeros(shape)
    better.ravel()[free] = np.asarray(found.x) * unit
    return better


def typical_cost(candidates: Candidates) -> float:
    """Return how much a unit's candidates differ in cost, in the mean: the scale of temperatures.

    Parameters
    ----------
    candidates
        What is priced.
    """
    counts = np.diff(candidates.start)
    some = np.flatnonzero(counts > 1)
    if not len(some):
        return 1.0
    some = some[:: max(len(some) // 20_000, 1)]
    spread = [
        float(np.ptp(np.sort(candidates.cost[begin:end])[:4]))
        for begin, end in zip(candidates.start[some], candidates.start[some + 1], strict=True)
    ]
    mean = float(np.mean(spread))
    return mean if mean > 0 else max(float(np.abs(candidates.cost).mean()), 1.0)
