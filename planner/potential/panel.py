"""Past days to learn from: what was known then, and what was booked afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.potential.cycles import completeness, cycle_length
from planner.potential.features import Snapshot, take_snapshot
from planner.potential.opportunities import open_amounts
from planner.potential.uncertainty import NEW_CHANCE, NEW_EVIDENCE

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.potential.attributes import Attributes
    from planner.potential.history import MonthlyHistory

Floats = npt.NDArray[np.float64]

DAYS_A_MONTH = 365.25 / 12
YEAR = 12
LONGEST_GAP = 6
LESSONS_KEPT = 6
LEAST_COMPLETE = 0.05
SHORTEST_PAST = 3
RECENT_HALF_LIFE = 6.0
USUAL_PACE = 1 - (1 - NEW_CHANCE) ** (1 / YEAR)
UNKNOWN_PACE = 1 - 0.5 ** (1 / YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One past day: what was known, what followed, and how much it counts.

    Parameters
    ----------
    snapshot
        The accounts as they stood.
    rate
        What they booked a month in the window that followed, (accounts,).
    weight
        Later days count more.
    """

    snapshot: Snapshot
    rate: Floats
    weight: float


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All snapshots of one company, each taken once.

    Parameters
    ----------
    horizon
        Length of the plan, months.
    gap
        Months between the last known day and the plan's first.
    pipeline_at
        The open pipeline when so many months were known, None without one.
    """

    history: MonthlyHistory
    attributes: Attributes
    horizon: int
    gap: int
    pipeline_at: Callable[[int], Floats] | None = None
    taken: dict[int, Snapshot] = field(default_factory=dict)
    cycles: dict[int, int] = field(default_factory=dict)
    taught: dict[int, tuple[Lesson, ...]] = field(default_factory=dict)

    def at(self, months: int) -> Snapshot:
        """Return the accounts as they stood when so many months were known."""
        if months not in self.taken:
            pipeline = self.pipeline_at(months) if self.pipeline_at else None
            self.taken[months] = take_snapshot(self.history, self.attributes, pipeline, months)
        return self.taken[months]

    def actual(self, months: int, horizon: int) -> Floats:
        """Return what was booked in the window that follows a past day, (accounts,)."""
        first = months + self.gap
        return self.history.between(first, first + horizon)

    def cycle(self, known: int) -> int:
        """Return the buying cycle as it showed when so many months were known."""
        if known not in self.cycles:
            kind = self.history.kinds.get("recurring")
            counts = self.history.purchases if kind is None else kind.counts
            self.cycles[known] = cycle_length(counts[:, :known] > 0)
        return self.cycles[known]

    def completeness(self, known: int, day: int, window: int) -> float:
        """Return how far a past day saw, and its window held, a whole buying cycle."""
        cycle = self.cycle(known)
        return completeness(day, cycle) * completeness(window, min(cycle, self.horizon))

    def new_chance(self, known: int, window: int) -> float:
        """Return the chance that an account that never bought starts within a window.

        What past windows showed, held to the pace at which accounts have lately started.

        Parameters
        ----------
        known
            Months known.
        window
            Months of the window.
        """
        length, lessons = self.window(known), self.lessons(known)
        lately = self._starts_a_month(known)
        # Before any window is over pace may still be rising, and intervals are to be wide.
        pace = lately if lessons else max(lately, UNKNOWN_PACE)
        started, waiting = NEW_EVIDENCE * (1 - (1 - pace) ** length), NEW_EVIDENCE
        for lesson in lessons:
            before = ~lesson.snapshot.bought
            started += lesson.weight * float((lesson.rate[before] > 0).sum())
            waiting += lesson.weight * float(before.sum())
        return float(1 - (1 - min(started / waiting, 0.99)) ** (window / length))

    def _starts_a_month(self, known: int) -> float:
        """Return the chance that an account that never bought starts within a month.

        Counted over the later half of what is known, since at first every customer seems new.
        """
        active = self.history.purchases[:, :known] > 0
        first = np.where(active.any(axis=1), active.argmax(axis=1), known)
        half = known - known // 2
        waited = np.clip(first - half + 1, 0, known - half)
        months = NEW_EVIDENCE * max(known - half, 1)
        starts = months * USUAL_PACE + float(((first >= half) & (first < known)).sum())
        return float(starts / (months + waited.sum()))

    def window(self, known: int) -> int:
        """Return how long the windows are that can be learned from when ``known`` months are.

        The plan's length where the past is long enough, else half of what is known.
        """
        return min(self.horizon, max(1, (known - self.gap) // 2))

    def lessons(self, known: int) -> tuple[Lesson, ...]:
        """Return the past days whose window had ended when ``known`` months were known.

        Days that saw too little of a buying cycle teach nothing and are left out.
        """
        if known not in self.taught:
            self.taught[known] = self._lessons(known)
        return self.taught[known]

    def _lessons(self, known: int) -> tuple[Lesson, ...]:
        window = self.window(known)
        last = known - self.gap - window
        days = [
            day
            for day in range(last, SHORTEST_PAST - 1, -1)
            if self.completeness(known, day, window) >= LEAST_COMPLETE
        ]
        step = max(1, -(-len(days) // LESSONS_KEPT))
        return tuple(
            Lesson(
                snapshot=self.at(day),
                rate=np.clip(self.actual(day, window), 0, None) / window,
                weight=float(0.5 ** ((last - day) / RECENT_HALF_LIFE))
                * self.completeness(known, day, window),
            )
            for day in sorted(days[::step])
        )


def open_timeline(data: PlanningData, history: MonthlyHistory, attributes: Attributes) -> Timeline:
    """Return the company's past as days to learn from, with windows as long as the plan."""

    def pipeline_at(months: int) -> Floats:
        known = history.known_at(months)
        return open_amounts(
            data.accounts, data.opportunities, known.as_of, today=months == history.months
        )

    days_between = (data.period.start - data.period.as_of).days - 1
    return Timeline(
        history=history,
        attributes=attributes,
        horizon=max(1, round((data.period.end - data.period.start).days / DAYS_A_MONTH)),
        gap=min(LONGEST_GAP, max(0, round(days_between / DAYS_A_MONTH))),
        pipeline_at=None if data.opportunities is None else pipeline_at,
    )
