"""Past quotas and what was attained on them, as samples for the fairness tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.books import Books, close_rows
from planner.quotas.fairness_result import FairnessSample, QuotaPanel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
YEAR = 365
MONTH = 30.436875


@dataclass(frozen=True, slots=True, kw_only=True)
class PastQuotas:
    """The rows of the quotas table that are over, with what was attained, by rep and start.

    Parameters
    ----------
    rep_ids, starts, afters
        Whose, from which day, and the first day after, (rows,).
    quotas, attained
        Minor units, (rows,).
    """

    rep_ids: tuple[str, ...]
    starts: tuple[date, ...]
    afters: tuple[date, ...]
    quotas: Ints
    attained: Ints


def gather_past(
    rep_ids: Sequence[str],
    starts: Sequence[date],
    ends: Sequence[date | None],
    quotas: Sequence[int],
    attained: Sequence[int | None],
    *,
    as_of: date,
    order_reps: Sequence[str | None],
    order_days: npt.NDArray[np.datetime64],
    order_amounts: Ints,
) -> PastQuotas:
    """Gather the quotas that were over by a day, and add orders up where nothing is given.

    Parameters
    ----------
    rep_ids, starts, ends, quotas, attained
        The rows of the quotas table; None where a cell is empty.
    as_of
        The last day whose history is known.
    order_reps, order_days, order_amounts
        The rows of history, (orders,), minor units.
    """
    given = {
        (rep_id, start): figure
        for rep_id, start, figure in zip(rep_ids, starts, attained, strict=True)
        if figure is not None
    }
    rows = [row for row in close_rows(rep_ids, starts, ends, quotas) if row[2] <= _next(as_of)]
    orders = _orders_by_rep(order_reps, order_days, order_amounts)
    booked = [given.get(row[:2], _between(orders.get(row[0]), row[1], row[2])) for row in rows]
    return PastQuotas(
        rep_ids=tuple(row[0] for row in rows),
        starts=tuple(row[1] for row in rows),
        afters=tuple(row[2] for row in rows),
        quotas=np.array([row[3] for row in rows], dtype=np.int64),
        attained=np.array(booked, dtype=np.int64),
    )


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _orders_by_rep(
    reps: Sequence[str | None], days: npt.NDArray[np.datetime64], amounts: Ints
) -> dict[str, tuple[npt.NDArray[np.datetime64], Ints]]:
    """Return each rep's days and running sum of orders, by day."""
    codes = {rep: code for code, rep in enumerate(dict.fromkeys(rep for rep in reps if rep))}
    place = np.array([codes[rep] if rep else -1 for rep in reps], dtype=np.int64)
    # By rep, then by day, then as given.
    order = np.lexsort((days, place))
    starts = np.searchsorted(place[order], np.arange(len(codes) + 1))
    found = {}
    for rep, code in codes.items():
        rows = order[starts[code] : starts[code + 1]]
        found[rep] = days[rows].astype("datetime64[D]"), np.cumsum(amounts[rows])
    return found


def _between(
    orders: tuple[npt.NDArray[np.datetime64], Ints] | None, start: date, after: date
) -> int:
    if orders is None:
        return 0
    days, sums = orders
    first, last = np.searchsorted(days, [np.datetime64(start), np.datetime64(after)])
    total = int(sums[last - 1]) if last else 0
    return total - (int(sums[first - 1]) if first else 0)


def pair_quotas(past: PastQuotas) -> QuotaPanel:
    """Pair each quota with the one that follows it, per day, for the ratchet test.

    Parameters
    ----------
    past
        From :func:`gather_past`; only rows that follow each other without a gap are paired.
    """
    codes = {rep_id: code for code, rep_id in enumerate(sorted(set(past.rep_ids)))}
    pairs = [
        (i, i + 1)
        for i in range(len(past.rep_ids) - 1)
        if past.rep_ids[i] == past.rep_ids[i + 1] and past.afters[i] == past.starts[i + 1]
    ]
    days = [(b - a).days for a, b in zip(past.starts, past.afters, strict=True)]
    first = np.array([i for i, _ in pairs], dtype=np.int64)
    second = np.array([j for _, j in pairs], dtype=np.int64)
    length = np.array(days, dtype=np.float64)
    return QuotaPanel(
        person=np.array([float(codes[past.rep_ids[i]]) for i in first]),
        quota=past.quotas[first].astype(np.float64),
        attained=past.attained[first].astype(np.float64),
        following=past.quotas[second] * (length[first] / length[second]),
    )


def past_sample(
    past: PastQuotas,
    books: Books,
    reps: Sequence[Rep],
    period: Period,
    regions: Mapping[str, str],
) -> FairnessSample:
    """Return last year's attainment beside the books of that year, one row a rep.

    Parameters
    ----------
    past
        From :func:`gather_past`; the twelve months to as_of count.
    books
        The accounts of each rep as they were, by rep.
    reps, period
        For tenure at as_of.
    regions
        A name for each rep.
    """
    since = date.fromordinal(period.as_of.toordinal() - YEAR)
    quota: dict[str, int] = {}
    booked: dict[str, int] = {}
    rows = zip(past.rep_ids, past.starts, past.quotas.tolist(), past.attained.tolist(), strict=True)
    for rep_id, start, amount, attained in rows:
        if start >= since:
            quota[rep_id] = quota.get(rep_id, 0) + amount
            booked[rep_id] = booked.get(rep_id, 0) + attained
    owed = np.array([float(quota.get(rep_id, 0)) for rep_id in books.rep_ids])
    got = np.array([float(booked.get(rep_id, 0)) for rep_id in books.rep_ids])
    attainment = np.divide(got, owed, out=np.full(len(owed), np.nan), where=owed > 0)
    return build_sample(attainment, owed, books, reps, period.as_of, regions)


def build_sample(
    attainment: Floats,
    quota: Floats,
    books: Books,
    reps: Sequence[Rep],
    day: date,
    regions: Mapping[str, str],
) -> FairnessSample:
    """Put attainment beside what each rep was given.

    Parameters
    ----------
    attainment, quota
        In the order of the books, (seats,); NaN where unknown.
    books
        What each rep's accounts bring.
    reps
        The reps table, for tenure.
    day
        The day at which tenure is counted.
    regions
        A name for each rep.
    """
    people = {rep.rep_id: rep for rep in reps}
    return FairnessSample(
        attainment=attainment,
        quota=quota,
        potential=books.potential.astype(np.float64),
        history=books.history.astype(np.float64),
        size=books.accounts.astype(np.float64),
        tenure=np.array([months_in_role(people.get(rep_id), day) for rep_id in books.rep_ids]),
        region=tuple(regions.get(rep_id, "") for rep_id in books.rep_ids),
    )


def months_in_role(rep: Rep | None, day: date) -> float:
    """Return months in the role on a day, NaN where the start is unknown or still to come."""
    starts = [] if rep is None else [d for d in (rep.hire_date, rep.role_start) if d is not None]
    if not starts or max(starts) > day:
        return float("nan")
    return (day - max(starts)).days / MONTH
