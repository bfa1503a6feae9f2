"""What each seat's accounts bring: history follows the accounts into the new book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period
from planner.inputs.reps import Rep

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Last period's quota is that of a book when this share of its revenue had a known quota.
COMPARABLE_SHARE = 0.8
YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The accounts of each seat, added up.

    Parameters
    ----------
    territory_ids, rep_ids
        The seats and who holds them, (seats,).
    accounts
        Number of accounts, (seats,).
    history
        Revenue of the book's accounts in the twelve months to as_of, minor units, whoever
        served them then, (seats,).
    potential
        Expected bookings of the book's accounts, minor units, (seats,).
    measures
        Further bases by name (renewals due, history by type, …), (seats,).
    last_quota
        Last period's quota of the book's accounts, annualised, minor units, (seats,); their run
        rate where nobody's quota is known; 0 where neither is.
    comparable
        Whether ``last_quota`` may be compared with, (seats,).
    """

    territory_ids: tuple[str, ...]
    rep_ids: tuple[str, ...]
    accounts: Ints
    history: Ints
    potential: Ints
    measures: Mapping[str, Floats] = field(default_factory=dict)
    last_quota: Ints
    comparable: Bools

    def sorted_by_rep(self) -> Books:
        """Return the same books in the order of rep ids, so that row order cannot matter."""
        order = sorted(range(len(self.rep_ids)), key=lambda i: (self.rep_ids[i], i))
        return Books(
            territory_ids=tuple(self.territory_ids[i] for i in order),
            rep_ids=tuple(self.rep_ids[i] for i in order),
            accounts=self.accounts[order],
            history=self.history[order],
            potential=self.potential[order],
            measures={name: values[order] for name, values in self.measures.items()},
            last_quota=self.last_quota[order],
            comparable=self.comparable[order],
        )


def build_books(
    territory_ids: Sequence[str],
    rep_ids: Sequence[str],
    territory_of_account: Ints,
    trailing: Ints,
    expected: Ints,
    *,
    measures: Mapping[str, npt.NDArray[np.float64] | Ints] | None = None,
    last_quota_of_account: Floats | None = None,
) -> Books:
    """Add accounts up by the seat that will serve them.

    Parameters
    ----------
    territory_ids, rep_ids
        The seats and who holds them, (seats,).
    territory_of_account
        Position of each account's new seat, -1 where nobody serves it, (accounts,).
    trailing, expected
        Revenue of the last twelve months and expected bookings, minor units, (accounts,).
    measures
        Further bases by name, (accounts,); a missing value counts as nothing.
    last_quota_of_account
        What :func:`spread_last_quotas` returns; None where no past quotas are known.

    Returns
    -------
    The books, in the order of the seats.
    """
    seats = len(territory_ids)
    where = np.asarray(territory_of_account, dtype=np.int64)
    history = _total(where, seats, np.asarray(trailing))
    last, comparable = _last_quotas(where, history, np.asarray(trailing), last_quota_of_account)
    return Books(
        territory_ids=tuple(territory_ids),
        rep_ids=tuple(rep_ids),
        accounts=_total(where, seats, np.ones(len(where), dtype=np.int64)),
        history=np.maximum(history, 0),
        potential=np.maximum(_total(where, seats, np.asarray(expected)), 0),
        measures={
            name: _total_floats(where, seats, np.asarray(values, dtype=np.float64))
            for name, values in (measures or {}).items()
        },
        last_quota=last,
        comparable=comparable,
    )


def _total(where: Ints, seats: int, values: Ints) -> Ints:
    """Add integers up by seat; unserved accounts (-1) fall into a last bin that is dropped."""
    totals = np.zeros(seats + 1, dtype=np.int64)
    np.add.at(totals, where, values.astype(np.int64))
    return totals[:seats]


def _total_floats(where: Ints, seats: int, values: Floats) -> Floats:
    served = where >= 0
    known = np.nan_to_num(values[served], nan=0.0, posinf=0.0, neginf=0.0)
    return np.maximum(np.bincount(where[served], weights=known, minlength=seats), 0.0)


def _last_quotas(
    where: Ints, history: Ints, trailing: Ints, of_account: Floats | None
) -> tuple[Ints, Bools]:
    """Return last period's quota of each book, or its run rate, and whether it has either.

    Where quotas are known, a book that is mostly without one is compared with nothing: a new
    market's run rate would hold its quota down for good.
    """
    seats = len(history)
    if of_account is None or not np.isfinite(of_account).any():
        return np.maximum(history, 0), history > 0
    known = np.isfinite(of_account) & (where >= 0)
    covered = _total(where, seats, np.where(known, trailing, 0)).astype(np.float64)
    quota = np.bincount(where[known], weights=of_account[known], minlength=seats)
    comparable = (history > 0) & (covered >= COMPARABLE_SHARE * history) & (quota > 0)
    grown = quota * history / np.where(covered > 0, covered, 1.0)
    return np.where(comparable, np.rint(grown), 0).astype(np.int64), comparable


def spread_last_quotas(
    owners: Sequence[str | None], trailing: Ints, quotas: Mapping[str, int]
) -> Floats:
    """Spread each past quota over its holder's accounts by their revenue.

    Parameters
    ----------
    owners
        Who served each account in the last period, None where nobody, (accounts,).
    trailing
        Revenue of the last twelve months, minor units, (accounts,).
    quotas
        Annual quota by rep id, minor units; a rep who is missing is not comparable.

    Returns
    -------
    Each account's part of the past quota, minor units, NaN where it is not known, (accounts,).
    """
    codes = {rep_id: code for code, rep_id in enumerate(sorted(quotas))}
    who = np.array([codes.get(owner, -1) if owner else -1 for owner in owners], dtype=np.int64)
    weights = np.maximum(np.asarray(trailing, dtype=np.float64), 0.0)
    held = who >= 0
    revenue = np.bincount(who[held], weights=weights[held], minlength=len(codes))
    count = np.bincount(who[held], minlength=len(codes))
    amounts = np.array([quotas[rep_id] for rep_id in codes], dtype=np.float64)
    result = np.full(len(who), np.nan)
    own = who[held]
    share = np.where(
        revenue[own] > 0, weights[held] / np.maximum(revenue[own], 1.0), 1 / count[own]
    )
    result[held] = amounts[own] * share
    return result


def annualise_quotas(
    rep_ids: Sequence[str],
    starts: Sequence[date],
    ends: Sequence[date | None],
    amounts: Sequence[int],
    period: Period,
    *,
    steady_from: Mapping[str, date] | None = None,
) -> dict[str, int]:
    """Return each rep's quota of the year before the plan, as a run rate for a whole year.

    Parameters
    ----------
    rep_ids, starts, ends, amounts
        The rows of the quotas table; an end (the last day) that is missing is the day before
        the rep's next row, else as long after the start as the row before it.
    period
        The plan; the twelve months before its first day count.
    steady_from
        The day from which a rep was off ramp, by id (:func:`steady_dates`): a row that begins
        before it is a reduced quota and no run rate.

    Returns
    -------
    Annual quota by rep id, minor units; reps without a row in that year are left out.
    """
    first = period.start - timedelta(days=YEAR)
    quota: dict[str, float] = {}
    days: dict[str, int] = {}
    for rep_id, start, end, amount in close_rows(rep_ids, starts, ends, amounts):
        inside = (min(end, period.start) - max(start, first)).days
        reduced = start < (steady_from or {}).get(rep_id, start)
        if inside > 0 and not reduced:
            quota[rep_id] = quota.get(rep_id, 0.0) + amount * inside / (end - start).days
            days[rep_id] = days.get(rep_id, 0) + inside
    return {rep_id: round(quota[rep_id] * YEAR / days[rep_id]) for rep_id in sorted(quota)}


def steady_dates(reps: Sequence[Rep], ramp: Sequence[float]) -> dict[str, date]:
    """Return the first day off ramp of each rep whose start is known.

    Parameters
    ----------
    reps
        The reps table.
    ramp
        Share of productivity by month since the start.
    """
    months = len(ramp)
    dates = {}
    for rep in reps:
        starts = [day for day in (rep.hire_date, rep.role_start) if day is not None]
        if starts:
            year, month = divmod(max(starts).year * 12 + max(starts).month - 1 + months, 12)
            dates[rep.rep_id] = date(year, month + 1, 1)
    return dates


def close_rows(
    rep_ids: Sequence[str],
    starts: Sequence[date],
    ends: Sequence[date | None],
    amounts: Sequence[int],
) -> list[tuple[str, date, date, int]]:
    """Return past quotas by rep and start, each with the first day after it.

    Parameters
    ----------
    rep_ids, starts, ends, amounts
        As in :func:`annualise_quotas`.

    Returns
    -------
    Rep, first day, first day after, and amount of each row that lasts at least a day.
    """
    rows = sorted(zip(rep_ids, starts, amounts, ends, strict=True), key=lambda row: row[:3])
    usual = _usual_length(rows)
    closed = []
    for i, (rep_id, start, amount, end) in enumerate(rows):
        following = rows[i + 1][1] if i + 1 < len(rows) and rows[i + 1][0] == rep_id else None
        if end is not None:
            after = end + timedelta(days=1)
        elif following is not None and following > start:
            after = following
        else:
            after = start + usual
        if after > start:
            closed.append((rep_id, start, after, amount))
    return closed


def _usual_length(rows: Sequence[tuple[str, date, int, date | None]]) -> timedelta:
    """Return the median distance of two rows of one rep, a year where there is none."""
    gaps = sorted(
        (later[1] - earlier[1]).days
        for earlier, later in pairwise(rows)
        if earlier[0] == later[0] and later[1] > earlier[1]
    )
    return timedelta(days=gaps[len(gaps) // 2] if gaps else YEAR)
