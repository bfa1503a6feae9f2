"""Polygons to a graph of units that touch; islands and bridges are reported, never joined."""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.units.names import count_of, join_names
from planner.units.result import Bools, Ints

GAP_DEGREES = 1e-4
Geometries = npt.NDArray[np.object_]


def find_borders(geometry: Geometries, gap: float = GAP_DEGREES) -> Ints:
    """Find the pairs of units that share a stretch of border.

    Units that meet in a corner only are no neighbours. Borders that were simplified apart count
    as shared when the gap or overlap is small.

    Parameters
    ----------
    geometry
        Polygons in degrees (WGS 84), None where a unit has none, (units,).
    gap
        The widest gap that is taken for a shared border, degrees (0.0001 is about 10 m).

    Returns
    -------
    Ints
        Pairs of positions, the smaller first, ascending, (edges, 2).
    """
    shapes = shapely.make_valid(geometry)
    pairs = _close_pairs(shapes, gap)
    return pairs[_share_border(shapes, pairs, gap)]


def report_parts(
    edges: Ints, geometry: Geometries, unit_ids: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Report units without a polygon, islands, and borders that alone join two parts.

    Parameters
    ----------
    edges
        Pairs of units that touch, (edges, 2).
    geometry
        Their polygons, (units,).
    unit_ids
        Their names, (units,).
    """
    blank = np.flatnonzero(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(unit_ids)))
    graph.add_edges_from(edges.tolist())
    findings = [_blank_finding(unit_ids[i]) for i in blank[:EXAMPLES_SHOWN]]
    return (*findings, *_island_findings(graph, unit_ids), *_bridge_findings(graph, unit_ids))


def _close_pairs(shapes: Geometries, gap: float) -> Ints:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=gap)
    pairs = np.column_stack((left, right))[left < right]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


def _share_border(shapes: Geometries, pairs: Ints, gap: float) -> Bools:
    """Return which pairs share a line, or come within the gap over more than a corner's width."""
    first, second = shapes[pairs[:, 0]], shapes[pairs[:, 1]]
    common = shapely.intersection(first, second)
    shared = (shapely.length(common) > 2 * gap) | (shapely.area(common) > gap * gap)
    rest = np.flatnonzero(~shared)
    grown = shapely.buffer(first[rest], gap)
    # A corner covers at most half a disc, π ÷ 2 × gap²; a border of length l covers l × gap.
    shared[rest] = shapely.area(shapely.intersection(grown, second[rest])) > 4 * gap * gap
    return np.asarray(shared)


def _blank_finding(unit_id: str) -> Finding:
    return Finding(
        severity="warning",
        code="units.no_geometry",
        message=f"Unit {unit_id} has no polygon, so it touches no other.",
        advice="Give its geometry.",
        table="units",
        column="geometry",
        subject=unit_id,
    )


def _island_findings(graph: nx.Graph[int], unit_ids: tuple[str, ...]) -> list[Finding]:
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=_by_size)
    findings = [_island_finding([unit_ids[i] for i in part]) for part in parts[1:][:EXAMPLES_SHOWN]]
    if len(parts) - 1 > EXAMPLES_SHOWN:
        findings.append(_many_islands(len(parts) - 1))
    return findings


def _by_size(part: list[int]) -> tuple[int, int]:
    return -len(part), part[0]


def _island_finding(names: list[str]) -> Finding:
    shown = join_names(names[:6], len(names))
    return Finding(
        severity="warning",
        code="units.island",
        message=f"Cut off from the mainland: {shown} ({count_of('unit', len(names))}).",
        advice="A territory cannot reach across; give a unit that joins them, or plan them apart.",
        table="units",
        subject=names[0],
        count=len(names),
    )


def _many_islands(number: int) -> Finding:
    return Finding(
        severity="warning",
        code="units.island",
        message=f"{number} groups of units are cut off from the mainland in all.",
        advice="A territory cannot reach across from one to the other.",
        table="units",
        count=number,
    )


def _bridge_findings(graph: nx.Graph[int], unit_ids: tuple[str, ...]) -> list[Finding]:
    # A unit that hangs on one border is no bridge: only the pieces it joins matter.
    found: list[tuple[int, int]] = list(nx.bridges(graph))  # type: ignore[arg-type]
    bridges = sorted((min(edge), max(edge)) for edge in found)
    joining = [(a, b) for a, b in bridges if min(graph.degree(a), graph.degree(b)) > 1]
    if not joining:
        return []
    names = (f"{unit_ids[a]}–{unit_ids[b]}" for a, b in joining[:EXAMPLES_SHOWN])
    shown = join_names(names, len(joining))
    return [
        Finding(
            severity="info",
            code="units.bridge",
            message=f"{len(joining)} borders alone join what lies on either side: {shown}.",
            advice="A territory that reaches across needs both units.",
            table="units",
            count=len(joining),
        )
    ]
