"""What the map's page needs of a plan, small enough to travel inside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.inputs.cities import read_cities
from planner.outputs.maps.colours import colour_territories
from planner.outputs.maps.outlines import read_outlines
from planner.outputs.moves import plan_moves
from planner.outputs.plan import MeasureSummary, Plan

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Shapes = Sequence["BaseGeometry | None"]
REASONS_UP_TO = 30_000
PLACES_SHOWN = 140
SHOWN_FROM = 15_000
PLACE_WITHIN = 0.3  # degrees between a city and some account
DEGREE_STEPS = 100_000
BORDERS_UP_TO = 5_000
BORDER_DEGREES = 0.01
COARSE = 3  # decimals of a degree in the background


def build_payload(plan: Plan, proposed: Shapes, today: Shapes) -> dict[str, Any]:
    """Return the map's data as JSON values.

    Parameters
    ----------
    plan
        The plan to show.
    proposed, today
        Area of each territory in degrees, None where it has none, (territories,).
    """
    groups = group_names(plan)
    accounts = plan.data.accounts
    with_reasons = len(accounts) <= REASONS_UP_TO
    return {
        "currency": plan.data.currency.code,
        "measures": [
            {**one, "values": _values(plan, one["name"])} for one in describe_measures(plan)
        ],
        "territories": describe_territories(plan, proposed, today, groups),
        "lon": _degrees(accounts["longitude"].to_numpy(float)),
        "lat": _degrees(accounts["latitude"].to_numpy(float)),
        "ids": accounts["account_id"].astype(str).tolist(),
        "names": accounts["name"].fillna("").astype(str).tolist(),
        "proposed": plan.territory_of_account.tolist(),
        "today": plan.today.seat_of_account.tolist(),
        "flags": (plan_moves(plan) + 2 * plan.held.astype(int)).tolist(),
        "reasons": {str(at): text for at, text in enumerate(plan.reasons) if text}
        if with_reasons
        else {},
        "places": largest_places(
            accounts["latitude"].to_numpy(float), accounts["longitude"].to_numpy(float)
        ),
        "borders": borders(plan),
        "outlines": outlines(plan),
    }


def borders(plan: Plan) -> list[list[list[list[float]]]]:
    """Return the outlines of the user's boundary and geographic units, for the background.

    Parameters
    ----------
    plan
        Outlines are simplified, and left out where they would be more than a page can carry.
    """
    tables = [
        table
        for table in (plan.data.boundary, plan.data.units)
        if table is not None and 0 < len(table) <= BORDERS_UP_TO
    ]
    shapes = [
        shape
        for table in tables
        for shape in table.geometry[table.geometry.notna()].simplify(BORDER_DEGREES).tolist()
    ]
    return [part for shape in shapes for part in ring_lists(shape) or []]


def outlines(plan: Plan) -> dict[str, list[Any]]:
    """Return land, and lines of countries and states, around a plan's accounts and homes.

    Parameters
    ----------
    plan
        The plan to show.
    """
    found = read_outlines(map_points(plan))
    return {
        "land": [ring for shape in found.land for ring in ring_lists(shape, COARSE) or []],
        "countries": [_line(shape) for shape in found.countries],
        "states": [_line(shape) for shape in found.states],
    }


def map_points(plan: Plan) -> npt.NDArray[np.float64]:
    """Return longitude and latitude of every account and every home, NaN where unknown."""
    accounts = plan.data.accounts[["longitude", "latitude"]].to_numpy(np.float64, na_value=np.nan)
    return np.vstack([accounts, plan.seats.homes[:, ::-1]])


def _line(shape: BaseGeometry) -> list[list[float]]:
    return [[round(x, COARSE), round(y, COARSE)] for x, y in shape.coords]


def group_names(plan: Plan) -> list[str]:
    """Return the peer groups that the map can show one at a time, the largest first."""
    names = sorted(set(plan.peer_groups))
    served = dict.fromkeys(names, 0)
    for territory in plan.territory_of_account.tolist():
        if territory >= 0:
            served[plan.peer_groups[territory]] += 1
    return sorted(names, key=lambda name: (-served[name], name))


def _degrees(values: npt.NDArray[np.float64]) -> list[int | None]:
    return _whole(values * DEGREE_STEPS)


def _whole(values: npt.NDArray[np.float64]) -> list[int | None]:
    """Return numbers rounded to whole ones, None where there is none."""
    known = np.isfinite(values)
    whole: list[int | None] = np.rint(np.where(known, values, 0.0)).astype(np.int64).tolist()
    for place in np.flatnonzero(~known).tolist():
        whole[place] = None
    return whole


def describe_measures(plan: Plan) -> list[dict[str, Any]]:
    """Return each measure's name, kind and tolerance, in the scenario's order.

    Parameters
    ----------
    plan
        The plan to show.
    """
    return [
        {
            "name": name,
            "label": name.replace("_", " "),
            "kind": summary.kind,
            "tolerance": summary.tolerance,
            "hard": summary.hard,
        }
        for name, summary in plan.alignment.measures.items()
    ]


def _values(plan: Plan, name: str) -> list[float | None] | None:
    values = plan.account_measures.get(name)
    return None if values is None else _figures(plan, plan.alignment.measures[name], values)


def _figures(
    plan: Plan, summary: MeasureSummary, values: npt.NDArray[np.float64]
) -> list[float | None]:
    scaled = values / plan.data.currency.scale if summary.kind == "money" else values
    if summary.kind == "money":
        return list(_whole(scaled))
    return [_number(value, 1) for value in scaled.tolist()]


def _number(value: float, digits: int) -> float | None:
    if not isfinite(value):
        return None
    rounded = round(value, digits)
    return int(rounded) if digits == 0 else rounded


def describe_territories(
    plan: Plan, proposed: Shapes, today: Shapes, groups: list[str]
) -> list[dict[str, Any]]:
    """Return each territory as the map shows it: holder, group, colour, home, shapes, figures.

    Parameters
    ----------
    plan
        The plan to show.
    proposed, today
        Area of each territory in degrees, None where it has none, (territories,).
    groups
        The peer groups' names, as :func:`group_names` orders them.
    """
    colours = colour_territories(proposed, plan.seats.homes, plan.peer_groups)
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    count = len(plan.territory_ids)
    before, after = plan.today.seat_of_account, plan.territory_of_account
    moved = before != after
    had, has = _count(before, count), _count(after, count)
    lost, gained = _count(before[moved], count), _count(after[moved], count)
    return [
        {
            "id": territory,
            "rep": names.get(plan.seats.rep_ids[t], plan.seats.rep_ids[t]),
            "group": groups.index(plan.peer_groups[t]),
            "colour": colours[t],
            "home": _home(plan.seats.homes[t]),
            "shape": {"proposed": ring_lists(proposed[t]), "today": ring_lists(today[t])},
            "accounts": {"today": had[t], "proposed": has[t]},
            "gained": gained[t],
            "lost": lost[t],
            "travel": _number(float(plan.travel[t]), 0),
            "measures": [
                _territory_measure(plan, summary, t) for summary in plan.alignment.measures.values()
            ],
        }
        for t, territory in enumerate(plan.territory_ids)
    ]


def _count(territories: npt.NDArray[np.int64], count: int) -> list[int]:
    return [int(n) for n in np.bincount(territories[territories >= 0], minlength=count)]


def _home(home: npt.NDArray[np.float64]) -> list[float] | None:
    return [round(float(home[1]), 5), round(float(home[0]), 5)] if np.isfinite(home).all() else None


def _territory_measure(plan: Plan, summary: MeasureSummary, t: int) -> dict[str, float | None]:
    scale = plan.data.currency.scale if summary.kind == "money" else 1
    target = float(summary.target[t])
    known = summary.tolerance is not None and target > 0
    return {
        "today": _number(float(summary.today[t]) / scale, 0),
        "proposed": _number(float(summary.proposed[t]) / scale, 0),
        "deviation": _number(float(summary.proposed[t]) / target - 1, 4) if known else None,
        "deviationToday": _number(float(summary.today[t]) / target - 1, 4) if known else None,
    }


def ring_lists(shape: BaseGeometry | None, digits: int = 4) -> list[list[list[list[float]]]] | None:
    """Return a shape as polygons of rings of longitudes and latitudes, None where there is none."""
    if shape is None or shape.is_empty:
        return None
    parts: Any = getattr(shape, "geoms", [shape])
    return [
        [
            [[round(x, digits), round(y, digits)] for x, y in ring.coords]
            for ring in (part.exterior, *part.interiors)
        ]
        for part in parts
    ]


def largest_places(
    latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]
) -> list[list[Any]]:
    """Return the largest cities among the accounts, so that a reader knows where he is."""
    known = np.isfinite(latitude) & np.isfinite(longitude)
    if not known.any():
        return []
    from scipy.spatial import cKDTree

    points = np.column_stack([latitude[known], longitude[known]])
    cities = read_cities(SHOWN_FROM)
    spots = np.column_stack([cities.latitude, cities.longitude])
    far = np.asarray(cKDTree(points).query(spots, k=1, distance_upper_bound=PLACE_WITHIN)[0])
    return [
        [
            round(float(cities.longitude[city]), 3),
            round(float(cities.latitude[city]), 3),
            str(cities.name[city]),
        ]
        for city in np.flatnonzero(np.isfinite(far))[:PLACES_SHOWN].tolist()
    ]
