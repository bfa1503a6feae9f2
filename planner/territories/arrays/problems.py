"""Alignment problems from plain arrays: territories or homes given, or centres to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Unpack

import numpy as np
import numpy.typing as npt

from planner.territories.arrays.budgets import make_budgets
from planner.territories.arrays.families import Grouping
from planner.territories.arrays.gathering import (
    merge_measures,
    read_territories,
    site_measures,
)
from planner.territories.arrays.numbers import (
    LARGEST,
    read_count,
    read_edges,
    read_mapping,
    read_numbers,
)
from planner.territories.arrays.options import Rest, group_rows, spread_accounts
from planner.territories.arrays.readings import (
    classify,
    fill_absent,
    find_cheapest,
    find_nearest,
    read_costs,
    read_eligible,
    read_points,
    read_weights,
    refuse_nowhere,
    refuse_spots,
)
from planner.territories.chosen import Graph, Sites
from planner.territories.costs import MatrixTerm, TravelTerm
from planner.territories.distances import Distance
from planner.territories.limits import Measure
from planner.territories.problem import AlignmentProblem, number_names

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def from_arrays(
    cost: Any,
    measures: Mapping[str, Any] | None = None,
    *,
    eligible: npt.ArrayLike | None = None,
    **rest: Unpack[Rest],
) -> AlignmentProblem:
    """Make a problem of given territories from a table of costs.

    Parameters
    ----------
    cost
        (units, territories), dense or sparse; an absent entry of a sparse table is not eligible (a
        stored zero is), nor is an infinite one of a dense table.
    measures
        By name, (units,), or (units, territories) where the amount depends on who serves.
    eligible
        Who may serve what, (units, territories), on top of the above.
    rest
        As :class:`Rest`.

    Raises
    ------
    ValueError
        On shapes that disagree, NaN, a negative measure, a lower limit above the upper, a held unit
        that is not eligible, more territories than units, or a family split by holds.
    """
    names = rest.get("unit_names"), rest.get("territory_names")
    table, allowed, listed = read_costs(cost, *names)
    units, territories = table.shape
    further, _ = read_eligible(
        None if eligible is None else np.asarray(eligible), (units, territories)
    )
    if further is not None:
        allowed = further if allowed is None else allowed & further
    grouping = group_rows(rest, units)
    table, listed = grouping.add_up(table), grouping.keep_shared(listed)
    allowed = grouping.keep_allowed(allowed)
    nearest = find_cheapest(table, allowed, listed) if grouping.count else None
    made = merge_measures(measures, rest, grouping, territories, nearest)
    parts = {"terms": (MatrixTerm(name="cost", amounts=table),), "listed": listed}
    return _assemble(grouping, rest, made, territories, **parts, **classify(allowed))


def from_homes(
    points: npt.ArrayLike,
    homes: npt.ArrayLike,
    measures: Mapping[str, Any] | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    eligible: Any = None,
    open_sites: npt.ArrayLike | None = None,
    distance: Distance = "euclidean",
    **rest: Unpack[Rest],
) -> AlignmentProblem:
    """Make a problem of given homes, where a unit costs its weight times its distance.

    Parameters
    ----------
    points
        Where the units are, (units, 2).
    homes
        (territories, 2); a row of NaN is a home still to be chosen.
    measures
        By name, (units,), or (units, territories) where the amount depends on who serves.
    weights
        What a unit's distance is multiplied by, (units,); 1 by default.
    eligible
        Who may serve what, (units, territories), dense or sparse; everybody by default.
    open_sites
        Where the homes still to be chosen may stand, (sites, 2); at any unit's point by default.
    distance
        ``euclidean``, ``squared`` or ``haversine`` (latitude and longitude, km).
    rest
        As :class:`Rest`.

    Raises
    ------
    ValueError
        As for :func:`from_arrays`.
    """
    spots = refuse_nowhere(read_points(points, "points"), "points", distance)
    places = refuse_spots(read_points(homes, "homes"), "home", distance)
    units, territories = len(spots), len(places)
    heavy = read_weights(weights, units)
    grouping = group_rows(rest, units)
    allowed, listed = read_eligible(eligible, (units, territories))
    listed, allowed = grouping.keep_shared(listed), grouping.keep_allowed(allowed)
    may = {"listed": listed, **classify(allowed)}
    if np.isnan(places).any():
        sites = None
        if open_sites is not None:
            sites = refuse_nowhere(read_points(open_sites, "open_sites"), "open_sites", distance)
        chosen = Sites(
            count=territories,
            points=spots,
            weights=heavy,
            sites=sites,
            fixed=places,
            distance=distance,
        )
        made = merge_measures(measures, rest, grouping, territories, None)
        merged = grouping.merge_points(chosen)
        return _assemble(grouping, rest, made, territories, kind="points", sites=merged, **may)
    term = grouping.merge_travel(
        TravelTerm(name="travel", points=spots, weights=heavy, homes=places, distance=distance)
    )
    nearest = find_nearest(term, grouping.count, measures, allowed, listed)
    made = merge_measures(measures, rest, grouping, territories, nearest)
    return _assemble(grouping, rest, made, territories, terms=(term,), **may)


def from_sites(
    cost: Any,
    territories: int,
    measures: Mapping[str, Any] | None = None,
    *,
    eligible: Any = None,
    **rest: Unpack[Rest],
) -> AlignmentProblem:
    """Make a problem that chooses a number of centres among sites.

    Parameters
    ----------
    cost
        Cost of serving each unit from each site, (units, sites), dense or sparse; an absent or
        infinite entry is not eligible.
    territories
        How many centres to choose.
    measures
        By name, (units,).
    eligible
        Which territories may serve what, on top of the sites, (units, territories).
    rest
        As :class:`Rest`; a limit may be a number, or one for each territory, or for each site.

    Raises
    ------
    ValueError
        As for :func:`from_arrays`.
    """
    territories = read_count(territories, "territories")
    table, allowed, listed = read_costs(cost, rest.get("unit_names"))
    dense = fill_absent(table, allowed, listed)
    grouping = group_rows(rest, len(dense))
    made = site_measures(measures, rest, grouping, territories, dense.shape[1])
    sites = Sites(count=territories, cost=grouping.add_up(dense))
    may = read_territories(eligible, grouping, territories)
    return _assemble(grouping, rest, made, territories, kind="sites", sites=sites, **may)


def from_points(
    points: npt.ArrayLike,
    territories: int,
    measures: Mapping[str, Any] | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    eligible: Any = None,
    distance: Distance = "euclidean",
    centres: str = "points",
    **rest: Unpack[Rest],
) -> AlignmentProblem:
    """Make a problem that chooses centres among the points themselves, or their means.

    Parameters
    ----------
    points
        Where the units are, (units, 2).
    territories
        How many centres to choose.
    measures
        By name, (units,).
    weights
        What a unit's distance is multiplied by, (units,); 1 by default.
    eligible
        Which territories may serve what, (units, territories); all by default.
    distance
        ``euclidean``, ``squared`` or ``haversine``.
    centres
        ``points`` (p-median) or ``mean`` (k-means).
    rest
        As :class:`Rest`; a limit may be a number, or one for each territory, or for each point.

    Raises
    ------
    ValueError
        As for :func:`from_arrays`.
    """
    territories = read_count(territories, "territories")
    spots = refuse_nowhere(read_points(points, "points"), "points", distance)
    if centres not in ("points", "mean"):
        raise ValueError(f"centres is {centres!r}; it must be 'points' or 'mean'")
    heavy = read_weights(weights, len(spots))
    grouping = group_rows(rest, len(spots))
    made = site_measures(measures, rest, grouping, territories, len(spots))
    kind: Literal["mean", "points"] = "mean" if centres == "mean" else "points"
    sites = Sites(count=territories, points=spots, weights=heavy, distance=distance, centres=kind)
    merged = grouping.merge_points(sites)
    may = read_territories(eligible, grouping, territories)
    return _assemble(grouping, rest, made, territories, kind="points", sites=merged, **may)


def from_graph(
    edges: npt.ArrayLike,
    lengths: npt.ArrayLike,
    territories: int,
    measures: Mapping[str, Any],
    *,
    compactness: str = "diameter",
    eligible: Any = None,
    **rest: Unpack[Rest],
) -> AlignmentProblem:
    """Make a problem of connected territories of a graph, compact by their diameter.

    Parameters
    ----------
    edges
        Pairs of units that touch, (edges, 2).
    lengths
        Length of each edge, (edges,).
    territories
        How many territories are wanted.
    measures
        By name, (units,); at least one, as it says how many units there are.
    compactness
        ``diameter``: the largest shortest-path distance inside a territory.
    eligible
        Which territories may serve what, (units, territories); all by default.
    rest
        As :class:`Rest`.

    Raises
    ------
    ValueError
        As for :func:`from_arrays`; on a negative length; on an edge of an unknown unit.
    """
    if compactness != "diameter":
        raise ValueError(f"compactness is {compactness!r}; it must be 'diameter'")
    if not read_mapping(measures, "measures", "amounts by name"):
        raise ValueError("a graph needs at least one measure")
    territories = read_count(territories, "territories")
    units = len(np.atleast_1d(np.asarray(next(iter(measures.values())))))
    ends = read_edges(edges, units)
    long = read_numbers(lengths, "lengths")
    if long.shape != (len(ends),) or not ((long >= 0) & (long <= LARGEST)).all():
        raise ValueError("lengths must be one number of 0 or more for each edge")
    grouping = group_rows(rest, units)
    made = merge_measures(measures, rest, grouping, territories, None)
    graph = Graph(count=territories, edges=ends, lengths=long)
    rest["neighbours"] = ends
    may = read_territories(eligible, grouping, territories)
    return _assemble(grouping, rest, made, territories, kind="graph", graph=graph, **may)


def _assemble(
    grouping: Grouping,
    rest: Rest,
    measures: tuple[Measure, ...],
    territories: int,
    **parts: Any,
) -> AlignmentProblem:
    names = number_names(rest.get("unit_names"), "unit", grouping.rows)
    owners = number_names(rest.get("territory_names"), "territory", territories)
    if len(owners) != territories:
        raise ValueError(f"territory_names holds {len(owners)} names for {territories} territories")
    merged = grouping.unit_of_row is not None
    accounts = rest.get("unit_accounts")
    if accounts is None:
        accounts = np.ones(grouping.rows)
    return AlignmentProblem.build(
        unit_ids=[names[row] for row in grouping.first_row.tolist()] if merged else names,
        territory_ids=owners,
        measures=measures,
        held=grouping.pick(rest.get("held"), "held"),
        current=grouping.pick(rest.get("current"), "current"),
        budgets=make_budgets(rest, grouping, territories),
        max_accounts=spread_accounts(rest.get("max_accounts"), territories),
        unit_accounts=grouping.add_up(
            np.ones(grouping.rows) if accounts is None else read_numbers(accounts, "unit_accounts")
        ),
        neighbours=grouping.move_neighbours(rest.get("neighbours")),
        unit_of_member=grouping.unit_of_row,
        member_neighbours=grouping.keep_neighbours(rest.get("neighbours")),
        **parts,
    )
