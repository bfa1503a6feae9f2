"""Territories given, and every one of them connected in the graph of neighbours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.alignment import AlignmentResult, Start
from planner.territories.compiled import seed_state
from planner.territories.contiguity.graph import (
    Graph,
    build_graph,
    count_extra_parts,
    label_parts,
    make_scratch,
)
from planner.territories.contiguity.moves import Partition, anneal_connected
from planner.territories.contiguity.starts import connect_pieces
from planner.territories.given.incumbent import Incumbent, name_prices
from planner.territories.given.model import Model, make_model
from planner.territories.given.reporting import make_result
from planner.territories.given.rounding import find_places
from planner.territories.given.search import Search, start_search
from planner.territories.given.solving import (
    find_homeless,
    refuse_homeless,
    search_fixed,
)
from planner.territories.names import list_names
from planner.territories.prices.candidates import list_candidates
from planner.territories.prices.dual import price_candidates, typical_cost
from planner.territories.prices.sources import open_source
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TRIES_PER_UNIT = 4_000
ROUNDS = 40
HOT, COLD = 0.5, 0.005
PRICING_SHARE = 0.4


def describe_graph(problem: AlignmentProblem, graph: Graph, parts: Ints) -> tuple[Finding, ...]:
    """Return findings on islands, separate parts and bridges of the graph of neighbours.

    Parameters
    ----------
    problem
        The problem.
    graph
        The neighbours.
    parts
        Connected part of each unit, (units,).
    """
    found: list[Finding] = []
    alone = np.flatnonzero(np.diff(graph.first) == 0)
    if alone.size:
        found.append(_name_islands(problem, alone))
    sizes = np.bincount(parts)
    apart = np.flatnonzero((sizes > 1) & (sizes < sizes.max()))
    if apart.size or (sizes == sizes.max()).sum() > 1:
        found.append(_name_parts(problem, parts, sizes))
    found.extend(_name_bridges(problem, graph))
    return tuple(found)


def _name_islands(problem: AlignmentProblem, alone: Ints) -> Finding:
    names = [problem.unit_ids[unit] for unit in alone[:EXAMPLES_SHOWN].tolist()]
    return Finding(
        severity="warning",
        code="units.island",
        message=f"{list_names(names)} has no neighbour at all, so no other unit can share its "
        "territory",
        advice="Add the neighbour it is served from (a ferry, a bridge) to the units' neighbours.",
        table="units",
        subject=names[0],
        count=int(alone.size),
    )


def _name_parts(problem: AlignmentProblem, parts: Ints, sizes: Ints) -> Finding:
    smaller = np.argsort(-sizes, kind="stable")[1:]
    firsts = [int(np.flatnonzero(parts == part)[0]) for part in smaller[:EXAMPLES_SHOWN].tolist()]
    names = [problem.unit_ids[unit] for unit in firsts]
    return Finding(
        severity="warning",
        code="units.separate_parts",
        message=f"The units are in {len(sizes)} parts that do not touch; apart from the largest "
        f"({sizes.max():,} units) they begin with {list_names(names)}",
        advice="A territory lies within one part. Add neighbours where a part is served from "
        "another.",
        table="units",
        subject=names[0],
        count=len(sizes),
    )


def _name_bridges(problem: AlignmentProblem, graph: Graph) -> tuple[Finding, ...]:
    """Return a finding on edges whose loss would part the graph (leaves left aside)."""
    import networkx as nx

    ends = np.repeat(np.arange(problem.unit_count), np.diff(graph.first))
    net = nx.Graph(zip(ends.tolist(), graph.other.tolist(), strict=True))
    narrow = [edge for edge in nx.bridges(net) if min(net.degree[e] for e in edge) > 1]
    if not narrow:
        return ()
    one, other = min(tuple(sorted(edge)) for edge in narrow)
    a, b = problem.unit_ids[one], problem.unit_ids[other]
    return (
        Finding(
            severity="info",
            code="units.bridge",
            message=f"{len(narrow)} links alone hold parts of the map together, for example "
            f"{a} with {b}",
            advice="A territory that spans such a link must hold both its ends.",
            table="units",
            subject=a,
            count=len(narrow),
        ),
    )


def refuse_parts(problem: AlignmentProblem, parts: Ints) -> Finding:
    """Return the finding where the graph has more parts than there are territories.

    Parameters
    ----------
    problem
        The problem.
    parts
        Connected part of each unit, (units,).
    """
    _, first = np.unique(parts, return_index=True)
    names = [problem.unit_ids[unit] for unit in np.sort(first)[:EXAMPLES_SHOWN].tolist()]
    return Finding(
        severity="error",
        code="alignment.more_parts_than_territories",
        message=f"The units are in {len(first)} parts that do not touch, but there are only "
        f"{problem.territory_count} territories; the parts begin with {list_names(names)}",
        advice="Add neighbours where a part is served from another, or ask for more territories.",
        table="units",
        subject=names[0],
        count=len(first),
    )


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
    if parts.max() + 1 > problem.territory_count:
        refused = (*findings, refuse_parts(problem, parts))
        return make_result(problem, run, None, bound=None, infeasible=True, findings=refused)
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    model = make_model(problem)
    loose = Incumbent()
    limited = run.time_limit
    pricing = replace(run, time_limit=None if limited is None else PRICING_SHARE * limited)
    found: Ints | None = None
    interrupted = False
    try:
        search_fixed(problem, open_source(problem, model), pricing, start, loose)
        if not loose.proven_infeasible:
            found = search_connected(problem, model, graph, run, loose)
    except KeyboardInterrupt:
        interrupted = True
    shown = loose.territory_of if found is None else found
    return make_result(
        problem,
        run,
        shown,
        bound=loose.bound if np.isfinite(loose.bound) else None,
        infeasible=loose.proven_infeasible,
        prices=None
        if loose.prices is None
        else name_prices(model, loose.prices, problem.territory_ids),
        relaxes=() if shown is not None and _is_free(loose, shown) else ("contiguity",),
        findings=findings,
        interrupted=interrupted,
    )


def _is_free(loose: Incumbent, shown: Ints) -> bool:
    """Say whether the best without contiguity happens to be connected and proven."""
    return (
        loose.territory_of is not None
        and loose.is_optimal
        and bool(np.array_equal(loose.territory_of, shown))
    )


def search_connected(
    problem: AlignmentProblem,
    model: Model,
    graph: Graph,
    run: Run,
    loose: Incumbent,
) -> Ints:
    """Make an assignment connected and anneal it; return the best, (units,).

    Parameters
    ----------
    problem, model, graph, run
        The problem and the terms.
    loose
        The best assignment and bound without contiguity.
    """
    if loose.excess == 0 and loose.territory_of is not None:
        owner = loose.territory_of
        if count_extra_parts(graph, owner) == 0:
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
    need = count_needed(problem, graph)
    owner = connect_pieces(graph, candidates, rough, problem.held, need)
    search.place_units(find_places(candidates, owner))
    return anneal_rounds(search, graph, owner, run, scale, loose.bound)


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
    search: Search, graph: Graph, owner: Ints, run: Run, scale: float, bound: float
) -> Ints:
    """Anneal in rounds of growing penalties until the effort or the time is spent.

    Parameters
    ----------
    search
        A connected assignment; changed in place.
    graph
        The neighbours.
    owner
        Its territories, (units,).
    run
        On which terms.
    scale
        A typical difference of cost.
    bound
        No assignment costs less.

    Returns
    -------
    Ints
        The best assignment that keeps every limit, else the last, (units,).
    """
    units, territories = len(owner), search.model.territory_count
    size = np.bincount(owner, minlength=territories).astype(np.int64)
    place = search.state.place
    partition = Partition(owner.copy(), size, place.copy(), np.array([np.inf]))
    random, scratch = seed_state(run.make_rng()), make_scratch(units)
    hard = search.model.hard
    rounds = max(2, int(ROUNDS * run.effort)) if run.time_limit is None else ROUNDS
    heat = scale * HOT * (COLD / HOT) ** (np.arange(rounds + 1) / rounds)
    tries = max(1, TRIES_PER_UNIT * units // ROUNDS)
    for number in range(rounds):
        kept = anneal_connected(
            search.ground, hard, graph, scratch, search.state, partition, random,
            tries, heat[number], heat[number + 1],
        )  # fmt: skip
        search.refresh()
        search.ground.inner[:, hard] *= 0.9 if kept > 8 else 1.0 if kept > 0 else 1.5
        cost = float(partition.cost[0])
        run.tell("contiguity", cost=cost if np.isfinite(cost) else None, bound=bound)
        if run.is_over():
            break
    best = partition.best if np.isfinite(partition.cost[0]) else search.state.place
    return search.candidates.territory[best].astype(np.int64)
