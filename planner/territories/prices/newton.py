"""The climb of the smoothed dual by Newton steps, each within a box that learns how far to trust it.

The curvature of the smoothed dual couples two territories only where they share units, so it is
sparse: a few steps of it do what many along gradients would.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from planner.territories.given.model import Model
from planner.territories.prices.boxes import climb_box, find_diagonal
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import price_bounds
from planner.territories.prices.curvature import Curvature
from planner.territories.prices.dual import find_ease
from planner.territories.prices.hill import Hill, Slope, find_totals

Floats = npt.NDArray[np.float64]
STRIDE, LONGEST = 1.0, 4.0
"""Temperatures by which the price of a typical unit's amount may change in a step: first, ever."""

FARTHER = 2.0
"""How much farther than a territory's a price over the whole plan may go: few units feel it at all."""


def climb(
    model: Model,
    candidates: Candidates,
    prices: Floats,
    temperature: float,
    *,
    steps: int,
    radius: float = np.inf,
    weight: Floats | None = None,
    tolerance: float = 1e-5,
    faint: float = 3e-3,
    over: Callable[[], bool] = lambda: False,
) -> tuple[Floats, float]:
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
        Gain in temperatures a unit below which to stop.
    faint
        Shares up to here are left out of the curvature.
    over
        Asked before every step, whether there is time for no more.

    Returns
    -------
    tuple of Floats and float
        Better prices, (territories, columns), and what was gained, in temperatures a unit.
    """
    least, largest = price_bounds(model)
    free = largest > least
    if not free.any():
        return np.clip(prices, least, largest), 0.0
    counts = np.ones(candidates.unit_count) if weight is None else weight
    hill = Hill(
        model=model,
        candidates=candidates,
        weight=counts,
        temperature=temperature,
        ease=find_ease(model),
        totals=find_totals(model, counts, free),
        faint=faint,
    )
    begin = np.clip(prices, least, largest) / hill.unit
    room = np.where(model.wide == 1, FARTHER, 1.0) * radius / temperature
    below = np.maximum(least / hill.unit, begin - room)
    above = np.minimum(largest / hill.unit, begin + room)
    whole, start = float(counts.sum()), hill.look(begin)
    end = climb_hill(hill, start, below, above, steps, tolerance * whole, over)
    return end.point * hill.unit, (end.value - start.value) / whole


def climb_hill(
    hill: Hill,
    here: Slope,
    below: Floats,
    above: Floats,
    steps: int,
    enough: float,
    over: Callable[[], bool],
) -> Slope:
    """Take Newton steps until the next promises too little; return where they end.

    Parameters
    ----------
    hill
        What to climb.
    here
        From where.
    below, above
        How far prices may go.
    steps
        How many at most.
    enough
        Gain below which to stop.
    over
        Asked before every step, whether there is time for no more.
    """
    stride = np.full(here.point.shape, STRIDE)
    curvature = None
    for _ in range(steps):
        if over():
            break
        curvature = hill.curve(here) if curvature is None else curvature
        near = np.maximum(below, here.point - stride), np.minimum(above, here.point + stride)
        move, promised = make_step(here, curvature, *near)
        if promised <= enough:
            break
        there = hill.look(hill.level(here.point + move, below, above))
        better = there.value > here.value + 0.05 * promised
        stride = learn_stride(stride, move, here.gradient, there.gradient, better=better)
        if better:
            here, curvature = there, None
    return here


def learn_stride(
    stride: Floats, move: Floats, before: Floats, after: Floats, *, better: bool
) -> Floats:
    """Return how far each price may go in the next step.

    A price that went too far, so that its slope turned, goes less far, as all do a little where
    nothing was gained; one that was held back though its slope did not turn goes farther.

    Parameters
    ----------
    stride, move
        How far each might go, and went.
    before, after
        The slopes, (free,).
    better
        Whether the step was a gain.
    """
    turned = (before * after < 0) & (np.abs(after) > 0.3 * np.abs(before))
    held = (np.abs(move) >= 0.99 * stride) & ~turned & better
    grown = stride * np.where(turned, 0.4, np.where(held, 1.6, 1.0 if better else 0.7))
    return np.minimum(grown, LONGEST)


def make_step(
    here: Slope, curvature: Curvature, below: Floats, above: Floats
) -> tuple[Floats, float]:
    """Return the Newton step within bounds, and what it promises.

    Parameters
    ----------
    here
        From where.
    curvature
        There.
    below, above
        The bounds.
    """
    move, slope = np.zeros_like(here.point), here.gradient.copy()
    climb_box(
        curvature,
        find_diagonal(curvature),
        below - here.point,
        above - here.point,
        move,
        slope,
    )
    # What is left of the slope has lost the curvature × the move.
    return move, float((move * (here.gradient + slope)).sum()) / 2
