"""Starts of a choice of centres: far apart, or rounded from prices; and units around them."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from planner.territories.centres.model import Choice
from planner.territories.contiguity.graph import count_extra_parts, label_parts
from planner.territories.contiguity.starts import keep_main_pieces
from planner.territories.sites.costs import cost_columns, price_pairs

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
    for slot, site in enumerate(centres.tolist()):
        unit = int(choice.site_unit[site])
        if slot_of[unit] >= 0:
            spare = np.flatnonzero(slot_of < 0)
            unit = int(spare[np.argmin(block[spare, slot])])
        slot_of[unit] = slot
    return _grow_from(choice, block, slot_of)


def _grow_from(choice: Choice, block: Floats, slot_of: Ints) -> Ints:
    """Give each unit without a territory to one that it touches, cheapest unit first."""
    slot_of = slot_of.copy()
    first, other = choice.graph
    queue = [(0.0, unit, int(slot_of[unit])) for unit in np.flatnonzero(slot_of >= 0).tolist()]
    heapq.heapify(queue)
    while queue:
        _, unit, slot = heapq.heappop(queue)
        if slot_of[unit] not in (-1, slot):
            continue
        slot_of[unit] = slot
        for near in other[first[unit] : first[unit + 1]].tolist():
            if slot_of[near] < 0:
                heapq.heappush(queue, (float(block[near, slot]), near, slot))
    return np.where(slot_of < 0, 0, slot_of)


def take_start(choice: Choice, given: Ints) -> tuple[Ints, Ints] | None:
    """Return the partition of an earlier answer with what it lacks, and its centres.

    Parameters
    ----------
    choice
        The problem.
    given
        Territory of each unit, -1 where unknown, (units,).

    Returns
    -------
    tuple or None
        Territory of each unit and site of each territory; None where the graph of neighbours
        does not let every territory be connected from there.
    """
    slot_of = _keep_connected(choice, given) if choice.connected else given.copy()
    centres = find_medians(choice, slot_of)
    block = cost_columns(choice.costs, centres)
    if choice.connected:
        empty = np.flatnonzero(np.bincount(slot_of[slot_of >= 0], minlength=len(centres)) == 0)
        slot_of[choice.site_unit[centres[empty]]] = empty
        slot_of = _grow_from(choice, block, slot_of)
        return None if count_extra_parts(choice.graph, slot_of) > 0 else (slot_of, centres)
    slot_of = np.where(slot_of < 0, np.argmin(block, axis=1), slot_of)
    return _fill_empty(choice, centres, slot_of), centres


def _keep_connected(choice: Choice, given: Ints) -> Ints:
    """Return a partition with only the main piece of each territory left, -1 elsewhere."""
    nobody = choice.territories
    named = np.where(given < 0, nobody, given)
    kept = keep_main_pieces(choice.graph, named, np.full(choice.units, -1), nobody + 1)
    return np.where(given < 0, -1, kept)


def find_medians(choice: Choice, slot_of: Ints) -> Ints:
    """Return the cheapest site of each territory among its units' own, (territories,).

    Parameters
    ----------
    choice
        The problem.
    slot_of
        Territory of each unit, -1 where unknown, (units,).
    """
    centres, own = choice.rules.fixed.copy(), choice.rules.own_site
    free = np.ones(choice.sites, np.bool_)
    free[centres[centres >= 0]] = False
    free[choice.open_sites :] = False
    for slot in np.flatnonzero(centres < 0).tolist():
        members = np.flatnonzero(slot_of == slot)
        sites = np.unique(own[members])
        sites = sites[free[sites]]
        if sites.size == 0:
            unplaced = own[slot_of < 0]
            sites = np.append(unplaced[free[unplaced]], np.flatnonzero(free))[:1]
            members = members[:0]
        pairs = np.repeat(members, sites.size), np.tile(sites, members.size)
        sums = price_pairs(choice.costs, *pairs).reshape(-1, sites.size).sum(axis=0)
        centres[slot] = sites[np.argmin(sums)]
        free[centres[slot]] = False
    return centres
