"""Geographic units: which polygon each account lies in, and where a unit without accounts is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.units.grouping import Grouping, Objects
from planner.units.holds import AccountHolds
from planner.units.names import count_of, join_names
from planner.units.result import Floats, Ints
from planner.units.sphere import pair_distances_km

if TYPE_CHECKING:
    import geopandas as gpd

NEAR_KM = 25.0
"""Coasts are drawn coarsely and addresses are placed coarsely: so far off still means that unit."""


def group_geography(
    data: PlanningData, table: gpd.GeoDataFrame, holds: AccountHolds, *, report_families: bool
) -> Grouping:
    """Group accounts by the geographic unit that they name, else lie in.

    Parameters
    ----------
    data
        The accounts.
    table
        The units, with unit_id and geometry in WGS 84; those without accounts are kept.
    holds
        Accounts of one unit that are held to different territories are an error: the unit
        cannot be split.
    report_families
        Whether families that the units split are listed.

    Returns
    -------
    Grouping
        Its findings hold an error for each account that is in no unit.
    """
    names = table["unit_id"].astype(str).to_numpy(object)
    unit_ids = sorted(set(names))
    order = {name: i for i, name in enumerate(unit_ids)}
    unit, located = _locate(data, table, order)
    lost = np.flatnonzero(unit < 0)
    ids = data.accounts["account_id"].astype(str).to_numpy(object)
    findings = [
        *located,
        *_lost_findings(data, lost),
        *_conflict_findings(unit, ids, unit_ids, holds),
    ]
    if report_families:
        findings += _family_findings(data, unit)
    return _with_strays([*unit_ids], unit, lost, ids, findings)


def leave_out_empty_parts(grouping: Grouping, edges: Ints) -> tuple[Grouping, Ints]:
    """Leave out the units of parts of the map that have no account: nobody need go there.

    Parameters
    ----------
    grouping
        Accounts by unit.
    edges
        Pairs of units that touch, (edges, 2).

    Returns
    -------
    Grouping
        With the units that hang together with some account.
    Ints
        Their edges, (edges, 2).
    """
    number = len(grouping.unit_ids)
    joined = np.ones(len(edges), dtype=np.float64)
    links = sparse.csr_array((joined, (edges[:, 0], edges[:, 1])), shape=(number, number))
    _, part = connected_components(links, directed=False)
    kept = np.isin(part, part[grouping.unit_of_account])
    if kept.all():
        return grouping, edges
    position = np.cumsum(kept) - 1
    left_out = [name for name, stays in zip(grouping.unit_ids, kept, strict=True) if not stays]
    smaller = Grouping(
        unit_ids=tuple(n for n, stays in zip(grouping.unit_ids, kept, strict=True) if stays),
        unit_of_account=position[grouping.unit_of_account],
        findings=(*grouping.findings, _left_out_finding(left_out)),
    )
    return smaller, position[edges[kept[edges[:, 0]]]]


def _left_out_finding(names: list[str]) -> Finding:
    shown = join_names(names[:EXAMPLES_SHOWN], len(names))
    return Finding(
        severity="info",
        code="units.empty_part",
        message=f"Left out for being cut off from every account: {shown} "
        f"({count_of('unit', len(names))}).",
        table="units",
        count=len(names),
    )


def polygons_of_units(table: gpd.GeoDataFrame, unit_ids: tuple[str, ...]) -> Objects:
    """Return each unit's polygon, None where the table has none, (units,).

    Parameters
    ----------
    table
        With unit_id and geometry in WGS 84.
    unit_ids
        The order of the polygons.
    """
    known = dict(zip(table["unit_id"].astype(str), table.geometry, strict=True))
    return np.array([known.get(name) for name in unit_ids], dtype=object)


def centre_points(polygons: Objects) -> Floats:
    """Return a point inside each polygon, latitude and longitude, NaN without one, (units, 2)."""
    inside = shapely.point_on_surface(polygons)
    return np.column_stack((shapely.get_y(inside), shapely.get_x(inside)))


def _locate(
    data: PlanningData, table: gpd.GeoDataFrame, order: dict[str, int]
) -> tuple[Ints, list[Finding]]:
    """Return the unit of each account, -1 where none is found, and what was placed by us."""
    named = data.accounts["unit_id"].astype("string").map(order).astype("Float64")
    unit = np.asarray(named.fillna(-1).to_numpy(np.int64), dtype=np.int64)
    points = data.accounts[["longitude", "latitude"]].to_numpy(np.float64)
    free = np.flatnonzero((unit < 0) & ~np.isnan(points).any(axis=1))
    if len(free) == 0:
        return unit, []
    rows, off = _polygons_of(points[free], table)
    code = np.array([order[name] for name in table["unit_id"].astype(str)], dtype=np.int64)
    found = rows >= 0
    unit[free[found]] = code[rows[found]]
    inside, near = found & (off == 0), found & (off > 0)
    return unit, _placed_findings(data, free[inside], free[near], off[near])


def _polygons_of(points: Floats, table: gpd.GeoDataFrame) -> tuple[Ints, Floats]:
    """Return the polygon of each point, else the nearest within 25 km, -1; and how far off, km."""
    polygons = table.geometry.to_numpy()
    tree = shapely.STRtree(polygons)
    geometry = np.asarray(shapely.points(points))
    rows = np.full(len(points), len(table), dtype=np.int64)
    np.minimum.at(rows, *tree.query(geometry, predicate="intersects"))
    off = np.zeros(len(points))
    outside = np.flatnonzero(rows == len(table))
    close = tree.query_nearest(geometry[outside])
    np.minimum.at(rows, outside[close[0]], close[1])
    off[outside] = _km_between(geometry[outside], polygons[rows[outside]])
    return np.where(off > NEAR_KM, -1, rows), off


def _km_between(points: Objects, polygons: Objects) -> Floats:
    """Return the distance of each point to the polygon beside it, km."""
    lines = shapely.shortest_line(points, polygons)
    here, there = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    ends = [np.column_stack((shapely.get_y(end), shapely.get_x(end))) for end in (here, there)]
    return pair_distances_km(ends[0], ends[1])


def _with_strays(
    unit_ids: list[str], unit: Ints, lost: Ints, ids: Objects, findings: list[Finding]
) -> Grouping:
    """Give each account that is in no unit one of its own, so that nothing is dropped."""
    names = np.array([*unit_ids, *(f"account {ids[i]}" for i in lost)], dtype=object)
    unit = unit.copy()
    unit[lost] = len(unit_ids) + np.arange(len(lost))
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Grouping(
        unit_ids=tuple(names[order]), unit_of_account=rank[unit], findings=tuple(findings)
    )


def _placed_findings(data: PlanningData, placed: Ints, near: Ints, off: Floats) -> list[Finding]:
    findings = []
    if len(placed):
        findings.append(
            Finding(
                severity="info",
                code="units.located",
                message="The unit was taken from the coordinates for "
                f"{count_of('account', len(placed))} without a known unit_id.",
                table="accounts",
                column="unit_id",
                count=len(placed),
            )
        )
    if len(near):
        shown = join_names(data.accounts["account_id"].iloc[near[:EXAMPLES_SHOWN]], len(near))
        findings.append(
            Finding(
                severity="warning",
                code="units.located_near",
                message="The nearest unit was taken for "
                f"{count_of('account', len(near))} outside every unit, up to {off.max():.0f} km off: "
                f"{shown}.",
                advice="Give their unit_id, or check their coordinates.",
                table="accounts",
                column="unit_id",
                count=len(near),
            )
        )
    return findings


def _lost_findings(data: PlanningData, lost: Ints) -> list[Finding]:
    accounts = data.accounts
    findings = [
        Finding(
            severity="error",
            code="units.account_without_unit",
            message=f"Account {accounts['account_id'].iloc[i]} is in no geographic unit, nor within "
            f"{NEAR_KM:.0f} km of one.",
            advice="Give its unit_id or its coordinates, a units table that reaches it, or leave it "
            "out with a condition.",
            table="accounts",
            row=int(accounts["row"].iloc[i]),
            column="unit_id",
            subject=str(accounts["account_id"].iloc[i]),
        )
        for i in lost[:EXAMPLES_SHOWN]
    ]
    if len(lost) > EXAMPLES_SHOWN:
        findings.append(
            Finding(
                severity="error",
                code="units.account_without_unit",
                message=f"{count_of('account', len(lost))} are in no geographic unit in all.",
                advice="Give unit_id or coordinates, or leave them out with a condition.",
                table="accounts",
                column="unit_id",
                count=len(lost),
            )
        )
    return findings


def _conflict_findings(
    unit: Ints, ids: Objects, unit_ids: list[str], holds: AccountHolds
) -> list[Finding]:
    held = np.flatnonzero((holds.seat_of_account >= 0) & (unit >= 0))
    pairs = np.unique(np.column_stack((unit[held], holds.seat_of_account[held])), axis=0)
    units, counts = np.unique(pairs[:, 0], return_counts=True)
    findings = []
    for conflict in units[counts > 1][:EXAMPLES_SHOWN]:
        inside = held[unit[held] == conflict]
        told = "; ".join(
            f"{ids[i]} to {holds.territory_ids[holds.seat_of_account[i]]} "
            f"('{holds.names[holds.hold_of_account[i]]}')"
            for i in inside[:6]
        )
        findings.append(_conflict_finding(unit_ids[conflict], told))
    return findings


def _conflict_finding(unit_id: str, told: str) -> Finding:
    return Finding(
        severity="error",
        code="units.conflicting_holds",
        message=f"Unit {unit_id} cannot be split, but its accounts are held to different reps: "
        + told
        + ".",
        advice="Drop one of the holds, or plan without geographic units.",
        table="units",
        subject=unit_id,
    )


def _family_findings(data: PlanningData, unit: Ints) -> list[Finding]:
    frame = pd.DataFrame({"family": data.accounts["family"].astype(str).to_numpy(), "unit": unit})
    counts = frame.groupby("family", sort=True)["unit"].nunique()
    split = counts[counts > 1]
    if split.empty:
        return []
    shown = ", ".join(
        f"{name} (in {number} units)" for name, number in split[:EXAMPLES_SHOWN].items()
    )
    return [
        Finding(
            severity="warning",
            code="units.family_across_units",
            message=f"{len(split)} families lie in several geographic units and may be split: "
            f"{shown}.",
            advice="The geographic unit wins over the family; plan without units to keep it whole.",
            table="accounts",
            column="parent_id",
            count=len(split),
        )
    ]
