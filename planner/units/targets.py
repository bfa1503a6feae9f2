"""Targets: each territory's share of its peers' total, its limits, and units that exceed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.errors import ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding
from planner.units.names import unknown_name
from planner.units.peers import PeerGroups
from planner.units.result import ControlUnits, Eligibility, Floats, Ints, Seats

TargetBy = Literal["capacity", "period_capacity", "equal"] | dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """One measure's target and limits by territory.

    Parameters
    ----------
    target, lower, upper
        (territories,), in the measure's unit.
    group_totals
        What each peer group shares, (groups,); this is the constant total where the amount
        depends on who serves.
    """

    target: Floats
    lower: Floats
    upper: Floats
    group_totals: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversize:
    """Units larger than the upper limit of territories that may serve them.

    Parameters
    ----------
    units
        Positions of the units that exceed some eligible territory's limit, ascending.
    findings
        One for each unit that exceeds them all, so that whoever serves it must exceed his.
    """

    units: Ints
    findings: tuple[Finding, ...] = ()


def share_targets(
    values: Floats,
    eligibility: Eligibility,
    peers: PeerGroups,
    seats: Seats,
    *,
    target: TargetBy = "capacity",
    tolerance: float = 0.10,
) -> Targets:
    """Share a measure's total among the territories of each peer group.

    Parameters
    ----------
    values
        The measure of each unit, (units,); where it depends on who serves, the constant amount
        as from the nearest eligible territory.
    eligibility, peers, seats
        Who is compared. Units that nobody may serve are no part of any total.
    target
        By ``capacity``, ``period_capacity``, ``equal``, or in proportion to a table by territory
        (or rep), which must name every territory.
    tolerance
        Fraction of a territory's own target by which it may differ, either way.

    Returns
    -------
    Targets
        A group's targets add up to its total. Where all its weights are 0 they are equal.

    Raises
    ------
    ScenarioError
        When the table leaves a territory out, names one that does not exist, or is negative.
    """
    classes = len(eligibility.allowed)
    of_class = np.bincount(eligibility.class_of_unit, weights=values, minlength=classes)
    totals = (of_class[:, None] * peers.share).sum(axis=0)
    weights = _weights(seats, target)
    group = peers.group_of_territory
    sums = np.bincount(group, weights=weights, minlength=len(totals))
    weights = np.where(sums[group] > 0, weights, 1.0)
    sums = np.bincount(group, weights=weights, minlength=len(totals))
    amounts = totals[group] * weights / sums[group]
    return Targets(
        target=amounts,
        lower=amounts * max(0.0, 1 - tolerance),
        upper=amounts * (1 + tolerance),
        group_totals=totals,
    )


def oversize_units(
    name: str, values: Floats, upper: Floats, units: ControlUnits, eligibility: Eligibility
) -> Oversize:
    """Find the units that are larger than a limit of who may serve them.

    Parameters
    ----------
    name
        The measure.
    values
        The measure of each unit, (units,).
    upper
        Upper limit of each territory, (territories,).
    units, eligibility
        Names, and who may serve what.

    Returns
    -------
    Oversize
        The territory that serves such a unit may exceed its limit to the unit's amount.
    """
    allowed = eligibility.allowed
    least = np.where(allowed, upper, np.inf).min(axis=1, initial=np.inf)
    most = np.where(allowed, upper, -np.inf).max(axis=1, initial=-np.inf)
    most[~allowed.any(axis=1)] = np.inf
    above = np.flatnonzero(values > least[eligibility.class_of_unit])
    limit = most[eligibility.class_of_unit]
    forced = above[values[above] > limit[above]]
    shown = forced[np.argsort(-values[forced], kind="stable")][:EXAMPLES_SHOWN]
    findings = [_oversize_finding(name, units.unit_ids[i], values[i], limit[i]) for i in shown]
    if len(forced) > EXAMPLES_SHOWN:
        findings.append(_many_oversize(name, len(forced)))
    return Oversize(units=above, findings=tuple(findings))


def _weights(seats: Seats, target: TargetBy) -> Floats:
    if isinstance(target, dict):
        return _table_weights(seats, target)
    if target == "equal":
        return np.ones(len(seats.territory_ids))
    return seats.period_capacity if target == "period_capacity" else seats.capacity


def _table_weights(seats: Seats, table: dict[str, float]) -> Floats:
    names = list(zip(seats.territory_ids, seats.rep_ids, strict=True))
    known = {name for pair in names for name in pair}
    for name, value in table.items():
        if name not in known:
            message = unknown_name("alignment.measures.target", name, [t for t, _ in names])
            raise ScenarioError(message)
        if not 0 <= value < np.inf:
            raise ScenarioError(f"alignment.measures.target: {name} = {value} must not be negative")
    missing = [t for t, rep in names if t not in table and rep not in table]
    if missing:
        left_out = ", ".join(missing[:12])
        raise ScenarioError(f"alignment.measures.target names no share for territory {left_out}")
    return np.array([table[t] if t in table else table[rep] for t, rep in names])


def _oversize_finding(name: str, unit_id: str, value: float, limit: float) -> Finding:
    return Finding(
        severity="warning",
        code="targets.oversize_unit",
        message=f"Unit {unit_id} alone is {value / limit:.2f} times the upper limit of {name} of "
        "whoever may serve it; that territory may exceed its limit to the unit's amount."
        if limit > 0
        else f"Unit {unit_id} may only be served where the limit of {name} is 0; that territory "
        "may exceed it to the unit's amount.",
        advice="Widen the tolerance, or split the family or account.",
        table="accounts",
        column=name,
        value=f"{value:.0f}",
        subject=unit_id,
    )


def _many_oversize(name: str, number: int) -> Finding:
    return Finding(
        severity="warning",
        code="targets.oversize_unit",
        message=f"{number} units alone exceed every upper limit of {name} in all.",
        advice="Widen the tolerance, or plan with fewer territories.",
        table="accounts",
        column=name,
        count=number,
    )
