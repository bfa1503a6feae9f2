"""Today's alignment, what a change of owner would disrupt, and which units must stay."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.potential.result import Potential
from planner.units.holds import AccountHolds, owner_seats
from planner.units.presence import continues
from planner.units.result import (
    Bools,
    ControlUnits,
    Eligibility,
    Floats,
    Ints,
    RunningSeats,
    Seats,
    Today,
)


def build_today(
    data: PlanningData,
    potential: Potential,
    units: ControlUnits,
    seats: Seats,
    *,
    holds: AccountHolds,
    eligibility: Eligibility,
    standing: RunningSeats | None = None,
) -> Today:
    """Build what is served by whom today, and what is held.

    Parameters
    ----------
    data, potential
        Owners, trailing revenue and open pipeline; below zero (returns) counts as 0.
    units, seats
        What is served, and by whom.
    holds
        By account; a held member holds its unit.
    eligibility
        A unit held where it is not eligible is an error that names hold, account and rule.
    standing
        Of a running plan: its seats are today's, whoever holds them now.

    Returns
    -------
    Today
        An owner continues when he has a seat and stays to the plan's end.
    """
    seat = owner_seats(data, seats) if standing is None else standing.seat_of_account
    if standing is None:
        staying = {rep.rep_id for rep in data.reps if continues(rep, data.period)}
        goes_on = data.accounts["owner_id"].isin(staying).to_numpy(np.bool_) & (seat >= 0)
    else:
        goes_on = standing.continues & (seat >= 0)
    held, hold_of_unit = _held_units(units, holds, potential.trailing)
    shape = len(units.unit_ids), len(seats.territory_ids)
    return Today(
        seat_of_account=seat,
        continues=goes_on,
        current=_current_seats(units, seat, potential.trailing, len(seats.territory_ids)),
        stay=_totals(units, seat, goes_on, potential.trailing, shape),
        stay_accounts=_totals(units, seat, goes_on, np.ones(len(seat)), shape),
        stay_pipeline=_totals(units, seat, goes_on, potential.pipeline, shape),
        held=held,
        hold_of_unit=hold_of_unit,
        hold_names=holds.names,
        findings=tuple(
            _forbidden_findings(data, units, seats, holds=holds, eligibility=eligibility, held=held)
        ),
    )


def _totals(
    units: ControlUnits, seat: Ints, chosen: Bools, amount: Ints | Floats, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return the amounts of chosen accounts by unit and seat, (units, territories)."""
    where = np.flatnonzero(chosen)
    amounts = np.maximum(amount[where], 0).astype(np.float64)
    rows = units.unit_of_account[where]
    return sparse.csr_array(sparse.coo_array((amounts, (rows, seat[where])), shape=shape))


def _current_seats(units: ControlUnits, seat: Ints, revenue: Ints, territories: int) -> Ints:
    """Return the seat of each unit's largest revenue, then of most accounts, else -1."""
    served = np.flatnonzero(seat >= 0)
    width = max(territories, 1)
    pairs, of_pair = np.unique(
        units.unit_of_account[served] * width + seat[served], return_inverse=True
    )
    sold = np.bincount(of_pair, weights=revenue[served], minlength=len(pairs))
    counts = np.bincount(of_pair, minlength=len(pairs))
    order = np.lexsort((pairs, -counts, -sold, pairs // width))
    unit, first = np.unique(pairs[order] // width, return_index=True)
    current = np.full(len(units.unit_ids), -1, dtype=np.int64)
    current[unit] = pairs[order][first] % width
    return current


def _held_units(units: ControlUnits, holds: AccountHolds, revenue: Ints) -> tuple[Ints, Ints]:
    """Return the seat and the hold of each unit: of its first hold, then its largest account."""
    held = np.flatnonzero(holds.hold_of_account >= 0)
    order = held[
        np.lexsort((held, -revenue[held], holds.hold_of_account[held], units.unit_of_account[held]))
    ]
    unit, first = np.unique(units.unit_of_account[order], return_index=True)
    seat = np.full(len(units.unit_ids), -1, dtype=np.int64)
    hold = seat.copy()
    seat[unit] = holds.seat_of_account[order[first]]
    hold[unit] = holds.hold_of_account[order[first]]
    return seat, hold


def _forbidden_findings(
    data: PlanningData,
    units: ControlUnits,
    seats: Seats,
    *,
    holds: AccountHolds,
    eligibility: Eligibility,
    held: Ints,
) -> list[Finding]:
    kept = np.flatnonzero(held >= 0)
    rule = eligibility.forbidden_by[eligibility.class_of_unit[kept], held[kept]]
    wrong = kept[rule >= 0]
    findings = []
    for unit, by in zip(wrong[:EXAMPLES_SHOWN], rule[rule >= 0], strict=False):
        account = _held_member(units, holds, int(unit))
        name = holds.names[holds.hold_of_account[account]]
        territory = seats.territory_ids[held[unit]]
        findings.append(
            _forbidden_finding(data, account, name, territory, eligibility.rule_names[by])
        )
    if len(wrong) > EXAMPLES_SHOWN:
        findings.append(_many_forbidden(len(wrong)))
    return findings


def _held_member(units: ControlUnits, holds: AccountHolds, unit: int) -> int:
    members = units.members[units.member_indptr[unit] : units.member_indptr[unit + 1]]
    own = members[holds.hold_of_account[members] >= 0]
    return int(own[np.argmin(holds.hold_of_account[own])])


def _forbidden_finding(
    data: PlanningData, account: int, hold: str, territory: str, rule: str
) -> Finding:
    account_id = str(data.accounts["account_id"].iloc[account])
    return Finding(
        severity="error",
        code="holds.not_eligible",
        message=f"Hold '{hold}' keeps account {account_id} with {territory}, but the rule '{rule}' "
        "does not allow that (for it or another account of its family).",
        advice="Take the account out of the hold, or change the rule.",
        table="accounts",
        row=int(data.accounts["row"].iloc[account]),
        subject=account_id,
    )


def _many_forbidden(number: int) -> Finding:
    return Finding(
        severity="error",
        code="holds.not_eligible",
        message=f"{number} units are held to reps who may not serve them, in all.",
        advice="Narrow the holds with a condition, or change the rules.",
        table="accounts",
        count=number,
    )
