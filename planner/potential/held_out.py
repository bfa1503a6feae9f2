"""What a method would have forecast on past days, from what was known then, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no stubs

from planner.potential.attributes import read_attributes
from planner.potential.backtest import compare_methods, cut_days
from planner.potential.history import read_history
from planner.potential.methods.catalogue import method_named, methods
from planner.potential.methods.models import Method
from planner.potential.newcomers import at_mean, newcomers_of_season
from planner.potential.panel import DAYS_A_MONTH, SHORTEST_PAST, open_timeline
from planner.potential.trials import Trials

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.parameters import PotentialParameters

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutWindow:
    """One past window as it was forecast, and what was booked in it, minor units, (accounts,).

    Parameters
    ----------
    known
        The last day that the forecast knew.
    months
        Length of the window.
    expected, low, high
        The forecast with its 80% interval.
    actual
        What happened.
    """

    known: date
    months: int
    expected: Ints
    low: Ints
    high: Ints
    actual: Ints


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """A method and the company's past, for forecasts on past days.

    Parameters
    ----------
    trials, method
        Forecasts as they are asked for, and by what.
    cuts
        How many past days are looked at.
    """

    trials: Trials
    method: Method
    cuts: int

    def windows(self) -> Iterator[HeldOutWindow]:
        """Yield the last windows that are over, oldest first."""
        timeline = self.trials.timeline
        window = timeline.window(timeline.history.months)
        for day in cut_days(timeline, self.cuts):
            with _one_thread():
                figures = self.trials.bounds(self.method, day, window)
            expected, low, high = (np.rint(np.maximum(one, 0)).astype(np.int64) for one in figures)
            yield HeldOutWindow(
                known=timeline.history.known_at(day).as_of,
                months=window,
                expected=expected,
                low=low,
                high=high,
                actual=np.rint(timeline.actual(day, window)).astype(np.int64),
            )

    def forecast_on(self, first: date, after: date) -> Ints | None:
        """Return bookings from a day up to another as expected before, None if little was known.

        Parameters
        ----------
        first
            Only months that were over before it count.
        after
            The first day after the period.
        """
        history = self.trials.timeline.history
        ends = (*history.starts[1:], history.as_of + timedelta(days=1))
        known = sum(end <= first for end in ends)
        if known < SHORTEST_PAST:
            return None
        with _one_thread():
            rate = self.trials.expected(self.method, known)
        months = (after - first).days / DAYS_A_MONTH
        expected = np.maximum(rate, 0) * months
        start = newcomers_of_season(history, known, max(1, round(months)))
        if start is not None:
            expected = at_mean(expected, ~self.trials.timeline.at(known).bought, start)
        return np.asarray(np.rint(expected), dtype=np.int64)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep sums in the same order whatever the machine."""
    with threadpool_limits(limits=1):
        yield


def hold_out(
    data: PlanningData, parameters: PotentialParameters, seed: int, method: str | None = None
) -> HeldOut | None:
    """Open a company's past for forecasts on past days.

    Parameters
    ----------
    data
        The company's tables.
    parameters, seed
        The scenario's ``[potential]`` and seed.
    method
        Which; default: the one that ``auto`` would take.

    Returns
    -------
    None where there is no history, or too little of it to hold anything out.
    """
    with _one_thread():
        history = read_history(data.accounts, data.history, data.period.as_of)
        if history is None or history.sales.sum() <= 0:
            return None
        attributes = read_attributes(data.accounts, parameters.features, history)
        timeline = open_timeline(data, history, attributes)
        if not cut_days(timeline, parameters.cuts):
            return None
        trials = Trials(timeline=timeline, seed=seed, interval=parameters.interval)
        if method not in {one.name for one in methods()}:
            report = compare_methods(trials, parameters.cuts, coverage=False)
            method = report.chosen if report else "last_year"
    return HeldOut(trials=trials, method=method_named(method), cuts=parameters.cuts)
