"""Points shared out to means by how many each may take: a flow of least cost, step after step.

Where every unit counts alike, limits are on numbers of units, and the best assignment to given
means is a flow (Bradley, Bennett & Demiriz 2000).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.chosen import Sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEAREST = 15
"""Means that a unit may flow to."""
STEPS = 12
"""Flows at most."""
RANGE = 2.0**30
"""Largest cost of an arc, as a whole number."""


def share_counts(choice: Choice, sites: Sites, slot_of: Ints) -> Ints:
    """Return an assignment whose counts keep their limits, or the given one where that cannot be.

    Parameters
    ----------
    choice, sites
        The problem.
    slot_of
        Where to begin, (units,).
    """
    limits = find_counts(choice)
    if limits is None or choice.connected:
        return slot_of
    weights = choice.costs.weights
    best, least = slot_of, np.inf
    for _ in range(STEPS):
        means = find_places(choice, weights, best if np.isfinite(least) else slot_of)
        found = flow_counts(choice, weights, means, *limits, sites.distance == "squared")
        if found is None:
            break
        if found[0] >= least * (1 - 1e-6):
            break
        least, best = found
    return best


def find_counts(choice: Choice) -> tuple[Ints, Ints] | None:
    """Return how many units each territory must and may take, None where units differ.

    Parameters
    ----------
    choice
        The problem.
    """
    rules = choice.rules
    if not len(rules.amounts) or (np.ptp(rules.amounts, axis=1) > 0).any():
        return None
    each = rules.amounts[:, :1]
    if (each <= 0).any():
        return None
    low = np.ceil(np.maximum(rules.lower / each, 0.0) - 1e-9).max(axis=0)
    high = np.floor(np.minimum(rules.upper / each, choice.units) + 1e-9).min(axis=0)
    return (low.astype(np.int64), high.astype(np.int64)) if (low <= high).all() else None


def find_places(choice: Choice, weights: Floats, slot_of: Ints) -> Floats:
    """Return the weighed mean of each territory's points, (territories, axes).

    Parameters
    ----------
    choice
        The problem.
    weights, slot_of
        Of each unit, (units,).
    """
    count = choice.territories
    heavy = np.maximum(weights, 1e-12)
    mass = np.maximum(np.bincount(slot_of, heavy, count), 1e-300)
    sums = [np.bincount(slot_of, heavy * axis, count) for axis in choice.costs.points.T]
    return np.asarray(np.array(sums).T / mass[:, None])


def flow_counts(
    choice: Choice, weights: Floats, means: Floats, low: Ints, high: Ints, squared: bool
) -> tuple[float, Ints] | None:
    """Return cost and assignment of the cheapest flow to near means, or None where there is none.

    Parameters
    ----------
    choice
        The problem.
    weights
        Of each unit, (units,).
    means
        (territories, axes)
    low, high
        Counts, (territories,).
    squared
        Whether distances count squared.
    """
    from ortools.graph.python import min_cost_flow
    from scipy.spatial import cKDTree

    units, count = choice.units, choice.territories
    near = min(NEAREST, count)
    distance, other = cKDTree(means).query(choice.costs.points, k=near)
    far = np.asarray(distance, np.float64).reshape(units, near)
    cost = (np.square(far) if squared else far) * weights[:, None]
    other = np.asarray(other, np.int64).reshape(units, near)
    scale = RANGE / max(float(cost.max()), 1e-300)
    whole = np.rint(cost * scale).astype(np.int64)
    flow: Any = min_cost_flow.SimpleMinCostFlow()
    tail = np.repeat(np.arange(units), near)
    ones = np.ones(units * near, np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tail, units + other.ravel(), ones, whole.ravel()
    )
    ends, sink = units + np.arange(count), np.full(count, units + count)
    # What a territory must take comes at a gain that outweighs every other difference.
    gain = np.full(count, -4 * int(RANGE), np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(ends, sink, low, gain)
    flow.add_arcs_with_capacity_and_unit_cost(ends, sink, high - low, np.zeros(count, np.int64))
    supply = np.concatenate([np.ones(units), np.zeros(count), [-units]]).astype(np.int64)
    flow.set_nodes_supplies(np.arange(units + count + 1), supply)
    if flow.solve() != flow.OPTIMAL:
        return None
    taken = np.asarray(flow.flows(arcs)) > 0
    slot_of = other.ravel()[taken]
    if (np.bincount(slot_of, minlength=count) < low).any():
        return None
    return float(cost.ravel()[taken].sum()), slot_of
