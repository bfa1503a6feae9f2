"""Accounts to control units: the smallest pieces that are never split, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import ScenarioError
from planner.findings import has_errors
from planner.inputs.data import PlanningData
from planner.potential.result import Potential
from planner.units.geography import (
    centre_points,
    group_geography,
    leave_out_empty_parts,
    polygons_of_units,
)
from planner.units.grouping import Grouping, group_families
from planner.units.holds import AccountHolds
from planner.units.measures import account_measures, is_money
from planner.units.parameters import Families
from planner.units.result import ControlUnits, Floats, Ints
from planner.units.sphere import degrees_of, unit_vectors
from planner.units.workload import AccountWork

if TYPE_CHECKING:
    import geopandas as gpd


def build_units(
    data: PlanningData,
    potential: Potential,
    work: AccountWork,
    holds: AccountHolds,
    *,
    measure_names: Sequence[str],
    families: Families = "together",
    geographic: bool = False,
) -> ControlUnits:
    """Build the control units with the totals of their accounts.

    Parameters
    ----------
    data, potential, work
        The accounts, what they give and what they take.
    holds
        Members of a family that are held to different reps split it; what is not held goes with
        the first hold.
    measure_names
        What the scenario balances.
    families
        ``together`` (one rep), ``country`` (one rep in each country) or ``ignore``.
    geographic
        Whether units are those of the units table, with their neighbours; they win over families.

    Returns
    -------
    ControlUnits
        Totals of every measure equal those of the accounts (of the units table, for a measure
        that only it has). Its findings hold errors for accounts that lie in no geographic unit
        and for measures that cannot be used.

    Raises
    ------
    ScenarioError
        When a measure is unknown, or geographic units are asked for without a units table.
    """
    table = _units_table(data) if geographic else None
    own_names = _own_names(data, table, measure_names)
    if table is None:
        grouping = group_families(data, potential, holds, families)
    else:
        from planner.units.neighbours import find_borders

        grouping = group_geography(data, table, holds, report_families=families != "ignore")
        edges = find_borders(polygons_of_units(table, grouping.unit_ids))
        if not own_names:
            grouping, edges = leave_out_empty_parts(grouping, edges)
    own = _own_measures(table, own_names, grouping.unit_ids)
    names = [name for name in measure_names if name not in own]
    columns, said = account_measures(data, potential, work, names)
    sums = {name: grouping.total(values) for name, values in columns.items()} | own
    units = _assemble(data, potential, work, grouping)
    units = replace(
        units,
        measures={name: sums[name] for name in measure_names},
        money_measures=tuple(name for name in measure_names if is_money(name, data)),
        findings=(*units.findings, *said),
    )
    return units if table is None else _with_geography(units, table, edges)


def _units_table(data: PlanningData) -> gpd.GeoDataFrame:
    if data.units is None:
        raise ScenarioError("geographic units (contiguity) need a table: give inputs.units")
    return data.units


def _own_names(
    data: PlanningData, table: gpd.GeoDataFrame | None, names: Sequence[str]
) -> list[str]:
    """Return the measures that the units table alone has."""
    return [n for n in names if table is not None and n in table and n not in data.accounts]


def _own_measures(
    table: gpd.GeoDataFrame | None, names: list[str], unit_ids: tuple[str, ...]
) -> dict[str, Floats]:
    """Return measures of the units table, by unit."""
    if table is None:
        return {}
    rows = table.set_index("unit_id")[names].reindex(list(unit_ids))
    return {name: rows[name].astype("Float64").fillna(0.0).to_numpy(np.float64) for name in names}


def _assemble(
    data: PlanningData, potential: Potential, work: AccountWork, grouping: Grouping
) -> ControlUnits:
    number = len(grouping.unit_ids)
    points = data.accounts[["latitude", "longitude"]].to_numpy(np.float64)
    members = np.argsort(grouping.unit_of_account, kind="stable")
    counts = np.bincount(grouping.unit_of_account, minlength=number)
    return ControlUnits(
        unit_ids=grouping.unit_ids,
        unit_of_account=grouping.unit_of_account,
        accounts=counts.astype(np.int64),
        points=_mean_points(points, work.visits, grouping),
        measures={},
        visits=grouping.total(work.visits),
        revenue=_whole(grouping.total(potential.trailing)),
        pipeline=_whole(grouping.total(potential.pipeline)),
        hours=grouping.total(work.hours),
        tour_hours=grouping.total(work.tour_hours),
        member_indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        members=members.astype(np.int64),
        member_points=points[members],
        member_hours_per_km=work.hours_per_km[members],
        findings=grouping.findings,
    )


def _whole(total: Floats) -> Ints:
    return np.rint(total).astype(np.int64)


def _mean_points(points: Floats, visits: Floats, grouping: Grouping) -> Floats:
    """Return the mean point of each unit's placed accounts, weighed by visits, (units, 2).

    The mean is taken on the sphere, so that units across the date line stay whole.
    """
    placed = np.asarray(~np.isnan(points).any(axis=1))
    weights = np.where(placed, np.maximum(visits, 1e-9), 0.0)
    vectors = np.where(placed[:, None], unit_vectors(points), 0.0)
    x, y, z = (grouping.total(weights * vectors[:, axis]) for axis in range(3))
    mean = degrees_of(np.column_stack((x, y, z)))
    number = grouping.total(placed.astype(np.float64))
    mean[number == 0] = np.nan
    alone = np.flatnonzero(placed & (number[grouping.unit_of_account] == 1))
    mean[grouping.unit_of_account[alone]] = points[alone]
    return mean


def _with_geography(units: ControlUnits, table: gpd.GeoDataFrame, edges: Ints) -> ControlUnits:
    """Add neighbours, and a point inside the polygon for units that have no placed account."""
    from planner.units.neighbours import report_parts

    polygons = polygons_of_units(table, units.unit_ids)
    points = np.where(np.isnan(units.points), centre_points(polygons), units.points)
    # Accounts outside every unit are errors already; as islands they would be named again.
    stray = has_errors(units.findings)
    said = () if stray else report_parts(edges, polygons, units.unit_ids)
    return replace(units, points=points, neighbours=edges, findings=(*units.findings, *said))
