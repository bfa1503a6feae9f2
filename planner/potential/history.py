"""Bookings by account and month, counted back from the day of the plan's last known history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

MONTHS_KEPT = 60
YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """Bookings of one kind by account and month.

    Parameters
    ----------
    sales
        Net bookings, minor units, (accounts, months). Returns are negative.
    counts
        Number of rows with a positive amount, (accounts, months).
    """

    sales: Floats
    counts: Floats

    def window(self, first: int, last: int) -> Purchases:
        """Return the months from ``first`` up to, not with, ``last``."""
        return Purchases(sales=self.sales[:, first:last], counts=self.counts[:, first:last])


@dataclass(frozen=True, kw_only=True)
class MonthlyHistory:
    """What each account booked in each month up to a day; the newest month is last.

    Months are counted back from the day after ``as_of``, so that each is whole.

    Parameters
    ----------
    sales, purchases
        Net bookings in minor units, and the number of rows with a positive amount,
        (accounts, months).
    starts
        First day of each month, (months,).
    as_of
        The last day that is known.
    kinds
        The same by kind, ``recurring`` and ``expansion``, where the history tells them apart.
    """

    sales: Floats
    purchases: Floats
    starts: tuple[date, ...]
    as_of: date
    kinds: dict[str, Purchases] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """Return how many months are known."""
        return len(self.starts)

    @cached_property
    def running(self) -> Floats:
        """Return bookings summed from the first month on, a zero first, (accounts, months + 1)."""
        return running_sum(self.sales)

    def between(self, first: int, last: int) -> Floats:
        """Return each account's bookings from month ``first`` up to, not with, ``last``."""
        return np.asarray(self.running[:, last] - self.running[:, first])

    def known_at(self, months: int) -> MonthlyHistory:
        """Return the history as it stood when only the first ``months`` were known."""
        end = self.starts[months] if months < self.months else self.as_of + timedelta(days=1)
        return MonthlyHistory(
            sales=self.sales[:, :months],
            purchases=self.purchases[:, :months],
            starts=self.starts[:months],
            as_of=end - timedelta(days=1),
            kinds={name: kind.window(0, months) for name, kind in self.kinds.items()},
        )


def running_sum(amounts: Floats) -> Floats:
    """Return sums along the months with a zero first, (accounts, months + 1)."""
    first = np.zeros((len(amounts), 1))
    return np.hstack([first, np.cumsum(amounts, axis=1)])


def months_before(day: date, months: int) -> date:
    """Return the day so many months earlier, the month's last day where it has no such day."""
    month = day.year * 12 + day.month - 1 - months
    year, index = divmod(month, 12)
    following = date(year + (index == 11), (index + 1) % 12 + 1, 1)
    return min(
        date(year, index + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1)
    )


def month_starts(first: date, as_of: date) -> tuple[date, ...]:
    """Return the months' first days, counted back from the day after as_of until first is in."""
    end = as_of + timedelta(days=1)
    starts = [months_before(end, 1)]
    while starts[-1] > first and len(starts) < MONTHS_KEPT:
        starts.append(months_before(end, len(starts) + 1))
    return tuple(reversed(starts))


def read_history(
    accounts: pd.DataFrame, history: pd.DataFrame | None, as_of: date
) -> MonthlyHistory | None:
    """Sum the history by account and month, in DuckDB.

    Parameters
    ----------
    accounts
        The accounts table; its order is the order of the rows returned.
    history
        account_id, date, amount in minor units; None where there is none.
    as_of
        The last day known; later rows are left out.

    Returns
    -------
    MonthlyHistory or None
        None where not one row is known.
    """
    if history is None or history.empty or accounts.empty:
        return None
    dates = history["date"].to_numpy().astype("datetime64[D]")
    known = dates[dates <= np.datetime64(as_of)]
    if not len(known):
        return None
    starts = month_starts(known.min().astype(date), as_of)
    return without_silence(_aggregate(accounts, history, starts, as_of))


def without_silence(history: MonthlyHistory) -> MonthlyHistory:
    """Return the history up to its last bookings when a whole year has passed since.

    No company books nothing for a year: the table was exported long before as_of.
    """
    booked = np.flatnonzero(np.abs(history.sales).sum(axis=0) > 0)
    if not len(booked) or history.months - 1 - booked[-1] < YEAR:
        return history
    return history.known_at(int(booked[-1]) + 1)


def _aggregate(
    accounts: pd.DataFrame, history: pd.DataFrame, starts: tuple[date, ...], as_of: date
) -> MonthlyHistory:
    rows = _monthly_rows(accounts, history, starts, as_of)
    shape = (len(accounts), len(starts))
    recurring = _matrices(rows, shape, ~rows["expansion"].astype(bool))
    expansion = _matrices(rows, shape, rows["expansion"].astype(bool))
    told = expansion.sales.sum() > 0 and recurring.sales.sum() > 0
    return MonthlyHistory(
        sales=recurring.sales + expansion.sales,
        purchases=recurring.counts + expansion.counts,
        starts=starts,
        as_of=as_of,
        kinds={"recurring": recurring, "expansion": expansion} if told else {},
    )


def _matrices(
    rows: dict[str, npt.NDArray[np.generic]],
    shape: tuple[int, int],
    chosen: npt.NDArray[np.bool_],
) -> Purchases:
    sales, counts = np.zeros(shape), np.zeros(shape)
    cells = (rows["position"][chosen], rows["month"][chosen])
    sales[cells], counts[cells] = rows["sales"][chosen], rows["counts"][chosen]
    return Purchases(sales=sales, counts=counts)


def _monthly_rows(
    accounts: pd.DataFrame, history: pd.DataFrame, starts: tuple[date, ...], as_of: date
) -> dict[str, npt.NDArray[np.generic]]:
    import duckdb

    columns = [name for name in ("account_id", "date", "amount", "type") if name in history]
    expansion = "coalesce(lower(trim(h.type::VARCHAR)) = 'expansion', false)"
    with duckdb.connect() as connection:
        connection.register("history", history[columns])
        connection.register("positions", _positions(accounts))
        connection.register("days", _days(starts, as_of))
        answer = connection.execute(
            f"""
            SELECT p.position, d.month, {expansion if "type" in columns else "false"} AS expansion,
                   sum(h.amount)::DOUBLE AS sales,
                   count(*) FILTER (h.amount > 0)::DOUBLE AS counts
            FROM history h
            JOIN positions p USING (account_id)
            JOIN days d ON h.date::DATE = d.day
            GROUP BY ALL
            """  # noqa: S608  # both texts are ours
        ).fetchnumpy()
    return {name: np.asarray(values) for name, values in answer.items()}


def _positions(accounts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"account_id": accounts["account_id"].to_numpy(), "position": np.arange(len(accounts))}
    )


def _days(starts: tuple[date, ...], as_of: date) -> pd.DataFrame:
    days = np.arange(np.datetime64(starts[0]), np.datetime64(as_of) + 1)
    edges = np.array(starts, dtype="datetime64[D]")
    month = np.searchsorted(edges, days, side="right") - 1
    return pd.DataFrame({"day": days.astype("datetime64[s]"), "month": month})
