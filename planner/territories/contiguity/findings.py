"""What a planner should know of the graph of neighbours: islands, parts, bridges, what cannot be."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.contiguity.counting import (
    find_misfits,
    find_shortfalls,
    refuse_misfit,
    refuse_shortfall,
)
from planner.territories.contiguity.graph import Graph, build_row_graph, label_parts
from planner.territories.names import list_names
from planner.territories.problem import AlignmentProblem

Ints = npt.NDArray[np.int64]


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


def refuse_torn(problem: AlignmentProblem) -> tuple[Finding, ...]:
    """Return findings on families whose rows lie in parts of the map that do not touch.

    Parameters
    ----------
    problem
        The problem.
    """
    if problem.member_neighbours is None:
        return ()
    graph, unit_of = build_row_graph(problem)
    part = label_parts(graph, np.zeros(len(unit_of), np.int64))
    _, first = np.unique(unit_of, return_index=True)
    torn = np.unique(unit_of[part != part[first][unit_of]])
    if not torn.size:
        return ()
    names = [problem.unit_ids[unit] for unit in torn[:EXAMPLES_SHOWN].tolist()]
    return (
        Finding(
            severity="error",
            code="alignment.family_in_separate_parts",
            message=f"The family of {list_names(names)} lies in parts of the map that do not "
            "touch, so that no connected territory can hold all of it",
            advice="Add the neighbours that join the parts, or leave the family out of families.",
            table="units",
            subject=names[0],
            count=int(torn.size),
        ),
    )


def refuse_graph(problem: AlignmentProblem, graph: Graph, parts: Ints) -> tuple[Finding, ...]:
    """Return findings where adding up alone shows that the parts of the graph cannot be shared.

    Parameters
    ----------
    problem
        The problem.
    graph
        The neighbours.
    parts
        Connected part of each unit, (units,).
    """
    if parts.max() + 1 > problem.territory_count:
        return (refuse_parts(problem, parts),)
    torn = refuse_torn(problem)
    if torn:
        return torn
    misfits = islice(find_misfits(problem, parts), EXAMPLES_SHOWN)
    found = tuple(refuse_misfit(problem, parts, misfit) for misfit in misfits)
    if found or problem.kind != "territories":
        return found
    short = islice(find_shortfalls(problem, graph), EXAMPLES_SHOWN)
    return tuple(refuse_shortfall(problem, one) for one in short)
