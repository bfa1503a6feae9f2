"""Counts by rep that score cards are made of, from whichever tables are present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.potential.opportunities import outcomes
from planner.potential.people.score_cards import Unit

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One metric as counted, by rep, and last for rows of nobody known; arrays are (reps + 1,).

    Parameters
    ----------
    kind
        ``ratio`` pools hits over trials as shares, ``rate`` any sum over any base, ``mean``
        observations with their squares.
    total, base, squares
        Numerator, denominator, and sum of squares: of a mean its observations', of a rate the
        observations' distances from the common rate.
    weights
        Of a rate the sum of squared denominators; zero where the count stands for the noise.
    count
        Observations, where ``base`` does not count them.
    goal
        What was asked for.
    """

    name: str
    unit: Unit
    kind: Literal["ratio", "rate", "mean"]
    total: Floats
    base: Floats
    squares: Floats
    count: Floats
    weights: Floats
    goal: float | None = None


def tally_everything(data: PlanningData, rep_ids: Sequence[str]) -> list[Tally]:
    """Return every metric that the tables allow, those that nobody has left out."""
    tallies = [
        *_attainment(data, rep_ids),
        *_deals(data, rep_ids),
        *_retention(data, rep_ids),
        *_activities(data, rep_ids),
    ]
    return [tally for tally in tallies if (tally.base > 0).any()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doers:
    """Who did what each row of a table tells of.

    Parameters
    ----------
    place
        Position of the rep, ``count`` for nobody in the table of reps, (rows,).
    count
        Number of reps.
    """

    place: Ints
    count: int


def find_doers(ids: pd.Series, rep_ids: Sequence[str]) -> Doers:
    """Return who each row of a table is of."""
    codes, distinct = pd.factorize(ids)
    position = pd.Index(list(rep_ids)).get_indexer(pd.Index(distinct))
    known = np.append(np.where(position < 0, len(rep_ids), position), len(rep_ids))
    return Doers(place=known[codes].astype(np.int64), count=len(rep_ids))


def _by_rep(who: Doers, values: npt.ArrayLike) -> Floats:
    """Return sums by rep, those of nobody in the table of reps last, (reps + 1,)."""
    numbers = np.nan_to_num(np.asarray(values, dtype=float))
    return np.bincount(who.place, numbers, who.count + 1).astype(float)


def _ratio(
    name: str,
    total: Floats,
    base: Floats,
    unit: Unit = "share",
    *,
    count: Floats | None = None,
    goal: float | None = None,
) -> Tally:
    """Return a share of trials; with a count of its own, or in another unit, it is a rate."""
    return Tally(
        name=name,
        unit=unit,
        kind="ratio" if count is None and unit == "share" else "rate",
        total=total,
        base=base,
        squares=np.zeros(len(total)),
        weights=np.zeros(len(total)),
        count=base if count is None else count,
        goal=goal,
    )


def rate_of(
    name: str,
    who: Doers,
    over: npt.ArrayLike,
    under: npt.ArrayLike,
    *,
    goal: float | None = None,
) -> Tally:
    """Return a rate of sums, whose noise is how its observations scatter about the common rate.

    Parameters
    ----------
    who
        Whose each observation is.
    over, under
        Numerator and denominator of each; those with no denominator do not count, (observations,).
    """
    below = np.nan_to_num(np.asarray(under, dtype=float))
    above = np.where(below > 0, np.nan_to_num(np.asarray(over, dtype=float)), 0.0)
    below = np.clip(below, 0.0, None)
    common = above.sum() / below.sum() if below.sum() > 0 else 0.0
    return Tally(
        name=name,
        unit="share",
        kind="rate",
        total=_by_rep(who, above),
        base=_by_rep(who, below),
        squares=_by_rep(who, (above - common * below) ** 2),
        weights=_by_rep(who, below**2),
        count=_by_rep(who, below > 0),
        goal=goal,
    )


def _mean(name: str, unit: Unit, who: Doers, values: Floats) -> Tally:
    count = _by_rep(who, np.isfinite(values))
    return Tally(
        name=name,
        unit=unit,
        kind="mean",
        total=_by_rep(who, values),
        base=count,
        squares=_by_rep(who, values**2),
        weights=np.zeros(len(count)),
        count=count,
    )


def _attainment(data: PlanningData, rep_ids: Sequence[str]) -> list[Tally]:
    """Return attained over quota of the periods that ended by as_of."""
    quotas = data.quotas
    if quotas is None or "attained" not in quotas or quotas.empty:
        return []
    quota = quotas["quota"].to_numpy(dtype=float, na_value=np.nan)
    attained = quotas["attained"].to_numpy(dtype=float, na_value=np.nan)
    ended = pd.to_datetime(quotas["end"]).le(pd.Timestamp(data.period.as_of)).to_numpy()
    counts = ended & (quota > 0) & np.isfinite(attained)
    who = find_doers(quotas["rep_id"], rep_ids)
    periods = _by_rep(who, counts)
    reached = _by_rep(who, counts & (attained >= quota))
    return [
        rate_of("attainment", who, attained, np.where(counts, quota, 0), goal=1.0),
        _ratio("periods at quota", reached, periods),
    ]


def _deals(data: PlanningData, rep_ids: Sequence[str]) -> list[Tally]:
    deals = data.opportunities
    if deals is None or deals.empty:
        return []
    outcome = outcomes(deals)
    won, closed = outcome == "won", outcome != "open"
    who = find_doers(deals["rep_id"], rep_ids)
    created = deals["created"].to_numpy().astype("datetime64[D]")
    closes = deals["close_date"].to_numpy().astype("datetime64[D]")
    cycle = np.where(np.isnat(created) | np.isnat(closes), np.nan, (closes - created) / DAY)
    amount = deals["amount"].to_numpy(dtype=float, na_value=np.nan)
    return [
        _ratio("close rate", _by_rep(who, won), _by_rep(who, closed)),
        *_after_meetings(data, rep_ids, won, closed),
        _mean("sales cycle", "days", who, np.where(won & (cycle >= 0), cycle, np.nan)),
        _mean("average deal", "money", who, np.where(won, amount, np.nan)),
    ]


def _after_meetings(
    data: PlanningData,
    rep_ids: Sequence[str],
    won: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_],
) -> list[Tally]:
    """Return the win rate of opportunities at accounts that were met."""
    activities, deals = data.activities, data.opportunities
    if activities is None or deals is None or "account_id" not in activities:
        return []
    met = set(activities.loc[activities["kind"] == "meeting", "account_id"].dropna())
    after = deals["account_id"].isin(met).to_numpy()
    who = find_doers(deals["rep_id"], rep_ids)
    hits = _by_rep(who, won & after)
    return [_ratio("win rate after meetings", hits, _by_rep(who, closed & after))]


def _retention(data: PlanningData, rep_ids: Sequence[str]) -> list[Tally]:
    """Return upsell, gross and net retention of the last year by the account's owner."""
    history = data.history
    if history is None or history.empty:
        return []
    now, then, expansion = _two_years(data)
    base = np.clip(then, 0, None)
    owners = find_doers(data.accounts["owner_id"], rep_ids)
    kept = np.clip(np.minimum(now, base), 0, None)
    return [
        rate_of("gross retention", owners, kept, base),
        rate_of("net retention", owners, now, base),
        *([rate_of("upsell", owners, expansion, base)] if expansion.any() else []),
    ]


def _two_years(data: PlanningData) -> tuple[Floats, Floats, Floats]:
    """Return bookings of the last year, of the one before, and the last one's expansion."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("history", data.history)
        sums = connection.execute(
            """
            SELECT account_id::VARCHAR AS account_id,
                   sum(amount) FILTER (date > $1::DATE - INTERVAL 12 MONTH)::DOUBLE AS now,
                   sum(amount) FILTER (date <= $1::DATE - INTERVAL 12 MONTH)::DOUBLE AS past,
                   sum(amount) FILTER (date > $1::DATE - INTERVAL 12 MONTH
                                       AND lower(type::VARCHAR) = 'expansion')::DOUBLE AS expansion
            FROM history
            WHERE date > $1::DATE - INTERVAL 24 MONTH AND date <= $1::DATE
            GROUP BY account_id
            """,
            [data.period.as_of],
        ).df()
    by_account = sums.set_index("account_id").reindex(data.accounts["account_id"])
    now, then, expansion = (
        by_account[name].to_numpy(dtype=float, na_value=0.0)
        for name in ("now", "past", "expansion")
    )
    return now, then, expansion


def _activities(data: PlanningData, rep_ids: Sequence[str]) -> list[Tally]:
    activities = data.activities
    if activities is None or activities.empty:
        return []
    amount = activities["count"].to_numpy(dtype=float, na_value=np.nan)
    amount = np.where(np.isnan(amount), 1.0, amount)
    hours = np.nan_to_num(activities["hours"].to_numpy(dtype=float, na_value=np.nan))
    accepted = activities["accepted"].to_numpy(dtype=float, na_value=np.nan)
    who = find_doers(activities["rep_id"], rep_ids)
    kinds = activities["kind"].astype("string").str.lower()

    def tally(values: Floats, *kind: str) -> Floats:
        return _by_rep(who, np.where(kinds.isin(kind).to_numpy(), values, 0.0))

    days, months = _days_and_months(activities, rep_ids)
    leads, meetings = tally(amount, "lead"), tally(amount, "meeting")
    told = tally(np.where(np.isnan(accepted), 0.0, amount), "lead")
    calls = tally(amount, "call")
    all_hours = _by_rep(who, hours)
    follow_ups = np.minimum(tally(amount, "follow_up", "follow-up", "follow up"), meetings)
    return [
        _ratio("leads", leads, np.where(leads > 0, months, 0), "a month"),
        _ratio("leads accepted", tally(amount * np.nan_to_num(accepted), "lead"), told),
        _ratio("qualified per call", tally(amount, "qualified"), calls),
        _ratio("meetings", meetings, np.where(meetings > 0, days, 0), "a day"),
        _ratio("follow-up rate", follow_ups, meetings),
        _ratio("travel time", tally(hours, "trip", "travel"), all_hours),
        _ratio("talk time", tally(hours, "call", "meeting"), all_hours),
        _ratio("idle time", tally(hours, "idle"), np.where(tally(hours, "idle") > 0, all_hours, 0)),
    ]


def _days_and_months(activities: pd.DataFrame, rep_ids: Sequence[str]) -> tuple[Floats, Floats]:
    """Return on how many days, and in how many months, each rep did anything."""
    days = activities[["rep_id"]].assign(day=pd.to_datetime(activities["date"]).dt.normalize())
    days = days.dropna().drop_duplicates()
    months = days.assign(day=days["day"].dt.to_period("M")).drop_duplicates()
    return (
        _by_rep(find_doers(days["rep_id"], rep_ids), np.ones(len(days))),
        _by_rep(find_doers(months["rep_id"], rep_ids), np.ones(len(months))),
    )
