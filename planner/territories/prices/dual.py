"""Prices of the limits by dual ascent: a valid bound, and what each unit costs beyond its best.

The Lagrangian dual of the alignment has one price for each limited amount and territory. At any
prices, the sum of each unit's least price less what the limits are worth is a bound (Fisher
1981). It is concave with corners: the least is smoothed by a temperature (Nesterov 2005), and the
temperature lowered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.blocks import run_blocks, split_blocks
from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import limit_value, price_bounds
from planner.territories.prices.pricing import mark_near, price_all, sum_smoothed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LEAST_EASE, MOST_EASE = 0.5, 20.0
"""Temperatures of a small and of a large unit."""


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


def find_ease(model: Model) -> Floats:
    """Return how many temperatures each unit has, (units,): more where it is large.

    A change of every price changes a large unit's by more: what that does to its share is as
    smooth as for a typical one only where it is smoothed as much more.

    Parameters
    ----------
    model
        The model.
    """
    if not len(model.rows):
        return np.ones(model.unit_count)
    size = (model.amounts / model.scale).mean(axis=1)
    return np.asarray(np.clip(size, LEAST_EASE, MOST_EASE), dtype=float)


def smooth_dual(
    model: Model, candidates: Candidates, weight: Floats, prices: Floats, warmth: Floats
) -> tuple[float, Floats, Floats]:
    """Return the smoothed sum of the units' least prices, the totals it implies, and the shares.

    Parameters
    ----------
    model, candidates
        What is priced.
    weight
        How often each unit counts, (units,).
    prices
        (territories, columns)
    warmth
        Cost within which candidates share each unit, (units,).

    Returns
    -------
    tuple of float, Floats and Floats
        The value, totals by row, (territories, columns), and each candidate's share of its unit,
        (pairs,).
    """
    blocks = split_blocks(candidates.start)
    values = np.zeros(len(blocks))
    loads = np.zeros((len(blocks), *prices.shape))
    shares = np.empty(len(candidates.territory))
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
            warmth,
            shares,
            loads[number],
        )

    run_blocks(run, len(blocks))
    return float(values.sum()), loads.sum(axis=0), shares


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
