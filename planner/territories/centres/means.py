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
from planner.territories.centres.mean_starts import name_slots, start_partition
from planner.territories.centres.model import Choice, has_other_rules, list_sites, make_choice
from planner.territories.centres.partitions import Partitions
from planner.territories.centres.reporting import report_choice
from planner.territories.centres.starts import take_start
from planner.territories.chosen import Sites
from planner.territories.compiled import seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_parts
from planner.territories.contiguity.graph import label_parts, make_scratch
from planner.territories.distances import measure_distances
from planner.territories.given.solving import find_homeless, refuse_homeless
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.sites.costs import place_points
from planner.territories.sites.dual import climb_prices

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TRIES_PER_UNIT = 800
CHUNK = 100_000
HOT, WARM, COLD = 0.1, 0.01, 0.002
"""First temperatures from nothing and from an earlier answer, and the last."""
MOST_TRIES, MOST_STARTS = 1_000_000, 16
"""A small problem is searched from so many starts as so many tries allow."""
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
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    partitions = Partitions(problem)
    if partitions.are_few:
        found, cost = partitions.find_best(lambda sets: price_sets(sites, sets))
        return _report(problem, choice, run, found, cost, (), findings)
    best, bound = MeanBest(slot_of=np.zeros(choice.units, np.int64)), None
    interrupted = False
    try:
        met = search_starts(problem, choice, run, best, begin)
        # Families are annealed at their middles, which is exact for squares alone.
        apart = sites.indptr is not None and sites.distance != "squared"
        if has_other_rules(problem) or best.broken > 0 or apart:
            best.slot_of = settle_means(problem, run, met)
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
    owner = slot_of[sites.unit_of_point]
    distance = measure_distances(sites.points, centres[owner], sites.distance)
    return float((sites.heavy * distance).sum())


def _find_closest(sites: Sites, centres: Floats) -> Ints:
    """Return the point closest to each mean, (territories,)."""
    from scipy.spatial import cKDTree

    places = place_points(sites.spots, sites.distance)
    return np.asarray(
        cKDTree(places).query(place_points(centres, sites.distance))[1], dtype=np.int64
    )


def search_starts(
    problem: AlignmentProblem, choice: Choice, run: Run, best: MeanBest, begin: Ints | None
) -> list[Ints]:
    """Search from as many starts as a small problem's tries allow.

    Parameters
    ----------
    problem, choice, run
        The problem and the terms.
    best
        Changed in place.
    begin
        What the first start is, or None.

    Returns
    -------
    list
        The best partition of each start, the best first, (units,) each.
    """
    sites = problem.sites
    assert sites is not None
    rng, held = run.make_rng(), problem.held
    wanted = MOST_TRIES * run.effort // (TRIES_PER_UNIT * choice.units)
    met: list[MeanBest] = []
    for number in range(int(np.clip(wanted, 1, MOST_STARTS))):
        if number and run.is_over():
            break
        found = MeanBest(slot_of=best.slot_of)
        met.append(found)
        try:
            search_means(choice, sites, run, rng, found, held, None if number else begin)
        finally:
            if (found.broken, found.cost) < (best.broken, best.cost):
                best.slot_of, best.broken, best.cost = found.slot_of, found.broken, found.cost
    met.sort(key=lambda one: (one.broken, one.cost))
    return [one.slot_of for one in met]


def search_means(
    choice: Choice,
    sites: Sites,
    run: Run,
    rng: np.random.Generator,
    best: MeanBest,
    held: Ints,
    begin: Ints | None = None,
) -> None:
    """Start from spread centres or an earlier answer, take Lloyd steps, anneal; keep the best.

    Parameters
    ----------
    choice, sites
        The problem.
    run
        On which terms.
    rng
        For the draws.
    best
        Changed in place.
    held
        Territory that a unit is held to, -1 none, (units,).
    begin
        A partition to begin from, -1 where unknown, (units,), or None.
    """
    taken = None if begin is None else take_start(choice, begin)
    hot = HOT if taken is None else WARM
    rules = _make_rules(choice, held, squared=sites.distance == "squared")
    slot_of = start_partition(choice, rng) if taken is None else taken[0]
    if taken is None:
        slot_of = name_slots(rules, share_counts(choice, sites, slot_of))
    if not choice.connected:
        slot_of = np.where(held >= 0, held, slot_of)
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


def _make_rules(choice: Choice, held: Ints, *, squared: bool) -> MeanRules:
    """Return the arrays of the loops; points about their mean, so that squares stay small."""
    rules, places = choice.rules, choice.costs.points
    return MeanRules(
        np.ascontiguousarray(places - places.mean(axis=0)),
        choice.costs.weights,
        rules.amounts,
        np.ascontiguousarray(rules.lower),
        np.ascontiguousarray(rules.upper),
        rules.scale,
        held,
        int(squared),
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
