"""Hours a year that accounts need: at the account, and on the road for whoever serves them.

Travel follows the two parts of a continuous approximation of tours (Daganzo 1984, "The distance
traveled to visit N points with a maximum of C stops per vehicle", Transportation Science 18(4)):
the line haul, 2 × distance ÷ visits per trip for each visit, which depends on who serves; and the
local leg between one stop and the next, k × sqrt(area ÷ n), with k = 0.7124, the constant of
Beardwood, Halton and Hammersley (1959) in the plane (Applegate et al. 2006). The area that one
account has to itself is taken from its nearest neighbours, no more of them than a tour has stops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from planner.errors import ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.units.account_rows import as_floats
from planner.units.names import count_of, join_names, unknown_name
from planner.units.parameters import WorkloadParameters
from planner.units.result import Floats
from planner.units.sphere import EARTH_KM, unit_vectors

TOUR_CONSTANT = 0.7124
NEIGHBOURS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWork:
    """What each account takes a year; arrays follow the order of the accounts table.

    Parameters
    ----------
    visits
        Visits a year, (accounts,).
    hours
        Hours of all visits, travel aside, (accounts,).
    hours_per_km
        Hours on the road for each kilometre between the account and whoever serves it, (accounts,).
    tour_hours
        Hours on the road between this account and the next of a trip, (accounts,).
    """

    visits: Floats
    hours: Floats
    hours_per_km: Floats
    tour_hours: Floats
    findings: tuple[Finding, ...] = ()


def measure_work(data: PlanningData, parameters: WorkloadParameters) -> AccountWork:
    """Measure the hours of every account from its visits, with defaults by segment.

    Parameters
    ----------
    data
        The accounts; visits_per_year and hours_per_visit where they are known.
    parameters
        Defaults, speed and visits in one trip.

    Returns
    -------
    AccountWork
        An account without coordinates takes no travel.
    """
    visits, said = _filled("visits_per_year", parameters.visits_per_year, data, parameters.by)
    each, more = _filled("hours_per_visit", parameters.hours_per_visit, data, parameters.by)
    points = data.accounts[["latitude", "longitude"]].to_numpy(np.float64)
    hours_of_km = parameters.detour / parameters.speed_kmh
    legs = 1 - 1 / parameters.visits_per_trip
    return AccountWork(
        visits=visits,
        hours=visits * each,
        hours_per_km=np.where(
            np.isnan(points[:, 0]), 0.0, visits * 2 * hours_of_km / parameters.visits_per_trip
        ),
        tour_hours=visits * legs * hours_of_km * local_leg_km(points, parameters.visits_per_trip),
        findings=(*said, *more),
    )


def local_leg_km(points: Floats, visits_per_trip: float = NEIGHBOURS + 1.0) -> Floats:
    """Return the expected kilometres from each point to the next stop of a local tour, (points,).

    Parameters
    ----------
    points
        Latitude and longitude in degrees, NaN where unplaced (then 0), (points, 2).
    visits_per_trip
        Stops of one tour. No more neighbours than that are asked for: the next city is no next
        stop of a tour through one that has enough accounts.

    Returns
    -------
    Floats
        0.7124 × sqrt(area ÷ n), where n neighbours lie within a circle of that area; the shorter
        of what the stops of a tour and what the eight nearest neighbours tell.
    """
    legs = np.zeros(len(points))
    placed = np.flatnonzero(~np.isnan(points).any(axis=1))
    number = min(NEIGHBOURS, len(placed) - 1)
    if number < 1:
        return legs
    vectors = unit_vectors(points[placed])
    counts = np.array(sorted({min(number, max(1, math.ceil(visits_per_trip) - 1)), number}))
    chord, _ = cKDTree(vectors).query(vectors, k=counts + 1)
    spread = chord * np.sqrt(np.pi / counts)
    legs[placed] = TOUR_CONSTANT * EARTH_KM * spread.min(axis=1)
    return legs


def _filled(
    column: str, default: float | dict[str, float], data: PlanningData, by: str
) -> tuple[Floats, list[Finding]]:
    given = as_floats(data.accounts[column])
    missing = np.isnan(given)
    if not missing.any():
        return given, []
    if not isinstance(default, dict):
        return np.where(missing, default, given), [
            _default_finding(column, default, int(missing.sum()))
        ]
    values, said = _by_table(column, default, data.accounts[missing], by)
    filled = given.copy()
    filled[missing] = values
    return filled, said


def _by_table(
    column: str, table: dict[str, float], accounts: pd.DataFrame, by: str
) -> tuple[Floats, list[Finding]]:
    if by not in accounts:
        raise ScenarioError(unknown_name("workload.by", by, [str(c) for c in accounts.columns]))
    keys = accounts[by].astype("string").fillna("")
    fallback = table.get("default", float(np.median(list(table.values()) or [0.0])))
    values = keys.map(table).astype("Float64").fillna(fallback)
    unknown = sorted(set(keys) - set(table)) if "default" not in table else []
    number = int(keys.isin(unknown).sum())
    findings = [_unlisted_finding(column, by, unknown, fallback, number)] if unknown else []
    return as_floats(values), findings


def _default_finding(column: str, default: float, number: int) -> Finding:
    accounts = count_of("account", number)
    return Finding(
        severity="info",
        code=f"workload.default_{column}",
        message=f"{column} is missing for {accounts}; {default:g} counts for each.",
        advice=f"Give the column, or a table by segment in workload.{column}.",
        table="accounts",
        column=column,
        count=int(number),
    )


def _unlisted_finding(
    column: str, by: str, unknown: list[str], fallback: float, number: int
) -> Finding:
    named = join_names((name or "(empty)" for name in unknown[:EXAMPLES_SHOWN]), len(unknown))
    return Finding(
        severity="warning",
        code="workload.unlisted",
        message=f"workload.{column} has no entry for {by} {named}; the table's median, "
        f"{fallback:g}, counts for {count_of('account', number)}.",
        advice=f"Add the entries, or a key default, to workload.{column}.",
        table="accounts",
        column=by,
        count=number,
    )
