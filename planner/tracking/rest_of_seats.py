"""Who serves each seat in what is left of a plan, and for how much of it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.inputs.period import Period
from planner.tracking.landing import share_done
from planner.tracking.ownership import Ownership, name_credit

Floats = npt.NDArray[np.float64]


def share_rest(
    own: Ownership,
    seats: Sequence[str],
    people: Container[str],
    period: Period,
    season: Sequence[float],
    day: date,
) -> dict[str, Floats]:
    """Return which share of each seat's bookings from a day on falls to whom, by name.

    A leave or a hire that is known already counts from its own day; each seat's shares add up to 1.

    Parameters
    ----------
    own
        Who serves which seat when.
    seats, people
        Ids of the seats, and of the plan's people.
    period, season
        The plan's months, and the share of bookings in each.
    day
        The first day that counts.

    Returns
    -------
    Shares by rep, an open seat's under its own name, (seats,) each; empty where no day is left.
    """
    left = 1.0 - share_done(period, season, day)
    if left <= 0 or day >= period.end:
        return {}
    turns = {day} | {turn for one in own.seats for turn in (one.start, one.end) if turn}
    days = [*sorted(turn for turn in turns if day <= turn < period.end), period.end]
    found: dict[str, Floats] = {}
    for first, after in pairwise(days):
        part = (share_done(period, season, after) - share_done(period, season, first)) / left
        serving = own.serving(first)
        for at, seat in enumerate(seats):
            name = name_credit(serving.get(seat, ""), seat, people)
            found.setdefault(name, np.zeros(len(seats)))[at] += part
    return found
