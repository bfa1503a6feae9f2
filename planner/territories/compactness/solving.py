"""Compact territories of a graph: connected, balanced, and of the least diameter."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import AlignmentResult, Start
from planner.territories.centres.reporting import report_choice
from planner.territories.compactness.bounds import bound_diameter
from planner.territories.compactness.moves import (
    CompactBest,
    CompactRules,
    CompactState,
    anneal_compact,
    find_diameter,
)
from planner.territories.compiled import RandomState, seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_graph
from planner.territories.contiguity.graph import (
    Graph,
    Scratch,
    build_graph,
    count_extra_parts,
    label_parts,
    make_scratch,
)
from planner.territories.contiguity.starts import keep_main_pieces
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run, worst_excess

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STARTS = 16
TRIES_PER_UNIT = 10_000
CHUNK = 100_000
HOT, COLD = 2.0, 0.3
PENALTY = 200.0


@dataclass(slots=True, kw_only=True, eq=False)
class CompactSearch:
    """What a search over many starts keeps.

    Parameters
    ----------
    rules, graph, scratch
        The problem.
    best
        The best partition so far.
    attempt
        The partition of the last start, whether or not it keeps the rules.
    floor
        No partition has a smaller diameter.
    """

    rules: CompactRules
    graph: Graph
    scratch: Scratch
    best: CompactBest
    attempt: Ints
    floor: float

    def tell(self, run: Run) -> None:
        """Tell whoever wants to know what has been reached."""
        if run.progress is None:
            return
        rules, worst = self.rules, 0.0
        if self.diameter is None:
            worst = worst_excess(rules.amounts, rules.lower, rules.upper, self.attempt)
        run.tell("compactness", cost=self.diameter, bound=self.floor, worst_balance=worst)

    @property
    def diameter(self) -> float | None:
        """The best diameter, None before there is one."""
        found = float(self.best.diameter[0])
        return found if np.isfinite(found) else None


def solve_compact(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Partition a graph into connected, balanced territories of the least diameter.

    Parameters
    ----------
    problem
        Of kind ``graph``.
    run
        Seed, effort, time and whom to tell.
    start
        An alignment to begin from, or None.
    """
    assert problem.graph is not None
    graph = build_graph(problem.graph.edges, problem.unit_count)
    parts = label_parts(graph, np.zeros(problem.unit_count, np.int64))
    findings = describe_graph(problem, graph, parts)
    refused = refuse_graph(problem, parts)
    if refused:
        told = (*findings, *refused)
        return report_choice(problem, run, None, bound=None, infeasible=True, findings=told)
    rules = make_rules(problem)
    search = CompactSearch(
        rules=rules,
        graph=graph,
        scratch=make_scratch(problem.unit_count),
        best=CompactBest(np.zeros(problem.unit_count, np.int64), np.array([np.inf])),
        attempt=np.zeros(problem.unit_count, np.int64),
        floor=bound_diameter(rules, graph),
    )
    begin = None
    if start is not None and start.territory_of is not None:
        begin = problem.collapse(start.territory_of)
    with suppress(KeyboardInterrupt):
        search_starts(search, run, begin)
    found = search.attempt if search.diameter is None else search.best.slot_of
    return report_choice(
        problem, run, found, bound=search.floor, cost=search.diameter, findings=findings
    )


def make_rules(problem: AlignmentProblem) -> CompactRules:
    """Return the distances and limits of a graph problem as arrays.

    Parameters
    ----------
    problem
        Of kind ``graph``.
    """
    assert problem.graph is not None
    distance = measure_paths(problem.graph.edges, problem.graph.lengths, problem.unit_count)
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


def search_starts(search: CompactSearch, run: Run, begin: Ints | None) -> None:
    """Anneal from many starts, some longer than others, and keep the best.

    Parameters
    ----------
    search
        Changed in place.
    run
        On which terms.
    begin
        A first partition, or None.
    """
    rng = run.make_rng()
    random = seed_state(rng)
    starts = STARTS * run.effort if run.time_limit is None else np.inf
    number = 0
    while number < starts and not run.is_over():
        number += 1
        slot_of = seed_partition(search.rules, rng)
        if number == 1 and begin is not None:
            slot_of = complete_start(search, begin)
        if slot_of.min() < 0 or count_extra_parts(search.graph, slot_of) > 0:
            continue
        tries = TRIES_PER_UNIT * len(slot_of) * long_and_short(number)
        anneal_start(search, run, random, slot_of, tries)
        search.tell(run)
        if search.best.diameter[0] <= search.floor * (1.0 + 1e-9):
            return


def complete_start(search: CompactSearch, begin: Ints) -> Ints:
    """Return a start in one piece a territory: what is unknown goes with the nearest unit.

    Parameters
    ----------
    search
        The problem.
    begin
        Territory of each unit, -1 where unknown, (units,).
    """
    nobody = search.rules.lower.shape[1]
    named = np.where(begin < 0, nobody, begin)
    kept = keep_main_pieces(search.graph, named, np.full(len(begin), -1), nobody + 1)
    known = np.flatnonzero((kept >= 0) & (kept < nobody))
    if np.unique(kept[known]).size < nobody:
        return begin
    nearest = known[np.argmin(search.rules.distance[:, known], axis=1)]
    placed = (kept >= 0) & (kept < nobody)
    return np.where(placed, kept, kept[nearest])


def long_and_short(number: int) -> int:
    """Return the length of the numbered start, 1, 1, 2, 1, 1, 2, 4, … (Luby et al. 1993)."""
    while True:
        power = number.bit_length()
        if number == (1 << power) - 1:
            return 1 << (power - 1)
        number -= (1 << (power - 1)) - 1


def seed_partition(rules: CompactRules, rng: np.random.Generator) -> Ints:
    """Return territories around seeds that stand far apart, each unit with its nearest.

    Parameters
    ----------
    rules
        Distances and the number of territories.
    rng
        For the seeds.
    """
    units, territories = rules.distance.shape[0], rules.lower.shape[1]
    seeds = [int(rng.integers(units))]
    near = rules.distance[seeds[0]].copy()
    for _ in range(territories - 1):
        chance = near**2
        total = chance.sum()
        pick = rng.choice(units, p=chance / total) if total > 0 else rng.integers(units)
        seeds.append(int(pick))
        near = np.minimum(near, rules.distance[pick])
    for _ in range(10):
        slot_of = np.argmin(rules.distance[seeds], axis=0)
        seeds = [_find_middle(rules.distance, slot_of, slot, s) for slot, s in enumerate(seeds)]
    return np.asarray(np.argmin(rules.distance[seeds], axis=0), np.int64)


def _find_middle(distance: Floats, slot_of: Ints, slot: int, seed: int) -> int:
    """Return the unit of a territory with the least sum of squared distances to the others."""
    members = np.flatnonzero(slot_of == slot)
    if members.size == 0:
        return seed
    sums = (distance[np.ix_(members, members)] ** 2).sum(axis=0)
    return int(members[np.argmin(sums)])


def anneal_start(
    search: CompactSearch, run: Run, random: RandomState, slot_of: Ints, tries: int
) -> None:
    """Anneal one start in chunks, so that a limit of time is kept.

    Parameters
    ----------
    search
        Its best is changed in place.
    run, random
        On which terms, and where draws come from.
    slot_of
        A connected partition, (units,).
    tries
        Number of moves tried.
    """
    rules, units = search.rules, len(slot_of)
    territories = rules.lower.shape[1]
    ceiling = find_diameter(rules.distance, slot_of)
    state = CompactState(
        slot_of,
        np.zeros(territories, np.int64),
        np.zeros(rules.lower.shape),
        np.zeros((units, units)),
        np.zeros((territories, units)),
        np.array([min(ceiling, search.best.diameter[0] * (1.0 - 0.003))]),
    )
    chunks = max(1, tries // CHUNK)
    heat = HOT * (COLD / HOT) ** (np.arange(chunks + 1) / chunks)
    penalty = PENALTY
    for hot, cold in pairwise(heat.tolist()):
        penalty = anneal_compact(
            rules, search.graph, search.scratch, state, search.best, random,
            tries // chunks, hot, cold, penalty, search.floor,
        )  # fmt: skip
        if run.is_over() or search.best.diameter[0] <= search.floor:
            break
    search.attempt = state.slot_of
