"""Twelve quarters of quotas and attainment, ratcheted as companies do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.inputs.demo.design import (
    HISTORY_START,
    OTE_OF_ROLE,
    ROLES,
    Bools,
    Design,
    Floats,
    Ints,
)
from planner.inputs.demo.people import Seats

# How much of a beat, and of a miss, goes into the next quarter's quota (per quarter).
RATCHET_UP = 0.12
RATCHET_DOWN = 0.03
OWN_PAST = 0.3
STRETCH = 1.06
QUARTERS = 12
ROUND_TO = 500


def quarter_starts() -> Ints:
    """Return the quarters' first days, counted from the first day of the history."""
    months = np.datetime64("2024-01", "M") + 3 * np.arange(QUARTERS + 1)
    return (months.astype("datetime64[D]") - np.datetime64(HISTORY_START, "D")).astype(np.int64)


def set_past_quotas(design: Design, seats: Seats, history: pd.DataFrame) -> pd.DataFrame:
    """Return quotas by rep and quarter with what was attained.

    The first quota is an even share of the role blended with the rep's own past; each later
    one follows the attainment, up by ``RATCHET_UP`` of a beat and down by ``RATCHET_DOWN``
    of a miss (the asymmetry of Leone, Misra & Zimmerman 2004).
    """
    rng = design.stream(11)
    booked = _booked(seats, history)
    base = _first_base(seats, booked)
    active = seats.held[:, None] & (seats.hired[:, None] <= quarter_starts()[None, :-1])
    quotas = np.zeros(booked.shape)
    season = booked[:, :8].reshape(len(booked), 2, 4).sum(axis=(0, 1))
    season /= season.sum()
    for quarter in range(QUARTERS):
        noise = np.exp(0.03 * rng.standard_normal(len(base)))
        quotas[:, quarter] = np.maximum(_rounded(base * season[quarter % 4] * noise), ROUND_TO)
        miss = np.clip(booked[:, quarter] / quotas[:, quarter], 0, 2) - 1
        move = np.where(miss > 0, RATCHET_UP, RATCHET_DOWN) * miss
        base = np.where(active[:, quarter], base * (1 + move), base)
    return _table(seats, active, quotas, booked)


def _rounded(amount: Floats) -> Floats:
    return np.round(amount / ROUND_TO) * ROUND_TO


def _booked(seats: Seats, history: pd.DataFrame) -> Floats:
    """Return bookings by seat and quarter, (seats, quarters), currency units."""
    position = {rep: seat for seat, rep in enumerate(seats.holder_ids)}
    seat = history["rep_id"].map(position).fillna(-1).to_numpy(dtype=np.int64)
    days = (history["date"].to_numpy() - np.datetime64(HISTORY_START, "D")).astype("timedelta64[D]")
    quarter = np.searchsorted(quarter_starts(), days.astype(np.int64), side="right") - 1
    kept = (seat >= 0) & (quarter >= 0)
    cell = seat[kept] * QUARTERS + quarter[kept]
    amount = history["amount"].to_numpy()[kept]
    shape = (len(seats.role), QUARTERS)
    total = np.bincount(cell, amount, minlength=shape[0] * shape[1])
    return np.asarray(total.reshape(shape), dtype=np.float64)


def _first_base(seats: Seats, booked: Floats) -> Floats:
    """Return the yearly quota that each rep starts from."""
    own = booked[:, :4].sum(axis=1)
    base = 3.0 * np.array(OTE_OF_ROLE, dtype=np.float64)[seats.role]
    for role in range(len(ROLES)):
        mine = seats.role == role
        settled = mine & seats.held & (seats.hired <= 31)
        if settled.any():
            even = own[settled].mean()
            past = np.where(own > 0.2 * even, own, 0.2 * even)
            base = np.where(mine, STRETCH * (OWN_PAST * past + (1 - OWN_PAST) * even), base)
    # Who came later got the book's run rate, half of it; the other half is the even share.
    active = np.maximum((seats.hired[:, None] <= quarter_starts()[None, :-2]).sum(axis=1), 1)
    run_rate = 4 * booked[:, :-1].sum(axis=1) / active
    return np.where(seats.hired > 31, 0.5 * np.clip(run_rate, 0.2 * base, None) + 0.4 * base, base)


def _table(seats: Seats, active: Bools, quotas: Floats, booked: Floats) -> pd.DataFrame:
    seat, quarter = np.nonzero(active)
    starts = np.datetime64(HISTORY_START, "D") + quarter_starts().astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "rep_id": np.array(seats.holder_ids, dtype=object)[seat],
            "start": starts[quarter],
            "end": starts[quarter + 1] - np.timedelta64(1, "D"),
            "quota": quotas[seat, quarter].astype(np.int64),
            # The last quarter has not ended yet.
            "attained": np.where(
                quarter < QUARTERS - 1, np.round(booked[seat, quarter], 2), np.nan
            ),
        }
    )
