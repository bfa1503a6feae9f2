"""Measures from arrays and numbers: limits given, or a tolerance around the mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.arrays.numbers import LARGEST, read_numbers
from planner.territories.costs import MatrixTerm, sort_entries
from planner.territories.limits import Measure, SoftLimits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """Limits of every measure as a caller gives them.

    Parameters
    ----------
    lower, upper
        A number, or an array (territories,), for each measure; may be left out.
    tolerance
        A number, or one for each measure: both limits, around the mean.
    soft
        For each measure whose limits cost instead of forbidding: ``buffer``, ``penalty``, and,
        where they do not follow from the limits above, ``target`` and ``tolerance``.
    """

    lower: Mapping[str, Any] = field(default_factory=dict)
    upper: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float | Mapping[str, float] | None = None
    soft: Mapping[str, Any] = field(default_factory=dict)

    def tolerance_of(self, name: str) -> float | None:
        """Return the tolerance of one measure, or None."""
        given = self.tolerance.get(name) if isinstance(self.tolerance, Mapping) else self.tolerance
        if given is None:
            return None
        tolerance = read_numbers(given, f"the tolerance of measure {name!r}")
        if tolerance.ndim or not 0 <= tolerance <= LARGEST:
            raise ValueError(f"the tolerance of measure {name!r} is {given}; it must be 0 or more")
        return float(tolerance)


def make_measures(
    measures: Mapping[str, Any],
    limits: Limits,
    units: int,
    territories: int,
    nearest: Ints | None = None,
) -> tuple[Measure, ...]:
    """Return the measures with limits for every territory.

    Parameters
    ----------
    measures
        (units,) each, or (units, territories), dense or sparse.
    limits
        As the caller gave them.
    units, territories
        How many there are.
    nearest
        The cheapest eligible territory of each unit, (units,): where a measure depends on who
        serves, its mean counts each unit as from there.

    Raises
    ------
    ValueError
        When an array has another shape, a limit names no measure, or a number is not one.
    """
    _check_names(measures, limits)
    made = []
    for name, given in measures.items():
        amounts, by_pair = _split_amounts(str(name), given, units, territories)
        total = float(_nearest_amounts(amounts, by_pair, nearest).sum())
        made.append(_limit_measure(str(name), amounts, by_pair, limits, total, territories))
    return tuple(made)


def _check_names(measures: Mapping[str, Any], limits: Limits) -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = [
        ("lower", limits.lower),
        ("upper", limits.upper),
        ("soft", limits.soft),
    ]
    if isinstance(limits.tolerance, Mapping):
        asked.append(("tolerance", limits.tolerance))
    for what, named in asked:
        for name in named:
            if name not in measures:
                raise ValueError(f"{what} names the measure {name!r}, which is not given")


def _split_amounts(
    name: str, given: Any, units: int, territories: int
) -> tuple[Floats, MatrixTerm | None]:
    if sparse.issparse(given):
        table = sort_entries(given)
        _check_shape(name, table.shape, (units, territories))
        return np.zeros(units), MatrixTerm(name=name, amounts=table)
    array = read_numbers(given, f"measure {name!r}")
    if array.ndim == 2:
        _check_shape(name, array.shape, (units, territories))
        return np.zeros(units), MatrixTerm(name=name, amounts=array)
    _check_shape(name, array.shape, (units,))
    return array, None


def _check_shape(name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if tuple(found) != wanted:
        raise ValueError(
            f"measure {name!r} has shape {tuple(found)}; it must be (units,), or (units, "
            f"territories) where it depends on who serves the unit: {wanted} here"
        )


def _nearest_amounts(amounts: Floats, by_pair: MatrixTerm | None, nearest: Ints | None) -> Floats:
    if by_pair is None:
        return amounts
    everyone = np.arange(len(amounts))
    where = np.zeros(len(amounts), np.int64) if nearest is None else nearest
    return amounts + by_pair.pairs(everyone, where)


def _limit_measure(
    name: str,
    amounts: Floats,
    by_pair: MatrixTerm | None,
    limits: Limits,
    total: float,
    territories: int,
) -> Measure:
    lower, upper = _hard_limits(name, limits, total / territories, territories)
    soft = None
    if name in limits.soft:
        soft = _soft_limits(name, limits, (lower, upper), total / territories)
        lower, upper = np.full(territories, -np.inf), np.full(territories, np.inf)
    return Measure(name=name, amounts=amounts, by_pair=by_pair, lower=lower, upper=upper, soft=soft)


def _hard_limits(name: str, limits: Limits, mean: float, territories: int) -> tuple[Floats, Floats]:
    tolerance = limits.tolerance_of(name)
    low = high = None
    if tolerance is not None:
        low, high = mean * (1 - tolerance), mean * (1 + tolerance)
    return (
        spread_limit(name, "lower", limits.lower.get(name, low), territories, -np.inf),
        spread_limit(name, "upper", limits.upper.get(name, high), territories, np.inf),
    )


def spread_limit(name: str, side: str, given: Any, territories: int, absent: float) -> Floats:
    """Return a limit for every territory.

    Parameters
    ----------
    name, side
        For the message: the measure, and ``lower`` or ``upper``.
    given
        A number, an array (territories,), or None.
    territories
        How many there are.
    absent
        What stands for no limit.

    Raises
    ------
    ValueError
        When the array has another length.
    """
    array = read_numbers(
        absent if given is None else given, f"the {side} limit of measure {name!r}"
    )
    if array.ndim > 1 or (array.ndim == 1 and len(array) != territories):
        raise ValueError(
            f"the {side} limit of measure {name!r} has shape {array.shape}; it must be a number "
            f"or one for each of the {territories} territories"
        )
    return np.ascontiguousarray(np.broadcast_to(array, (territories,)))


def _soft_limits(name: str, limits: Limits, hard: tuple[Floats, Floats], mean: float) -> SoftLimits:
    given = limits.soft[name]
    known = {"buffer", "penalty", "target", "tolerance"}
    if not isinstance(given, Mapping) or set(given) - known or "penalty" not in given:
        raise ValueError(
            f"soft limits of measure {name!r}: give penalty, and buffer, target or tolerance"
        )
    lower, upper = hard
    both = np.isfinite(lower) & np.isfinite(upper)
    low, high = np.where(both, lower, mean), np.where(both, upper, mean)
    middle = (low + high) / 2
    target = _read_zone(name, "target", given, middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(target > 0, (high - low) / 2 / target, 0.0)
    return SoftLimits(
        target=target,
        tolerance=_read_zone(name, "tolerance", given, width),
        buffer=_read_zone(name, "buffer", given, np.zeros(lower.shape)),
        penalty=_pair_of_penalties(name, given["penalty"]),
    )


def _read_zone(name: str, part: str, given: Mapping[str, Any], absent: Floats) -> Floats:
    """Return a part of soft limits for every territory, (territories,)."""
    array = read_numbers(given.get(part, absent), f"the {part} of measure {name!r}")
    if array.shape not in ((), absent.shape):
        raise ValueError(
            f"the {part} of measure {name!r} has shape {array.shape}; it must be a number or one "
            f"for each of the {len(absent)} territories"
        )
    bad = np.flatnonzero(~((array >= 0) & (array <= LARGEST)))
    if len(bad):
        raise ValueError(
            f"the {part} of measure {name!r} is {array.ravel()[bad[0]]:g}; it must be 0 or more"
        )
    return np.ascontiguousarray(np.broadcast_to(array, absent.shape))


def _pair_of_penalties(name: str, given: Any) -> tuple[float, float]:
    both = read_numbers(given, f"the penalties of measure {name!r}")
    if both.shape not in ((), (1,), (2,)):
        raise ValueError(
            f"measure {name!r} has {both.size} penalties; give one inside the buffer, one beyond it"
        )
    first, second = np.broadcast_to(both, (2,)).tolist()
    if not 0 <= first <= second <= LARGEST:
        raise ValueError(
            f"the penalties of measure {name!r} are {first} and {second}; neither may be negative "
            "and the second not below the first"
        )
    return float(first), float(second)
