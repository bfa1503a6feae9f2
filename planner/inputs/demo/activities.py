"""Activities of a year by rep, week and kind, those of the SDRs included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.inputs.demo.design import HISTORY_START, Design, Floats, Ints, Texts
from planner.inputs.demo.ownership import DAYS
from planner.inputs.demo.people import Seats

WEEKS = 52
FIRST_WEEK_DAY = DAYS - 1 - 7 * WEEKS
KINDS = ("call", "meeting", "follow_up", "trip")
# Counts a week of each kind by role: strategic, executive, inside.
RATES = np.array([[12.0, 5.0, 4.0, 1.3], [24.0, 7.0, 5.0, 1.0], [70.0, 4.0, 3.0, 0.0]])
HOURS_EACH = np.array([0.2, 1.0, 0.25, 3.5])
SDR_KINDS = ("call", "lead", "lead", "qualified")
SDR_RATES = np.array([170.0, 9.0])
SDR_QUALIFIED_A_CALL = 0.035
SDR_ACCEPTED = 0.62


def draw_activities(design: Design, seats: Seats, sdr_ids: Texts) -> pd.DataFrame:
    """Return counts and hours by rep, week and kind; leads apart by whether they were accepted."""
    parts = [_of_field(design, seats), _of_sdrs(design, sdr_ids)]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return frame.sort_values(["date", "rep_id", "kind"], kind="stable", ignore_index=True)


def _of_field(design: Design, seats: Seats) -> pd.DataFrame:
    rng = design.stream(15)
    pace = np.exp(0.15 * rng.standard_normal((len(seats.role), len(KINDS))))
    rate = RATES[seats.role] * pace
    count = rng.poisson(np.repeat(rate[:, None, :], WEEKS, axis=1))
    day = FIRST_WEEK_DAY + 7 * np.arange(WEEKS)
    there = seats.held[:, None] & (seats.hired[:, None] <= day[None, :])
    seat, week, kind = np.nonzero((count > 0) & there[:, :, None])
    number = count[seat, week, kind]
    hours = number * HOURS_EACH[kind] * np.exp(0.2 * rng.standard_normal(len(number)))
    ids = np.array(seats.holder_ids, dtype=object)[seat]
    none = np.full(len(number), -1)
    return _frame(ids, week, np.array(KINDS, dtype=object)[kind], number, hours, none)


def _of_sdrs(design: Design, sdr_ids: Texts) -> pd.DataFrame:
    rng, people = design.stream(16), len(sdr_ids)
    pace = np.exp(0.2 * rng.standard_normal((people, 2)))
    calls, leads = (
        rng.poisson(np.repeat((SDR_RATES[kind] * pace[:, kind])[:, None], WEEKS, axis=1))
        for kind in range(2)
    )
    share = np.clip(SDR_ACCEPTED + 0.1 * rng.standard_normal(people), 0.35, 0.85)
    accepted = rng.binomial(leads, share[:, None])
    qualified = rng.binomial(calls, SDR_QUALIFIED_A_CALL)
    # Leads that were accepted and leads that were not have a row each.
    count = np.stack([calls, accepted, leads - accepted, qualified])
    kind, who, week = np.nonzero(count > 0)
    number = count[kind, who, week]
    hours = number * np.array([0.1, 0.3, 0.3, 0.2])[kind]
    names = np.array(SDR_KINDS, dtype=object)[kind]
    return _frame(sdr_ids[who], week, names, number, hours, np.array([-1, 1, 0, -1])[kind])


def _frame(
    ids: Texts, week: Ints, kind: Texts, count: Ints, hours: Floats, accepted: Ints
) -> pd.DataFrame:
    first = np.datetime64(HISTORY_START, "D") + np.timedelta64(FIRST_WEEK_DAY, "D")
    taken = pd.Series(accepted == 1, dtype="boolean").mask(pd.Series(accepted < 0))
    return pd.DataFrame(
        {
            "rep_id": ids,
            "date": first + (7 * week).astype("timedelta64[D]"),
            "kind": kind,
            "count": count,
            "hours": np.round(hours, 1),
            "accepted": taken,
        }
    )
