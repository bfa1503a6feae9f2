"""Territories given, and every one of them connected in the graph of neighbours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import AlignmentResult, Start
from planner.territories.compiled import seed_state
from planner.territories.contiguity.exact import MOST_PAIRS, solve_small
from planner.territories.contiguity.findings import describe_graph, refuse_graph
from planner.territories.contiguity.graph import (
    Graph,
    build_graph,
    build_row_graph,
    label_parts,
    make_scratch,
)
from planner.territories.contiguity.moves import Partition, anneal_connected
from planner.territories.contiguity.starts import connect_pieces
from planner.territories.given.deepening import find_places
from planner.territories.given.incumbent import Incumbent, name_prices
from planner.territories.given.model import Model, make_model
from planner.territories.given.reporting import make_result
from planner.territories.given.search import Search, start_search
from planner.territories.given.solving import (
    find_homeless,
    refuse_homeless,
    search_fixed,
)
from planner.territories.prices.candidates import Candidates, list_candidates
from planner.territories.prices.dual import price_candidates, typical_cost
from planner.territories.prices.sources import open_source
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
TRIES_PER_UNIT = 4_000
ROUNDS = 40
HOT, COLD = 0.5, 0.005
WARM, REHEAT = 0.05, 0.4
CHUNK, LEAST_CHUNK, CHUNK_VISITS = 100_000, 2_000, 5_000_000
MOST_CYCLES, SMALL = 6, 2_000
PRICING_SHARE = 0.4


def solve_connected(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Solve a problem whose territories are given and must be connected.

    Parameters
    ----------
    problem
        The problem, with neighbours.
    run
        Seed, effort, time and whom to tell.
    start
        What to begin from.
    """
    graph = build_graph(problem.neighbours, problem.unit_count)
    parts = label_parts(graph, np.zeros(problem.unit_count, np.int64))
    findings = describe_graph(problem, graph, parts)
    refused = refuse_graph(problem, graph, parts)
    if refused:
        told = (*findings, *refused)
        return make_result(problem, run, None, bound=None, infeasible=True, findings=told)
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    model = make_model(problem)
    loose = Incumbent()
    limited = run.time_limit
    pricing = replace(run, time_limit=None if limited is None else PRICING_SHARE * limited)
    found: Ints | None = None
    interrupted = False
    begin = None if start is None or start.territory_of is None else start.territory_of
    try:
        search_fixed(problem, open_source(problem, model), pricing, start, loose)
        if not loose.proven_infeasible:
            found = search_connected(problem, model, graph, run, loose, begin)
    except KeyboardInterrupt:
        interrupted = True
    shown = loose.territory_of if found is None else found
    result = make_result(
        problem,
        run,
        shown,
        bound=loose.bound if np.isfinite(loose.bound) else None,
        infeasible=loose.proven_infeasible,
        prices=None
        if loose.prices is None
        else name_prices(model, loose.prices, problem.territory_ids),
        relaxes=("contiguity",),
        findings=findings,
        interrupted=interrupted,
    )
    return replace(result, bound_relaxes=()) if result.status == "optimal" else result


def search_connected(
    problem: AlignmentProblem,
    model: Model,
    graph: Graph,
    run: Run,
    loose: Incumbent,
    begin: Ints | None,
) -> Ints:
    """Make an assignment connected and anneal it; return the best, (units,).

    Parameters
    ----------
    problem, model, graph, run
        The problem and the terms.
    loose
        The best assignment and bound without contiguity.
    begin
        An earlier alignment to begin from, by the problem's rows, -1 where unknown, or None.
    """
    if loose.excess == 0 and loose.territory_of is not None:
        owner = loose.territory_of
        if build_row_graph(problem).count_extra_parts(owner) == 0:
            return owner
    candidates = list_candidates(problem, model.by_pair)
    scale = typical_cost(candidates)
    prices = np.zeros((model.territory_count, len(model.rows)))
    if loose.prices is not None:
        prices = loose.prices
    priced = price_candidates(model, candidates, prices)
    search = start_search(model, candidates, priced, scale)
    rough = candidates.territory[priced.best].astype(np.int64)
    if loose.territory_of is not None:
        rough = loose.territory_of
    known = np.full(len(rough), -1) if begin is None else problem.collapse(begin)
    # Where a start says all, the search stays near it.
    hot = HOT if (known < 0).any() else WARM
    rough = np.where((known >= 0) & _may_serve(candidates, known), known, rough)
    need = count_needed(problem, graph)
    owner = connect_pieces(graph, candidates, rough, problem.held, need)
    search.place_units(find_places(candidates, owner))
    found = anneal_rounds(search, graph, owner, run, scale * hot, loose.bound)
    return _settle_small(problem, search, run, loose, found)


def _settle_small(
    problem: AlignmentProblem,
    search: Search,
    run: Run,
    loose: Incumbent,
    found: Ints,
) -> Ints:
    """Solve what is small exactly, contiguity included; return the best, (units,)."""
    if len(search.candidates.territory) > MOST_PAIRS or not _lists_all(problem, search):
        return found
    rows = build_row_graph(problem)
    search.place_units(find_places(search.candidates, found))
    feasible = not search.excess.any() and rows.count_extra_parts(found) == 0
    cost = search.cost if feasible else np.inf
    if feasible and cost - loose.bound <= 1e-9 * abs(cost):
        return found
    exact = solve_small(search, rows, run, loose.bound)
    if exact.place is not None:
        search.place_units(exact.place)
        if not search.excess.any() and search.cost < cost:
            found, cost = search.territory_of, search.cost
    if not np.isfinite(exact.bound):
        loose.proven_infeasible = not feasible
    loose.bound = max(loose.bound, min(exact.bound, cost))
    return found


def _lists_all(problem: AlignmentProblem, search: Search) -> bool:
    """Say whether the candidates are all pairs that may be."""
    held = problem.held[:, None]
    free = (held < 0) | (held == np.arange(problem.territory_count))
    may = problem.eligible_block(np.arange(problem.unit_count)) & free
    return len(search.candidates.territory) >= int(may.sum())


def _may_serve(candidates: Candidates, owner: Ints) -> Bools:
    """Say whether each unit's territory is among its candidates, (units,)."""
    same = candidates.territory == owner[candidates.unit_of]
    return np.asarray(np.bincount(candidates.unit_of, same, len(owner)) > 0)


def count_needed(problem: AlignmentProblem, graph: Graph) -> Ints:
    """Return how many territories each part of the graph needs, and how many there are.

    Parameters
    ----------
    problem
        The problem.
    graph
        The neighbours.
    """
    part = label_parts(graph, np.zeros(problem.unit_count, np.int64))
    need = np.ones(part.max() + 1)
    for measure in problem.measures:
        most = float(measure.upper.max())
        if measure.is_hard and 0 < most < np.inf:
            load = np.bincount(part, np.minimum(measure.amounts, most))
            need = np.maximum(need, np.ceil(load / most - 1e-9))
    return np.append(need, problem.territory_count).astype(np.int64)


def anneal_rounds(
    search: Search, graph: Graph, owner: Ints, run: Run, hot: float, bound: float
) -> Ints:
    """Anneal in cycles of rounds with changing penalties until the effort or the time is spent.

    Parameters
    ----------
    search
        A connected assignment; changed in place.
    graph
        The neighbours.
    owner
        Its territories, (units,).
    run
        On which terms: without a limit of time a large problem has one cycle.
    hot
        The first temperature, in cost; every other cycle begins cooler, from the best.
    bound
        No assignment costs less.

    Returns
    -------
    Ints
        The best assignment that keeps every limit, else the last, (units,).
    """
    size = np.bincount(owner, minlength=search.model.territory_count).astype(np.int64)
    place = search.state.place
    partition = Partition(owner.copy(), size, place.copy(), np.array([np.inf]))
    annealing = _Annealing(search, graph, partition, run, bound)
    cycles = np.inf
    if run.time_limit is None:
        cycles = run.effort * max(1, min(MOST_CYCLES, SMALL // len(owner)))
    number = 0
    while number == 0 or (number < cycles and not annealing.is_done):
        # Every other cycle forgets where the best was: small maps have many dead ends.
        if number % 2:
            annealing.restart()
        annealing.cycle(hot * REHEAT if number % 2 else hot)
        number += 1
    best = partition.best if np.isfinite(partition.cost[0]) else search.state.place
    return search.candidates.territory[best].astype(np.int64)


def chunk_tries(units: int, territories: int) -> int:
    """Return how many moves to try before looking at the clock.

    A move may have to walk through a whole territory to see that it stays connected.

    Parameters
    ----------
    units, territories
        How many there are.
    """
    return int(np.clip(CHUNK_VISITS * territories // units, LEAST_CHUNK, CHUNK))


class _Annealing:
    """A connected partition as it is annealed."""

    def __init__(
        self, search: Search, graph: Graph, partition: Partition, run: Run, bound: float
    ) -> None:
        self.search, self.graph, self.partition = search, graph, partition
        self.run, self.bound = run, bound
        self.inner = search.ground.inner.copy()
        self.random, self.scratch = seed_state(run.make_rng()), make_scratch(partition.owner.size)

    @property
    def is_done(self) -> bool:
        """Whether the time is over, or the bound proves the best."""
        cost = float(self.partition.cost[0])
        proven = np.isfinite(cost) and cost - self.bound <= 1e-9 * abs(cost)
        return bool(proven) or self.run.is_over()

    def restart(self) -> None:
        """Go back to the best that keeps every limit, if there is one."""
        search, partition = self.search, self.partition
        if np.isfinite(partition.cost[0]):
            search.place_units(partition.best)
            partition.owner[:] = search.territory_of
            partition.size[:] = np.bincount(partition.owner, minlength=partition.size.size)

    def cycle(self, hot: float) -> None:
        """Anneal once from a temperature down, in chunks, so that a limit of time is kept."""
        search, run, units = self.search, self.run, self.partition.owner.size
        rounds = ROUNDS if run.time_limit is not None else max(2, int(ROUNDS * run.effort))
        tries = max(1, TRIES_PER_UNIT * units // ROUNDS)
        chunk = chunk_tries(units, self.partition.size.size)
        begun, room = run.seconds, run.remaining
        search.ground.inner[:] = self.inner
        for number in range(rounds):
            kept, done = 0, 0
            while done < tries and not self.is_done:
                part = (number + done / tries) / rounds
                if np.isfinite(room):
                    part = max(part, (run.seconds - begun) / room)
                after = part + min(chunk, tries - done) / tries / rounds
                heat = hot * (COLD / HOT) ** np.minimum([part, after], 1.0)
                kept += self._anneal(min(chunk, tries - done), heat)
                done += chunk
            hard = search.model.hard
            search.ground.inner[:, hard] *= 0.9 if kept > 8 else 1.0 if kept > 0 else 1.5
            if self.is_done:
                return

    def _anneal(self, tries: int, heat: Floats) -> int:
        search, partition = self.search, self.partition
        kept = anneal_connected(
            search.ground, search.model.hard, self.graph, self.scratch, search.state, partition,
            self.random, tries, heat[0], heat[1],
        )  # fmt: skip
        search.refresh()
        cost = float(partition.cost[0])
        found = np.isfinite(cost)
        worst = 0.0 if found else search.worst_balance
        self.run.tell("contiguity", cost if found else None, self.bound, worst)
        return kept
