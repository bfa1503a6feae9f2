"""What callers hand in as arrays, read and checked before anything is built from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.arrays.numbers import LARGEST, name_one, read_numbers
from planner.territories.costs import MatrixTerm, TravelTerm, sort_entries
from planner.territories.distances import Distance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Table = Floats | sparse.csr_array


def read_costs(
    cost: Any, units: Sequence[str] | None = None, territories: Sequence[str] | None = None
) -> tuple[Table, Bools | None, sparse.csr_array | None]:
    """Return a table of costs, and who is eligible by it.

    Parameters
    ----------
    cost
        (units, territories); an absent entry of a sparse table and an infinite one of either are
        not eligible.
    units, territories
        Names for messages, where there are any.

    Returns
    -------
    tuple
        The costs; which pairs are eligible, where the table is dense and some are not; the
        stored entries, where it is sparse.

    Raises
    ------
    ValueError
        When it is not a table, or holds NaN, minus infinity or what is too large to be a cost.
    """
    if sparse.issparse(cost):
        listed = sort_entries(cost)
        rows = np.repeat(np.arange(listed.shape[0]), np.diff(listed.indptr))
        table, columns = read_numbers(listed.data, "cost"), listed.indices
        _refuse_cost(table, rows, columns, (units, territories))
        open_pairs = ~np.isposinf(table)
        if not open_pairs.all():
            pairs = (table[open_pairs], (rows[open_pairs], columns[open_pairs]))
            listed = sort_entries(sparse.csr_array(pairs, shape=listed.shape))
        _refuse_empty(listed.shape)
        return listed, None, listed
    table = read_numbers(cost, "cost")
    if table.ndim != 2:
        raise ValueError(f"cost has shape {table.shape}; it must be (units, territories)")
    _refuse_empty(table.shape)
    rows, columns = np.divmod(np.arange(table.size), table.shape[1])
    _refuse_cost(table.ravel(), rows, columns, (units, territories))
    barred = np.isposinf(table)
    if not barred.any():
        return np.array(table), None, None
    return np.where(barred, 0.0, table), ~barred, None


def _refuse_empty(shape: tuple[int, ...]) -> None:
    if 0 in shape:
        what = "unit" if shape[0] == 0 else "territory"
        raise ValueError(f"cost has shape {tuple(shape)}: there is no {what}")


def _refuse_cost(
    amounts: Floats,
    rows: Ints,
    columns: npt.NDArray[Any],
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> None:
    bad = np.flatnonzero(~(np.abs(amounts) <= LARGEST) & ~np.isposinf(amounts))
    if not len(bad):
        return
    amount = amounts[bad[0]]
    unit = name_one(names[0], "unit", int(rows[bad[0]]))
    territory = name_one(names[1], "territory", int(columns[bad[0]]))
    why = (
        "too large; leave the pair out (an infinite cost) where it must not be"
        if np.isfinite(amount)
        else "not a number"
    )
    raise ValueError(f"the cost of {unit} with {territory} is {why}")


def read_points(given: npt.ArrayLike, name: str) -> Floats:
    """Return points, (points, 2).

    Raises
    ------
    ValueError
        When the array has another shape.
    """
    points = read_numbers(given, name)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name} has shape {points.shape}; it must be (rows, 2)")
    return np.ascontiguousarray(points)


def refuse_nowhere(points: Floats, name: str, distance: str) -> Floats:
    """Return the points, all of which are somewhere.

    Raises
    ------
    ValueError
        When one holds NaN or infinity, or is out of range.
    """
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise ValueError(f"{name} of unit {int(bad[0])} are not numbers")
    return refuse_spots(points, f"{name}, unit", distance)


def read_weights(given: npt.ArrayLike | None, units: int) -> Floats:
    """Return a weight for each unit, 1 where none were given.

    Raises
    ------
    ValueError
        When the array has another shape, or holds NaN or a negative weight.
    """
    weights = np.ones(units) if given is None else read_numbers(given, "weights")
    if weights.shape != (units,):
        raise ValueError(f"weights has shape {weights.shape}; it must be ({units},)")
    bad = np.flatnonzero(~((weights >= 0) & (weights <= LARGEST)))
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
    truth = read_numbers(given, "eligible")
    bad = np.argwhere(np.isnan(truth))
    if len(bad):
        unit, territory = bad[0].tolist()
        raise ValueError(
            f"eligible says neither yes nor no of unit {unit} and territory {territory}"
        )
    return truth != 0, None


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


def find_nearest(
    term: TravelTerm,
    units: int,
    measures: Mapping[str, Any] | None,
    allowed: Bools | None,
    listed: sparse.csr_array | None,
) -> Ints | None:
    """Return each unit's cheapest eligible home where some measure depends on who serves, else None.

    Parameters
    ----------
    term
        What travel costs.
    units
        How many there are.
    measures
        As the caller gave them.
    allowed, listed
        Who may serve what, as :func:`read_eligible` returns it.
    """
    if not any(
        np.ndim(given) == 2 or sparse.issparse(given) for given in (measures or {}).values()
    ):
        return None
    cost = term.block(np.arange(units))
    if allowed is not None:
        cost = np.where(allowed, cost, np.inf)
    if listed is not None:
        cost = np.where(listed.toarray() != 0, cost, np.inf)
    return np.asarray(cost.argmin(axis=1), dtype=np.int64)


def refuse_spots(points: Floats, name: str, distance: str) -> Floats:
    """Return points that may be measured: nowhere at all, or somewhere on the plane or the earth.

    Parameters
    ----------
    points
        (points, 2), NaN where nowhere.
    name
        What they are, for the message.
    distance
        ``euclidean``, ``squared`` or ``haversine``.

    Raises
    ------
    ValueError
        When the distance is not known, or a point has one coordinate, or one out of range.
    """
    if distance not in get_args(Distance):
        known = ", ".join(repr(one) for one in get_args(Distance))
        raise ValueError(f"distance is {distance!r}; it must be one of {known}")
    half = np.flatnonzero(np.isnan(points).any(axis=1) & ~np.isnan(points).all(axis=1))
    if len(half):
        raise ValueError(f"{name} {int(half[0])} has one coordinate; give both or none")
    limits = (90.0, 360.0) if distance == "haversine" else (LARGEST, LARGEST)
    bad = np.flatnonzero((np.abs(points) > limits).any(axis=1))
    if len(bad):
        spot = ", ".join(f"{value:g}" for value in points[bad[0]])
        raise ValueError(
            f"{name} {int(bad[0])} stands at {spot}, which is out of range"
            + (" (latitude first, in degrees)" if distance == "haversine" else "")
        )
    return points
