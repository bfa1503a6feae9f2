"""The simulated year of a changed plan: what was booked, and the draws of the days that remain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.membership import are_among
from planner.pipeline.running import remaining_period
from planner.pipeline.simulation import seat_holders, seat_loads
from planner.quotas.hierarchy import COMPANY

if TYPE_CHECKING:
    from planner.inputs.period import Period
    from planner.outcomes.attainment import Simulation
    from planner.outcomes.result import Outcomes
    from planner.pipeline.preparation import Company
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario
    from planner.tracking.record import YearRecord

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOfYear:
    """The whole year: what was booked, and what the days that remain may bring.

    Parameters
    ----------
    outcomes
        By person and level.
    simulation
        Each seat holder's whole year by draw.
    paid
        The same with those who held a seat earlier in the year: they are paid for their part.
    """

    outcomes: Outcomes
    simulation: Simulation
    paid: Simulation


def share_left(period: Period, season: tuple[float, ...], day: date) -> tuple[float, list[float]]:
    """Return the share of a plan's bookings that a day leaves, in all and by month from then on.

    Parameters
    ----------
    period
        The plan's months.
    season
        Share of bookings by month; even where it does not fit, (months,).
    day
        The first day that is left.
    """
    weights = list(season) if len(season) == len(period.starts) else [1.0] * len(period.starts)
    total = sum(weights)
    left = []
    for (start, end), weight in zip(period.bounds, weights, strict=True):
        days = (end - max(start, day)).days
        if days > 0:
            left.append(weight / total * days / (end - start).days)
    return sum(left), left


def foresee_rest(
    scenario: Scenario,
    company: Company,
    territory_of: Ints,
    sheet: QuotaSheet,
    record: YearRecord,
    day: date,
) -> RestOfYear:
    """Simulate what remains of the year on top of what was booked.

    Parameters
    ----------
    scenario, company
        The settings, and what they apply to.
    territory_of
        Territory of each unit, -1 none, (units,).
    sheet, record
        The quotas, and what each person was credited with so far.
    day
        The first day that is left.
    """
    from planner.outcomes.attainment import simulate, summarise_draws

    data, potential = company.data, company.potential
    share, months = share_left(data.period, potential.season, day)
    of_account = territory_of[company.units.unit_of_account]
    holders = seat_holders(company)
    simulation = simulate(
        data.accounts["account_id"].astype(str).tolist(),
        _left_of(potential.expected, share),
        _left_of(potential.low, share),
        _left_of(potential.high, share),
        of_account,
        _changed_hands(company, of_account, record),
        holders,
        remaining_period(data.period, day),
        sheet,
        scenario.outcomes,
        scenario.seed,
        ramp=scenario.quota.ramp if scenario.quota else (),
        season=months,
        groups=_groups(scenario, company),
        load=seat_loads(scenario, company, territory_of),
    )
    seats = company.seats
    own = [record.booked.get(rep or "", 0) for rep in seats.rep_ids]
    whole = _booked_by_seat(record, seats.territory_ids, own)
    drawn = simulation.bookings
    booked = np.array(own)[:, None]
    own_year = summarise_draws(
        holders, drawn + booked, simulation.coverage, sheet, credited=simulation.own + booked
    )
    people = own_year.outcomes
    teams = summarise_draws(
        holders, drawn + np.array(whole)[:, None], simulation.coverage, sheet
    ).outcomes
    outcomes = replace(
        people,
        outcomes=(
            *(one for one in teams.outcomes if one.level != "rep"),
            *(one for one in people.outcomes if one.level == "rep"),
        ),
        goal_probability=teams.goal_probability,
        findings=simulation.outcomes.findings,
    )
    whole_year = replace(own_year, outcomes=outcomes)
    return RestOfYear(
        outcomes=outcomes, simulation=whole_year, paid=_with_departed(whole_year, sheet, record)
    )


def _changed_hands(company: Company, of_account: Ints, record: YearRecord) -> Bools:
    """Return which accounts have another owner than before the year: those moved before, too."""
    today, ids = company.today, company.data.accounts["account_id"]
    now = today.continues & (of_account != today.seat_of_account)
    return np.asarray(now | are_among(ids, record.resettled), dtype=np.bool_)


def _with_departed(simulation: Simulation, sheet: QuotaSheet, record: YearRecord) -> Simulation:
    """Return a simulation with a row for whoever owed a quota and holds no seat any more."""
    seated = set(simulation.rep_ids)
    parents = {(line.rep_id, line.level): line.parent_id for line in sheet.lines}
    owed = sheet.by_person("rep")
    gone = [rep_id for rep_id in sorted(owed) if rep_id not in seated]
    if not gone:
        return simulation
    draws, seats = simulation.bookings.shape[1], len(simulation.rep_ids)
    rows = np.array([[record.booked.get(rep_id, 0)] * draws for rep_id in gone], dtype=np.int64)
    teams = {manager: list(places) for manager, places in simulation.teams.items()}
    for place, rep_id in enumerate(gone, start=seats):
        boss = parents.get((rep_id, "rep"))
        while boss is not None and boss != COMPANY:
            teams.setdefault(boss, []).append(place)
            boss = parents.get((boss, "manager"))
    return replace(
        simulation,
        rep_ids=(*simulation.rep_ids, *gone),
        bookings=np.vstack([simulation.bookings, rows]),
        credited=np.vstack([simulation.own, rows]),
        quotas=np.append(simulation.quotas, [owed[rep_id] for rep_id in gone]),
        teams={manager: tuple(places) for manager, places in teams.items()},
    )


def _groups(scenario: Scenario, company: Company) -> dict[str, list[str]]:
    """Return the columns by which accounts share their luck, (accounts,) each."""
    accounts = company.data.accounts
    names = [name for name in scenario.outcomes.common_by if name in accounts]
    return {name: accounts[name].fillna("").astype(str).tolist() for name in names}


def _left_of(money: Ints, share: float) -> Ints:
    left: Ints = np.rint(money * share).astype(np.int64)
    return left


def _booked_by_seat(
    record: YearRecord, territory_ids: tuple[str, ...], own: list[int]
) -> list[int]:
    """Return what was booked for each seat: its holder's own, and those before him."""
    rest = sum(record.booked.values()) - sum(own)
    whole = list(own)
    last: dict[str, list[str]] = {t.territory_id: [] for t in record.tenures}
    for tenure in record.tenures:
        last[tenure.territory_id].append(tenure.rep_id)
    for at, name in enumerate(territory_ids):
        for rep_id in dict.fromkeys(last.get(name, ())[:-1]):
            amount = record.booked.get(rep_id, 0)
            if rep_id and rest >= amount > 0:
                whole[at] += amount
                rest -= amount
    if whole:
        # What nobody in a seat was credited with still counts for the company.
        whole[-1] += rest
    return whole
