"""The smoothed dual as a hill: its height, slope and curvature at any prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.given.model import Model
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import smooth_limit_value
from planner.territories.prices.dual import curve_dual, smooth_dual

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slope:
    """The smoothed dual at some prices.

    Parameters
    ----------
    point
        The free prices, in temperatures for a typical amount, (free,).
    value
        In temperatures.
    gradient
        (free,)
    bend
        Curvature of the limits' part, (free,).
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
    """The smoothed dual over the prices that may change, measured in temperatures.

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
    free
        Which prices may change, (territories, columns).
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
    free: Bools
    totals: Mapping[int, float]
    faint: float

    @property
    def unit(self) -> Floats:
        """The price that is 1 in the hill's measure, (columns,)."""
        return np.asarray(self.temperature / self.model.scale)

    def read(self, prices: Floats) -> Floats:
        """Return free prices in the hill's measure, (free,)."""
        return np.asarray((prices / self.unit)[self.free])

    def spread(self, point: Floats) -> Floats:
        """Return the prices of a point, (territories, columns)."""
        prices = np.zeros(self.free.shape)
        prices[self.free] = point
        return np.asarray(prices * self.unit)

    def look(self, point: Floats) -> Slope:
        """Return value and slope at a point."""
        prices, wide = self.spread(point), self.model.wide.astype(bool)
        value, loads, shares = smooth_dual(
            self.model, self.candidates, self.weight, prices, self.temperature * self.ease
        )
        loads[0, wide] = loads[:, wide].sum(axis=0)
        worth, slope, bend = smooth_limit_value(self.model, prices, self.unit)
        squared = self.unit * self.unit
        return Slope(
            point=point,
            value=(value - worth) / self.temperature,
            gradient=((loads - slope) * self.unit)[self.free] / self.temperature,
            bend=(bend * squared)[self.free] / self.temperature,
            shares=shares,
        )

    def level(self, point: Floats, below: Floats, above: Floats) -> Floats:
        """Return a point with each column's prices shifted alike to where that is best, (free,).

        Such a shift changes no unit's choice, only what the limits are worth: the curvature hardly
        shows it, and no unit need be looked at to find the best.
        """
        number = np.full(self.free.shape, -1, dtype=np.int64)
        number[self.free] = np.arange(len(point))
        moved = point.copy()
        for column, total in self.totals.items():
            places = number[:, column]
            moved[places] += find_shift(self, point, column, total, (below - point, above - point))
        return np.clip(moved, below, above)

    def curve(self, slope: Slope) -> sparse.csr_array:
        """Return the curvature at a point, turned positive, (free, free)."""
        ones, others, blocks = curve_dual(
            self.model, self.candidates, self.weight / self.ease, slope.shares, self.faint
        )
        apart = ones != others
        blocks = np.concatenate([blocks, blocks[apart].transpose(0, 2, 1)])
        ones, others = (
            np.concatenate([ones, others[apart]]),
            np.concatenate([others, ones[apart]]),
        )
        blocks = blocks * (self.unit[:, None] * self.unit / self.temperature**2)
        columns = len(self.unit)
        number = np.cumsum(self.free.ravel()).reshape(self.free.shape) - 1
        number[~self.free] = -1
        wide = self.model.wide.astype(bool)
        number[:, wide] = number[0, wide]
        rows = np.broadcast_to(number[ones][:, :, None], (len(ones), columns, columns)).ravel()
        across = np.broadcast_to(number[others][:, None, :], (len(ones), columns, columns)).ravel()
        kept = (rows >= 0) & (across >= 0)
        count = len(slope.point)
        shared = sparse.csr_array(
            (blocks.ravel()[kept], (rows[kept], across[kept])), (count, count)
        )
        return sparse.csr_array(shared + sparse.diags_array(np.maximum(slope.bend, 0.0)))


def find_totals(model: Model, weight: Floats, free: Bools) -> dict[int, float]:
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
    hill: Hill, point: Floats, column: int, total: float, room: tuple[Floats, Floats]
) -> float:
    """Return the shift of a column's prices at which the limits together take its total.

    Parameters
    ----------
    hill
        What is climbed.
    point
        From where, (free,).
    column
        Whose prices.
    total
        What all units together have of it.
    room
        How far prices may fall and rise, (free,) each.
    """
    prices = hill.spread(point)[:, column] / hill.unit[column]
    low, high = hill.model.zones.low[:, column], hill.model.zones.high[:, column]
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
