"""What every kind of problem gathers from its arrays: measures with limits, and who may serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.territories.arrays.balance import make_measures
from planner.territories.arrays.families import Grouping, merge_weights
from planner.territories.arrays.options import Rest, read_limits
from planner.territories.arrays.readings import classify, read_eligible
from planner.territories.limits import Measure
from planner.territories.sites.limits import limit_sites, split_site_limits

Ints = npt.NDArray[np.int64]


def read_territories(eligible: Any, grouping: Grouping, territories: int) -> dict[str, Any]:
    """Return which territories may serve each unit, as keywords of the problem.

    Parameters
    ----------
    eligible
        (rows, territories), dense or sparse, or None.
    grouping
        Which rows make up which unit.
    territories
        How many there are.
    """
    allowed, listed = read_eligible(eligible, (grouping.rows, territories))
    return {"listed": grouping.keep_shared(listed), **classify(grouping.keep_allowed(allowed))}


def merge_measures(
    measures: Mapping[str, Any] | None,
    rest: Rest,
    grouping: Grouping,
    territories: int,
    nearest: Ints | None,
) -> tuple[Measure, ...]:
    """Return the measures of the units with their limits.

    Parameters
    ----------
    measures, rest
        What the caller gave.
    grouping
        Which rows make up which unit.
    territories
        How many there are.
    nearest
        Territory that each unit counts as from in targets, (units,), or None.
    """
    merged = merge_weights(grouping, measures)
    if territories < 1:
        raise ValueError("at least one territory is needed")
    return make_measures(merged, read_limits(rest), grouping.count, territories, nearest)


def site_measures(
    measures: Mapping[str, Any] | None,
    rest: Rest,
    grouping: Grouping,
    territories: int,
    sites: int,
) -> tuple[Measure, ...]:
    """Return the measures of the units with limits by territory, or by site.

    Parameters
    ----------
    measures, rest, grouping, territories
        As for :func:`merge_measures`.
    sites
        How many sites there are.
    """
    limits = read_limits(rest)
    if territories < 1:
        raise ValueError("at least one territory is needed")
    by_site, plain = split_site_limits(limits, territories, sites)
    made = make_measures(merge_weights(grouping, measures), plain, grouping.count, territories)
    if not by_site.lower and not by_site.upper:
        return made
    return tuple(limit_sites(measure, by_site, sites) for measure in made)
