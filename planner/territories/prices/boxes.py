"""A concave quadratic climbed within a box: sweeps over one price at a time, then conjugate gradients.

Sweeps find which prices stop at the box's walls, conjugate gradients move the others together
(Moré & Toraldo 1991). Sums run in one order whatever the number of threads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.prices.curvature import Curvature

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
def spread_wide(wide: Ints, given: Floats) -> Floats:
    """Return prices with those over the plan standing at every territory."""
    whole = given.copy()
    for column in range(len(wide)):
        if wide[column] == 1:
            whole[:, column] = given[0, column]
    return whole


@compiled
def gather_wide(wide: Ints, into: Floats) -> None:
    """Add up what is over the plan in its first row, and leave nothing in the others."""
    for column in range(len(wide)):
        if wide[column] == 1:
            into[0, column] = into[:, column].sum()
            into[1:, column] = 0.0


@compiled
def multiply(curvature: Curvature, right: Floats, into: Floats) -> None:
    """Write the curvature × right, both by territory and column."""
    columns, whole = right.shape[1], spread_wide(curvature.wide, right)
    block, across = curvature.block, curvature.across
    for one in range(len(right)):
        for column in range(columns):
            into[one, column] = curvature.own[one, column] * right[one, column]
        for place in range(curvature.start[one], curvature.start[one + 1]):
            other = across[place]
            for column in range(columns):
                for also in range(columns):
                    into[one, column] += block[place, column, also] * whole[other, also]
    gather_wide(curvature.wide, into)


@compiled
def find_diagonal(curvature: Curvature) -> Floats:
    """Return what each price's slope falls by with that price alone, (territories, columns)."""
    diagonal = curvature.own.copy()
    for one in range(len(diagonal)):
        for place in range(curvature.start[one], curvature.start[one + 1]):
            for column in range(diagonal.shape[1]):
                if curvature.wide[column] == 0 and curvature.across[place] == one:
                    diagonal[one, column] += curvature.block[place, column, column]
    for column in range(diagonal.shape[1]):
        if curvature.wide[column] == 1:
            diagonal[0, column] += curvature.shared[:, column, column].sum()
    return diagonal


@compiled
def sweep_box(
    curvature: Curvature,
    stiff: Floats,
    below: Floats,
    above: Floats,
    move: Floats,
    slope: Floats,
) -> None:
    """Move one price after the other to its best within the box; the slope follows."""
    columns = move.shape[1]
    wide, shared = curvature.wide, curvature.shared
    for one in range(len(move)):
        for column in range(columns):
            if wide[column] == 1 and one > 0:
                continue
            wanted = move[one, column] + slope[one, column] / stiff[one, column]
            wanted = min(max(wanted, below[one, column]), above[one, column])
            change = wanted - move[one, column]
            if change == 0.0:
                continue
            move[one, column] = wanted
            slope[one, column] -= curvature.own[one, column] * change
            if wide[column] == 1:
                for also in range(columns):
                    if wide[also] == 1:
                        slope[0, also] -= shared[:, column, also].sum() * change
                    else:
                        slope[:, also] -= shared[:, also, column] * change
                continue
            for place in range(curvature.start[one], curvature.start[one + 1]):
                other = curvature.across[place]
                for also in range(columns):
                    row = 0 if wide[also] == 1 else other
                    slope[row, also] -= curvature.block[place, column, also] * change


@compiled
def solve_free(
    curvature: Curvature, stiff: Floats, free: Floats, slope: Floats, answer: Floats
) -> None:
    """Write what the prices whose ``free`` is 1 would move by if there were no walls, the others 0."""
    left = slope * free
    along = left / stiff
    product = np.empty_like(left)
    answer[:] = 0.0
    whole = (left * along).sum()
    rest = whole
    for _ in range(PRODUCTS):
        if rest <= NEAR * NEAR * whole:
            break
        multiply(curvature, along, product)
        bend = (along * product).sum()
        if bend <= 0.0:
            break
        step, before = rest / bend, rest
        answer += step * along
        left -= step * product * free
        rest = (left * left / stiff).sum()
        along = left / stiff + rest / before * along


@compiled
def climb_box(
    curvature: Curvature, stiff: Floats, below: Floats, above: Floats, move: Floats, slope: Floats
) -> None:
    """Climb slope × move - move × curvature × move / 2 within a box, from no move.

    ``stiff`` is the curvature's diagonal. ``move`` and ``slope`` are changed; all are by territory
    and column.
    """
    answer, product = np.empty_like(move), np.empty_like(move)
    for _ in range(ROUNDS):
        for _ in range(SWEEPS):
            sweep_box(curvature, stiff, below, above, move, slope)
        free = ((below < move) & (move < above)).astype(np.float64)
        solve_free(curvature, stiff, free, slope, answer)
        share, clipped = 1.0, False
        for _ in range(4):
            wanted = move + share * answer
            inside = np.minimum(np.maximum(wanted, below), above)
            clipped = bool((inside != wanted).any())
            change = inside - move
            multiply(curvature, change, product)
            if (change * (slope - 0.5 * product)).sum() > 0.0:
                move += change
                slope -= product
                break
            share *= 0.4
        if not clipped:
            break
