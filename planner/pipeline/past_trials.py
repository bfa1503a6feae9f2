"""Past moments of a plan's year at which the same forecast could have been made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.tracking.landing import Trial, share_done

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.outputs.plan import Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DAY = timedelta(days=1)
# Past years are tried at these shares of their days, beside where the year stands now.
CUTS = (0.25, 0.5, 0.75)
MOST_YEARS = 5
# Before this share of the plan's year it says nothing of its own forecast.
LEAST_DONE, LEAST_BOOK = 0.1, 0.1


def past_trials(plan: Plan, data: PlanningData, as_of: date) -> tuple[Trial, ...]:
    """Return past moments of the year at which the same forecast could have been made."""
    if data.history is None or data.history.empty:
        return ()
    period = plan.data.period
    place = _seat_places(plan, data)
    days = data.history["date"].to_numpy().astype("datetime64[D]")
    amounts = data.history["amount"].to_numpy(dtype=float)
    length = (period.end - period.start).days
    cuts = sorted({round(length * share) for share in CUTS} | {(as_of + DAY - period.start).days})
    first = days.min()
    trials = []
    for years in range(1, MOST_YEARS + 1):
        start = np.datetime64(period.start) - np.timedelta64(round(365.25 * years), "D")
        if first > start - np.timedelta64(length - 31, "D"):
            break
        base = _between(place, days, amounts, start - np.timedelta64(length, "D"), start)
        for cut in cuts:
            done = share_done(period, plan.potential.season, period.start + timedelta(days=cut))
            if not 0 < done < 1:
                continue
            now = start + np.timedelta64(cut, "D")
            end = start + np.timedelta64(length, "D")
            booked, rest = (
                _between(place, days, amounts, a, b) for a, b in ((start, now), (now, end))
            )
            size = len(plan.territory_ids)
            trials.append(
                Trial(
                    baseline=base[:size],
                    booked=booked[:size],
                    rest=rest[:size],
                    done=done,
                    year=years,
                )
            )
    return tuple(trials)


def opening_trial(baseline: Floats, booked: Floats, done: float) -> tuple[Trial, ...]:
    """Return what the plan's own year tells of its forecast: what came, where so much was due.

    Without past years it is the only evidence of how far books fall from what is expected.

    Parameters
    ----------
    baseline, booked
        What the year was expected to bring each book, and what it has brought, (books,).
    done
        Share of the year's bookings that was due by now.
    """
    if done < LEAST_DONE:
        return ()
    # Of a book that was expected to bring next to nothing, any order is a miss beyond measure.
    known = np.where(baseline >= LEAST_BOOK * baseline.mean(), baseline, 0.0)
    if not (known * np.maximum(booked, 0.0)).any():
        return ()
    # What all are off together the forecast's pace takes in.
    known *= booked[known > 0].sum() / known.sum()
    nothing = np.zeros(len(baseline))
    return (Trial(baseline=known, booked=nothing, rest=booked, done=0.0, year=0),)


def _seat_places(plan: Plan, data: PlanningData) -> Ints:
    """Return the seat of each past booking's account as the plan has it, the last for nobody's."""
    import pandas as pd

    assert data.history is not None
    rows = pd.Index(plan.data.accounts["account_id"]).get_indexer(
        pd.Index(data.history["account_id"])
    )
    seats = np.append(plan.territory_of_account, -1)[rows]
    return np.where(seats < 0, len(plan.territory_ids), seats)


def _between(
    place: Ints,
    days: npt.NDArray[np.datetime64],
    amounts: Floats,
    start: np.datetime64,
    end: np.datetime64,
) -> Floats:
    inside = (days >= start) & (days < end)
    return np.bincount(place[inside], amounts[inside], int(place.max(initial=0)) + 1).astype(float)
