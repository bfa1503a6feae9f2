"""Reps to seats: one territory for each seat that receives accounts in the plan period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from planner.findings import Finding
from planner.inputs.data import PlanningData
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.units.presence import (
    continues,
    has_left,
    leaves_in_plan,
    productive_months,
    starts_after_plan,
)
from planner.units.result import Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """A seat with the rep rows that stand for it.

    Parameters
    ----------
    holder
        Who holds it in the plan period, None while it is open.
    profile
        Whose row describes it.
    reps
        Everyone who is in it at some time of the plan.
    """

    territory_id: str
    holder: Rep | None
    profile: Rep
    reps: tuple[Rep, ...]


def build_seats(data: PlanningData, ramp: Sequence[float] = ()) -> Seats:
    """Build one territory for each seat with coverage direct or pool.

    A seat is a rep's territory_id, else the rep's own id. A seat with a territory_id outlives
    its holder: a successor holds it, else it is open headcount at the home of its last holder.
    A seat that only its leaver names closes, and its accounts are free to move.

    Parameters
    ----------
    data
        The reps and the plan period.
    ramp
        Share of full productivity by months since the later of hire_date and role_start.

    Returns
    -------
    Seats
        Sorted by territory_id. Its findings hold an error when no seat is left.
    """
    seats = [_fill_seat(name, reps, data.period) for name, reps in _group_reps(data.reps).items()]
    filled = tuple(seat for seat in seats if seat is not None)
    findings = (*_closed_findings(data), *_seat_findings(filled, data.period))
    return replace(
        _as_columns(filled, data.period, ramp),
        attributes=_attributes(filled, data),
        seat_of_rep=_seat_of_rep(filled, data.reps),
        findings=findings,
    )


def number_seats(number: int) -> Seats:
    """Build seats whose centres are all still to be chosen: T001, T002, and so on.

    Parameters
    ----------
    number
        How many territories.

    Returns
    -------
    Seats
        Without reps, all of capacity 1.
    """
    width = max(3, len(str(number)))
    return Seats(
        territory_ids=tuple(f"T{i:0{width}d}" for i in range(1, number + 1)),
        rep_ids=("",) * number,
        homes=np.full((number, 2), np.nan),
        travels=np.ones(number, dtype=np.bool_),
        open_site=np.ones(number, dtype=np.bool_),
        capacity=np.ones(number),
        period_capacity=np.ones(number),
        pool=np.zeros(number, dtype=np.bool_),
        profile_ids=("",) * number,
    )


def _group_reps(reps: tuple[Rep, ...]) -> dict[str, list[Rep]]:
    groups: dict[str, list[Rep]] = {}
    for rep in reps:
        if rep.receives_accounts:
            groups.setdefault(rep.territory_id or rep.rep_id, []).append(rep)
    return {name: groups[name] for name in sorted(groups)}


def _fill_seat(name: str, reps: list[Rep], period: Period) -> _Seat | None:
    here = [r for r in reps if not (has_left(r, period) or starts_after_plan(r, period))]
    if here:
        holder = min(here, key=lambda rep: _holder_rank(rep, period))
        return _Seat(territory_id=name, holder=holder, profile=holder, reps=tuple(here))
    left = [rep for rep in reps if has_left(rep, period) and rep.territory_id]
    if not left:
        return None
    last = max(left, key=lambda rep: (rep.leave_date or date.max, rep.rep_id))
    return _Seat(territory_id=name, holder=None, profile=last, reps=())


def _holder_rank(rep: Rep, period: Period) -> tuple[int, str]:
    """Order candidates: who stays the plan, then who is to be hired, then who leaves in it."""
    if continues(rep, period):
        return 0, rep.rep_id
    return (1, rep.rep_id) if rep.status == "tbh" else (2, rep.rep_id)


def _as_columns(seats: tuple[_Seat, ...], period: Period, ramp: Sequence[float]) -> Seats:
    pool = np.array([seat.profile.coverage == "pool" for seat in seats], dtype=np.bool_)
    homes = np.array([_home(seat) for seat in seats], dtype=np.float64).reshape(-1, 2)
    open_site = np.array([_is_open(seat) for seat in seats], dtype=np.bool_)
    open_site &= np.isnan(homes[:, 0]) & ~pool
    return Seats(
        territory_ids=tuple(seat.territory_id for seat in seats),
        rep_ids=tuple(seat.holder.rep_id if seat.holder else "" for seat in seats),
        homes=homes,
        travels=open_site | ~np.isnan(homes[:, 0]),
        open_site=open_site,
        capacity=np.array([seat.profile.capacity for seat in seats], dtype=np.float64),
        period_capacity=np.array([_period_capacity(seat, period, ramp) for seat in seats]),
        pool=pool,
        profile_ids=tuple(seat.profile.rep_id for seat in seats),
    )


def _home(seat: _Seat) -> tuple[float, float]:
    rep = seat.profile
    if rep.coverage == "pool" or rep.latitude is None or rep.longitude is None:
        return float("nan"), float("nan")
    return rep.latitude, rep.longitude


def _is_open(seat: _Seat) -> bool:
    return seat.holder is None or seat.holder.status == "tbh"


def _period_capacity(seat: _Seat, period: Period, ramp: Sequence[float]) -> float:
    """Return the capacity times the mean share of a month that the seat is productive.

    A leaver and the successor add up within a month, to at most one full rep.
    """
    if not seat.reps:
        return 0.0
    months = np.sum([productive_months(rep, period, ramp) for rep in seat.reps], axis=0)
    return float(seat.profile.capacity * np.minimum(months, 1.0).mean())


def _attributes(seats: tuple[_Seat, ...], data: PlanningData) -> dict[str, tuple[str, ...]]:
    """Return every text column of the reps table by seat, and the columns of the contract."""
    columns = _text_columns(seats, data)
    profiles = [seat.profile for seat in seats]
    given = columns.get("country", ("",) * len(seats))
    columns["role"] = tuple(rep.role for rep in profiles)
    columns["manager_id"] = tuple(rep.manager_id or "" for rep in profiles)
    columns["coverage"] = tuple(rep.coverage for rep in profiles)
    columns["segments"] = tuple(";".join(sorted(rep.segments)) for rep in profiles)
    columns["skills"] = tuple(";".join(sorted(rep.skills)) for rep in profiles)
    columns["countries"] = tuple(";".join(sorted(rep.countries)) for rep in profiles)
    columns["country"] = tuple(map(_single_country, profiles, given))
    return dict(sorted(columns.items()))


def _single_country(rep: Rep, given: str) -> str:
    return given or (next(iter(rep.countries)) if len(rep.countries) == 1 else "")


def _text_columns(seats: tuple[_Seat, ...], data: PlanningData) -> dict[str, tuple[str, ...]]:
    table = data.reps_table.set_index("rep_id").reindex([seat.profile.rep_id for seat in seats])
    text = [name for name in table.columns if pd.api.types.is_string_dtype(table[name].dropna())]
    return {str(n): tuple("" if pd.isna(v) else str(v) for v in table[n]) for n in text}


def _seat_of_rep(seats: tuple[_Seat, ...], reps: tuple[Rep, ...]) -> dict[str, int]:
    position = {seat.territory_id: i for i, seat in enumerate(seats)}
    named = ((rep.rep_id, rep.territory_id or rep.rep_id) for rep in reps if _had_seat(rep))
    return {rep_id: position[seat] for rep_id, seat in named if seat in position}


def _had_seat(rep: Rep) -> bool:
    """Return whether a rep's accounts are his seat's: also those of who left it to a successor."""
    return rep.receives_accounts or (rep.leave_date is not None and rep.territory_id is not None)


def _closed_findings(data: PlanningData) -> list[Finding]:
    receiving = [rep for rep in data.reps if rep.receives_accounts]
    findings = [_left_finding(r) for r in receiving if _closes(r, data.period)]
    findings += [_late_finding(r) for r in receiving if starts_after_plan(r, data.period)]
    return findings


def _closes(rep: Rep, period: Period) -> bool:
    return rep.territory_id is None and has_left(rep, period)


def _left_finding(rep: Rep) -> Finding:
    when = f"leaves on {rep.leave_date}" if rep.leave_date else "is leaving"
    return Finding(
        severity="info",
        code="seats.closed",
        message=f"Rep {rep.rep_id} ({rep.name}) {when} without a territory_id, so the seat closes.",
        advice="The accounts are free to move; give a territory_id if the seat is to be refilled.",
        table="reps",
        row=rep.row,
        subject=rep.rep_id,
    )


def _late_finding(rep: Rep) -> Finding:
    return Finding(
        severity="warning",
        code="seats.starts_after_plan",
        message=f"Rep {rep.rep_id} ({rep.name}) starts only after the plan and gets no territory.",
        advice="Correct hire_date or role_start, or leave the row out with a condition.",
        table="reps",
        row=rep.row,
        column="hire_date",
        subject=rep.rep_id,
    )


def _seat_findings(seats: tuple[_Seat, ...], period: Period) -> list[Finding]:
    if not seats:
        return [_no_seat_finding()]
    findings = [_open_finding(seat) for seat in seats if seat.holder is None]
    findings += [_leaver_finding(s) for s in seats if s.holder and leaves_in_plan(s.holder, period)]
    findings += [_no_home_finding(seat) for seat in seats if _lacks_home(seat)]
    return findings


def _no_seat_finding() -> Finding:
    return Finding(
        severity="error",
        code="seats.none",
        message="No rep with coverage direct or pool is there in the plan period.",
        advice="Check coverage, status, hire_date and leave_date of the reps.",
        table="reps",
    )


def _open_finding(seat: _Seat) -> Finding:
    return Finding(
        severity="warning",
        code="seats.open",
        message=f"Seat {seat.territory_id} has no holder in the plan period; it is planned as open "
        f"headcount, like its last holder {seat.profile.rep_id}.",
        advice="Add a row with the successor, or with status tbh, and the same territory_id.",
        table="reps",
        row=seat.profile.row,
        subject=seat.territory_id,
    )


def _leaver_finding(seat: _Seat) -> Finding:
    rep = seat.profile
    return Finding(
        severity="warning",
        code="seats.leaves_in_plan",
        message=f"Rep {rep.rep_id} leaves seat {seat.territory_id} on {rep.leave_date}, within the "
        "plan, and nobody follows.",
        advice="Add the successor (or a row with status tbh) with the same territory_id.",
        table="reps",
        row=rep.row,
        column="leave_date",
        subject=seat.territory_id,
    )


def _lacks_home(seat: _Seat) -> bool:
    return not _is_open(seat) and seat.profile.coverage != "pool" and np.isnan(_home(seat)[0])


def _no_home_finding(seat: _Seat) -> Finding:
    rep = seat.profile
    return Finding(
        severity="warning",
        code="seats.no_home",
        message=f"Rep {rep.rep_id} ({rep.name}) has no coordinates; no travel is counted.",
        advice="Give latitude and longitude of the home, or set coverage to pool.",
        table="reps",
        row=rep.row,
        column="latitude",
        subject=rep.rep_id,
    )
