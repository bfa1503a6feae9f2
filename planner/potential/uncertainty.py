"""How bookings of one account scatter around what is expected, before any past forecast.

A customer buys a number of times that varies about its rhythm, each time for an amount that
varies about its usual one; some have left without saying so. This gives each account a chance
of booking nothing and a relative variance otherwise. Past forecasts then correct it
(``intervals``); where there is no past to learn from it stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from planner.potential.history import Purchases
from planner.potential.lifecycle import (
    Customers,
    Rhythm,
    Spans,
    describe_customers,
    lifecycle_rate,
    spans_of,
)

Floats = npt.NDArray[np.float64]

# Amounts of an account are thought to vary by half, as if seen in twenty pairs of orders.
AMOUNT_VARIANCE, AMOUNT_EVIDENCE = 0.25, 20.0
# What nobody can foresee: budgets, people, competitors.
DRIFT = 0.03
# Three in ten accounts that never bought start to within a year, as if seen on fifty.
NEW_CHANCE, NEW_EVIDENCE = 0.3, 50.0
NEW_VARIANCE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Purchases of one kind: how they come, and how their amounts vary.

    Parameters
    ----------
    rate
        Bookings a month over the customer's life, to weigh the kinds by, (accounts,).
    amount_variance
        Relative variance of the amounts of one account.
    """

    rhythm: Rhythm
    spans: Spans
    customers: Customers
    rate: Floats
    amount_variance: float

    @property
    def bought(self) -> npt.NDArray[np.bool_]:
        """Return whether each account ever bought, (accounts,)."""
        return self.spans.bought[self.spans.profile]

    def silence(self, window: int) -> Floats:
        """Return the chance that an account buys nothing in so many months, (accounts,)."""
        interval, since = self.customers.interval, self.spans.since
        later = self.rhythm.longer_than(since + window, interval)
        still = later / np.maximum(self.rhythm.longer_than(since, interval), 1e-9)
        silent = 1 - self.customers.alive * (1 - np.clip(still, 0, 1))
        return np.asarray(silent[self.spans.profile])

    def variance(self, window: int) -> Floats:
        """Return the relative variance of what a customer books in so many months."""
        irregular = 1 / np.clip(self.rhythm.regularity, 0.3, 10.0)
        orders = window / self.customers.interval
        known = 1 / np.maximum(orders, 0.2) + 1 / (self.spans.count + 1)
        return np.asarray((self.amount_variance + irregular) * known)[self.spans.profile]


def describe_stream(purchases: Purchases, rhythm: Rhythm) -> Stream:
    """Return how purchases of one kind come, account by account."""
    spans = spans_of(purchases.counts > 0)
    customers = describe_customers(spans, rhythm)
    return Stream(
        rhythm=rhythm,
        spans=spans,
        customers=customers,
        rate=lifecycle_rate(purchases, rhythm),
        amount_variance=_amount_variance(purchases),
    )


def _amount_variance(purchases: Purchases) -> float:
    """Return the relative variance of monthly amounts within accounts that bought twice."""
    active = (purchases.counts > 0) & (purchases.sales > 0)
    count = active.sum(axis=1)
    several = count >= 2
    if not several.any():
        return AMOUNT_VARIANCE
    amounts = np.where(active[several], purchases.sales[several], 0.0)
    mean = amounts.sum(axis=1) / count[several]
    spread = np.where(active[several], amounts / mean[:, None] - 1, 0.0)
    squares = float((spread**2).sum()) + AMOUNT_VARIANCE * AMOUNT_EVIDENCE
    freedom = float((count[several] - 1).sum()) + AMOUNT_EVIDENCE
    return float(np.clip(squares / freedom, 0.02, 4.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """The distribution of each account's bookings in a window, (accounts,) each.

    Parameters
    ----------
    mean
        Expected bookings.
    nothing
        Chance of booking nothing.
    variance
        Relative variance of the bookings when there are any.
    new
        Whether the account never bought.
    """

    mean: Floats
    nothing: Floats
    variance: Floats
    new: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.int64]) -> Scatter:
        """Return some of the accounts."""
        return Scatter(
            mean=self.mean[rows],
            nothing=self.nothing[rows],
            variance=self.variance[rows],
            new=self.new[rows],
        )

    def quantile(self, chance: Floats) -> Floats:
        """Return the amount that is not exceeded with a chance, (accounts,)."""
        shape = 1 / np.clip(self.variance, 1e-3, 50.0)
        scale = self.mean / np.maximum(1 - self.nothing, 1e-3) / shape
        part = np.clip((chance - self.nothing) / np.maximum(1 - self.nothing, 1e-9), 0.0, 0.9999)
        return np.asarray(np.where(part > 0, gammaincinv(shape, part) * scale, 0.0))


def scatter_of(streams: Sequence[Stream], mean: Floats, window: int, new_chance: float) -> Scatter:
    """Return the distribution of what accounts book in a window.

    Parameters
    ----------
    streams
        Purchases by kind.
    mean
        Expected bookings in the window, (accounts,).
    window
        Months.
    new_chance
        Chance that an account that never bought starts in the window.
    """
    bought = np.any([stream.bought for stream in streams], axis=0)
    silence = np.prod([stream.silence(window) for stream in streams], axis=0)
    total = np.maximum(sum(stream.rate for stream in streams), 1e-9)
    shares = [np.where(total > 1e-6, stream.rate / total, 1.0) for stream in streams]
    variance = sum(
        share**2 * stream.variance(window) for share, stream in zip(shares, streams, strict=True)
    )
    return Scatter(
        mean=mean,
        nothing=np.where(bought, np.clip(silence, 0.0, 0.99), 1 - new_chance),
        variance=np.where(bought, DRIFT + variance, NEW_VARIANCE),
        new=~bought,
    )
