"""Where the year will land: what was booked, and what the rest should bring, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# How much of a year's expectation the evidence is weighed against: the company's pace is
# trusted after a quarter; a book's own after what did best on past moments, else half a year.
COMPANY_STRENGTH, BOOK_STRENGTH = 0.25, 0.5
STRENGTHS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
# What is assumed where the past says little, as if seen in so many years: the standard deviation
# of the whole company's year against what was expected, and of one book's.
PRIOR_COMPANY, PRIOR_BOOK, PRIOR_YEARS = 0.15, 0.2, 3
FEWEST_MISSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A past moment at which the same forecast could have been made.

    Parameters
    ----------
    baseline
        What a year of each book was expected to bring then, (books,).
    booked
        What it had brought by then, (books,).
    rest
        What it brought in the remainder of that year, (books,).
    done
        Share of the year's bookings that had been due.
    year
        Which past year it is of: moments of one year say little more than one; 0 is the plan's.
    """

    baseline: Floats
    booked: Floats
    rest: Floats
    done: float
    year: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far the rest of a year falls from what was forecast.

    Parameters
    ----------
    own
        Of one book, what comes by chance: variance over its forecast, minor units.
    book
        Of one book, what its forecast is wrong by: standard deviation, for a whole year's rest.
    common
        Likewise of all books together.
    strength
        How much of a year's expectation a book's own pace is weighed against.
    trials, years
        Past moments behind it, and in how many years.
    books
        Books that were seen in those years, each year's counted.
    """

    own: float
    book: float
    common: float
    strength: float = BOOK_STRENGTH
    trials: int = 0
    years: int = 0
    books: int = 0

    def apart(self, forecast: Floats, left: float) -> Floats:
        """Return the standard deviation of each book, the company's luck left aside, (books,)."""
        amount = np.maximum(np.asarray(forecast, dtype=float), 0.0)
        return np.asarray(np.sqrt(self.own * amount + self.book**2 * amount**2 * max(left, 0.0)))

    def deviation(self, forecast: Floats, left: float) -> float:
        """Return the standard deviation of some books together, the company's luck included."""
        whole = float(np.maximum(forecast, 0.0).sum())
        common = self.common**2 * whole**2 * max(left, 0.0)
        return float(np.sqrt(float((self.apart(forecast, left) ** 2).sum()) + common))

    def width(self, share: float) -> float:
        """Return how many standard deviations hold so often, with few years behind them.

        A prediction interval from an estimated spread: Student's t, and the doubt of the mean.
        """
        from scipy.stats import t

        degrees = self.years + PRIOR_YEARS
        return float(t.ppf(0.5 + share / 2, degrees) * np.sqrt(1.0 + 1.0 / (degrees + 1)))


def share_done(period: Period, season: Sequence[float], day: date) -> float:
    """Return the share of a plan's bookings that is due before a day.

    Parameters
    ----------
    period
        The plan's months.
    season
        Share of bookings by month; even where it does not fit, (months,).
    day
        The first day that does not count.
    """
    weights = list(season) if len(season) == len(period.starts) else [1.0] * len(period.starts)
    done = 0.0
    for (start, end), weight in zip(period.bounds, weights, strict=True):
        days = (min(day, end) - start).days
        done += weight * min(max(days, 0) / (end - start).days, 1.0)
    return done / sum(weights)


def forecast_rest(
    baseline: Floats, booked: Floats, done: float, strength: float = BOOK_STRENGTH
) -> Floats:
    """Return what the rest of the year should bring each book, (books,).

    A book's year is the mean of its pace so far and of what was expected of it at the company's
    pace, weighed by the share of the year that is done and by ``strength``.

    Parameters
    ----------
    baseline
        What a whole year was expected to bring, (books,).
    booked
        What it has brought so far, (books,).
    done
        Share of the year's bookings that was due by now.
    strength
        How much of a year the expectation counts for.
    """
    base, came = np.maximum(baseline, 0.0), np.maximum(booked, 0.0)
    total = float(base.sum())
    if total <= 0:
        return np.zeros(len(base))
    pace = (float(came.sum()) + COMPANY_STRENGTH * total) / (total * (done + COMPANY_STRENGTH))
    year = (came + strength * base * pace) / (done + strength)
    return np.asarray((1.0 - done) * year)


def choose_strength(trials: Sequence[Trial]) -> float:
    """Return the strength that would have missed least on past moments."""
    if not trials:
        return BOOK_STRENGTH

    def missed(strength: float) -> float:
        total = 0.0
        for one in trials:
            forecast = forecast_rest(one.baseline, one.booked, one.done, strength)
            scale = max(float(forecast.sum()), 1.0)
            total += float(np.abs(one.rest - forecast).sum()) / scale
        return total

    return min(STRENGTHS, key=lambda strength: (missed(strength), abs(strength - BOOK_STRENGTH)))


def measure_spread(trials: Sequence[Trial]) -> Spread:
    """Return how far the rest of past years fell from what would have been forecast.

    Parameters
    ----------
    trials
        Past moments; none leaves what is assumed.
    """
    strength = choose_strength(trials)
    rows: list[tuple[float, float, float]] = []
    seen: list[tuple[float, float, Floats, Trial]] = []
    for trial in trials:
        forecast = forecast_rest(trial.baseline, trial.booked, trial.done, strength)
        whole, left = float(forecast.sum()), 1.0 - trial.done
        if whole <= 0 or left <= 0:
            continue
        off = float(trial.rest.sum()) / whole - 1.0
        kept = forecast > 0
        # The company's own miss is taken out, so that it is not counted for each book again.
        miss = (trial.rest[kept] - forecast[kept] * (1.0 + off)) ** 2
        rows += [(m, f, left) for m, f in zip(miss.tolist(), forecast[kept].tolist(), strict=True)]
        seen.append((off, left, forecast, trial))
    own, book = _split_misses(rows)
    plain = Spread(own=own, book=book, common=0.0)
    years: dict[int, list[float]] = {}
    for off, left, forecast, trial in seen:
        # What books miss one by one shows in the company's miss too, and is not counted twice.
        if not trial.year:
            # The pace has taken in by how much all books together are off this year.
            continue
        noise = plain.deviation(forecast, left) / float(forecast.sum())
        years.setdefault(trial.year, []).append(max(off**2 - noise**2, 0.0) / left)
    total = sum(sum(year) / len(year) for year in years.values())
    common = (total + PRIOR_YEARS * PRIOR_COMPANY**2) / (len(years) + PRIOR_YEARS)
    return Spread(
        own=own,
        book=book,
        common=float(np.sqrt(common)),
        strength=strength,
        trials=sum(trial.year > 0 for *_, trial in seen),
        years=len(years),
        books=_count_books(seen),
    )


def _count_books(seen: Sequence[tuple[float, float, Floats, Trial]]) -> int:
    """Return how many books were seen, moments of one year counted once."""
    of_year: dict[int, int] = {}
    for _, _, forecast, trial in seen:
        of_year[trial.year] = max(of_year.get(trial.year, 0), int((forecast > 0).sum()))
    return sum(of_year.values())


def _split_misses(rows: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """Split squared misses into what grows with a forecast and what grows with its square."""
    if len(rows) < FEWEST_MISSES:
        return (sum(m for m, _, _ in rows) / max(sum(f for _, f, _ in rows), 1.0), PRIOR_BOOK)
    from scipy.optimize import nnls

    miss, forecast, left = (np.array(column) for column in zip(*rows, strict=True))
    # Relative to the forecast squared, so that large books do not decide alone.
    design = np.column_stack([1.0 / forecast, left])
    weight = 1.0 / np.sqrt(1.0 / forecast / np.median(1.0 / forecast) + left)
    found, _ = nnls(design * weight[:, None], miss / forecast**2 * weight)
    return float(found[0]), float(np.sqrt(found[1]))


def interval(booked: float, rest: float, width: float) -> tuple[int, int]:
    """Return what the year lands between, never below what is booked."""
    low = booked + max(rest - width, 0.0)
    return round(low), round(booked + rest + width)


def chance_of(quota: float, booked: float, rest: float, deviation: float) -> float:
    """Return the chance that the year reaches a quota."""
    missing = quota - booked
    if missing <= 0:
        return 1.0
    if deviation <= 0:
        return float(rest >= missing)
    return 1.0 - NormalDist(rest, deviation).cdf(missing)
