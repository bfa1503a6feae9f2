"""The smoothed dual as a hill: its height, slope and curvature at any prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.given.model import Model
from planner.territories.prices.boxes import find_diagonal
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import smooth_limit_value
from planner.territories.prices.curvature import Curvature, curve_dual
from planner.territories.prices.dual import smooth_dual

Floats = npt.NDArray[np.float64]
DAMPING = 1e-4
"""What is added to the curvature, as a share of its diagonal."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slope:
    """The smoothed dual at some prices, all by territory and column.

    Parameters
    ----------
    point
        The prices, in temperatures for a typical amount.
    value
        In temperatures.
    gradient
        By price.
    bend
        Curvature of the limits' part.
    shares
        Of each candidate in its unit, (pairs,).
    """

    point: Floats
    value: float
    gradient: Floats
    bend: Floats
    shares: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hill:
    """The smoothed dual, prices measured in temperatures.

    Parameters
    ----------
    model, candidates
        What is priced.
    weight
        How often each unit counts, (units,).
    temperature
        Cost within which candidates share a typical unit.
    ease
        How many temperatures each unit has, (units,).
    totals
        What all units have of each column whose prices may be shifted alike.
    faint
        Shares up to here are left out of the curvature.
    """

    model: Model
    candidates: Candidates
    weight: Floats
    temperature: float
    ease: Floats
    totals: Mapping[int, float]
    faint: float

    @property
    def unit(self) -> Floats:
        """The price that is 1 in the hill's measure, (columns,)."""
        return np.asarray(self.temperature / self.model.scale)

    def look(self, point: Floats) -> Slope:
        """Return value and slope at a point."""
        prices, wide = point * self.unit, self.model.wide.astype(bool)
        value, loads, shares = smooth_dual(
            self.model, self.candidates, self.weight, prices, self.temperature * self.ease
        )
        loads[0, wide] = loads[:, wide].sum(axis=0)
        loads[1:, wide] = 0.0
        worth, slope, bend = smooth_limit_value(self.model, prices, self.unit)
        slope[1:, wide] = bend[1:, wide] = 0.0
        return Slope(
            point=point,
            value=(value - worth) / self.temperature,
            gradient=(loads - slope) * self.unit / self.temperature,
            bend=bend * (self.unit * self.unit) / self.temperature,
            shares=shares,
        )

    def level(self, point: Floats, below: Floats, above: Floats) -> Floats:
        """Return a point with each column's prices shifted alike to where that is best.

        Such a shift changes no unit's choice, only what the limits are worth: the curvature hardly
        shows it, and no unit need be looked at to find the best.
        """
        moved = point.copy()
        for column, total in self.totals.items():
            room = below[:, column] - point[:, column], above[:, column] - point[:, column]
            moved[:, column] += find_shift(self.model, point[:, column], column, total, room)
        return np.clip(moved, below, above)

    def curve(self, slope: Slope) -> Curvature:
        """Return the curvature at a point, turned positive and a little damped."""
        start, across, block = curve_dual(
            self.model,
            self.candidates,
            self.weight / self.ease,
            slope.shares,
            self.faint,
            self.unit / self.temperature,
        )
        wide, bend = self.model.wide, np.maximum(slope.bend, 0.0)
        shared = np.zeros((0, *block.shape[1:]))
        if wide.any():
            owner = np.repeat(np.arange(self.model.territory_count), np.diff(start))
            shared = np.zeros((self.model.territory_count, *block.shape[1:]))
            np.add.at(shared, owner, block)
        plain = Curvature(start, across, block, bend, wide, shared)
        diagonal = find_diagonal(plain)
        # A price that no unit feels has no curvature of its own: a little keeps the system regular.
        extra = DAMPING * diagonal + max(1e-9 * float(diagonal.max(initial=0.0)), 1e-12)
        extra[1:, wide.astype(bool)] = 0.0
        return plain._replace(own=bend + extra)


def find_totals(model: Model, weight: Floats, free: npt.NDArray[np.bool_]) -> dict[int, float]:
    """Return what all units have of each column whose prices may be shifted alike.

    Those have limits on both sides of every territory, and amounts that do not depend on the pair.

    Parameters
    ----------
    model
        What is priced.
    weight
        How often each unit counts, (units,).
    free
        Which prices may change, (territories, columns).
    """
    zones = model.zones
    both = np.isfinite(zones.low) & np.isfinite(zones.high) & np.isinf(zones.inner) & free
    alike = both.all(axis=0) & (model.pair_column < 0) & (model.wide == 0)
    roomiest = zones.cap.max(axis=0, initial=0.0)
    return {
        column: float(weight @ np.minimum(model.amounts[:, column], roomiest[column]))
        for column in np.flatnonzero(alike).tolist()
    }


def find_shift(
    model: Model, prices: Floats, column: int, total: float, room: tuple[Floats, Floats]
) -> float:
    """Return the shift of a column's prices at which the limits together take its total.

    Parameters
    ----------
    model
        The limits.
    prices
        In temperatures for a typical amount, (territories,).
    column
        Whose prices.
    total
        What all units together have of it.
    room
        How far prices may fall and rise, (territories,) each.
    """
    low, high = model.zones.low[:, column], model.zones.high[:, column]
    down, up = float(room[0].min()), float(room[1].max())
    if not (low.sum() < total < high.sum() and np.isfinite(down) and np.isfinite(up)):
        return 0.0
    for _ in range(40):
        middle = (down + up) / 2
        side = (1 + (prices + middle) / np.hypot(prices + middle, 1.0)) / 2
        if float((low + (high - low) * side).sum()) < total:
            down = middle
        else:
            up = middle
    return (down + up) / 2
