"""What a site serves best within its limit: a knapsack, as a linear program and in whole units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@compiled
def fill_site(shares: Floats, worth: Floats, load: Floats, upper: float, nodes: int) -> float:
    """Choose the units that are worth most to a site within its limit.

    Parameters
    ----------
    shares
        Shares served of each bidder, filled in, (bidders,).
    worth
        What each changes, negative, (bidders,).
    load
        Amount of each, (bidders,).
    upper
        What the site can take.
    nodes
        How many nodes a search for whole units may take; 0: shares of units will do.

    Returns
    -------
    float
        The value: no choice of whole units within the limit has a lower one.
    """
    shares[:] = 1.0
    if load.sum() <= upper:
        return float(worth.sum())
    ratio = np.where(load > 0.0, worth / np.maximum(load, 1e-300), -np.inf)
    order = np.argsort(ratio, kind="mergesort")
    room, value = upper, 0.0
    for p in order:
        share = 1.0 if load[p] <= room else max(0.0, room) / load[p]
        shares[p] = share
        value += share * worth[p]
        room -= share * load[p]
    if nodes > 0:
        whole, picked, done = fill_whole(worth[order], load[order], upper, nodes)
        if done:
            shares[order] = np.where(picked, 1.0, 0.0)
            return float(whole)
    return float(value)


@compiled
def fill_whole(worth: Floats, load: Floats, upper: float, nodes: int) -> tuple[float, Bools, bool]:
    """Choose whole units by depth-first search (Horowitz and Sahni 1974).

    Parameters
    ----------
    worth, load
        What each unit changes, negative, and its amount, by ascending ratio, (bidders,).
    upper
        What the site can take.
    nodes
        How many nodes to look at at most.

    Returns
    -------
    tuple
        The value, which units are chosen, and whether nothing better can exist.
    """
    count, slack = worth.size, 1e-9 * upper
    best, picked = 0.0, np.zeros(count, np.bool_)
    taken = np.zeros(count, np.bool_)
    room, value, place = upper + slack, 0.0, 0
    for _ in range(nodes):
        left, total, ahead = room, value, place
        while ahead < count and load[ahead] <= left:
            left -= load[ahead]
            total += worth[ahead]
            ahead += 1
        least = total if ahead == count else total + worth[ahead] * left / load[ahead]
        if least < best - 1e-12:
            taken[place:ahead] = True
            room, value, place = left, total, ahead
            if value < best:
                best = value
                picked[:] = taken
            if place < count:
                # The unit that does not fit is left out.
                place += 1
                continue
        last = min(place, count) - 1
        while last >= 0 and not taken[last]:
            last -= 1
        if last < 0:
            return best, picked, True
        taken[last] = False
        room += load[last]
        value -= worth[last]
        place = last + 1
    return best, picked, False
