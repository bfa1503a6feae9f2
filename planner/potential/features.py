"""What is known of each account on a past day, from the history up to that day and no later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.potential.history import Purchases
from planner.potential.lifecycle import Rhythm, fit_rhythm, lifecycle_rate
from planner.potential.peers import peer_rate
from planner.potential.uncertainty import Stream, describe_stream

if TYPE_CHECKING:
    from planner.potential.attributes import Attributes
    from planner.potential.history import MonthlyHistory

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

YEAR = 12
SMOOTHING_FACTORS = (0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The accounts as they stood when so many months were known.

    Parameters
    ----------
    months
        How many months of history were known.
    levels
        Estimates of monthly bookings by name, each from another part of the history, never
        below zero, minor units a month, (accounts,).
    signals
        Further features by name, (accounts,).
    peers
        Monthly bookings of accounts with the same attributes, (accounts,).
    bought
        Whether the account had bought anything yet, (accounts,).
    total_rate
        The company's monthly bookings over the last year known, minor units.
    attributes
        What does not change with time.
    streams
        How purchases come, by kind where the history tells kinds apart.
    """

    months: int
    levels: dict[str, Floats]
    signals: dict[str, Floats]
    peers: Floats
    bought: Bools
    total_rate: float
    attributes: Attributes
    streams: tuple[Stream, ...]

    @property
    def accounts(self) -> int:
        """Return the number of accounts."""
        return len(self.peers)

    @property
    def typical_rate(self) -> float:
        """Return the company's monthly bookings an account, the unit that models work in."""
        return max(self.total_rate / max(self.accounts, 1), 1e-9)


def take_snapshot(
    history: MonthlyHistory, attributes: Attributes, pipeline: Floats | None, months: int
) -> Snapshot:
    """Describe every account by what was known after ``months`` months.

    Parameters
    ----------
    history
        All that is known now; only its first ``months`` months are looked at.
    attributes
        The accounts' columns.
    pipeline
        Open pipeline as it stood on that day, minor units, (accounts,); None without one.
    months
        At least 1.

    Returns
    -------
    Snapshot
    """
    known = history.known_at(months)
    year = min(YEAR, months)
    recent = known.between(months - year, months)
    everything = Purchases(sales=known.sales, counts=known.purchases)
    every = {"": everything, **known.kinds}
    rhythms = {name: fit_rhythm(kind.counts > 0) for name, kind in every.items()}
    streams = {name: kind for name, kind in every.items() if name or not known.kinds}
    signals = _signals(known)
    if pipeline is not None:
        signals["open pipeline"] = pipeline
    rate = np.clip(recent, 0, None) / year
    return Snapshot(
        months=months,
        levels=_levels(known, rhythms),
        signals=signals,
        peers=peer_rate(attributes, rate),
        bought=known.purchases.max(axis=1) > 0,
        total_rate=max(float(recent.sum()) / year, 0.0),
        attributes=attributes,
        streams=tuple(describe_stream(kind, rhythms[name]) for name, kind in streams.items()),
    )


def _levels(known: MonthlyHistory, rhythms: dict[str, Rhythm]) -> dict[str, Floats]:
    everything = Purchases(sales=known.sales, counts=known.purchases)
    months = known.months
    levels = {
        **_lifecycle_levels("customer life", everything, rhythms[""]),
        "last 3 months": _rate(known, 3),
        "last 6 months": _rate(known, 6),
        "last 12 months": _rate(known, YEAR),
        "last 24 months": _rate(known, 2 * YEAR),
        "whole history": _rate(known, months),
        "since first purchase": _rate_since_first(known),
        **_kind_levels(known, rhythms),
        **{f"smoothed {factor}": _smoothed(known, factor) for factor in SMOOTHING_FACTORS},
    }
    return {name: np.clip(level, 0, None) for name, level in levels.items()}


def _lifecycle_levels(name: str, purchases: Purchases, rhythm: Rhythm) -> dict[str, Floats]:
    """Return the rate over the whole life and over the last year's purchases."""
    months = purchases.sales.shape[1]
    year = purchases.window(max(0, months - YEAR), months)
    return {
        name: lifecycle_rate(purchases, rhythm),
        f"{name}, last year": lifecycle_rate(year, rhythm),
    }


def _kind_levels(known: MonthlyHistory, rhythms: dict[str, Rhythm]) -> dict[str, Floats]:
    """Return levels of renewals and new business apart from expansion, where told apart."""
    levels: dict[str, Floats] = {}
    for name, kind in known.kinds.items():
        months = kind.sales.shape[1]
        year = min(YEAR, months)
        levels[f"{name}, last 12 months"] = kind.sales[:, months - year :].sum(axis=1) / year
        levels |= _lifecycle_levels(f"{name}, customer life", kind, rhythms[name])
    return levels


def _rate(known: MonthlyHistory, window: int) -> Floats:
    window = min(window, known.months)
    return known.between(known.months - window, known.months) / window


def _rate_since_first(known: MonthlyHistory) -> Floats:
    """Return monthly bookings since the first purchase, over a quarter at least."""
    return np.asarray(known.running[:, -1] / np.maximum(months_since_first(known), 3))


def _smoothed(known: MonthlyHistory, factor: float) -> Floats:
    """Return months weighed by their age, (1 - factor) ** age, as simple smoothing does."""
    weights = (1 - factor) ** np.arange(known.months - 1, -1, -1.0)
    return np.asarray(known.sales @ (weights / weights.sum()))


def months_since_first(known: MonthlyHistory) -> Floats:
    """Return months since the first purchase, 0 where there was none, (accounts,)."""
    bought = known.purchases > 0
    return np.where(bought.any(axis=1), known.months - bought.argmax(axis=1), 0).astype(float)


def months_since_last(known: MonthlyHistory) -> Floats:
    """Return months since the last purchase, all months known where there was none."""
    bought = known.purchases[:, ::-1] > 0
    return np.where(bought.any(axis=1), bought.argmax(axis=1), known.months).astype(float)


def _signals(known: MonthlyHistory) -> dict[str, Floats]:
    year = min(YEAR, known.months)
    active = (known.purchases > 0).sum(axis=1).astype(float)
    age = months_since_first(known)
    recent = known.between(known.months - year, known.months)
    before = known.between(max(known.months - 2 * year, 0), known.months - year)
    scale = np.maximum(np.abs(recent) + np.abs(before), 1.0)
    return {
        "months since first purchase": age,
        "months since last purchase": months_since_last(known),
        "months with a purchase": active,
        "share of months with a purchase": active / np.maximum(age, 1.0),
        "trend": (recent - before) / scale,
    }
