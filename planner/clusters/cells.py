"""Points gathered into small cells on the sphere, so that clustering takes seconds at any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.units.result import Floats, Ints
from planner.units.sphere import unit_vectors
from planner.units.totals import total_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Points gathered into small cells, with what weighs in each.

    Parameters
    ----------
    vectors
        The mean point of each cell on the unit sphere, (cells, 3).
    weights
        (cells,)
    cell_of_point
        (points,)
    """

    vectors: Floats
    weights: Floats
    cell_of_point: Ints


def placed_points(points: Floats) -> Ints:
    """Return which points have coordinates, ascending."""
    return np.flatnonzero(~np.isnan(points).any(axis=1))


def gather_cells(points: Floats, weights: Floats, most: int) -> Cells:
    """Gather points into at most a number of cells of a grid, as fine as that allows.

    Parameters
    ----------
    points
        Latitude and longitude in degrees, all placed, (points, 2).
    weights
        Not negative, (points,).
    most
        How many cells there may be.
    """
    step = 1e-4
    cell = _number_cells(points, step)
    while cell.max(initial=-1) >= most:
        step *= 2
        cell = _number_cells(points, step)
    number = int(cell.max()) + 1
    total = total_by(cell, weights, number)
    # A cell whose points weigh nothing still has a place.
    share = np.maximum(weights / (weights.max() or 1.0), 1e-9)
    vectors = unit_vectors(points)
    sums = [total_by(cell, share * vectors[:, axis], number) for axis in range(3)]
    return Cells(vectors=normalise(np.column_stack(sums)), weights=total, cell_of_point=cell)


def normalise(vectors: Floats) -> Floats:
    """Return vectors with length 1; a zero vector stays."""
    length = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.where(length > 0, length, 1.0))


def _number_cells(points: Floats, step: float) -> Ints:
    rows = np.floor(points / step).astype(np.int64)
    _, cell = np.unique(rows[:, 0] * 10_000_000 + rows[:, 1], return_inverse=True)
    return np.asarray(cell.reshape(-1), dtype=np.int64)
