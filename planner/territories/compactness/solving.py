"""Compact territories of a graph: connected, balanced, and of the least diameter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import AlignmentResult, Start
from planner.territories.blocks import run_blocks
from planner.territories.centres.model import has_other_rules
from planner.territories.centres.partitions import Partitions
from planner.territories.centres.reporting import report_choice
from planner.territories.compactness.bounds import bound_diameter
from planner.territories.compactness.distances import make_rules, measure_units
from planner.territories.compactness.moves import (
    STEP_DOWN,
    CompactBest,
    CompactRules,
    CompactState,
    anneal_compact,
    find_diameter,
)
from planner.territories.compactness.settling import settle_compact, widest
from planner.territories.compactness.starts import draw_start, long_and_short
from planner.territories.compiled import RandomState, seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_graph
from planner.territories.contiguity.graph import (
    Graph,
    build_graph,
    label_parts,
    make_scratch,
)
from planner.territories.given.solving import find_homeless, refuse_homeless
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run, worst_excess

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STARTS, CHAINS = 8, 2
TRIES_PER_UNIT = 10_000
CHUNK = 100_000
HOT, COLD = 2.0, 0.3
PENALTY, SLACK = 200.0, 0.25


@dataclass(slots=True, kw_only=True, eq=False)
class CompactSearch:
    """What a search over many starts keeps.

    Parameters
    ----------
    rules, graph
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
    graph = build_graph(problem.neighbours, problem.unit_count)
    parts = label_parts(graph, np.zeros(problem.unit_count, np.int64))
    findings = describe_graph(problem, graph, parts)
    refused = refuse_graph(problem, graph, parts)
    if refused:
        told = (*findings, *refused)
        return report_choice(problem, run, None, bound=None, infeasible=True, findings=told)
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    distance = measure_units(problem)
    rules, within = make_rules(problem, distance), float(np.diagonal(distance).max())
    partitions = Partitions(problem)
    if partitions.are_few:
        found, cost = partitions.find_best(partial(widest, rules.distance), largest=True)
        if found is None:
            return report_choice(problem, run, None, bound=None, infeasible=True, findings=findings)
        cost = max(cost, within)
        return report_choice(problem, run, found, bound=cost, extra=cost, findings=findings)
    search = CompactSearch(
        rules=rules,
        graph=graph,
        best=make_best(problem.unit_count),
        attempt=np.zeros(problem.unit_count, np.int64),
        floor=max(bound_diameter(rules, graph), within),
    )
    begin = None
    if start is not None and start.territory_of is not None:
        begin = problem.collapse(start.territory_of)
    interrupted = False
    try:
        search_starts(search, run, begin)
    except KeyboardInterrupt:
        interrupted = True
    found = search.attempt if search.diameter is None else search.best.slot_of
    if has_other_rules(problem) and not interrupted:
        found = settle_compact(problem, rules, run, found)
    cost = max(float(find_diameter(rules.distance, found)), within)
    result = report_choice(problem, run, found, bound=search.floor, extra=cost, findings=findings)
    return replace(result, interrupted=interrupted)


def make_best(units: int) -> CompactBest:
    """Return a place for the best partition of so many units."""
    return CompactBest(np.zeros(units, np.int64), np.array([np.inf]))


class Chain:
    """One of the annealings that run beside each other, on memory of its own.

    Parameters
    ----------
    search
        The problem.
    random
        Where its draws come from.
    """

    def __init__(self, search: CompactSearch, random: RandomState) -> None:
        units, territories = search.rules.distance.shape[0], search.rules.lower.shape[1]
        self.search, self.random = search, random
        self.scratch, self.best = make_scratch(units), make_best(units)
        self.penalty = PENALTY
        self.state = CompactState(
            np.zeros(units, np.int64),
            np.zeros(territories, np.int64),
            np.zeros(search.rules.lower.shape),
            np.zeros((units, units)),
            np.zeros((territories, units)),
            np.array([np.inf]),
        )

    def begin(self, slot_of: Ints, slack: float) -> None:
        """Start from a connected partition, (units,), its ceiling so much above its diameter."""
        search = self.search
        self.state.slot_of[:] = slot_of
        diameter = float(find_diameter(search.rules.distance, slot_of))
        self.state.ceiling[0] = max(search.floor, diameter) * (1.0 + slack)
        self.penalty = PENALTY
        self.follow()

    def follow(self) -> None:
        """Look only for what is better than the best that any chain has found."""
        shared = self.search.best
        self.best.slot_of[:], self.best.diameter[0] = shared.slot_of, shared.diameter[0]
        lowest = max(self.search.floor, shared.diameter[0] * (1.0 - STEP_DOWN))
        self.state.ceiling[0] = min(self.state.ceiling[0], lowest)

    def anneal(self, tries: int, hot: float, cold: float) -> None:
        """Try so many moves while the temperature falls."""
        search = self.search
        self.penalty = anneal_compact(
            search.rules, search.graph, self.scratch, self.state, self.best, self.random,
            tries, hot, cold, self.penalty, search.floor,
        )  # fmt: skip


def search_starts(search: CompactSearch, run: Run, begin: Ints | None) -> None:
    """Anneal from many starts, two at a time and some longer than others, and keep the best.

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
    chains = [Chain(search, seed_state(rng)) for _ in range(CHAINS)]
    starts = STARTS * run.effort if run.time_limit is None else np.inf
    number, slack = 0, 0.0
    while number < starts and not run.is_over():
        number += 1
        first = begin if number == 1 else None
        drawn = [draw_start(search.rules, search.graph, rng, one) for one in (first, None)]
        ready = []
        for chain, slot_of in zip(chains, drawn, strict=True):
            if slot_of is not None:
                chain.begin(slot_of, slack)
                ready.append(chain)
        units = search.rules.distance.shape[0]
        anneal_beside(search, run, ready, TRIES_PER_UNIT * units * long_and_short(number))
        search.tell(run)
        # Where no start could be balanced under its own diameter, the next ones may be wider.
        slack += SLACK if search.diameter is None else 0.0
        if search.best.diameter[0] <= search.floor * (1.0 + 1e-9):
            return


def anneal_beside(search: CompactSearch, run: Run, chains: list[Chain], tries: int) -> None:
    """Anneal some chains beside each other, in chunks after each of which they share the best.

    Each chunk depends on nothing but its chain, so that any number of threads finds the same.

    Parameters
    ----------
    search
        Its best is changed in place.
    run
        On which terms.
    chains
        Begun; none where no start was connected.
    tries
        Number of moves that each tries.
    """
    chunks = max(1, tries // CHUNK)
    heat = (HOT * (COLD / HOT) ** (np.arange(chunks + 1) / chunks)).tolist()
    for hot, cold in pairwise(heat if chains else []):
        anneal = partial(_anneal_chain, chains, tries // chunks, hot, cold)
        run_blocks(anneal, len(chains))
        first = min(chains, key=lambda chain: float(chain.best.diameter[0]))
        if first.best.diameter[0] < search.best.diameter[0]:
            search.best.slot_of[:] = first.best.slot_of
            search.best.diameter[0] = first.best.diameter[0]
        for chain in chains:
            chain.follow()
        if run.is_over() or search.best.diameter[0] <= search.floor:
            break
    if chains:
        search.attempt = chains[0].state.slot_of.copy()


def _anneal_chain(chains: list[Chain], tries: int, hot: float, cold: float, number: int) -> None:
    chains[number].anneal(tries, hot, cold)
