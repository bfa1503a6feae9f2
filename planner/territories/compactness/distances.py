"""How far units of a graph lie apart, and how wide families make a territory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compactness.moves import CompactRules
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def make_rules(problem: AlignmentProblem, distance: Floats) -> CompactRules:
    """Return the distances and limits of a graph problem as arrays.

    Parameters
    ----------
    problem
        Of kind ``graph``.
    distance
        From :func:`measure_units`, (units, units); how wide a family is counts for nothing here.
    """
    distance = distance.copy()
    np.fill_diagonal(distance, 0.0)
    territories = problem.territory_count
    amounts = np.array([m.amounts for m in problem.measures])
    lower = np.array([m.lower for m in problem.measures])
    upper = np.array([m.upper for m in problem.measures])
    if np.isfinite(problem.max_accounts).any():
        amounts = np.vstack([amounts, problem.unit_accounts])
        lower = np.vstack([lower, np.full(territories, -np.inf)])
        upper = np.vstack([upper, problem.max_accounts])
    # A unit larger than the limit may stand alone: it counts for the limit and no more.
    amounts = np.minimum(amounts, upper.max(axis=1, keepdims=True))
    scale = np.maximum(amounts.sum(axis=1) / territories, 1e-300)
    return CompactRules(distance, np.ascontiguousarray(amounts), lower, upper, scale)


def measure_units(problem: AlignmentProblem) -> Floats:
    """Return the largest distance between the rows of each two units, (units, units).

    On the diagonal stands how wide a family is: no territories have a smaller diameter.

    Parameters
    ----------
    problem
        Of kind ``graph``.
    """
    assert problem.graph is not None
    members = problem.unit_of_member
    rows = problem.unit_count if members is None else len(members)
    paths = measure_paths(problem.graph.edges, problem.graph.lengths, rows)
    if members is None:
        return paths
    order = np.argsort(members, kind="stable")
    first = np.searchsorted(members[order], np.arange(problem.unit_count))
    return np.asarray(
        np.maximum.reduceat(
            np.maximum.reduceat(paths[np.ix_(order, order)], first, axis=0), first, axis=1
        )
    )


def measure_paths(edges: Ints, lengths: Floats, units: int) -> Floats:
    """Return the lengths of all shortest paths, (units, units).

    Parameters
    ----------
    edges, lengths
        (edges, 2) and (edges,); of parallel edges the shortest counts.
    units
        How many there are.

    Returns
    -------
    Floats
        Where there is no path, a length beyond all others.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import shortest_path

    ends = np.sort(np.asarray(edges, np.int64).reshape(-1, 2), axis=1)
    order = np.lexsort((lengths, ends[:, 1], ends[:, 0]))
    ends, long = ends[order], np.asarray(lengths, float)[order]
    fresh = np.ones(len(ends), np.bool_)
    fresh[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    fresh &= ends[:, 0] != ends[:, 1]
    # A stored zero would read as no edge at all.
    kept = np.maximum(long[fresh], 1e-12 * max(1.0, float(long.max(initial=0.0))))
    table = sparse.csr_array((kept, (ends[fresh, 0], ends[fresh, 1])), shape=(units, units))
    paths = np.asarray(shortest_path(table, method="D", directed=False))
    known = np.isfinite(paths)
    return np.where(known, paths, 2.0 * float(paths[known].max(initial=0.0)) + 1.0)
