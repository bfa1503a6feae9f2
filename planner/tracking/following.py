"""The year so far against the plan: who is where, why, where it lands, and whether the plan holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.tracking.contests import Board
from planner.tracking.drift import (
    Remedy,
    Signal,
    check_balance,
    check_ratio,
    critical_value,
    smallest_move,
)
from planner.tracking.landing import (
    BOOK_STRENGTH,
    PRIOR_YEARS,
    Spread,
    Trial,
    chance_of,
    forecast_rest,
    interval,
    measure_spread,
)
from planner.tracking.parameters import TrackParameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Level = Literal["company", "manager", "rep"]
Verdict = Literal["", "territory", "performance", "territory and performance", "chance"]
COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What somebody owes.

    Parameters
    ----------
    level, rep_id
        Who.
    quota, to_date
        Over the plan, and up to as_of, minor units.
    """

    level: Level
    rep_id: str
    quota: int
    to_date: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """The measure that bookings say something about.

    Parameters
    ----------
    name, tolerance
        As in the scenario.
    target
        What each territory should have, (territories,).
    amounts
        Of each account, (accounts,).
    """

    name: str
    tolerance: float
    target: Floats
    amounts: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class YearToDate:
    """A plan and what has come in, as arrays; per-territory arrays follow ``territory_ids``.

    Parameters
    ----------
    as_of
        The last day known.
    done
        Share of the year's bookings that was due by then.
    territory_ids, serving
        The seats, and who serves them from now on, (territories,).
    baseline
        What a year of each seat's accounts should bring, minor units, (territories,).
    booked
        What came in for each seat, minor units, (territories,).
    seat_owed
        What was owed for each seat up to as_of, minor units, (territories,).
    credited
        What each person is credited with, minor units; empty text is nobody.
    owed
        What everybody owes.
    teams
        The people below each manager.
    pipeline
        Open pipeline by person: amount, weighted amount, coverage needed.
    territory_of
        The seat of each account, (accounts,).
    done_before
        Share of the year's bookings that was due before whoever serves each seat began; empty
        is none, (territories,).
    trials
        Past moments at which the same forecast could have been made.
    balanced
        None where no measure of the plan is about bookings.
    """

    as_of: date
    done: float
    territory_ids: tuple[str, ...]
    serving: tuple[str, ...]
    baseline: Floats
    booked: Floats
    seat_owed: Floats
    credited: Mapping[str, int]
    owed: tuple[Owed, ...]
    teams: Mapping[str, tuple[str, ...]]
    pipeline: Mapping[str, tuple[int, int, float]] = field(default_factory=dict)
    territory_of: Ints
    done_before: Floats = field(default_factory=lambda: np.zeros(0))
    trials: tuple[Trial, ...] = ()
    balanced: Balanced | None = None


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
        remedy=find_remedy(year, signals, plan),
        false_alarms=parameters.false_alarms,
        spread=spread,
        interval=parameters.interval,
    )


def _members(year: YearToDate, one: Owed) -> set[str] | None:
    """Return whose bookings count for somebody, None for everybody's."""
    if one.level == "company":
        return None
    return set(year.teams.get(one.rep_id, ())) if one.level == "manager" else {one.rep_id}


def _progress(
    year: YearToDate, one: Owed, rest: Floats, spread: Spread, parameters: TrackParameters
) -> Progress:
    members = _members(year, one)
    mine = np.array([members is None or rep in members for rep in year.serving], dtype=bool)
    booked = sum(v for rep, v in year.credited.items() if members is None or rep in members)
    ahead = float(rest[mine].sum())
    noise = spread.deviation(rest[mine], 1.0 - year.done)
    low, high = interval(booked, ahead, spread.width(parameters.interval) * noise)
    due = _due(year, one, mine)
    territory, performance = _indices(year, one, booked, float(year.baseline[mine].sum()), due)
    open_, weighted, needed = _pipeline(year, members)
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
        coverage=open_ / still if still and year.pipeline else None,
        needed=needed if year.pipeline else None,
    )


def _pipeline(year: YearToDate, members: set[str] | None) -> tuple[int, int, float | None]:
    found = [v for rep, v in year.pipeline.items() if members is None or rep in members]
    amount, weighted = sum(v[0] for v in found), sum(v[1] for v in found)
    needs = [v[2] for v in found if np.isfinite(v[2])]
    return amount, weighted, float(np.mean(needs)) if needs else None


def company_pace(year: YearToDate) -> float:
    """Return what came over what was due, over the whole company."""
    due = float(year.baseline.sum()) * year.done
    return float(sum(year.credited.values())) / due if due > 0 else 1.0


def _due(year: YearToDate, one: Owed, mine: npt.NDArray[np.bool_]) -> float:
    """Return the potential to date; of one person only since he serves his seat."""
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


def check_plan(year: YearToDate, spread: Spread, parameters: TrackParameters) -> list[Signal]:
    """Hold attainment, potential and balance against their control limits.

    All checks together raise a false alarm as often as was chosen.

    Parameters
    ----------
    year
        What was planned and what came.
    spread
        How far bookings fall from what is expected, by chance.
    parameters
        The rate of false alarms.
    """
    counted = int((year.baseline > 0).sum())
    checks = 1 + counted * (2 + (year.balanced is not None))
    limit = critical_value(parameters.false_alarms, checks, spread.books + PRIOR_YEARS)
    alone = critical_value(parameters.false_alarms, checks, spread.years + PRIOR_YEARS)
    owed = next((o.to_date for o in year.owed if o.level == "company"), 0)
    total = np.array([float(sum(year.credited.values()))])
    whole = np.array([float(owed)])
    due = year.baseline * year.done
    fair = due * company_pace(year)
    company = np.array([spread.deviation(year.seat_owed, year.done)])
    signals = check_ratio("attainment", [COMPANY], total, whole, company, alone)
    names = year.territory_ids
    shared = spread.common * np.maximum(year.seat_owed, 0.0) * np.sqrt(year.done)
    noise = np.sqrt(spread.apart(year.seat_owed, year.done) ** 2 + shared**2)
    signals += check_ratio("attainment", names, year.booked, year.seat_owed, noise, limit)
    own = spread.apart(fair, year.done)
    signals += check_ratio("potential", names, year.booked, fair, own, limit)
    return signals + _balance(year, spread, limit)


def _multiples(year: YearToDate) -> Floats:
    """Return by how much each territory's accounts beat what was expected, at equal pace."""
    fair = year.baseline * year.done * company_pace(year)
    prior = BOOK_STRENGTH * year.baseline
    weight = fair + prior
    return np.divide(year.booked + prior, weight, out=np.ones(len(weight)), where=weight > 0)


def _balance(year: YearToDate, spread: Spread, limit: float) -> list[Signal]:
    if year.balanced is None:
        return []
    amounts, target = _seen(year, year.balanced)
    fair = year.baseline * year.done * company_pace(year)
    weight = fair + BOOK_STRENGTH * year.baseline
    noise = spread.apart(fair, year.done)
    unsure = np.divide(noise, weight, out=np.zeros(len(weight)), where=weight > 0)
    return check_balance(
        year.balanced.name,
        year.territory_ids,
        amounts,
        target,
        unsure,
        year.balanced.tolerance,
        limit,
    )


def _seen(year: YearToDate, measure: Balanced) -> tuple[Floats, Floats]:
    """Return a measure's totals as bookings now suggest them, and targets of the same sum."""
    placed = year.territory_of >= 0
    totals = np.bincount(
        year.territory_of[placed],
        weights=measure.amounts[placed],
        minlength=len(year.territory_ids),
    )
    seen = totals * _multiples(year)
    before = float(totals.sum())
    return seen, measure.target * (float(seen.sum()) / before if before > 0 else 1.0)


def find_remedy(year: YearToDate, signals: Sequence[Signal], plan: str) -> Remedy:
    """Return the smallest change that would answer the alarms.

    Parameters
    ----------
    year, signals
        The year so far, and its control limits.
    plan
        The plan's folder, for the command.
    """
    crowded = [s for s in signals if s.alarm and s.check == "balance"]
    if crowded and year.balanced is not None:
        return _realign(year, year.balanced, plan)
    off = [s for s in signals if s.alarm and s.check == "attainment"]
    if off:
        who = "the company" if off[0].subject == COMPANY else f"{len(off)} territories"
        words = (
            f"Bookings of {who} are off the quotas by more than chance: settle the quotas of the "
            f"months that remain, with a goal near the landing: planner plan SCENARIO --from {plan} "
            "--only quotas."
        )
        return Remedy(kind="quotas", words=words)
    return Remedy(kind="none", words="The plan holds: nothing is off by more than chance.")


def _realign(year: YearToDate, measure: Balanced, plan: str) -> Remedy:
    totals, target = _seen(year, measure)
    placed = np.maximum(year.territory_of, 0)
    amounts = np.where(year.territory_of >= 0, measure.amounts * _multiples(year)[placed], 0.0)
    upper = target * (1.0 + measure.tolerance)
    count, territories = smallest_move(amounts, year.territory_of, upper, totals)
    share = count / max(int((year.territory_of >= 0).sum()), 1)
    names = tuple(year.territory_ids[t] for t in territories)
    asked = f"{min(np.ceil(share * 1000) / 1000, 1.0):g}"
    return Remedy(
        kind="alignment",
        accounts=count,
        account_share=share,
        from_territories=names,
        words=f"{measure.name.replace('_', ' ').capitalize()} has drifted out of balance: at least "
        f"{count} accounts ({share:.1%}) must leave {', '.join(names) or 'nobody'}: planner plan "
        f"SCENARIO --from {plan} --set change.max_account_share={asked}.",
    )
