"""The year so far against the plan: who is where, why, and where it lands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.tracking.contests import Board
from planner.tracking.drift import Remedy, Signal
from planner.tracking.landing import Spread, chance_of, forecast_rest, interval, measure_spread
from planner.tracking.parameters import TrackParameters
from planner.tracking.plan_checks import check_plan, find_remedy
from planner.tracking.year_to_date import COMPANY, Level, Owed, YearToDate, company_pace

Floats = npt.NDArray[np.float64]
Verdict = Literal["", "territory", "performance", "territory and performance", "chance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One person's, team's or the company's year; amounts are minor units.

    Parameters
    ----------
    level, rep_id
        Who.
    quota, to_date
        Owed over the plan, and up to as_of.
    booked
        Credited up to as_of.
    potential_to_date
        What the accounts should have brought by now, as planned.
    landing, low, high
        Where the year lands, and its interval.
    chance
        Of reaching the quota.
    territory
        The share of potential over the share of quota: below 1 the territory has too little.
    performance
        Bookings over the potential to date at the company's own pace.
    verdict
        Of who is behind: by what.
    pipeline, weighted
        Open amounts.
    coverage, needed
        Open pipeline over what is still to close, and how much it should be; None where unknown.
    """

    level: Level
    rep_id: str
    quota: int
    to_date: int
    booked: int
    potential_to_date: int
    landing: int
    low: int
    high: int
    chance: float
    territory: float | None
    performance: float | None
    verdict: Verdict
    pipeline: int
    weighted: int
    coverage: float | None
    needed: float | None

    @property
    def attainment(self) -> float | None:
        """Return bookings over the quota to date, None where nothing was owed."""
        return self.booked / self.to_date if self.to_date else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The year against the plan on one day.

    Parameters
    ----------
    as_of
        The last day known.
    lines
        The company, then managers and reps by id.
    signals
        Every control limit, those that are crossed first, then the nearest.
    remedy
        The smallest change that would answer the alarms.
    false_alarms
        The chance that a plan which holds raises any alarm.
    spread
        How sure the landing is, and from how many past moments.
    interval
        How often the year should land inside its interval.
    boards
        Contests as they stand.
    """

    as_of: date
    lines: tuple[Progress, ...]
    signals: tuple[Signal, ...]
    remedy: Remedy
    false_alarms: float
    spread: Spread
    interval: float
    boards: tuple[Board, ...] = ()

    def line(self, level: Level, rep_id: str = COMPANY) -> Progress | None:
        """Return one person's line, None where there is none."""
        return next((x for x in self.lines if (x.level, x.rep_id) == (level, rep_id)), None)


def follow(year: YearToDate, parameters: TrackParameters, plan: str = "PLAN") -> Tracking:
    """Hold a year so far against its plan.

    Parameters
    ----------
    year
        What was planned and what came.
    parameters
        The scenario's ``[track]``.
    plan
        The plan's folder, for the command that a remedy names.
    """
    spread = measure_spread(year.trials)
    rest = forecast_rest(year.baseline, year.booked, year.done, spread.strength)
    lines = [_progress(year, one, rest, spread, parameters) for one in year.owed]
    order = {"company": 0, "manager": 1, "rep": 2}
    lines.sort(key=lambda line: (order[line.level], line.rep_id))
    signals = check_plan(year, spread, parameters)
    return Tracking(
        as_of=year.as_of,
        lines=tuple(lines),
        signals=tuple(sorted(signals, key=lambda s: (-s.reach, s.check, s.subject))),
        remedy=find_remedy(year, signals, plan, lines[0].chance if lines else None),
        false_alarms=parameters.false_alarms,
        spread=spread,
        interval=parameters.interval,
    )


def _members(year: YearToDate, one: Owed) -> set[str] | None:
    """Return whose bookings count for somebody, None for everybody's."""
    if one.level == "company":
        return None
    return set(year.teams.get(one.rep_id, ())) if one.level == "manager" else {one.rep_id}


def _credited(year: YearToDate, one: Owed) -> int:
    """Return what somebody is credited with; a manager with his team's while it was his."""
    if one.level == "company":
        return sum(year.credited.values())
    of = year.booked_teams if one.level == "manager" else year.credited
    return of.get(one.rep_id, 0)


def _progress(
    year: YearToDate, one: Owed, rest: Floats, spread: Spread, parameters: TrackParameters
) -> Progress:
    members = _members(year, one)
    mine = np.array([members is None or rep in members for rep in year.serving], dtype=bool)
    booked = _credited(year, one)
    coming = _coming(year, one, mine, rest)
    ahead = float(coming.sum())
    noise = spread.deviation(coming, 1.0 - year.done)
    low, high = interval(booked, ahead, spread.width(parameters.interval) * noise)
    due = _due(year, one, mine)
    territory, performance = _indices(year, one, booked, float(year.baseline[mine].sum()), due)
    open_, weighted, needed = _pipeline(year, members)
    # Who serves no seat any more has nothing left to close.
    closes = year.pipeline and (one.level != "rep" or bool(mine.any()))
    still = max(one.quota - booked, 0)
    return Progress(
        level=one.level,
        rep_id=one.rep_id,
        quota=one.quota,
        to_date=one.to_date,
        booked=booked,
        potential_to_date=round(due),
        landing=round(booked + ahead),
        low=low,
        high=high,
        chance=chance_of(one.quota, booked, ahead, noise),
        territory=territory,
        performance=performance,
        verdict=_judge(year, one, booked, territory, performance, spread, parameters),
        pipeline=open_,
        weighted=weighted,
        coverage=open_ / still if still and closes else None,
        needed=needed if closes else None,
    )


def _coming(year: YearToDate, one: Owed, mine: npt.NDArray[np.bool_], rest: Floats) -> Floats:
    """Return what is still to come of each seat for somebody; a rep has his own days' share."""
    if one.level != "rep" or not year.rest:
        return rest[mine]
    share = year.rest.get(one.rep_id, np.zeros(len(rest)))
    return (rest * share)[share > 0]


def _pipeline(year: YearToDate, members: set[str] | None) -> tuple[int, int, float | None]:
    found = [v for rep, v in year.pipeline.items() if members is None or rep in members]
    amount, weighted = sum(v[0] for v in found), sum(v[1] for v in found)
    needs = [v[2] for v in found if np.isfinite(v[2])]
    return amount, weighted, float(np.mean(needs)) if needs else None


def _due(year: YearToDate, one: Owed, mine: npt.NDArray[np.bool_]) -> float:
    """Return the potential to date; of a person since he serves his seat, of a team while it is."""
    if one.level == "manager":
        mine_due = year.due_teams.get(one.rep_id, {})
        shares = np.array([mine_due.get(seat, 0.0) for seat in year.territory_ids])
        return float((year.baseline * shares).sum())
    before = year.done_before if len(year.done_before) else np.zeros(len(year.baseline))
    since = year.done - before if one.level == "rep" else np.full(len(before), year.done)
    return float((year.baseline * np.maximum(since, 0.0))[mine].sum())


def _indices(
    year: YearToDate, one: Owed, booked: int, baseline: float, due: float
) -> tuple[float | None, float | None]:
    """Return what the territory gives for the quota, and what was made of it; None unknown."""
    owed = sum(o.quota for o in year.owed if o.level == "rep")
    whole, pace = float(year.baseline.sum()), company_pace(year)
    share = one.quota / owed if owed and one.level == "rep" else 0.0
    known = share > 0 and whole > 0 and baseline > 0
    fair = due * (1.0 if one.level == "company" else pace)
    return baseline / whole / share if known else None, booked / fair if fair > 0 else None


def _judge(
    year: YearToDate,
    one: Owed,
    booked: int,
    territory: float | None,
    performance: float | None,
    spread: Spread,
    parameters: TrackParameters,
) -> Verdict:
    """Say by what a rep is behind: too little potential for the quota, or too little made of it."""
    line = 1.0 - parameters.behind
    gone = territory is None and performance is None
    if one.level != "rep" or gone or not one.to_date or booked >= line * one.to_date:
        return ""
    poor = territory is not None and territory < line
    weak = performance is not None and performance < line
    if weak and performance:
        due = booked / performance
        weak = due - booked > float(spread.apart(np.array([due]), 1.0)[0])
    if poor and weak:
        return "territory and performance"
    return "territory" if poor else "performance" if weak else "chance"
