"""The best plan put together from territories met on the way: a model that covers each unit once.

Set partitioning over whole territories knows what a territory can hold, where a model of single
assignments only knows averages (for capacitated medians Ceselli and Righini 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.sites.columns import Columns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NODES = 300
RELATIVE_GAP = 1e-6
FINISHED = (0, 2)
"""What the solver says of a model solved, and of one without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cover:
    """A model of which territories cover some units, each once.

    Parameters
    ----------
    columns
        The territories.
    matrix
        Rows of units, one that counts territories, one for each site that several name.
    low, high
        Limits of the rows.
    """

    columns: Columns
    matrix: Any
    low: Floats
    high: Floats


def make_cover(choice: Choice, columns: Columns, units: Ints, count: int) -> Cover:
    """Return the model of some territories.

    Parameters
    ----------
    choice
        The problem.
    columns
        Whose units are all among those to be covered.
    units
        Which are to be covered, ascending.
    count
        How many territories shall cover them.
    """
    from scipy.sparse import csc_matrix, vstack

    ones = np.ones(columns.unit.size)
    rows = np.searchsorted(units, columns.unit)
    width = columns.cost.size
    blocks = [
        csc_matrix((ones, rows, columns.first), shape=(units.size, width)),
        csc_matrix(np.ones((1, width))),
    ]
    low, high = np.ones(units.size + 1), np.ones(units.size + 1)
    low[-1] = high[-1] = count
    if not choice.rules.centre_inside:
        # Units of two territories may find the same site cheapest.
        named, place = np.unique(columns.site, return_inverse=True)
        blocks.append(
            csc_matrix((np.ones(width), place, np.arange(width + 1)), shape=(named.size, width))
        )
        low = np.concatenate([low, np.zeros(named.size)])
        high = np.concatenate([high, np.ones(named.size)])
    return Cover(columns=columns, matrix=vstack(blocks, format="csc"), low=low, high=high)


def choose_columns(cover: Cover, seconds: float | None, effort: float) -> tuple[Ints | None, bool]:
    """Return the cheapest territories that cover all units, and whether the model is finished.

    Parameters
    ----------
    cover
        The model.
    seconds
        Time that may be spent; None: a number of nodes instead.
    effort
        Multiplies that number.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    limit: Any = {"mip_rel_gap": RELATIVE_GAP}
    if seconds is None:
        limit["node_limit"] = max(1, int(NODES * effort))
    else:
        limit["time_limit"] = seconds
    answer = milp(
        cover.columns.cost,
        constraints=LinearConstraint(cover.matrix, cover.low, cover.high),
        integrality=np.ones(cover.columns.cost.size, np.int64),
        bounds=Bounds(0.0, 1.0),
        options=limit,
    )
    finished = answer.status in FINISHED
    if answer.x is None:
        return None, finished
    return np.flatnonzero(answer.x > 0.5), finished


def reduce_costs(columns: Columns, prices: Floats, last: float) -> Floats:
    """Return what each territory costs above what its units and its place are worth, (columns,).

    Parameters
    ----------
    columns
        The territories.
    prices
        What each unit is worth, (units,).
    last
        What a further territory is worth.
    """
    paid = np.add.reduceat(prices[columns.unit], columns.first[:-1])
    return np.asarray(columns.cost - paid - last)


def take_columns(columns: Columns, kept: Ints) -> Columns:
    """Return some of the territories.

    Parameters
    ----------
    columns
        All of them.
    kept
        Which, (kept,).
    """
    size = np.diff(columns.first)[kept]
    first = np.concatenate([[0], np.cumsum(size)])
    place = np.arange(first[-1]) - np.repeat(first[:-1] - columns.first[kept], size)
    return Columns(first, columns.unit[place], columns.site[kept], columns.cost[kept])


def join_columns(one: Columns, other: Columns) -> Columns:
    """Return the territories of both, the first ones first.

    Parameters
    ----------
    one, other
        Each with its units.
    """
    first = np.concatenate([one.first, one.first[-1] + other.first[1:]])
    return Columns(
        first,
        np.concatenate([one.unit, other.unit]),
        np.concatenate([one.site, other.site]),
        np.concatenate([one.cost, other.cost]),
    )
