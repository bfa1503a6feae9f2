"""Territories around the means of their points (k-means), within limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.territories.alignment import AlignmentResult
from planner.territories.centres.counts import share_counts
from planner.territories.centres.mean_moves import (
    MeanRules,
    MeanState,
    anneal_means,
    broken_after,
    fill_means,
)
from planner.territories.centres.mean_rules import (
    find_means,
    price_sets,
    settle_means,
    stand_at,
)
from planner.territories.centres.model import Choice, has_other_rules, list_sites, make_choice
from planner.territories.centres.partitions import Partitions
from planner.territories.centres.reporting import report_choice
from planner.territories.centres.starts import place_units, spread_sites, take_start
from planner.territories.compiled import seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_parts
from planner.territories.contiguity.graph import count_extra_parts, label_parts, make_scratch
from planner.territories.distances import measure_distances
from planner.territories.problem import AlignmentProblem, Sites
from planner.territories.progress import Run
from planner.territories.sites.costs import place_points
from planner.territories.sites.dual import climb_prices

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TRIES_PER_UNIT = 800
CHUNK = 100_000
HOT, WARM, COLD = 0.1, 0.01, 0.002
"""First temperatures from nothing and from an earlier answer, and the last."""
LLOYD_STEPS = 20
STARTS = 6
"""Sown starts that are tried beside the spread one."""
BOUND_STEPS = 60


@dataclass(slots=True, kw_only=True, eq=False)
class MeanBest:
    """The best partition met.

    Parameters
    ----------
    slot_of
        (units,)
    cost
        Its cost, infinite while it breaks a limit.
    broken
        By how much it breaks its limits, in mean territories.
    """

    slot_of: Ints
    cost: float = np.inf
    broken: float = np.inf


def solve_means(problem: AlignmentProblem, run: Run, begin: Ints | None = None) -> AlignmentResult:
    """Partition points so that they are close to their territory's mean.

    Parameters
    ----------
    problem
        Of kind ``points`` with centres at means.
    run
        Seed, effort, time and whom to tell.
    begin
        A partition to begin from, -1 where unknown, (units,), or None.
    """
    sites = problem.sites
    assert sites is not None
    assert sites.points is not None
    choice = make_choice(problem)
    findings: tuple[Finding, ...] = ()
    if choice.connected:
        parts = label_parts(choice.graph, np.zeros(choice.units, np.int64))
        findings = describe_graph(problem, choice.graph, parts)
        if parts.max() + 1 > choice.territories:
            refused = (*findings, refuse_parts(problem, parts))
            return report_choice(problem, run, None, bound=None, infeasible=True, findings=refused)
    partitions = Partitions(problem, choice.graph)
    if partitions.are_few:
        found, cost = partitions.find_best(lambda sets: price_sets(sites, sets))
        return _report(problem, choice, run, found, cost, (), findings)
    best, bound = MeanBest(slot_of=np.zeros(choice.units, np.int64)), None
    interrupted = False
    try:
        search_means(choice, sites, run, best, begin)
        if has_other_rules(problem) or best.broken > 0:
            best.slot_of = settle_means(problem, run, best.slot_of)
        bound = bound_means(choice, run, best.cost)
    except KeyboardInterrupt:
        interrupted = True
    if interrupted and not np.isfinite(best.broken):
        return report_choice(problem, run, None, bound=None, findings=findings, interrupted=True)
    relaxed = ("contiguity",) if choice.connected else ()
    result = _report(problem, choice, run, best.slot_of, bound, relaxed, findings)
    return replace(result, interrupted=interrupted)


def _report(
    problem: AlignmentProblem,
    choice: Choice,
    run: Run,
    slot_of: Ints | None,
    bound: float | None,
    relaxes: tuple[str, ...],
    findings: tuple[Finding, ...],
) -> AlignmentResult:
    """Return the result of a partition; without one, none keeps the rules."""
    if slot_of is None:
        return report_choice(problem, run, None, bound=None, infeasible=True, findings=findings)
    sites = problem.sites
    assert sites is not None
    centres = find_means(sites, slot_of, choice.territories)
    return report_choice(
        stand_at(problem, centres),
        run,
        slot_of,
        bound=bound,
        centres=_find_closest(sites, centres),
        centre_points=centres,
        relaxes=relaxes,
        findings=findings,
    )


def price_means(sites: Sites, slot_of: Ints, territories: int) -> float:
    """Return the cost of a partition at its means.

    Parameters
    ----------
    sites, slot_of, territories
        As for :func:`find_means`.
    """
    assert sites.points is not None
    centres = find_means(sites, slot_of, territories)
    distance = measure_distances(sites.points, centres[slot_of], sites.distance)
    return float((distance if sites.weights is None else sites.weights * distance).sum())


def _find_closest(sites: Sites, centres: Floats) -> Ints:
    """Return the point closest to each mean, (territories,)."""
    from scipy.spatial import cKDTree

    assert sites.points is not None
    places = place_points(sites.points, sites.distance)
    return np.asarray(
        cKDTree(places).query(place_points(centres, sites.distance))[1], dtype=np.int64
    )


def search_means(
    choice: Choice, sites: Sites, run: Run, best: MeanBest, begin: Ints | None = None
) -> None:
    """Start from spread centres or an earlier answer, take Lloyd steps, anneal; keep the best.

    Parameters
    ----------
    choice, sites
        The problem.
    run
        On which terms.
    best
        Changed in place.
    begin
        A partition to begin from, -1 where unknown, (units,), or None.
    """
    rng = run.make_rng()
    taken = None if begin is None else take_start(choice, begin)
    hot = HOT if taken is None else WARM
    slot_of = _start_partition(choice, rng) if taken is None else taken[0]
    if taken is None:
        slot_of = share_counts(choice, sites, slot_of)
    places = place_points(
        sites.points if sites.points is not None else np.zeros((0, 2)), sites.distance
    )
    rules = _make_rules(choice, sites, places)
    territories, units = choice.territories, choice.units
    state = MeanState(
        slot_of,
        np.zeros(territories, np.int64),
        np.zeros(rules.lower.shape),
        np.zeros(territories),
        np.zeros((territories, 3)),
        np.zeros(territories),
    )
    total = price_means(sites, slot_of, territories)
    scale = total / (111.0 if sites.distance == "haversine" else 1.0) / units
    fill_means(rules, state)
    _offer(rules, sites, state, best)
    if taken is not None and best.broken > 0:
        state.slot_of[:] = share_counts(choice, sites, slot_of)
    random, scratch = seed_state(rng), make_scratch(units)
    tries = int(TRIES_PER_UNIT * units * run.effort)
    penalty, done, begun, room = scale * units / territories, 0, run.seconds, 0.8 * run.remaining
    while done < tries and not run.is_over():
        part = max(done / tries, (run.seconds - begun) / room if np.isfinite(room) else 0.0)
        heat = scale * hot * (COLD / hot) ** np.minimum([part, part + CHUNK / tries], 1.0)
        penalty = anneal_means(
            rules, choice.near.other, choice.near.first, choice.graph, scratch, state, random,
            min(CHUNK, tries - done), heat[0], heat[1], penalty,
        )  # fmt: skip
        done += CHUNK
        _offer(rules, sites, state, best)
        run.tell("centres", cost=best.cost if np.isfinite(best.cost) else None)
        if part >= 1.0:
            break


def _start_partition(choice: Choice, rng: np.random.Generator) -> Ints:
    """Return territories around spread centres after some Lloyd steps."""
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


def _make_rules(choice: Choice, sites: Sites, places: Floats) -> MeanRules:
    """Return the arrays of the loops; points about their mean, so that squares stay small."""
    weights = np.ones(choice.units) if sites.weights is None else np.asarray(sites.weights, float)
    rules = choice.rules
    return MeanRules(
        np.ascontiguousarray(places - places.mean(axis=0)),
        weights,
        rules.amounts,
        np.ascontiguousarray(rules.lower),
        np.ascontiguousarray(rules.upper),
        rules.scale,
        int(sites.distance == "squared"),
    )


def _offer(rules: MeanRules, sites: Sites, state: MeanState, best: MeanBest) -> None:
    """Keep the partition if it is better than the best: less broken, then cheaper."""
    slots = range(state.size.size)
    broken = sum(broken_after(rules, state, slot, -1, -1) for slot in slots)
    broken = 0.0 if broken <= 1e-9 else broken
    cost = price_means(sites, state.slot_of, state.size.size)
    if (broken, cost) < (best.broken, best.cost):
        best.slot_of = state.slot_of.copy()
        best.broken, best.cost = broken, cost


def bound_means(choice: Choice, run: Run, cost: float) -> float | None:
    """Return half of the bound for centres at points: a mean never saves more than half.

    Parameters
    ----------
    choice
        The problem with centres at points.
    run
        On which terms.
    cost
        Of the best answer.

    Notes
    -----
    A territory's cost from a member drawn by weight is on average at most twice that from its
    mean (exactly twice for squares, by the triangle inequality otherwise).
    """
    if run.is_over() or not np.isfinite(cost):
        return None
    lists = list_sites(choice)
    middle = min(lists.cost.shape[1] - 1, int(1.5 * choice.sites / choice.territories))
    prices = np.minimum(lists.cost[:, middle], lists.ceiling)
    found = climb_prices(
        lists, np.zeros((0, 0)), prices, 2.0 * cost, BOUND_STEPS, lambda *_: not run.is_over()
    )
    return max(0.0, 0.5 * (found.bound - 1e-11 * float(np.abs(found.prices).sum())))
