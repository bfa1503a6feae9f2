"""What limits are worth at given prices: the conjugate of each row's cost, exact and smoothed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.given.model import Model, Zones

Floats = npt.NDArray[np.float64]


def price_bounds(model: Model) -> tuple[Floats, Floats]:
    """Return the least and largest sensible price of each row, (territories, columns).

    A row without an upper limit has no positive price, one without a lower limit no negative
    one, and a soft limit's price never exceeds its steepest slope.

    Parameters
    ----------
    model
        The model.
    """
    zones = model.zones
    steepest = zones.inner + zones.outer
    least = np.where(np.isfinite(zones.low), -steepest, 0.0)
    largest = np.where(np.isfinite(zones.high), steepest, 0.0)
    for column in np.flatnonzero(model.wide).tolist():
        least[1:, column] = largest[1:, column] = 0.0
    return least, largest


def limit_value(model: Model, prices: Floats) -> float:
    """Return the sum over rows of max over totals x of price × x - cost of x.

    Parameters
    ----------
    model
        The model.
    prices
        Within :func:`price_bounds`, (territories, columns).
    """
    return float(row_worth(model.zones, prices).sum())


def row_worth(zones: Zones, prices: Floats) -> Floats:
    """Return each row's max over totals x of price × x - cost of x, (territories, columns).

    Parameters
    ----------
    zones
        Limits and slopes.
    prices
        Within :func:`price_bounds`, (territories, columns).
    """
    up, down = np.maximum(prices, 0.0), np.maximum(-prices, 0.0)
    over, under = np.maximum(up - zones.inner, 0.0), np.maximum(down - zones.inner, 0.0)
    high, low, beyond_high, beyond_low = _widths(zones)
    return high * up - low * down + beyond_high * over + beyond_low * under


def smooth_limit_value(
    model: Model, prices: Floats, rounding: Floats
) -> tuple[float, Floats, Floats]:
    """Return :func:`limit_value` with its corners rounded off, its gradient and its curvature.

    Parameters
    ----------
    model
        The model.
    prices
        (territories, columns)
    rounding
        Price within which a corner is rounded, (columns,).
    """
    zones = model.zones
    up, up_slope, up_bend = _ramp(prices, rounding, zones.low)
    down, down_slope, down_bend = _ramp(-prices, rounding, zones.high)
    over, over_slope, over_bend = _ramp(prices - zones.inner, rounding, zones.far_high)
    under, under_slope, under_bend = _ramp(-prices - zones.inner, rounding, zones.far_low)
    high, low, beyond_high, beyond_low = _widths(zones)
    bend = high * up_bend - low * down_bend + beyond_high * over_bend + beyond_low * under_bend
    value = high * up - low * down + beyond_high * over + beyond_low * under
    slope = high * up_slope + low * down_slope + beyond_high * over_slope - beyond_low * under_slope
    return float(value.sum()), slope, bend


def _widths(zones: Zones) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the limits and the widths of the second zones, 0 where there is no limit.

    A price never leaves its bounds, so that a side without a limit adds nothing.
    """
    high = np.where(np.isfinite(zones.high), zones.high, 0.0)
    low = np.where(np.isfinite(zones.low), zones.low, 0.0)
    soft_high = np.isfinite(zones.far_high) & np.isfinite(zones.inner)
    soft_low = np.isfinite(zones.far_low) & np.isfinite(zones.inner)
    beyond_high = np.where(soft_high, zones.far_high, 0.0) - np.where(soft_high, high, 0.0)
    beyond_low = np.where(soft_low, low, 0.0) - np.where(soft_low, zones.far_low, 0.0)
    return high, low, beyond_high, beyond_low


def row_cost(zones: Zones, loads: Floats, weight: Floats) -> Floats:
    """Return the cost of each row's total, hard limits at a weight, (territories, columns).

    Parameters
    ----------
    zones
        Limits and slopes.
    loads
        Totals, (territories, columns).
    weight
        Cost of one unit of amount outside of a hard limit, (territories, columns).
    """
    inner = np.where(np.isinf(zones.inner), weight, zones.inner)
    near = np.maximum(zones.low - loads, 0.0) + np.maximum(loads - zones.high, 0.0)
    far = np.maximum(zones.far_low - loads, 0.0) + np.maximum(loads - zones.far_high, 0.0)
    return np.asarray(inner * near + zones.outer * far)


def _ramp(prices: Floats, rounding: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """Return max(price, 0) rounded off, its slope and how that changes.

    It is exact where the other side has no limit.
    """
    with np.errstate(invalid="ignore"):
        root = np.sqrt(prices * prices + rounding * rounding)
        soft, slope = (prices + root) / 2, (1 + prices / root) / 2
        bend = rounding * rounding / (2 * root**3)
    exact = np.isinf(other) | np.isinf(prices)
    sharp = np.maximum(prices, 0.0)
    return (
        np.where(exact, sharp, soft),
        np.where(exact, (prices >= 0).astype(float), slope),
        np.where(exact, 0.0, bend),
    )
