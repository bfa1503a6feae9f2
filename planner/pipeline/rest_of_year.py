"""The simulated year of a changed plan: what was booked, and the draws of the days that remain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.membership import are_among
from planner.pipeline.running import remaining_period
from planner.pipeline.simulation import seat_holders, seat_loads
from planner.pipeline.stints import credit_stints, find_stints
from planner.quotas.hierarchy import COMPANY
from planner.tracking.landing import share_done
from planner.tracking.teams import due_by_team

if TYPE_CHECKING:
    from planner.inputs.period import Period
    from planner.inputs.reps import Rep
    from planner.outcomes.attainment import Simulation
    from planner.outcomes.result import Outcome, Outcomes
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Who serves a seat in the days that remain, with what comes in and counts, (people, draws)."""

    reps: tuple[Rep, ...]
    bookings: Ints
    credited: Ints


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
    from planner.outcomes.attainment import percentiles, simulate, summarise_draws

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
    drawn, people = _by_person(scenario, company, territory_of, simulation, record, day)
    booked = np.array([record.booked.get(rep.rep_id, 0) for rep in people.reps])[:, None]
    year = summarise_draws(
        people.reps,
        people.bookings + booked,
        simulation.coverage,
        sheet,
        credited=people.credited + booked,
    )
    above = _describe_teams(company, drawn, sheet, record, day)
    outcomes = replace(
        year.outcomes,
        outcomes=(*above, *_of_reps(year.outcomes.outcomes, company)),
        goal_probability=above[0].probability_of_quota,
        company_quantiles=percentiles(drawn.sum(axis=0) + sum(record.booked.values())),
        findings=simulation.outcomes.findings,
    )
    whole_year = replace(year, outcomes=outcomes)
    return RestOfYear(
        outcomes=outcomes, simulation=whole_year, paid=_with_departed(whole_year, sheet, record)
    )


def _of_reps(outcomes: Sequence[Outcome], company: Company) -> Iterator[Outcome]:
    """Yield the reps' rows, without open headcount that others cover to the end of the year."""
    people = {rep.rep_id for rep in company.data.reps}
    for one in outcomes:
        if one.level == "rep" and (one.rep_id in people or one.quota or one.expected):
            yield one


def _by_person(
    scenario: Scenario,
    company: Company,
    territory_of: Ints,
    simulation: Simulation,
    record: YearRecord,
    day: date,
) -> tuple[Ints, _People]:
    """Return what the rest brings by seat, (seats, draws), and by person.

    A seat that changes hands is its holder's up to his last day, and then the next one's.
    """
    rest = remaining_period(company.data.period, day)
    ramp = scenario.quota.ramp if scenario.quota else ()
    holders = seat_holders(company)
    stints = find_stints(
        company.data.reps,
        company.seats.territory_ids,
        record.tenures,
        rest,
        ramp,
        scenario.outcomes.covered_share,
    )
    assert simulation.drawing is not None
    brought = credit_stints(
        stints,
        simulation.drawing.sums,
        rest,
        ramp,
        share_left(company.data.period, company.potential.season, day)[1],
        seat_loads(scenario, company, territory_of),
        scenario.outcomes,
        scenario.seed,
    )
    drawn, own = simulation.bookings.copy(), simulation.own.copy()
    changing = sorted({stint.seat for stint in stints})
    drawn[changing], own[changing] = 0, 0
    people = {rep.rep_id: rep for rep in (*holders, *(stint.rep for stint in stints))}
    place = {name: at for at, name in enumerate(people)}
    seats = [place[rep.rep_id] for rep in holders]
    bookings, credited = (np.zeros((len(people), own.shape[1]), dtype=np.int64) for _ in range(2))
    for seat, at in enumerate(seats):
        bookings[at] += drawn[seat]
        credited[at] += own[seat]
    for stint, amounts in zip(stints, brought, strict=True):
        drawn[stint.seat] += amounts
        bookings[place[stint.rep.rep_id]] += amounts
        credited[place[stint.rep.rep_id]] += amounts
    return drawn, _People(reps=tuple(people.values()), bookings=bookings, credited=credited)


def _describe_teams(
    company: Company, drawn: Ints, sheet: QuotaSheet, record: YearRecord, day: date
) -> tuple[Outcome, ...]:
    """Return the company's year and each manager's: his team's bookings while it is his."""
    from planner.outcomes.attainment import describe_draws

    booked = sum(record.booked.values())
    whole = drawn.sum(axis=0) + booked
    shares = _shares_of_teams(company, record, day)
    nothing = np.zeros(len(drawn))
    owed = sheet.by_person("manager")
    return (
        describe_draws("company", COMPANY, sheet.goal, whole),
        *(
            describe_draws(
                "manager",
                manager,
                owed[manager],
                _draws_of_team(shares.get(manager, nothing), drawn)
                + record.booked_teams.get(manager, 0),
            )
            for manager in sorted(owed)
        ),
    )


def _draws_of_team(shares: Floats, drawn: Ints) -> Ints:
    """Return what a team's seats bring while it is his, summed in their order, (draws,)."""
    mine = np.flatnonzero(shares)
    team: Ints = np.rint((shares[mine, None] * drawn[mine]).sum(axis=0)).astype(np.int64)
    return team


def _shares_of_teams(company: Company, record: YearRecord, day: date) -> dict[str, Floats]:
    """Return the share of what each seat still brings that comes while a manager has it."""
    period, season = company.data.period, company.potential.season
    left = max(1.0 - share_done(period, season, day), 1e-12)
    due = due_by_team(record.parts, period, season, day, period.end)
    return {
        manager: np.array([mine.get(seat, 0.0) / left for seat in company.seats.territory_ids])
        for manager, mine in due.items()
    }


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
