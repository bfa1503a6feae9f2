"""A plan and what came in, brought together: the year so far as arrays, then held to the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.roster_start import start_roster
from planner.pipeline.held_over import find_held_over, hand_on_deals
from planner.pipeline.past_trials import opening_trial, past_trials
from planner.pipeline.tracking_tables import Came, merged_into, read_came
from planner.pipeline.year_record import add_credits, within
from planner.quotas.parts import QuotaPart, owed_for_seats, owed_until, parts_of_sheet
from planner.tracking.contests import Board, Deed, settle_contest
from planner.tracking.following import Tracking, follow
from planner.tracking.landing import share_done
from planner.tracking.ownership import HoldOver, Ownership, credit_bookings, name_credit
from planner.tracking.parameters import ChangeParameters, TrackParameters
from planner.tracking.rest_of_seats import share_rest
from planner.tracking.teams import Teams, due_by_team, teams_of
from planner.tracking.year_to_date import Balanced, Owed, YearToDate

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.data import PlanningData
    from planner.outputs.plan import Plan
    from planner.potential.standing import Standing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DAY = timedelta(days=1)
CREDITED = tuple[str, str]


def track_plan(
    plan: Plan,
    history: Path,
    *,
    as_of: date | None = None,
    opportunities: Path | None = None,
    activities: Path | None = None,
    folder: str = "PLAN",
) -> tuple[Tracking, Came, Standing]:
    """Hold what came in against a plan.

    Parameters
    ----------
    plan
        As read from its folder.
    history
        A table of bookings.
    as_of
        The last day that counts; default: the last booking.
    opportunities, activities
        Tables; default: as the plan's folder has them.
    folder
        How the plan is called in the commands that a remedy names.

    Returns
    -------
    tuple
        The year against the plan, the rows it rests on, and the score cards on that day.

    Raises
    ------
    ScenarioError
        When a file cannot be found, or the day is outside the plan.
    DataError
        When a table cannot be used.
    """
    came = read_came(plan, history, as_of=as_of, opportunities=opportunities, activities=activities)
    return track_tables(plan, came, folder)


def track_tables(plan: Plan, came: Came, folder: str = "PLAN") -> tuple[Tracking, Came, Standing]:
    """Hold tables that were read already against a plan; arguments as :func:`track_plan`."""
    parameters = TrackParameters.model_validate(plan.provenance.scenario.get("track") or {})
    own = ownership_of(plan)
    data = _data_today(plan, came, own)
    standing = _stand(plan, data)
    rows = within(came.booked, plan.data.period.start, came.as_of + DAY)
    credited = _credit(plan, data, rows, own)
    year = gather_year(plan, came, data, own, rows, credited, standing)
    tracking = follow(year, parameters, folder)
    boards = _contests(plan, came, rows, credited, parameters)
    return replace(tracking, boards=boards), came, standing


def _data_today(plan: Plan, came: Came, own: Ownership) -> PlanningData:
    """Return the plan's tables with what came in, and deals with who works on them now."""
    today = min(came.as_of + DAY, plan.data.period.end - DAY)
    return replace(
        plan.data,
        period=replace(plan.data.period, as_of=came.as_of),
        history=_joined(plan, came),
        opportunities=hand_on_deals(came.opportunities, own, today),
        activities=came.activities,
    )


def _joined(plan: Plan, came: Came) -> pd.DataFrame:
    """Return the plan's history before its first day, and what came in since."""
    import pandas as pd

    from planner.inputs.events import sort_history

    start = pd.Timestamp(plan.data.period.start)
    given = came.history
    if plan.data.history is None:
        return given
    first = given["date"].min() if len(given) else start
    # A table that reaches back holds the past itself; else the plan's folder does.
    older = plan.data.history[plan.data.history["date"] < min(first, start)]
    columns = [name for name in plan.data.history.columns if name in given.columns]
    return sort_history(pd.concat([older[columns], given[columns]], ignore_index=True))


def _stand(plan: Plan, data: PlanningData) -> Standing:
    from planner.potential.parameters import PerformanceParameters
    from planner.potential.standing import assess_standing

    goals = PerformanceParameters.model_validate(plan.provenance.scenario.get("performance") or {})
    return assess_standing(data, plan.potential, (), goals)


def ownership_of(plan: Plan) -> Ownership:
    """Return who owned what on every day of a plan."""
    names = ("", *plan.territory_ids)
    moved = plan.year.accounts if plan.year else ()
    changed = {tenure.account_id for tenure in moved}
    seats = start_roster(
        plan.data.reps,
        plan.territory_ids,
        plan.seats.rep_ids,
        plan.data.period,
        plan.year.tenures if plan.year else (),
    ).tenures
    ids = plan.data.accounts["account_id"].tolist()
    return Ownership(
        territory_of={
            account: names[at + 1]
            for account, at in zip(ids, plan.territory_of_account.tolist(), strict=True)
            if account not in changed
        },
        moved=moved,
        seats=seats,
    )


def _credit(plan: Plan, data: PlanningData, rows: pd.DataFrame, own: Ownership) -> list[CREDITED]:
    rules = ChangeParameters.model_validate(plan.provenance.scenario.get("change") or {})
    window = HoldOver(
        days=rules.hold_over_days, open_on=find_held_over(data, own, merged_into(plan))
    )
    return credit_bookings(
        rows["account_id"].tolist(),
        rows["date"].to_numpy().astype("datetime64[D]"),
        rows["rep_id"].fillna("").astype(str).tolist(),
        own,
        window,
        merged_into(plan),
    )


def gather_year(
    plan: Plan,
    came: Came,
    data: PlanningData,
    own: Ownership,
    rows: pd.DataFrame,
    credited: list[CREDITED],
    standing: Standing,
) -> YearToDate:
    """Return the year so far as arrays.

    Parameters
    ----------
    plan, came, data
        The plan, what came in, and both as one.
    own
        Who owned what.
    rows, credited
        The plan's bookings, and who is credited with each for which seat.
    standing
        For the open pipeline.
    """
    period, seats = plan.data.period, plan.territory_ids
    serving = own.serving(min(came.as_of + DAY, period.end - DAY))
    amounts = rows["amount"].tolist()
    booked = dict.fromkeys(seats, 0)
    ids = {rep.rep_id for rep in plan.data.reps}
    for (_, seat), amount in zip(credited, amounts, strict=True):
        if seat in booked:
            booked[seat] += int(amount)
    owed, seat_owed, teams = _owed(plan, came.as_of + DAY)
    names = [name_credit(rep_id, seat, ids) for rep_id, seat in credited]
    days = rows["date"].to_numpy().astype("datetime64[D]")
    people, of_teams = add_credits(names, days, amounts, teams)
    baseline = _by_seat(plan, plan.potential.expected)
    so_far = np.array([booked[name] for name in seats], dtype=float)
    done = share_done(period, plan.potential.season, came.as_of + DAY)
    past = past_trials(plan, data, came.as_of)
    return YearToDate(
        as_of=came.as_of,
        done=done,
        territory_ids=seats,
        serving=tuple(name_credit(serving.get(name, ""), name, ids) for name in seats),
        baseline=baseline,
        booked=so_far,
        seat_owed=np.array([seat_owed.get(name, 0) for name in seats], dtype=float),
        credited=people,
        owed=owed,
        teams=teams.below(min(came.as_of + DAY, period.end - DAY)),
        booked_teams=of_teams,
        due_teams=_due_teams(plan, came.as_of + DAY),
        pipeline=_open_pipeline(standing),
        territory_of=plan.territory_of_account,
        done_before=_done_before(plan, own, came.as_of + DAY),
        rest=share_rest(own, seats, ids, period, plan.potential.season, came.as_of + DAY),
        trials=(*past, *opening_trial(baseline, so_far, done)),
        balanced=_balanced(plan),
    )


def _due_teams(plan: Plan, day: date) -> dict[str, dict[str, float]]:
    period, season = plan.data.period, plan.potential.season
    return due_by_team(_parts(plan), period, season, period.start, day)


def _parts(plan: Plan) -> tuple[QuotaPart, ...]:
    """Return everybody's quota by stretch of days, none where the plan has no quotas."""
    if plan.year is not None:
        return plan.year.parts
    return parts_of_sheet(plan.quotas, plan.data.period) if plan.quotas else ()


def _done_before(plan: Plan, own: Ownership, day: date) -> Floats:
    """Return the share of the year that was due before whoever serves each seat now began."""
    period, season = plan.data.period, plan.potential.season
    serving = own.serving(min(day, period.end - DAY))
    begun = dict.fromkeys(plan.territory_ids, period.start)
    for tenure in own.seats:
        if tenure.start < day and serving.get(tenure.territory_id) == tenure.rep_id:
            begun[tenure.territory_id] = max(tenure.start, period.start)
    return np.array([share_done(period, season, begun[name]) for name in plan.territory_ids])


def _by_seat(plan: Plan, values: Ints | Floats) -> Floats:
    placed = plan.territory_of_account >= 0
    return np.bincount(
        plan.territory_of_account[placed],
        weights=np.maximum(values[placed], 0),
        minlength=len(plan.territory_ids),
    ).astype(float)


def _owed(plan: Plan, day: date) -> tuple[tuple[Owed, ...], dict[str, int], Teams]:
    """Return what everybody owes, what was owed for each seat by now, and the teams."""
    sheet = plan.quotas
    if sheet is None:
        return (), {}, teams_of(())
    parts = _parts(plan)
    direct = [part for part in parts if part.component not in sheet.beside]
    totals = owed_until(direct, plan.data.period.end)
    done = owed_until(direct, day)
    sums: dict[tuple[str, str], list[int]] = {}
    for (rep_id, level, component), quota in totals.items():
        entry = sums.setdefault((level, rep_id), [0, 0])
        entry[0] += quota
        entry[1] += done.get((rep_id, level, component), 0)
    owed = tuple(
        Owed(level=level, rep_id=rep_id, quota=quota, to_date=to_date)  # type: ignore[arg-type]  # the levels of quota lines
        for (level, rep_id), (quota, to_date) in sorted(sums.items())
    )
    seats: dict[str, int] = {}
    for (_, seat), quota in owed_for_seats(direct, day).items():
        if seat:
            seats[seat] = seats.get(seat, 0) + quota
    return owed, seats, teams_of(parts)


def _open_pipeline(standing: Standing) -> dict[str, tuple[int, int, float]]:
    if standing.pipeline is None:
        return {}
    return {rep.rep_id: (rep.amount, rep.expected, rep.need) for rep in standing.pipeline.reps}


def _balanced(plan: Plan) -> Balanced | None:
    measure = plan.alignment.measures.get("potential")
    if measure is None or measure.tolerance is None:
        return None
    return Balanced(
        name="potential",
        tolerance=measure.tolerance,
        target=measure.target,
        amounts=np.asarray(plan.account_measures["potential"], dtype=float),
    )


def _contests(
    plan: Plan,
    came: Came,
    rows: pd.DataFrame,
    credited: list[CREDITED],
    parameters: TrackParameters,
) -> tuple[Board, ...]:
    if not parameters.contests:
        return ()
    deeds = _deeds(came, rows, credited)
    tenures = ownership_of(plan).seats
    return tuple(
        settle_contest(
            one,
            deeds,
            plan.data.reps,
            tenures,
            plan.data.period,
            came.as_of,
            scale=plan.data.currency.scale if one.of == "bookings" else 1,
        )
        for one in parameters.contests
    )


def _deeds(came: Came, rows: pd.DataFrame, credited: list[CREDITED]) -> list[Deed]:
    """Return every booking and activity that may count in a contest."""
    dates = [day.date() for day in rows["date"]]
    deeds = [
        Deed(rep_id=rep_id, day=day, kind="bookings", amount=float(amount))
        for (rep_id, _), day, amount in zip(credited, dates, rows["amount"].tolist(), strict=True)
    ]
    if came.activities is None or came.activities.empty:
        return deeds
    table = came.activities
    counts = table["count"].fillna(1.0).tolist()
    columns = (table["rep_id"].tolist(), table["date"], table["kind"].tolist(), counts)
    return deeds + [
        Deed(rep_id=str(rep), day=day.date(), kind=str(kind), amount=float(count))
        for rep, day, kind, count in zip(*columns, strict=True)
    ]
