"""What may be given to every kind of array problem, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from planner.territories.arrays.balance import Limits
from planner.territories.arrays.families import Grouping, group_families
from planner.territories.arrays.numbers import read_mapping, read_numbers, refuse_twins
from planner.territories.problem import number_names

Floats = npt.NDArray[np.float64]


class Rest(TypedDict, total=False):
    """What may be given to every kind of problem.

    ``lower``, ``upper`` (a number or an array (territories,) for each measure), ``tolerance`` (a
    number, or one for each measure), ``soft`` (buffer and penalty for each measure), ``current``
    and ``held`` (units,) with -1 for none, ``families`` (units,) with -1 for none (members have one
    territory; with ``neighbours`` the members themselves must hang together with it), ``neighbours``
    (edges, 2), ``budgets`` (for each: ``weights`` (units,), ``limit``, and ``units``, which of them
    count), ``max_accounts``, ``unit_accounts`` (units,), ``unit_names`` and ``territory_names``.
    """

    lower: Mapping[str, Any] | None
    upper: Mapping[str, Any] | None
    tolerance: float | Mapping[str, float] | None
    soft: Mapping[str, Any] | None
    current: npt.ArrayLike | None
    held: npt.ArrayLike | None
    families: npt.ArrayLike | None
    neighbours: npt.ArrayLike | None
    budgets: Mapping[str, Any] | None
    max_accounts: npt.ArrayLike | None
    unit_accounts: npt.ArrayLike | None
    unit_names: Sequence[str] | None
    territory_names: Sequence[str] | None


def group_rows(rest: Rest, rows: int) -> Grouping:
    """Return which rows stay together.

    Parameters
    ----------
    rest
        What the caller gave.
    rows
        How many rows the arrays have.

    Raises
    ------
    ValueError
        When an option is not known, or names and rows disagree.
    """
    unknown = sorted(set(rest) - set(Rest.__annotations__))
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} is not known here; known are {', '.join(sorted(Rest.__annotations__))}"
        )
    names = number_names(rest.get("unit_names"), "unit", rows)
    if len(names) != rows:
        raise ValueError(f"unit_names holds {len(names)} names for {rows} units")
    refuse_twins(rest.get("unit_names"), "the unit")
    refuse_twins(rest.get("territory_names"), "the territory")
    return group_families(rest.get("families"), rest.get("held"), rows, names)


def read_limits(rest: Rest) -> Limits:
    """Return the limits of all measures as they were given.

    Parameters
    ----------
    rest
        What the caller gave.
    """
    return Limits(
        lower=read_mapping(rest.get("lower"), "lower", "limits by measure"),
        upper=read_mapping(rest.get("upper"), "upper", "limits by measure"),
        tolerance=rest.get("tolerance"),
        soft=read_mapping(rest.get("soft"), "soft", "zones by measure"),
    )


def spread_accounts(given: npt.ArrayLike | None, territories: int) -> Floats | None:
    """Return the most accounts of each territory, None where there is no limit.

    Parameters
    ----------
    given
        A number, one for each territory, or None.
    territories
        How many there are.
    """
    if given is None:
        return None
    array = read_numbers(given, "max_accounts")
    if array.ndim > 1 or (array.ndim == 1 and len(array) != territories):
        raise ValueError(
            f"max_accounts has shape {array.shape}; it must be a number or one a territory"
        )
    return np.ascontiguousarray(np.broadcast_to(array, (territories,)))
