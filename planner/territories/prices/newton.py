"""The climb of the smoothed dual by damped Newton steps (Levenberg 1944, Marquardt 1963).

The curvature of the smoothed dual couples two territories only where they share units, so it is
sparse: a few steps of it do what many along gradients would.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import price_bounds
from planner.territories.prices.hill import Hill, Slope, find_totals
from planner.territories.prices.pricing import solve_positive

Floats = npt.NDArray[np.float64]
DENSE = 400
"""Up to so many prices their curvature is factored, beyond that conjugate gradients solve it."""
PRODUCTS = 80
"""Products with the curvature for one step at most."""
DAMPING = 1e-3
"""Of the first step, as a share of the curvature's diagonal."""
STRIDE = 1.0
"""Temperatures by which the price of a typical unit's amount may change in one step."""
GRADIENTS = 8
"""Steps along gradients that stand for one with the curvature."""
STIFFEST = 1e6
"""With so much damping a step is a small one along the gradient: there is nothing to gain."""


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
        free=free,
        totals=find_totals(model, counts, free),
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
    """Take damped steps until the next promises too little; return where they end, (free,).

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
    damping = DAMPING
    curvature = hill.curve(here)
    for _ in range(steps):
        near = np.maximum(below, here.point - STRIDE), np.minimum(above, here.point + STRIDE)
        move = make_step(here, curvature, damping, *near)
        promised = float(here.gradient @ move - 0.5 * move @ (curvature @ move))
        if promised <= enough:
            break
        there = hill.look(hill.level(here.point + move, below, above))
        if there.value > here.value + 0.05 * promised:
            good = there.value > here.value + 0.5 * promised
            damping = max(damping / 10, 1e-9) if good else damping * 2
            here, curvature = there, hill.curve(there)
        else:
            damping *= 10
        if damping > STIFFEST:
            break
    return here.point


def make_step(
    here: Slope, curvature: sparse.csr_array, damping: float, below: Floats, above: Floats
) -> Floats:
    """Return a damped Newton step that stays within bounds, (free,).

    Prices at a bound that the gradient pushes against stay where they are; others that reach one
    stop there, and the step is made afresh without them.

    Parameters
    ----------
    here
        From where.
    curvature
        There, (free, free).
    damping
        As a share of the diagonal.
    below, above
        The bounds, (free,).
    """
    point, gradient = here.point, here.gradient
    move = np.zeros_like(point)
    held = ((point <= below) & (gradient <= 0)) | ((point >= above) & (gradient >= 0))
    for _ in range(4):
        open_places = np.flatnonzero(~held)
        if not len(open_places):
            break
        move[open_places] = solve_damped(
            sparse.csr_array(curvature[open_places][:, open_places]),
            (gradient - curvature @ np.where(held, move, 0.0))[open_places],
            damping,
        )
        out = ~held & ((point + move < below) | (point + move > above))
        move = np.clip(move, below - point, above - point)
        held |= out
        if not out.any():
            break
    return move


def solve_damped(curvature: sparse.csr_array, gradient: Floats, damping: float) -> Floats:
    """Solve (curvature + damping × its diagonal) × step = gradient, (free,).

    Parameters
    ----------
    curvature
        Positive semidefinite, (free, free).
    gradient
        (free,)
    damping
        As a share of the diagonal.
    """
    diagonal = curvature.diagonal()
    # A price that no unit feels has no curvature of its own: a little keeps the system regular.
    diagonal = diagonal * (1 + damping) + max(1e-9 * float(diagonal.max(initial=0.0)), 1e-12)
    stiff = curvature + sparse.diags_array(diagonal - curvature.diagonal())
    if len(gradient) <= DENSE:
        return solve_positive(stiff.toarray(), gradient.copy())
    from scipy.sparse.linalg import cg

    step, _ = cg(stiff, gradient, rtol=1e-2, maxiter=PRODUCTS, M=sparse.diags_array(1.0 / diagonal))
    return np.asarray(step)
