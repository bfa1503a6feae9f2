"""Past quota periods as they could have been planned: books, forecasts and what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period, add_months
from planner.inputs.reps import Rep
from planner.quotas.past import PastQuotas, months_in_role
from planner.quotas.past_attainment import PastPeriod, past_period
from planner.units.presence import productive_months

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
YEAR = 365
HALF_LIFE = 120.0
RUN_RATE_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The rows of history, oldest first, (orders,).

    Parameters
    ----------
    accounts
        Position of the account.
    reps
        Position of the rep among the reps of the replay, -1 none.
    days
        Days since 1970-01-01.
    amounts
        Minor units.
    count
        Number of accounts.
    owners
        Position of each account's present owner among the reps, -1 none, (accounts,); None where
        owners are not known.
    """

    accounts: Ints
    reps: Ints
    days: Ints
    amounts: Ints
    count: int
    owners: Ints | None = None

    def between(self, first: int, after: int) -> Ints:
        """Return each account's orders from a day up to another, minor units, (accounts,)."""
        inside = slice(*np.searchsorted(self.days, [first, after]))
        totals = np.zeros(self.count, dtype=np.int64)
        np.add.at(totals, self.accounts[inside], self.amounts[inside])
        return totals

    def holders(self, day: int) -> Ints:
        """Return whose each account was on a day, by its orders before it, -1 none, (accounts,).

        An account without an order so far is its present owner's: nothing older tells. An order
        that somebody else took (a manager who stands in) leaves the account with its rep, until
        a year has gone by without one of his own.
        """
        known = slice(0, int(np.searchsorted(self.days, day)))
        accounts, reps, days = self.accounts[known], self.reps[known], self.days[known]
        holders = np.full(self.count, -1) if self.owners is None else self.owners.copy()
        # The rows are in order of time, so that the last write is the latest order.
        holders[accounts] = reps
        own = (reps >= 0) & (days >= day - YEAR)
        holders[accounts[own]] = reps[own]
        return holders

    def run_rate(self, day: int, since: int, otherwise: Floats) -> Ints:
        """Return orders of the days before one, of accounts without any order what is given."""
        known = slice(0, int(np.searchsorted(self.days, day)))
        began = np.bincount(self.accounts[known], minlength=self.count) > 0
        return np.where(began, self.between(since, day), np.rint(otherwise).astype(np.int64))

    def surprises(self, day: int, after: int, expected: Ints, actual: Floats) -> tuple[Floats, ...]:
        """Return by rep what his accounts booked with him less what was expected of them.

        Expected bookings are brought to what the period's accounts booked in all, so that a good
        or bad period for everybody surprises nobody; both then to the bookings that quotas are
        held against.

        Parameters
        ----------
        day, after
            First day of the period, and the first day after it.
        expected
            As known on the first day, minor units, (accounts,).
        actual
            What quotas are held against, minor units, (reps,).
        """
        inside = np.arange(*np.searchsorted(self.days, [day, after]))
        inside = inside[self.reps[inside] >= 0]
        holders = self.holders(day)
        held = np.flatnonzero(holders >= 0)
        booked, foreseen = float(self.amounts[inside].sum()), float(expected[held].sum())
        level = booked / foreseen if foreseen > 0 else 0.0
        pairs = np.concatenate([self.accounts[inside], held]) * len(actual)
        pairs += np.concatenate([self.reps[inside], holders[held]])
        money = np.concatenate([self.amounts[inside], -level * expected[held]])
        found, place = np.unique(pairs, return_inverse=True)
        level = float(actual.sum()) / booked if booked > 0 else 0.0
        surprise = level * np.bincount(place, weights=money, minlength=len(found))
        whose = np.where(surprise != 0, found % len(actual), -1)
        return tuple(surprise[whose == rep] for rep in range(len(actual)))

    def recent(self, day: int) -> Ints:
        """Return a plain forecast: orders before a day, half as heavy every four months older."""
        known = slice(0, int(np.searchsorted(self.days, day)))
        age = (day - self.days[known]).astype(np.float64)
        weighted = self.amounts[known] * 0.5 ** (age / HALF_LIFE)
        totals = np.bincount(self.accounts[known], weights=weighted, minlength=self.count)
        return np.asarray(np.rint(totals), dtype=np.int64)


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def run_rate_since(first: date) -> int:
    """Return the first of the days before one that its run rate is of, since 1970-01-01."""
    return day_number(add_months(first, -RUN_RATE_MONTHS))


def replay_periods(
    past: PastQuotas,
    orders: Orders,
    reps: Sequence[Rep],
    *,
    ramp: Sequence[float] = (),
    periods: int = 4,
    forecast: Callable[[date, date], Ints] | None = None,
) -> tuple[PastPeriod, ...]:
    """Rebuild the last past periods with only what was known on their first day.

    Parameters
    ----------
    past
        From :func:`planner.quotas.past.gather_past`.
    orders
        History; a period's books are the accounts by the rep of their last order before it.
    reps
        Those who had quotas, in the order of ``orders.reps``.
    ramp
        Share of productivity by month since the start.
    periods
        How many of the last first days.
    forecast
        Expected bookings of each account from a day up to another as known on the first, minor
        units, (accounts,); default: recent orders.
    """
    firsts = sorted(set(past.starts))[-periods:]
    return tuple(_replay(past, orders, reps, ramp, first, forecast) for first in firsts)


def _replay(
    past: PastQuotas,
    orders: Orders,
    reps: Sequence[Rep],
    ramp: Sequence[float],
    first: date,
    forecast: Callable[[date, date], Ints] | None,
) -> PastPeriod:
    rows = [i for i, start in enumerate(past.starts) if start == first]
    place = {rep.rep_id: seat for seat, rep in enumerate(reps)}
    quota, actual = np.zeros(len(reps)), np.zeros(len(reps))
    for i in rows:
        if past.rep_ids[i] in place:
            quota[place[past.rep_ids[i]]] = past.quotas[i]
            actual[place[past.rep_ids[i]]] = past.attained[i]
    day = day_number(first)
    after = max(past.afters[i] for i in rows)
    quarter = run_rate_since(first)
    expected = orders.recent(day) if forecast is None else forecast(first, after)
    part = np.float64((day - quarter) / max((after - first).days, 1))
    return past_period(
        first.isoformat(),
        len(reps),
        orders.holders(day),
        orders.between(day - YEAR, day),
        expected,
        orders.run_rate(day, quarter, expected * part),
        actual=actual,
        quota=quota,
        tenure=np.array([months_in_role(rep, first) for rep in reps]),
        productive=_productive(reps, ramp, first, after),
        surprises=orders.surprises(day, (after - date(1970, 1, 1)).days, expected, actual),
        roles=tuple(rep.role for rep in reps),
    )


def _productive(reps: Sequence[Rep], ramp: Sequence[float], first: date, after: date) -> Floats:
    period = Period(starts=(first,), end=after, as_of=first)
    return np.array([float(productive_months(rep, period, ramp)[0]) for rep in reps])
