"""How many hours a role takes for the same visits: what makes workload depend on who serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from planner.findings import Finding
from planner.units.names import join_names
from planner.units.result import ControlUnits, Eligibility, Floats, Seats


def set_pace(seats: Seats, role_hours: Mapping[str, float]) -> Seats:
    """Return the seats with their roles' multiples of an account's visit hours.

    Parameters
    ----------
    role_hours
        By role; 1 for those that are not named.
    """
    if not role_hours:
        return seats
    roles = seats.attributes["role"]
    unknown = sorted(set(role_hours) - set(roles))
    found = (_unknown_roles(unknown, roles),) if unknown else ()
    pace = np.array([role_hours.get(role, 1.0) for role in roles])
    return replace(seats, pace=pace, findings=(*seats.findings, *found))


def paced_hours(units: ControlUnits, seats: Seats, eligibility: Eligibility) -> Floats:
    """Return the constant hours that targets add for roles, (units,).

    The role that will serve a unit is not known when targets are set. Reps with the same hours
    serve accounts in proportion to capacity ÷ pace, so that the harmonic mean of those who may
    serve, by capacity, is what all of them together will take.
    """
    if not len(seats.pace):
        return np.zeros(len(units.unit_ids))
    weight = eligibility.allowed * np.maximum(seats.capacity, 0.0)
    total, served = weight.sum(axis=1), weight @ (1.0 / seats.pace)
    mean = np.divide(total, served, out=np.ones(len(total)), where=served > 0)
    return np.asarray(units.hours * (mean - 1.0)[eligibility.class_of_unit])


def _unknown_roles(unknown: list[str], roles: tuple[str, ...]) -> Finding:
    known = join_names(sorted(set(roles) - {""}), len(set(roles) - {""}))
    return Finding(
        severity="warning",
        code="workload.unknown_role",
        message=f"workload.role_hours names {join_names(unknown, len(unknown))}, a role that no seat "
        f"has; there are {known or 'none'}.",
        advice="Write the role as the reps table does.",
        table="reps",
        column="role",
        count=len(unknown),
    )
