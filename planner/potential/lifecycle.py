"""Who is still a customer, and at what rate: purchases as a renewal process that may end.

The time between purchases is gamma distributed, so that regular buyers (every quarter, every
year) are told from irregular ones; after each purchase a customer may leave for good. Silence
that is long for the account's own rhythm means that it has left, and the same silence means
nothing to one that buys once a year. This is the idea of Schmittlein, Morrison & Colombo (1987)
and Fader, Hardie & Lee (2005), with the regular intervals of Platzer & Reutterer (2016). It
needs three numbers for the whole company, found by maximum likelihood from counts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, gammaincc

if TYPE_CHECKING:
    from planner.potential.history import Purchases

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# An account's own rhythm stands beside two intervals of the company's.
RHYTHM_PRIOR = 2.0
# One customer in seven leaves after a purchase, as if seen thirty times.
LEAVING_PRIOR, LEAVING_WEIGHT = 0.15, 30.0
# Before any data an interval is thought to be half a year, within a factor of about five.
INTERVAL_PRIOR, INTERVAL_SPREAD = 6.0, 1.5
STARTS = ((1.0, 9.0), (5.0, 4.0))
# What is searched: the logarithms of regularity and interval, and the logit of leaving.
LEAST, MOST = np.array([-1.5, -1.0, -8.0]), np.array([4.0, 5.5, 8.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How the company's customers buy.

    Parameters
    ----------
    regularity
        Shape of the gamma distribution of intervals: 1 is irregular, 10 like clockwork.
    interval
        Mean interval between purchases, months.
    leaving
        Chance of leaving for good after a purchase.
    """

    regularity: float
    interval: float
    leaving: float

    def longer_than(self, months: Floats, interval: Floats | np.float64) -> Floats:
        """Return the chance that an interval of the given mean is longer than some months."""
        reach = gammaincc(self.regularity, self.regularity * np.maximum(months, 0.0) / interval)
        return np.asarray(reach, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """When accounts bought; accounts with the same dates share a profile.

    Parameters
    ----------
    profile
        Of each account, (accounts,).
    bought
        Whether there was any purchase, and so on, (profiles,).
    between
        Months from the first purchase to the last.
    since
        Months since the last purchase, 0 where there was none.
    count
        Months with a purchase.
    """

    profile: Ints
    bought: Bools
    between: Floats
    since: Floats
    count: Floats


def spans_of(active: Bools) -> Spans:
    """Return when accounts bought.

    Parameters
    ----------
    active
        Whether a month had a purchase, newest last, (accounts, months).
    """
    months = active.shape[1]
    count = active.sum(axis=1)
    first = active.argmax(axis=1)
    since = np.where(count > 0, active[:, ::-1].argmax(axis=1), 0)
    between = np.where(count > 0, months - 1 - since - first, 0)
    base = months + 1
    keys, profile = np.unique((count * base + between) * base + since, return_inverse=True)
    return Spans(
        profile=profile.astype(np.int64),
        bought=keys >= base * base,
        between=(keys // base % base).astype(float),
        since=(keys % base).astype(float),
        count=(keys // (base * base)).astype(float),
    )


def fit_rhythm(active: Bools) -> Rhythm:
    """Find the company's rhythm by maximum likelihood from all intervals, ended or running.

    Parameters
    ----------
    active
        Whether a month had a purchase, newest last, (accounts, months).
    """
    months = active.shape[1]
    rows, columns = np.nonzero(active)
    ended = np.diff(columns)[np.diff(rows) == 0]
    spans = spans_of(active)
    ended_counts = np.bincount(ended, minlength=months + 1)[1:].astype(float)
    accounts = np.bincount(spans.profile, minlength=len(spans.since)) * spans.bought
    running = np.bincount(spans.since.astype(np.int64), accounts, months + 1)

    def loss(theta: Floats) -> float:
        return -_likelihood(theta, ended_counts, running.astype(float))

    starts = [np.array([np.log(shape), np.log(mean), -1.5]) for shape, mean in STARTS]
    answers = [
        minimize(
            loss,
            start,
            method="Nelder-Mead",
            options={"maxiter": 150, "xatol": 0.01, "fatol": 0.01},
        )
        for start in starts
    ]
    best = min(answers, key=lambda answer: float(answer.fun)).x
    return _rhythm(np.asarray(best))


def _rhythm(theta: Floats) -> Rhythm:
    bounded = np.minimum(np.maximum(theta, LEAST), MOST)
    return Rhythm(
        regularity=float(np.exp(bounded[0])),
        interval=float(np.exp(bounded[1])),
        leaving=float(expit(bounded[2])),
    )


def _likelihood(theta: Floats, ended: Floats, running: Floats) -> float:
    """Return the log likelihood and log prior of intervals counted in whole months."""
    rhythm = _rhythm(theta)
    months = np.arange(len(running), dtype=np.float64)
    longer = rhythm.longer_than(months + 0.5, np.float64(rhythm.interval))
    # Purchases of one month count once, so an interval is at least half a month.
    beyond = longer / (longer[0] + 1e-12)
    within = beyond[:-1] - beyond[1:]
    stay = 1 - rhythm.leaving
    fit = ended @ np.log(stay * within + 1e-12)
    fit += running @ np.log(rhythm.leaving + stay * beyond + 1e-12)
    belief = LEAVING_WEIGHT * (
        LEAVING_PRIOR * np.log(rhythm.leaving) + (1 - LEAVING_PRIOR) * np.log(stay)
    )
    belief -= 0.5 * np.log(rhythm.regularity) ** 2
    belief -= 0.5 * (np.log(rhythm.interval / INTERVAL_PRIOR) / INTERVAL_SPREAD) ** 2
    return float(fit + belief)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """What the purchases say of each account, (profiles,) each.

    Parameters
    ----------
    alive
        Chance that the account is still a customer; 0 where it never was one.
    interval
        Its own mean interval, pulled toward the company's, months.
    exposure
        Months that its purchases stand for, the running interval included.
    """

    alive: Floats
    interval: Floats
    exposure: Floats


def describe_customers(spans: Spans, rhythm: Rhythm) -> Customers:
    """Return each profile's state of life under the company's rhythm."""
    ended = np.maximum(spans.count - 1, 0)
    interval = (RHYTHM_PRIOR * rhythm.interval + spans.between) / (RHYTHM_PRIOR + ended)
    silent = rhythm.longer_than(spans.since + 0.5, interval)
    silent = silent / np.maximum(rhythm.longer_than(np.full(len(silent), 0.5), interval), 1e-12)
    stays = (1 - rhythm.leaving) * silent
    alive = np.where(spans.bought, stays / (rhythm.leaving + stays), 0.0)
    running = _running_interval(spans.since, interval, rhythm)
    return Customers(alive=alive, interval=interval, exposure=spans.between + running)


def _running_interval(since: Floats, interval: Floats, rhythm: Rhythm) -> Floats:
    """Return the expected length of an interval that has already lasted so long."""
    shape = rhythm.regularity
    reach = shape * since / interval
    beyond = gammaincc(shape, reach)
    whole = interval * gammaincc(shape + 1, reach) / np.maximum(beyond, 1e-9)
    expected = np.where(beyond > 1e-9, whole, since + interval / shape)
    return np.maximum(expected, since + 0.5)


def lifecycle_rate(purchases: Purchases, rhythm: Rhythm) -> Floats:
    """Return bookings a month over the customer's life times the chance that it lasts."""
    spans = spans_of(purchases.counts > 0)
    customers = describe_customers(spans, rhythm)
    booked = np.clip(purchases.sales.sum(axis=1), 0, None)
    lasting = np.where(spans.bought, customers.alive / np.maximum(customers.exposure, 0.5), 0.0)
    return np.asarray(booked * lasting[spans.profile])
