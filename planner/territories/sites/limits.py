"""Limits that are given by site, where centres are to be chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.territories.arrays.balance import Limits
from planner.territories.limits import Measure


def split_site_limits(limits: Limits, territories: int, sites: int) -> tuple[Limits, Limits]:
    """Part limits that are given by site from those by territory.

    Parameters
    ----------
    limits
        As the caller gave them.
    territories, sites
        How many there are.
    """

    def is_by_site(given: Any) -> bool:
        return np.ndim(given) == 1 and len(given) == sites != territories

    lower = {name: given for name, given in limits.lower.items() if is_by_site(given)}
    upper = {name: given for name, given in limits.upper.items() if is_by_site(given)}
    rest_lower = {name: given for name, given in limits.lower.items() if name not in lower}
    rest_upper = {name: given for name, given in limits.upper.items() if name not in upper}
    return (
        replace(limits, lower=lower, upper=upper),
        replace(limits, lower=rest_lower, upper=rest_upper),
    )


def limit_sites(measure: Measure, limits: Limits, sites: int) -> Measure:
    """Return the measure with limits for every site, where any were given by site.

    Parameters
    ----------
    measure
        With limits by territory.
    limits
        Those by site.
    sites
        How many there are.
    """
    name = measure.name
    if name not in limits.lower and name not in limits.upper:
        return measure
    lower = limits.lower.get(name, measure.lower[0])
    upper = limits.upper.get(name, measure.upper[0])
    return replace(
        measure,
        lower=np.ascontiguousarray(np.broadcast_to(np.asarray(lower, float), (sites,))),
        upper=np.ascontiguousarray(np.broadcast_to(np.asarray(upper, float), (sites,))),
    )
