"""Starts of a choice of centres: far apart, or rounded from prices; and units around them."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.contiguity.graph import label_parts
from planner.territories.sites.costs import cost_columns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def spread_sites(choice: Choice, rng: np.random.Generator) -> Ints:
    """Return centres drawn in proportion to what units would still pay (k-means++, 2007).

    Parameters
    ----------
    choice
        The problem.
    rng
        For the draws.

    Returns
    -------
    Ints
        Site of each territory, (territories,).
    """
    centres = choice.rules.fixed.copy()
    own = choice.rules.own_site
    free = np.ones(choice.sites, np.bool_)
    near = np.full(choice.units, np.inf)
    for site in centres[centres >= 0].tolist():
        near = np.minimum(near, cost_columns(choice.costs, np.array([site]))[:, 0])
    near = _open_parts(choice, near)
    for slot in np.flatnonzero(centres < 0).tolist():
        site = _draw_site(own, free, near, choice.open_sites, rng)
        centres[slot], free[site] = site, False
        near = np.minimum(near, cost_columns(choice.costs, np.array([site]))[:, 0])
        if choice.connected:
            near = _open_parts(choice, near, centres)
    return centres


def _open_parts(choice: Choice, near: Floats, centres: Ints | None = None) -> Floats:
    """Make units of parts of the graph that hold no centre yet count above all others."""
    if not choice.connected:
        return near
    part = label_parts(choice.graph, np.zeros(choice.units, np.int64))
    if part.max() == 0 or centres is None:
        return near
    served = np.isin(part, part[choice.site_unit[centres[centres >= 0]]])
    return np.where(served, near, np.inf)


def _draw_site(
    own: Ints, free: npt.NDArray[np.bool_], near: Floats, sites: int, rng: np.random.Generator
) -> int:
    """Draw a free site that some unit finds cheapest, the dearer units' first."""
    wanted = free[own]
    unserved = wanted & np.isinf(near)
    weight = np.where(wanted, near, 0.0)
    if unserved.any():
        weight = unserved.astype(float)
    total = float(weight.sum())
    if total > 0:
        return int(own[rng.choice(own.size, p=weight / total)])
    return int(np.flatnonzero(free[:sites])[0])


def place_units(choice: Choice, centres: Ints) -> Ints:
    """Return territories around centres: each unit with the cheapest, or connected growth.

    Parameters
    ----------
    choice
        The problem.
    centres
        Site of each territory, (territories,).

    Returns
    -------
    Ints
        Territory of each unit; no territory is left without one, (units,).
    """
    if choice.connected:
        return _grow_regions(choice, centres)
    if choice.costs.table.size:
        slot_of = np.argmin(choice.costs.table[:, centres], axis=1)
    else:
        from scipy.spatial import cKDTree

        slot_of = cKDTree(choice.costs.sites[centres]).query(choice.costs.points)[1]
    return _fill_empty(choice, centres, np.asarray(slot_of, np.int64))


def _fill_empty(choice: Choice, centres: Ints, slot_of: Ints) -> Ints:
    """Give each territory without a unit the one closest to its centre that can be spared."""
    size = np.bincount(slot_of, minlength=len(centres))
    for slot in np.flatnonzero(size == 0).tolist():
        cost = cost_columns(choice.costs, centres[slot : slot + 1])[:, 0]
        unit = int(np.argmin(np.where(size[slot_of] > 1, cost, np.inf)))
        size[slot_of[unit]] -= 1
        slot_of[unit], size[slot] = slot, 1
    return slot_of


def _grow_regions(choice: Choice, centres: Ints) -> Ints:
    """Grow connected territories from the units next to their centres, cheapest unit first."""
    block = cost_columns(choice.costs, centres)
    slot_of = np.full(choice.units, -1, np.int64)
    queue: list[tuple[float, int, int]] = []
    for slot, site in enumerate(centres.tolist()):
        unit = int(choice.site_unit[site])
        if slot_of[unit] >= 0:
            spare = np.flatnonzero(slot_of < 0)
            unit = int(spare[np.argmin(block[spare, slot])])
        slot_of[unit] = slot
        queue.append((0.0, unit, slot))
    heapq.heapify(queue)
    first, other = choice.graph
    while queue:
        _, unit, slot = heapq.heappop(queue)
        if slot_of[unit] not in (-1, slot):
            continue
        slot_of[unit] = slot
        for near in other[first[unit] : first[unit + 1]].tolist():
            if slot_of[near] < 0:
                heapq.heappush(queue, (float(block[near, slot]), near, slot))
    return np.where(slot_of < 0, 0, slot_of)
