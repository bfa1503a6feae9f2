"""Forecasts made on past days, from what was known then, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.potential.intervals import Trial, interval, stretches
from planner.potential.methods.blend import Blend, PastForecasts, blend_forecasts, learned_weights
from planner.potential.methods.models import Method, scaled_to
from planner.potential.panel import Timeline
from planner.potential.uncertainty import Scatter, scatter_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CALIBRATION_DAYS = 3
CALIBRATION_SPACING = 3
ROWS_CALIBRATED = 20_000
# A forecast of nothing is not certain: its interval is that of this share of the mean forecast.
LEAST_FORECAST = 0.01


@dataclass(frozen=True, kw_only=True)
class Trials:
    """Forecasts made on past days, each made once.

    Parameters
    ----------
    interval
        Share of accounts that intervals are to cover.
    """

    timeline: Timeline
    seed: int
    interval: float
    made: dict[tuple[str, int], Floats] = field(default_factory=dict)
    weighed: dict[tuple[str, int], Floats] = field(default_factory=dict)

    def forecast(self, method: Method, day: int, known: int | None = None) -> Floats:
        """Return rates a month forecast from what was known on a day, at the day's total.

        Parameters
        ----------
        method, day
            What forecasts, and from how many months.
        known
            When its members are weighed, months; default: that day.
        """
        if not isinstance(method, Blend):
            return self._single(method, day)
        weights = self.weights(method, day if known is None else known)
        used = np.flatnonzero(weights > 0)
        rates = [self._single(method.members[place], day) for place in used]
        return blend_forecasts(rates, weights[used], self.timeline.at(day).total_rate)

    def _single(self, method: Method, day: int) -> Floats:
        """Return the forecast of a method that stands alone, made once."""
        key = (method.name, day)
        if key not in self.made:
            snapshot = self.timeline.at(day)
            fitted = method.fit(self.timeline.lessons(day), snapshot, self.seed)
            self.made[key] = scaled_to(fitted.predict(snapshot), snapshot.total_rate)
        return self.made[key]

    def weights(self, blend: Blend, known: int) -> Floats:
        """Return what each member of a blend counts for when ``known`` months are, (members,)."""
        key = (blend.name, known)
        if key not in self.weighed:
            window = self.timeline.window(known)
            past = [
                PastForecasts(
                    rates=np.column_stack([self._single(m, day) for m in blend.members])[rows],
                    actual=np.clip(self.timeline.actual(day, window), 0, None)[rows],
                    weight=self.timeline.completeness(known, day, window),
                )
                for day, rows in self._past_days(known)
            ]
            self.weighed[key] = learned_weights(past, blend.belief)
        return self.weighed[key]

    def expected(self, method: Method, day: int, known: int | None = None) -> Floats:
        """Return rates a month forecast on a day, with the growth to expect."""
        return self.forecast(method, day, known) * growth(self.timeline, day)

    def scatter(self, method: Method, day: int, window: int, known: int | None = None) -> Scatter:
        """Return how bookings of a window were thought to scatter on a day."""
        snapshot = self.timeline.at(day)
        mean = self.expected(method, day, known) * window
        floor = LEAST_FORECAST * float(mean.mean())
        chance = self.timeline.new_chance(day, window)
        return scatter_of(snapshot.streams, np.maximum(mean, floor), window, chance)

    def _past_days(self, known: int) -> list[tuple[int, Ints]]:
        """Return past days whose window had ended, each with the accounts to look at."""
        last = known - self.timeline.gap - self.timeline.window(known)
        days = [last - CALIBRATION_SPACING * step for step in range(CALIBRATION_DAYS)]
        accounts = self.timeline.attributes.accounts
        rows = np.arange(0, accounts, max(1, -(-accounts // ROWS_CALIBRATED)))
        return [(day, rows) for day in days if day >= 1]

    def past(self, method: Method, known: int) -> tuple[Trial, ...]:
        """Return forecasts whose window had ended when ``known`` months were known."""
        timeline = self.timeline
        window = timeline.window(known)
        return tuple(
            Trial(
                scatter=self.scatter(method, day, window, known).take(rows),
                actual=timeline.actual(day, window)[rows],
                segment=timeline.attributes.segment[rows],
                weight=timeline.completeness(known, day, window),
            )
            for day, rows in self._past_days(known)
        )

    def bounds(self, method: Method, known: int, window: int) -> tuple[Floats, Floats, Floats]:
        """Return expected, low and high of a window that follows a day, (accounts,) each."""
        attributes = self.timeline.attributes
        stretch = stretches(self.past(method, known), len(attributes.segments), self.interval)
        expected = self.expected(method, known) * window
        scatter = self.scatter(method, known, window)
        low, high = interval(scatter, attributes.segment, stretch, self.interval)
        return expected, np.minimum(low, expected), high


def growth(timeline: Timeline, known: int) -> float:
    """Return the growth to expect: half of what past windows showed, on the log scale.

    Growth that was measured on few and overlapping windows is pulled halfway to none.
    """
    lessons = [
        lesson
        for lesson in timeline.lessons(known)
        if lesson.snapshot.total_rate > 0 and lesson.rate.sum() > 0
    ]
    if not lessons:
        return 1.0
    logs = [np.log(lesson.rate.sum() / lesson.snapshot.total_rate) for lesson in lessons]
    weights = [lesson.weight for lesson in lessons]
    return float(np.exp(np.clip(0.5 * np.average(logs, weights=weights), -0.5, 0.5)))
