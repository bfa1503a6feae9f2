"""A concave quadratic climbed within a box: sweeps over one price at a time, then conjugate gradients.

Sweeps find which prices stop at the box's walls, conjugate gradients move the others together
(Moré & Toraldo 1991). Sums run in one order whatever the number of threads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS = 4
"""How often walls are found afresh."""
SWEEPS = 3
"""Sweeps over all prices in a round."""
PRODUCTS = 60
"""Products with the curvature in a round at most."""
NEAR = 1e-2
"""What is left of the slope when conjugate gradients stop."""


@compiled
def multiply(
    start: Ints, across: Ints, amounts: Floats, extra: Floats, right: Floats, into: Floats
) -> None:
    """Write (matrix + extra on its diagonal) × right."""
    for row in range(len(right)):
        total = extra[row] * right[row]
        for place in range(start[row], start[row + 1]):
            total += amounts[place] * right[across[place]]
        into[row] = total


@compiled
def sweep_box(
    start: Ints,
    across: Ints,
    amounts: Floats,
    stiff: Floats,
    extra: Floats,
    below: Floats,
    above: Floats,
    move: Floats,
    slope: Floats,
) -> None:
    """Move one price after the other to its best within the box; the slope follows."""
    for row in range(len(move)):
        wanted = min(max(move[row] + slope[row] / stiff[row], below[row]), above[row])
        change = wanted - move[row]
        if change != 0.0:
            move[row] = wanted
            slope[row] -= extra[row] * change
            for place in range(start[row], start[row + 1]):
                slope[across[place]] -= amounts[place] * change


@compiled
def solve_free(
    start: Ints,
    across: Ints,
    amounts: Floats,
    stiff: Floats,
    extra: Floats,
    free: Floats,
    slope: Floats,
    answer: Floats,
) -> None:
    """Write what the prices whose ``free`` is 1 would move by if there were no walls, the others 0."""
    size = len(slope)
    left, along, product = np.empty(size), np.empty(size), np.empty(size)
    answer[:] = 0.0
    whole = 0.0
    for row in range(size):
        left[row] = slope[row] * free[row]
        along[row] = left[row] / stiff[row]
        whole += left[row] * along[row]
    rest = whole
    for _ in range(PRODUCTS):
        if rest <= NEAR * NEAR * whole:
            break
        multiply(start, across, amounts, extra, along, product)
        bend = 0.0
        for row in range(size):
            bend += along[row] * product[row]
        if bend <= 0.0:
            break
        step, before = rest / bend, rest
        rest = 0.0
        for row in range(size):
            answer[row] += step * along[row]
            left[row] -= step * product[row] * free[row]
            rest += left[row] * left[row] / stiff[row]
        for row in range(size):
            along[row] = left[row] / stiff[row] + rest / before * along[row]


@compiled
def climb_box(
    start: Ints,
    across: Ints,
    amounts: Floats,
    stiff: Floats,
    extra: Floats,
    below: Floats,
    above: Floats,
    move: Floats,
    slope: Floats,
) -> None:
    """Climb slope × move - move × (matrix + extra) × move / 2 within a box, from no move.

    The matrix is symmetric, its rows ``start``, ``across`` and ``amounts``; ``stiff`` is its
    diagonal with the extra. ``move`` and ``slope`` are changed.
    """
    size = len(move)
    answer, product, change = np.empty(size), np.empty(size), np.empty(size)
    free = np.empty(size)
    for _ in range(ROUNDS):
        for _ in range(SWEEPS):
            sweep_box(start, across, amounts, stiff, extra, below, above, move, slope)
        for row in range(size):
            free[row] = 1.0 if below[row] < move[row] < above[row] else 0.0
        solve_free(start, across, amounts, stiff, extra, free, slope, answer)
        share, clipped = 1.0, 0
        for _ in range(4):
            clipped, gain = 0, 0.0
            for row in range(size):
                wanted = move[row] + share * answer[row]
                inside = min(max(wanted, below[row]), above[row])
                clipped += inside != wanted
                change[row] = inside - move[row]
            multiply(start, across, amounts, extra, change, product)
            for row in range(size):
                gain += change[row] * (slope[row] - 0.5 * product[row])
            if gain > 0.0:
                for row in range(size):
                    move[row] += change[row]
                    slope[row] -= product[row]
                break
            share *= 0.4
        if clipped == 0:
            break
