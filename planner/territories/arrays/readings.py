"""What callers hand in as arrays, read and checked before anything is built from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.costs import MatrixTerm, TravelTerm, sort_entries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Table = Floats | sparse.csr_array


def read_costs(cost: Any) -> tuple[Table, Bools | None, sparse.csr_array | None]:
    """Return a table of costs, and who is eligible by it.

    Parameters
    ----------
    cost
        (units, territories); an absent entry of a sparse table and an infinite one of a dense
        table are not eligible.

    Returns
    -------
    tuple
        The costs; which pairs are eligible, where the table is dense and some are not; the
        stored entries, where it is sparse.

    Raises
    ------
    ValueError
        When it is not a table, or holds NaN or minus infinity.
    """
    if sparse.issparse(cost):
        listed = sort_entries(cost)
        _refuse_nan(
            listed.data,
            listed.indices,
            np.repeat(np.arange(listed.shape[0]), np.diff(listed.indptr)),
        )
        return listed, None, listed
    table = np.array(cost, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"cost has shape {table.shape}; it must be (units, territories)")
    _refuse_nan(table.ravel(), np.tile(np.arange(table.shape[1]), table.shape[0]), None)
    barred = np.isposinf(table)
    if not barred.any():
        return table, None, None
    return np.where(barred, 0.0, table), ~barred, None


def _refuse_nan(amounts: Floats, columns: npt.NDArray[Any], rows: Ints | None) -> None:
    bad = np.flatnonzero(np.isnan(amounts) | np.isneginf(amounts))
    if len(bad):
        width = int(columns.max()) + 1
        row = int(bad[0]) // width if rows is None else int(rows[bad[0]])
        raise ValueError(
            f"the cost of unit {row} with territory {int(columns[bad[0]])} is not a number"
        )


def read_points(given: npt.ArrayLike, name: str) -> Floats:
    """Return points, (points, 2).

    Raises
    ------
    ValueError
        When the array has another shape.
    """
    points = np.asarray(given, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name} has shape {points.shape}; it must be (rows, 2)")
    return np.ascontiguousarray(points)


def refuse_nowhere(points: Floats, name: str) -> Floats:
    """Return the points, all of which are somewhere.

    Raises
    ------
    ValueError
        When one holds NaN or infinity.
    """
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise ValueError(f"{name} of unit {int(bad[0])} are not numbers")
    return points


def read_weights(given: npt.ArrayLike | None, units: int) -> Floats:
    """Return a weight for each unit, 1 where none were given.

    Raises
    ------
    ValueError
        When the array has another shape, or holds NaN or a negative weight.
    """
    weights = np.ones(units) if given is None else np.asarray(given, dtype=float)
    if weights.shape != (units,):
        raise ValueError(f"weights has shape {weights.shape}; it must be ({units},)")
    bad = np.flatnonzero(~(weights >= 0) | np.isinf(weights))
    if len(bad):
        raise ValueError(
            f"the weight of unit {int(bad[0])} is {weights[bad[0]]}; it must be 0 or more"
        )
    return weights


def read_eligible(
    given: Any, shape: tuple[int, int]
) -> tuple[Bools | None, sparse.csr_array | None]:
    """Return who may serve what: a dense table, or the stored entries of a sparse one.

    Raises
    ------
    ValueError
        When the table has another shape.
    """
    if given is None:
        return None, None
    found = np.shape(given)
    if tuple(found) != shape:
        raise ValueError(f"eligible has shape {tuple(found)}; it must be {shape}")
    if sparse.issparse(given):
        listed = sort_entries(given)
        listed.eliminate_zeros()
        return None, listed
    return np.array(given, dtype=np.bool_), None


def classify(allowed: Bools | None) -> dict[str, Any]:
    """Return units in classes of the same eligible territories, as keywords of the problem.

    Parameters
    ----------
    allowed
        (units, territories), or None where nothing is barred.
    """
    if allowed is None:
        return {}
    packed = np.ascontiguousarray(np.packbits(allowed, axis=1))
    words = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, class_of_unit = np.unique(words, return_index=True, return_inverse=True)
    return {"class_of_unit": class_of_unit.astype(np.int64), "allowed": allowed[first]}


def find_cheapest(table: Table, allowed: Bools | None, listed: sparse.csr_array | None) -> Ints:
    """Return the cheapest eligible territory of each unit, 0 where there is none, (units,).

    Parameters
    ----------
    table, allowed, listed
        As :func:`read_costs` returns them.
    """
    dense = fill_absent(table, allowed, listed)
    return np.asarray(dense.argmin(axis=1), dtype=np.int64)


def fill_absent(table: Table, allowed: Bools | None, listed: sparse.csr_array | None) -> Floats:
    """Return the costs as a dense table, infinite where a pair is not eligible.

    Parameters
    ----------
    table, allowed, listed
        As :func:`read_costs` returns them.
    """
    if listed is not None:
        dense = np.full(listed.shape, np.inf)
        rows = np.repeat(np.arange(listed.shape[0]), np.diff(listed.indptr))
        dense[rows, listed.indices] = MatrixTerm(name="cost", amounts=table).pairs(
            rows, listed.indices.astype(np.int64)
        )
    else:
        dense = np.array(table, dtype=float)
    return dense if allowed is None else np.where(allowed, dense, np.inf)


def find_nearest(term: TravelTerm, units: int, measures: Mapping[str, Any] | None) -> Ints | None:
    """Return each unit's cheapest home where some measure depends on who serves, else None.

    Parameters
    ----------
    term
        What travel costs.
    units
        How many there are.
    measures
        As the caller gave them.
    """
    if not any(
        np.ndim(given) == 2 or sparse.issparse(given) for given in (measures or {}).values()
    ):
        return None
    return np.asarray(term.block(np.arange(units)).argmin(axis=1), dtype=np.int64)
