"""How fast new reps became productive here: a ramp from the company's own hires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.findings import Finding
from planner.potential.people.pooling import WIDTH

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MONTHS = 12
TENURED = 12
FEWEST_HIRES = 3
# What is believed beforehand (share of full productivity by month), as strongly as two hires.
BELIEF = np.array([0.25, 0.25, 0.25, 0.6, 0.6, 0.6, 0.85, 0.85, 0.85, 1.0, 1.0, 1.0])
BELIEF_HIRES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RampCurve:
    """Share of full productivity by month since hire.

    Parameters
    ----------
    share, low, high
        By month, the first month first, with an 80% interval, (12,).
    observed
        Hires seen in each month, (12,).
    hires
        The reps it was measured on.
    """

    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    observed: tuple[int, ...]
    hires: tuple[str, ...]

    @property
    def months_to_full(self) -> int | None:
        """Return the first month at nine tenths of full productivity, None where none is."""
        return next((month for month, part in enumerate(self.share) if part >= 0.9), None)


def measure_ramp(data: PlanningData) -> tuple[RampCurve | None, tuple[Finding, ...]]:
    """Measure the ramp of reps hired within the history against tenured reps of their role.

    Each month of a new rep is compared with the mean tenured rep of the role in the same month,
    so that season and growth cancel. The curve never falls, is drawn toward the usual one by how
    few hires there are, and is 1 where a rep is as productive as the tenured.

    Returns
    -------
    The curve, None where fewer than three hires can be compared; and why.
    """
    table = _monthly_bookings(data)
    if table is None:
        return None, (_too_few(0),)
    ratios, hires = _ratios(data, *table)
    if len(hires) < FEWEST_HIRES:
        return None, (_too_few(len(hires)),)
    return _curve(ratios, hires), ()


def _too_few(hires: int) -> Finding:
    return Finding(
        severity="info",
        code="ramp.too_few_hires",
        message=f"The ramp cannot be measured: {hires} reps were hired within the history and "
        f"stand beside tenured reps of their role; it takes {FEWEST_HIRES}.",
        advice="Give hire_date for every rep, and rep_id on the history.",
        table="reps",
        column="hire_date",
    )


def _monthly_bookings(data: PlanningData) -> tuple[Floats, pd.PeriodIndex] | None:
    """Return bookings by rep and whole calendar month of the history, (reps, months)."""
    history = data.history
    if history is None or history.empty or history["rep_id"].notna().sum() == 0:
        return None
    month = history["date"].dt.to_period("M")
    last = pd.Period(data.period.as_of, "M")
    months = pd.period_range(month.min(), last, freq="M")
    place = pd.Index([rep.rep_id for rep in data.reps]).get_indexer(pd.Index(history["rep_id"]))
    known = place >= 0
    column = months.get_indexer(pd.PeriodIndex(month))
    booked = np.zeros((len(data.reps), len(months)))
    amount = history["amount"].to_numpy(dtype=float)
    np.add.at(booked, (place[known], column[known]), amount[known])
    return booked, months


def _ratios(
    data: PlanningData, booked: Floats, months: pd.PeriodIndex
) -> tuple[Floats, tuple[str, ...]]:
    """Return each hire's bookings over the tenured rep's by month since hire, NaN unknown."""
    numbers = np.asarray(months.year * 12 + months.month, dtype=np.int64)
    tenure = np.array([_tenure(rep.hire_date, numbers) for rep in data.reps])
    gone = np.array([_gone(rep.leave_date, months) for rep in data.reps])
    roles = np.array([rep.role for rep in data.reps])
    active = np.abs(booked).sum(axis=1) > 0
    found, hires = [], []
    for place, rep in enumerate(data.reps):
        hired_within = tenure[place, 0] < 0 <= tenure[place, -1]
        peers = (roles == rep.role)[:, None] & (tenure >= TENURED) & ~gone & active[:, None]
        if not hired_within or not active[place] or not peers.any():
            continue
        typical = np.divide(
            (booked * peers).sum(axis=0),
            peers.sum(axis=0),
            out=np.full(len(months), np.nan),
            where=peers.sum(axis=0) > 0,
        )
        found.append(_line(booked[place], typical, tenure[place], gone[place]))
        hires.append(rep.rep_id)
    return np.array(found).reshape(len(found), MONTHS), tuple(hires)


def _line(booked: Floats, typical: Floats, tenure: Ints, gone: npt.NDArray[np.bool_]) -> Floats:
    line = np.full(MONTHS, np.nan)
    usable = (tenure >= 0) & (tenure < MONTHS) & ~gone & (typical > 0)
    line[tenure[usable]] = booked[usable] / typical[usable]
    return line


def _tenure(hired: date | None, months: Ints) -> Ints:
    """Return whole months since hire by month; long tenured where the date is unknown."""
    if hired is None:
        return np.full(len(months), 10 * TENURED)
    return months - (hired.year * 12 + hired.month)


def _gone(left: date | None, months: pd.PeriodIndex) -> npt.NDArray[np.bool_]:
    if left is None:
        return np.zeros(len(months), dtype=bool)
    return np.asarray(months >= pd.Period(left, "M"), dtype=bool)


def _curve(ratios: Floats, hires: tuple[str, ...]) -> RampCurve:
    from scipy.optimize import isotonic_regression

    seen = np.isfinite(ratios)
    count = seen.sum(axis=0)
    total = np.where(seen, ratios, 0.0).sum(axis=0)
    mean = (total + BELIEF_HIRES * BELIEF) / (count + BELIEF_HIRES)
    rising = np.maximum(isotonic_regression(mean, weights=count + BELIEF_HIRES).x, 0.0)
    away = np.where(seen, ratios - mean, 0.0)
    variance = float((away**2).sum() / max(seen.sum() - 1, 1))
    reach = WIDTH * np.sqrt(variance / (count + BELIEF_HIRES))
    share = np.minimum(rising, 1.0)
    return RampCurve(
        share=tuple(share.tolist()),
        low=tuple(np.clip(share - reach, 0, None).tolist()),
        high=tuple((share + reach).tolist()),
        observed=tuple(int(number) for number in count),
        hires=hires,
    )
