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
from planner.pipeline.stints import Stint, credit_stints, find_stints
from planner.quotas.hierarchy import COMPANY
from planner.tracking.landing import share_done
from planner.tracking.teams import due_by_team

if TYPE_CHECKING:
    from planner.inputs.period import Period
    from planner.inputs.reps import Rep
    from planner.outcomes.attainment import Simulation
    from planner.outcomes.result import Outcome, Outcomes
    from planner.outcomes.seat_draws import SeatDraws
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
    """Who serves a seat in the days that remain, with what comes in and counts, (people, draws).

    Where all that comes in counts, ``credited`` is None.
    """

    reps: tuple[Rep, ...]
    bookings: Ints
    credited: Ints | None


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
    from planner.outcomes.attainment import percentiles, summarise_draws
    from planner.outcomes.seat_draws import draw_seats

    data, potential = company.data, company.potential
    share, months = share_left(data.period, potential.season, day)
    of_account = territory_of[company.units.unit_of_account]
    load = seat_loads(scenario, company, territory_of)
    drawn = draw_seats(
        data.accounts["account_id"].astype(str).tolist(),
        _left_of(potential.expected, share),
        _left_of(potential.low, share),
        _left_of(potential.high, share),
        of_account,
        _changed_hands(company, of_account, record),
        seat_holders(company),
        remaining_period(data.period, day),
        scenario.outcomes,
        scenario.seed,
        ramp=scenario.quota.ramp if scenario.quota else (),
        season=months,
        groups=_groups(scenario, company),
        load=load,
    )
    stints, brought = _bring_stints(scenario, company, load, drawn, record, day)
    by_seat = _with_stints(drawn.bookings, stints, brought)
    whole = by_seat.sum(axis=0) + sum(record.booked.values())
    above = _describe_teams(company, whole, by_seat, sheet, record, day)
    people = _by_person(drawn, stints, brought, record)
    year = summarise_draws(
        people.reps, people.bookings, drawn.coverage, sheet, credited=people.credited
    )
    outcomes = replace(
        year.outcomes,
        outcomes=(*above, *_of_reps(year.outcomes.outcomes, company)),
        goal_probability=above[0].probability_of_quota,
        company_quantiles=percentiles(whole),
        findings=drawn.findings,
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


def _bring_stints(
    scenario: Scenario,
    company: Company,
    load: Floats,
    drawn: SeatDraws,
    record: YearRecord,
    day: date,
) -> tuple[list[Stint], Ints]:
    """Return the stints of seats that change hands, and what each brings, (stints, draws).

    A seat that changes hands is its holder's up to his last day, and then the next one's.
    """
    rest = remaining_period(company.data.period, day)
    ramp = scenario.quota.ramp if scenario.quota else ()
    stints = find_stints(
        company.data.reps,
        company.seats.territory_ids,
        record.tenures,
        rest,
        ramp,
        scenario.outcomes.covered_share,
    )
    brought = credit_stints(
        stints,
        drawn.drawing.sums,
        rest,
        ramp,
        share_left(company.data.period, company.potential.season, day)[1],
        load,
        scenario.outcomes,
        scenario.seed,
    )
    return stints, brought


def _with_stints(drawn: Ints, stints: Sequence[Stint], brought: Ints) -> Ints:
    """Return what the rest brings by seat, (seats, draws), written over the draws where it can be.

    All draws of a large company take long to copy, and nobody else has these.
    """
    drawn[sorted({stint.seat for stint in stints})] = 0
    for stint, amounts in zip(stints, brought, strict=True):
        drawn[stint.seat] += amounts
    return drawn


def _by_person(
    drawn: SeatDraws, stints: Sequence[Stint], brought: Ints, record: YearRecord
) -> _People:
    """Return the year of each person, what was booked with it; the draws by seat are used up."""
    people = {rep.rep_id: rep for rep in (*drawn.holders, *(stint.rep for stint in stints))}
    place = {name: at for at, name in enumerate(people)}
    seats = [place[rep.rep_id] for rep in drawn.holders]
    booked = np.array([record.booked.get(name, 0) for name in people])[:, None]
    changing = sorted({stint.seat for stint in stints})
    served = [place[stint.rep.rep_id] for stint in stints]

    def add_up(rows: Ints) -> Ints:
        rows[changing] = 0
        own = rows if seats == list(range(len(people))) else _spread(rows, seats, len(people))
        for at, amounts in zip(served, brought, strict=True):
            own[at] += amounts
        own += booked
        return own

    return _People(
        reps=tuple(people.values()),
        bookings=add_up(drawn.bookings),
        credited=None if drawn.credited is None else add_up(drawn.credited),
    )


def _spread(rows: Ints, seats: Sequence[int], people: int) -> Ints:
    """Return draws by person from draws by seat; one person may hold several, (people, draws)."""
    own = np.zeros((people, rows.shape[1]), dtype=np.int64)
    for row, at in zip(rows, seats, strict=True):
        own[at] += row
    return own


def _describe_teams(
    company: Company,
    whole: Ints,
    drawn: Ints,
    sheet: QuotaSheet,
    record: YearRecord,
    day: date,
) -> tuple[Outcome, ...]:
    """Return the company's year and each manager's: his team's bookings while it is his."""
    from planner.outcomes.attainment import describe_draws

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
    team = np.zeros(drawn.shape[1])
    # Seat by seat: all draws of a large team at once take long to copy.
    for seat in np.flatnonzero(shares).tolist():
        team += shares[seat] * drawn[seat]
    return np.asarray(np.rint(team), dtype=np.int64)


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
        credited=None if simulation.credited is None else np.vstack([simulation.credited, rows]),
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
