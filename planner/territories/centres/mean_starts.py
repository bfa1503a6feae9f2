"""Starts of territories around means: sown, stepped, and given to the territories that fit them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.centres.mean_moves import MeanRules
from planner.territories.centres.model import Choice
from planner.territories.centres.starts import place_units, spread_sites
from planner.territories.contiguity.graph import count_extra_parts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LLOYD_STEPS = 20
STARTS = 6
"""Sown starts that are tried beside the spread one."""


def start_partition(choice: Choice, rng: np.random.Generator) -> Ints:
    """Return territories around spread centres after some Lloyd steps.

    Parameters
    ----------
    choice
        The problem.
    rng
        For the draws.
    """
    centres = spread_sites(choice, rng)
    if choice.connected:
        slot_of = place_units(choice, centres)
        if count_extra_parts(choice.graph, slot_of) > 0:
            raise ValueError("no connected start was found")
        return slot_of
    points = choice.costs.points
    tried = [
        choice.costs.sites[centres],
        *(sow_means(points, rng, len(centres)) for _ in range(STARTS)),
    ]
    slot_of = min((take_steps(points, means) for means in tried), key=lambda one: one[0])[1]
    lost = np.flatnonzero(np.bincount(slot_of, minlength=choice.territories) == 0)
    for slot in lost.tolist():
        crowded = np.flatnonzero(slot_of == np.argmax(np.bincount(slot_of)))
        slot_of[crowded[0]] = slot
    return slot_of


def sow_means(points: Floats, rng: np.random.Generator, count: int) -> Floats:
    """Return points drawn one after another, far ones more often (Arthur & Vassilvitskii 2007).

    Parameters
    ----------
    points
        (units, axes)
    rng
        For the draws.
    count
        How many.
    """
    chosen = [int(rng.integers(len(points)))]
    far = np.square(points - points[chosen[0]]).sum(axis=1)
    for _ in range(count - 1):
        edges = np.cumsum(far)
        spot = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
        chosen.append(min(spot, len(points) - 1))
        far = np.minimum(far, np.square(points - points[chosen[-1]]).sum(axis=1))
    return points[chosen]


def take_steps(points: Floats, means: Floats) -> tuple[float, Ints]:
    """Return squared distance and assignment after some steps of Lloyd's, limits left aside.

    Parameters
    ----------
    points
        (units, axes)
    means
        Where to begin, (territories, axes).
    """
    from scipy.spatial import cKDTree

    for _ in range(LLOYD_STEPS):
        distance, slot_of = cKDTree(means).query(points)
        size = np.bincount(slot_of, minlength=len(means))
        sums = np.array([np.bincount(slot_of, axis, len(means)) for axis in points.T]).T
        means = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], means)
    return float(np.square(distance).sum()), np.asarray(slot_of, np.int64)


def name_slots(rules: MeanRules, slot_of: Ints) -> Ints:
    """Return the same sets of units under the territories whose limits and holds they break least.

    Parameters
    ----------
    rules
        Limits of each territory, and what is held.
    slot_of
        Any partition, (units,).
    """
    from scipy.optimize import linear_sum_assignment

    count = rules.lower.shape[1]
    spread = any((side != side[:, :1]).any() for side in (rules.lower, rules.upper))
    held = np.flatnonzero(rules.held >= 0)
    if not spread and not held.size:
        return slot_of
    misfit = np.zeros((count, count))
    for amounts, lower, upper, scale in zip(*rules[2:6], strict=True):
        load = np.bincount(slot_of, amounts, count)[:, None]
        misfit += np.maximum(np.maximum(load - upper, lower - load), 0.0) / scale
    # A held unit in another's territory is as bad as its share of a mean territory.
    np.add.at(misfit, slot_of[held], count / len(slot_of))
    np.add.at(misfit, (slot_of[held], rules.held[held]), -count / len(slot_of))
    name = np.asarray(linear_sum_assignment(misfit)[1], np.int64)
    return name[slot_of]
