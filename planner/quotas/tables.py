"""Whole-number tables with given margins: what makes months and components add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.errors import FaultError
from planner.quotas.programs import solve_program

Floats = npt.NDArray[np.float64]
SWEEPS = 2_000
PRECISION = 1e-11
# A pattern that cannot carry the margins is widened by this share in its empty cells.
WIDENING = 1e-6
# Rows that one linear program rounds; its effort grows faster than its size.
BLOCK = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerTable:
    """A table of whole numbers.

    Parameters
    ----------
    cells
        Rows of columns; Python integers, so that no amount is too large.
    widened
        Whether cells that the pattern wanted empty had to be used.
    """

    cells: tuple[tuple[int, ...], ...]
    widened: bool = False


def fit_table(weights: Floats, rows: Sequence[int], columns: Sequence[int]) -> IntegerTable:
    """Fit a table to its margins, as close to the weights as they allow, in whole numbers.

    The real table is the one of least relative entropy to the weights (iterative proportional
    fitting, Deming & Stephan 1940); it is then rounded without touching a margin.

    Parameters
    ----------
    weights
        The wished pattern, (rows, columns); 0 stays empty where the margins allow.
    rows, columns
        The margins; both sum to the same.
    """
    if len(columns) == 1 and sum(rows) == columns[0]:
        # One column has no choice: each row is its margin.
        return IntegerTable(cells=tuple((int(row),) for row in rows))
    targets = np.array(rows, dtype=np.float64), np.array(columns, dtype=np.float64)
    cells = _scale(weights, *targets)
    widened = not _meets(cells, *targets)
    if widened:
        outer = np.outer(targets[0], targets[1]) / max(targets[0].sum(), 1.0)
        cells = _scale(weights / max(weights.sum(), 1.0) + WIDENING * outer, *targets)
    return IntegerTable(cells=round_table(cells, rows, columns), widened=widened)


def round_table(
    wanted: Floats, rows: Sequence[int], columns: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """Round a table to whole numbers with given margins, each cell up or down where possible.

    A transportation problem over what the floors leave (Cox 1987, controlled rounding): its
    vertices are whole numbers, and the first unit of a cell costs what rounding it up costs. A
    long table is rounded by blocks of rows first, and then inside each block.

    Parameters
    ----------
    wanted
        Real cells, at least zero; zero stays zero where possible.
    rows, columns
        Whole margins, both with the same sum.

    Raises
    ------
    FaultError
        When the margins differ in sum.
    """
    if len(rows) > BLOCK:
        return _round_by_blocks(wanted, rows, columns)
    base = [[int(cell) for cell in row] for row in wanted.tolist()]
    short_rows = [total - sum(row) for total, row in zip(rows, base, strict=True)]
    short_columns = [total - sum(row[j] for row in base) for j, total in enumerate(columns)]
    if sum(short_rows) != sum(short_columns):
        raise FaultError("A table of quotas has margins that do not add up to the same total.")
    if any(short_rows) or any(short_columns):
        added = _settle(wanted, base, short_rows, short_columns)
        base = [
            [a + b for a, b in zip(r, s, strict=True)] for r, s in zip(base, added, strict=True)
        ]
    _check(base, rows, columns)
    return tuple(tuple(row) for row in base)


def _round_by_blocks(
    wanted: Floats, rows: Sequence[int], columns: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """Round the sums of blocks of rows, then each block to its own sums."""
    starts = range(0, len(rows), BLOCK)
    sums = np.array([wanted[first : first + BLOCK].sum(axis=0) for first in starts])
    totals = [sum(rows[first : first + BLOCK]) for first in starts]
    cells: list[tuple[int, ...]] = []
    for first, margin in zip(starts, round_table(sums, totals, columns), strict=True):
        block = slice(first, first + BLOCK)
        cells.extend(round_table(wanted[block], rows[block], margin))
    return tuple(cells)


def _scale(weights: Floats, rows: Floats, columns: Floats) -> Floats:
    cells = weights.astype(np.float64)
    for _ in range(SWEEPS):
        sums = cells.sum(axis=1)
        cells = cells * np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)[:, None]
        sums = cells.sum(axis=0)
        error = np.abs(sums - columns).max(initial=0.0)
        cells = cells * np.divide(columns, sums, out=np.zeros_like(columns), where=sums > 0)
        if error <= PRECISION * max(columns.sum(), 1.0):
            break
    return cells


def _meets(cells: Floats, rows: Floats, columns: Floats) -> bool:
    tolerance = 1e-7 * max(columns.sum(), 1.0)
    off_rows = np.abs(cells.sum(axis=1) - rows).max(initial=0.0)
    off_columns = np.abs(cells.sum(axis=0) - columns).max(initial=0.0)
    return bool(off_rows <= tolerance and off_columns <= tolerance)


def _settle(
    wanted: Floats, base: list[list[int]], rows: list[int], columns: list[int]
) -> list[list[int]]:
    """Return what to add to each cell, by linear programming."""
    count, width = wanted.shape
    i, j = np.indices(wanted.shape).reshape(2, -1)
    floors = np.array([float(cell) for row in base for cell in row])
    rest = np.clip(wanted.reshape(-1) - floors, 0.0, 1.0)
    empty = wanted.reshape(-1) <= 0
    cell = np.arange(count * width)
    one = np.ones(count * width)
    once = sparse.vstack(
        [
            sparse.csr_array((one, (i, cell)), shape=(count, count * width)),
            sparse.csr_array((one, (j, cell)), shape=(width, count * width)),
        ]
    )
    costs = np.concatenate([1 - 2 * rest + 100 * empty, 3.0 + 1000 * empty, 3.0 + rest])
    limits = np.concatenate([one, np.full(len(one), np.inf), floors])
    solution = solve_program(
        costs,
        sparse.hstack([once, once, -once]),
        np.array([*rows, *columns], dtype=np.float64),
        upper=limits,
    )
    if solution is None:
        raise FaultError("A table of quotas could not be rounded inside its margins.")
    up, further, down = np.rint(solution).reshape(3, count, width)
    settled = up + further - down
    return [[int(value) for value in row] for row in settled.tolist()]


def _check(cells: list[list[int]], rows: Sequence[int], columns: Sequence[int]) -> None:
    sound = all(sum(row) == total for row, total in zip(cells, rows, strict=True))
    sound &= all(sum(row[j] for row in cells) == total for j, total in enumerate(columns))
    sound &= all(cell >= 0 for row in cells for cell in row)
    if not sound:
        raise FaultError("A table of quotas does not add up after rounding.")
