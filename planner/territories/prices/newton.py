"""The climb of the smoothed dual by Newton steps, each within a box that learns how far to trust it.

The curvature of the smoothed dual couples two territories only where they share units, so it is
sparse: a few steps of it do what many along gradients would.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.given.model import Model
from planner.territories.prices.boxes import climb_box
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import price_bounds
from planner.territories.prices.dual import find_ease
from planner.territories.prices.hill import Hill, Slope, find_totals

Floats = npt.NDArray[np.float64]
DAMPING = 1e-4
"""What is added to the curvature, as a share of its diagonal."""
STRIDE, LONGEST = 1.0, 4.0
"""Temperatures by which the price of a typical unit's amount may change in a step: first, ever."""
GRADIENTS = 8
"""Steps along gradients that stand for one with the curvature."""


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
        Gain in temperatures a unit below which to stop.
    faint
        Shares up to here are left out of the curvature.

    Returns
    -------
    Floats
        Better prices, (territories, columns).
    """
    least, largest = price_bounds(model)
    free = largest > least
    if not free.any():
        return np.clip(prices, least, largest)
    counts = np.ones(candidates.unit_count) if weight is None else weight
    hill = Hill(
        model=model,
        candidates=candidates,
        weight=counts,
        temperature=temperature,
        ease=find_ease(model),
        free=free,
        totals=find_totals(model, counts, free),
        faint=faint,
    )
    begin = hill.read(np.clip(prices, least, largest))
    below = np.maximum(hill.read(least), begin - radius / temperature)
    above = np.minimum(hill.read(largest), begin + radius / temperature)
    if has_kinks(model):
        return hill.spread(climb_gently(hill, begin, below, above, steps))
    return hill.spread(
        climb_hill(hill, hill.look(begin), below, above, steps, tolerance * counts.sum())
    )


def has_kinks(model: Model) -> bool:
    """Return whether limits bend the dual sharply: penalty zones, or one for the whole plan."""
    return bool(np.isfinite(model.zones.inner).any() or model.wide.any())


def climb_gently(hill: Hill, begin: Floats, below: Floats, above: Floats, steps: int) -> Floats:
    """Climb along gradients (L-BFGS-B) where curvature tells too little; return the end, (free,).

    Parameters
    ----------
    hill
        What to climb.
    begin
        From where, (free,).
    below, above
        How far prices may go, (free,).
    steps
        Newton steps that this stands for.
    """
    from scipy.optimize import minimize

    def look(point: Floats) -> tuple[float, Floats]:
        there = hill.look(point)
        return -there.value, -there.gradient

    found = minimize(  # type: ignore[call-overload]  # the stubs know no function with its gradient
        look,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=np.column_stack([below, above]),
        options={"maxiter": GRADIENTS * steps, "maxcor": 20},
    )
    return np.asarray(found.x)


def climb_hill(
    hill: Hill, here: Slope, below: Floats, above: Floats, steps: int, enough: float
) -> Floats:
    """Take Newton steps until the next promises too little; return where they end, (free,).

    Parameters
    ----------
    hill
        What to climb.
    here
        From where.
    below, above
        How far prices may go, (free,).
    steps
        How many at most.
    enough
        Gain below which to stop.
    """
    stride = np.full(len(here.point), STRIDE)
    curvature = hill.curve(here)
    for _ in range(steps):
        near = np.maximum(below, here.point - stride), np.minimum(above, here.point + stride)
        move = make_step(here, curvature, *near)
        promised = float((move * (here.gradient - 0.5 * (curvature @ move))).sum())
        if promised <= enough:
            break
        there = hill.look(hill.level(here.point + move, below, above))
        better = there.value > here.value + 0.05 * promised
        stride = learn_stride(stride, move, here.gradient, there.gradient, better=better)
        if better:
            here, curvature = there, hill.curve(there)
    return here.point


def learn_stride(
    stride: Floats, move: Floats, before: Floats, after: Floats, *, better: bool
) -> Floats:
    """Return how far each price may go in the next step, (free,).

    A price that went too far, so that its slope turned, goes less far, as all do a little where
    nothing was gained; one that was held back though its slope did not turn goes farther.

    Parameters
    ----------
    stride, move
        How far each might go, and went, (free,).
    before, after
        The slopes, (free,).
    better
        Whether the step was a gain.
    """
    turned = (before * after < 0) & (np.abs(after) > 0.3 * np.abs(before))
    held = (np.abs(move) >= 0.99 * stride) & ~turned & better
    grown = stride * np.where(turned, 0.4, np.where(held, 1.6, 1.0 if better else 0.7))
    return np.minimum(grown, LONGEST)


def make_step(here: Slope, curvature: sparse.csr_array, below: Floats, above: Floats) -> Floats:
    """Return the Newton step within bounds, (free,).

    Parameters
    ----------
    here
        From where.
    curvature
        There, (free, free).
    below, above
        The bounds, (free,).
    """
    diagonal = curvature.diagonal()
    # A price that no unit feels has no curvature of its own: a little keeps the system regular.
    extra = DAMPING * diagonal + max(1e-9 * float(diagonal.max(initial=0.0)), 1e-12)
    move = np.zeros_like(here.point)
    climb_box(
        curvature.indptr.astype(np.int64),
        curvature.indices.astype(np.int64),
        curvature.data,
        diagonal + extra,
        extra,
        below - here.point,
        above - here.point,
        move,
        here.gradient.copy(),
    )
    return move
