"""Each method judged on held-out past periods: re-fitted on the past as it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no stubs

from planner.errors import DataError
from planner.findings import Finding
from planner.potential.attributes import read_attributes
from planner.potential.history import read_history
from planner.potential.methods.catalogue import methods
from planner.potential.methods.models import Method
from planner.potential.panel import SHORTEST_PAST, Timeline, open_timeline
from planner.potential.trials import Trials

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.parameters import PotentialParameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CUT_SPACING = 3
YEAR_AND_MORE = 14
TOP_SHARE = 0.1
# A simpler method is preferred when its score is within this of the best.
CLOSE = 0.01
PLAIN = ("last_year", "mean", "smoothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodScore:
    """How a method did, pooled over the cuts, each forecast scaled to one total known then.

    Parameters
    ----------
    error
        Sum of absolute misses over the sum of bookings, fraction.
    top_decile
        Bookings of the tenth of accounts with the largest forecasts, over those of the tenth
        that booked most, fraction.
    coverage
        Share of accounts within their interval; NaN where not measured.
    coverage_by_segment
        Likewise by segment.
    error_by_segment
        Error within each segment.
    accounts_by_segment
        Accounts in each segment at each cut.
    """

    error: float
    top_decile: float
    coverage: float
    coverage_by_segment: dict[str, float] = field(default_factory=dict)
    error_by_segment: dict[str, float] = field(default_factory=dict)
    accounts_by_segment: dict[str, int] = field(default_factory=dict)

    @property
    def merit(self) -> float:
        """Return what methods are chosen by: error plus the share of the top decile missed."""
        return self.error + (1.0 - self.top_decile)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestReport:
    """The methods side by side.

    Parameters
    ----------
    scores
        By method, simplest first.
    chosen
        The best, or the simplest of those close to it.
    margin
        By how much the chosen method's error is below last year's number, fraction of it.
    cuts
        The last known day of each cut.
    window
        Length of the held-out periods, months.
    """

    scores: dict[str, MethodScore]
    chosen: str
    margin: float
    cuts: tuple[date, ...]
    window: int
    findings: tuple[Finding, ...] = ()

    def as_scores(self) -> dict[str, dict[str, float]]:
        """Return error, top_decile and coverage by method."""
        return {
            name: {
                "error": score.error,
                "top_decile": score.top_decile,
                "coverage": score.coverage,
            }
            for name, score in self.scores.items()
        }


def cut_days(timeline: Timeline, cuts: int) -> tuple[int, ...]:
    """Return how many months were known at each cut, latest last."""
    known = timeline.history.months
    last = known - timeline.gap - timeline.window(known)
    # With less than a year known little can be told from anything: such days are spared, and
    # where they cannot be, those with most known are taken.
    earliest = max(SHORTEST_PAST, min(YEAR_AND_MORE, last - (cuts - 1)))
    spacing = max(1, min(CUT_SPACING, (last - earliest) // max(cuts - 1, 1)))
    days = [last - spacing * step for step in range(cuts)]
    return tuple(sorted(day for day in days if day >= 1))


def score_method(
    method: Method, trials: Trials, days: tuple[int, ...], covered: bool
) -> MethodScore:
    """Score one method over the cuts.

    Parameters
    ----------
    covered
        Whether to measure intervals too, which takes more fits.
    """
    timeline = trials.timeline
    window = timeline.window(timeline.history.months)
    actuals = [timeline.actual(day, window) for day in days]
    forecasts = [trials.forecast(method, day) * window for day in days]
    inside = (
        [
            _inside(method, trials, day, actual, window)
            for day, actual in zip(days, actuals, strict=True)
        ]
        if covered
        else []
    )
    attributes = timeline.attributes
    groups = {
        name: attributes.segment == code
        for code, name in enumerate(attributes.segments)
        if (attributes.segment == code).any()
    }
    return MethodScore(
        error=_error(forecasts, actuals),
        top_decile=_top_decile(forecasts, actuals),
        coverage=float(np.mean(inside)) if inside else float("nan"),
        coverage_by_segment={
            name: float(np.mean([hits[group] for hits in inside]))
            for name, group in groups.items()
            if inside
        },
        error_by_segment={
            name: _error([f[group] for f in forecasts], [a[group] for a in actuals])
            for name, group in groups.items()
        },
        accounts_by_segment={name: int(group.sum()) for name, group in groups.items()},
    )


def _inside(
    method: Method, trials: Trials, day: int, actual: Floats, window: int
) -> npt.NDArray[np.bool_]:
    _, low, high = trials.bounds(method, day, window)
    return np.asarray((actual >= low - 0.5) & (actual <= high + 0.5))


def _error(forecasts: list[Floats], actuals: list[Floats]) -> float:
    missed = sum(float(np.abs(f - a).sum()) for f, a in zip(forecasts, actuals, strict=True))
    booked = sum(float(np.abs(a).sum()) for a in actuals)
    return missed / booked if booked > 0 else 0.0


def _top_decile(forecasts: list[Floats], actuals: list[Floats]) -> float:
    found = best = 0.0
    for forecast, actual in zip(forecasts, actuals, strict=True):
        count = max(1, int(np.ceil(len(actual) * TOP_SHARE)))
        found += float(actual[np.argsort(-forecast, kind="stable")[:count]].sum())
        best += float(np.sort(actual)[::-1][:count].sum())
    return found / best if best > 0 else 0.0


def choose(scores: dict[str, MethodScore]) -> str:
    """Return the method with the best merit, or the first (simplest) that is close to it.

    Of those that are close, only what has less error than every plain method justifies leaving
    the plain ones; where nothing has, the simplest is taken.
    """
    best = min(score.merit for score in scores.values())
    close = [name for name, score in scores.items() if score.merit <= best + CLOSE]
    plain = min((scores[name].error for name in PLAIN if name in scores), default=np.inf)
    better = [name for name in close if name not in PLAIN and scores[name].error < plain]
    return (better or close)[0]


def compare_methods(trials: Trials, cuts: int, *, coverage: bool) -> BacktestReport | None:
    """Score every method over past cuts; None when the history is too short for one cut.

    Parameters
    ----------
    trials
        Forecasts of the past, made as they are asked for.
    cuts
        How many past dates.
    coverage
        Whether intervals are measured for every method or only for the chosen one.
    """
    timeline = trials.timeline
    days = cut_days(timeline, cuts)
    if not days:
        return None
    scores = {m.name: score_method(m, trials, days, coverage) for m in methods()}
    chosen = choose(scores)
    if not coverage:
        method = next(m for m in methods() if m.name == chosen)
        scores[chosen] = score_method(method, trials, days, covered=True)
    last_year = scores["last_year"].error
    return BacktestReport(
        scores=scores,
        chosen=chosen,
        margin=1 - scores[chosen].error / last_year if last_year > 0 else 0.0,
        cuts=tuple(timeline.history.known_at(day).as_of for day in days),
        window=timeline.window(timeline.history.months),
    )


def backtest(data: PlanningData, parameters: PotentialParameters, seed: int) -> BacktestReport:
    """Judge every method on held-out past periods, re-fitted on the past as it stood.

    Parameters
    ----------
    data
        The company's tables.
    parameters
        The scenario's ``[potential]``.
    seed
        Of the methods that draw samples.

    Returns
    -------
    Scores by method, the method that ``auto`` takes, and the cuts.

    Raises
    ------
    DataError
        When there is no history, or too little of it to hold a period out.
    """
    with threadpool_limits(limits=1):
        history = read_history(data.accounts, data.history, data.period.as_of)
        report = None
        if history is not None and history.sales.sum() > 0:
            attributes = read_attributes(data.accounts, parameters.features, history)
            timeline = open_timeline(data, history, attributes)
            trials = Trials(timeline=timeline, seed=seed, interval=parameters.interval)
            report = compare_methods(trials, parameters.cuts, coverage=True)
    if report is None:
        finding = Finding(
            severity="error",
            code="potential.nothing_to_hold_out",
            message="The history is missing, empty or too short to hold any period out.",
            advice="Give at least two years of history.",
            table="history",
        )
        raise DataError(finding.message, (finding,))
    return report
