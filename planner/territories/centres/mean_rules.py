"""Territories around means under every rule: tiny ones outright, others in rounds about fixed means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import Start, evaluate
from planner.territories.centres.partitions import add_bits
from planner.territories.chosen import Sites
from planner.territories.distances import EARTH_RADIUS_KM
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.sites.costs import place_points

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS, ROUND_SHARE = 6, 0.4
MOST_SETTLED = 4
"""Partitions that rounds begin from."""


def find_means(sites: Sites, slot_of: Ints, territories: int) -> Floats:
    """Return the weighed mean of each territory's points, (territories, 2).

    Parameters
    ----------
    sites
        With points; on the sphere the mean direction counts.
    slot_of
        Territory of each unit, (units,).
    territories
        How many there are.
    """
    assert sites.points is not None
    slot_of, weights = slot_of[sites.unit_of_point], sites.heavy
    # Where all weights of a territory are 0, its plain mean stands.
    mass = np.bincount(slot_of, weights, territories)
    heavy = np.where(mass[slot_of] > 0, weights, 1.0)
    mass = np.maximum(np.bincount(slot_of, heavy, territories), 1e-300)
    places = place_points(sites.points, sites.distance)
    sums = np.array([np.bincount(slot_of, heavy * axis, territories) for axis in places.T])
    mean = sums / mass
    if sites.distance != "haversine":
        return np.ascontiguousarray(mean[:2].T)
    north = np.arctan2(mean[2], np.hypot(mean[0], mean[1]))
    east = np.arctan2(mean[1], mean[0])
    return np.asarray(np.degrees(np.column_stack([north, east])))


def price_sets(sites: Sites, sets: Ints) -> Floats:
    """Return what territories around their means cost, (sets,).

    Parameters
    ----------
    sites
        With points.
    sets
        Units of each territory as bits, (sets,).
    """
    assert sites.points is not None
    places, unit, weights = (
        place_points(sites.points, sites.distance),
        sites.unit_of_point,
        sites.heavy,
    )
    mass = np.maximum(add_bits(sets, _add_up(unit, weights)), 1e-300)
    sums = [add_bits(sets, _add_up(unit, weights * axis)) for axis in places.T]
    mean = np.stack([total / mass for total in sums], axis=1)
    if sites.distance == "haversine":
        mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-300)
    total = np.zeros(len(sets))
    for point, weight in enumerate(weights.tolist()):
        far = np.linalg.norm(mean - places[point], axis=1)
        if sites.distance == "squared":
            far = np.square(far)
        elif sites.distance == "haversine":
            far = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(far / 2, 0.0, 1.0))
        total += np.where(sets >> unit[point] & 1, weight * far, 0.0)
    return total


def _add_up(unit: Ints, amounts: Floats) -> Floats:
    return np.bincount(unit, amounts).astype(float)


def stand_at(problem: AlignmentProblem, centres: Floats) -> AlignmentProblem:
    """Return the problem that is left once means stand: its territories are given.

    Parameters
    ----------
    problem
        Of kind ``points``, with centres at means.
    centres
        Where the means are, (territories, 2).
    """
    sites = problem.sites
    assert sites is not None
    terms = (*problem.terms, sites.make_term(centres))
    return replace(problem, kind="territories", sites=None, terms=terms)


def settle_means(problem: AlignmentProblem, run: Run, met: list[Ints]) -> Ints:
    """Return the best partition under every rule: from given ones, and from who serves today.

    Parameters
    ----------
    problem, run
        As for :func:`settle_rounds`.
    met
        Partitions to begin from, the best first, (units,) each.
    """
    starts = met[:MOST_SETTLED]
    if np.unique(problem.current[problem.current >= 0]).size == problem.territory_count:
        starts.append(np.where(problem.current >= 0, problem.current, met[0]))
    found = [settle_rounds(problem, run, start) for start in starts]
    return min(found, key=lambda owner: _price(problem, owner))


def settle_rounds(problem: AlignmentProblem, run: Run, slot_of: Ints) -> Ints:
    """Assign units to means under every rule, move the means to them, as long as that helps.

    Parameters
    ----------
    problem
        Of kind ``points``, with centres at means.
    run
        On which terms.
    slot_of
        A partition to begin from, (units,).

    Returns
    -------
    Ints
        The best partition met, the one it began from where none keeps the rules, (units,).
    """
    from planner.territories.contiguity.solving import solve_connected
    from planner.territories.given.solving import solve_fixed

    sites = problem.sites
    assert sites is not None
    solve = solve_fixed if problem.neighbours is None else solve_connected
    best, least, owner = slot_of, _price(problem, slot_of), slot_of
    for _ in range(ROUNDS):
        settled = stand_at(problem, find_means(sites, owner, problem.territory_count))
        limited = run
        if run.time_limit is not None:
            limited = replace(run, time_limit=run.seconds + ROUND_SHARE * run.remaining)
        made = solve(settled, limited, Start(territory_of=owner))
        if made.alignment is None or run.is_over():
            break
        owner = problem.collapse(made.alignment.territory_of)
        cost = _price(problem, owner)
        if cost >= least:
            break
        best, least = owner, cost
    return best


def _price(problem: AlignmentProblem, slot_of: Ints) -> float:
    """Return the cost of a partition at its means, infinite where it breaks a rule."""
    assert problem.sites is not None
    centres = find_means(problem.sites, slot_of, problem.territory_count)
    found = evaluate(stand_at(problem, centres), slot_of)
    return np.inf if found.violations else found.cost
