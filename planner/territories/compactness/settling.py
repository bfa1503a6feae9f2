"""Compact partitions under every rule: tables of diameters, and units assigned again about middles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import Start
from planner.territories.compactness.moves import CompactRules
from planner.territories.contiguity.solving import solve_connected
from planner.territories.costs import MatrixTerm
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def settle_compact(problem: AlignmentProblem, rules: CompactRules, run: Run, slot_of: Ints) -> Ints:
    """Assign units again under every rule, each as near as may be to its territory's middle.

    Parameters
    ----------
    problem, rules
        The problem, and its distances.
    run
        On which terms.
    slot_of
        A compact partition, (units,).

    Returns
    -------
    Ints
        A partition that keeps the rules, else the one given, (units,).
    """
    middles = []
    for slot in range(problem.territory_count):
        members = np.flatnonzero(slot_of == slot)
        widest_from = rules.distance[:, members].max(axis=1, initial=0.0)
        middles.append(int(np.argmin(widest_from)))
    term = MatrixTerm(name="distance", amounts=rules.distance[:, middles] ** 2)
    given = replace(problem, kind="territories", graph=None, terms=(*problem.terms, term))
    made = solve_connected(given, run, Start(territory_of=slot_of))
    return slot_of if made.alignment is None else problem.collapse(made.alignment.territory_of)


def widest(distance: Floats, sets: Ints) -> Floats:
    """Return the largest distance within each of all sets of units, (sets,).

    Parameters
    ----------
    distance
        (units, units)
    sets
        All of them, as bits, ascending from the empty one, (sets,).
    """
    found = np.zeros(len(sets))
    for last in range(len(distance)):
        far = np.zeros(1 << last)
        for other in range(last):
            half = 1 << other
            far[half : 2 * half] = np.maximum(far[:half], distance[last, other])
        found[1 << last : 2 << last] = np.maximum(found[: 1 << last], far)
    return found
