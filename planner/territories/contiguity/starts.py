"""A connected assignment from one that is not: main pieces are kept, the rest grows onto them."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from planner.territories.contiguity.graph import Graph, label_parts
from planner.territories.prices.candidates import Candidates

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def connect_pieces(
    graph: Graph, candidates: Candidates, owner: Ints, held: Ints, need: Ints
) -> Ints:
    """Return an assignment in which each territory is one piece, where eligibility allows it.

    Parameters
    ----------
    graph
        The neighbours.
    candidates
        The eligible pairs with their costs.
    owner
        Territory of each unit, (units,).
    held
        Territory that a unit is held to, -1 none, (units,).
    need
        How many territories each part of the graph needs at least, (parts,), and on top the
        number of territories as its last entry.

    Returns
    -------
    Ints
        Territory of each unit, (units,); units that no connected territory may take keep theirs.
    """
    territories = int(need[-1])
    kept = keep_main_pieces(graph, owner, held, territories)
    kept = seed_empty(candidates, kept, held, territories)
    kept = spread_over_parts(graph, candidates, kept, held, need)
    kept = _join_held(graph, kept, held)
    return grow_pieces(graph, candidates, kept, owner)


def keep_main_pieces(graph: Graph, owner: Ints, held: Ints, territories: int) -> Ints:
    """Return the assignment with only the main piece of each territory left, -1 elsewhere.

    Parameters
    ----------
    graph, owner, held, territories
        As for :func:`connect_pieces`.
    """
    part = label_parts(graph, owner)
    weight = np.bincount(part) + len(owner) * np.bincount(part, weights=(held >= 0).astype(float))
    _, first = np.unique(part, return_index=True)
    of_part = owner[first]
    main = np.full(territories, -1, np.int64)
    for piece in np.argsort(-weight, kind="stable").tolist():
        if main[of_part[piece]] < 0:
            main[of_part[piece]] = piece
    stays = (main[owner] == part) | (held >= 0)
    return np.where(stays, owner, -1)


def seed_empty(candidates: Candidates, owner: Ints, held: Ints, territories: int) -> Ints:
    """Give each territory without a unit the one that it serves at the least extra cost.

    Parameters
    ----------
    candidates, owner, held, territories
        As for :func:`connect_pieces`.
    """
    owner = owner.copy()
    least = np.minimum.reduceat(candidates.cost, candidates.start[:-1])
    unit_of = candidates.unit_of
    extra = candidates.cost - least[unit_of]
    for slot in np.flatnonzero(np.bincount(owner[owner >= 0], minlength=territories) == 0).tolist():
        size = np.bincount(owner[owner >= 0], minlength=territories)
        free = (owner < 0) | (size[np.maximum(owner, 0)] > 1)
        mine = np.flatnonzero((candidates.territory == slot) & (free & (held < 0))[unit_of])
        if mine.size:
            owner[unit_of[mine[np.argmin(extra[mine])]]] = slot
    return owner


def spread_over_parts(
    graph: Graph, candidates: Candidates, owner: Ints, held: Ints, need: Ints
) -> Ints:
    """Move territories from parts of the graph that have more than they need to others.

    Parameters
    ----------
    graph, candidates, owner, held, need
        As for :func:`connect_pieces`; every territory has a unit.
    """
    owner = owner.copy()
    part = label_parts(graph, np.zeros(len(owner), np.int64))
    least = np.minimum.reduceat(candidates.cost, candidates.start[:-1])
    unit_of = candidates.unit_of
    extra = candidates.cost - least[unit_of]
    for place in np.argsort(-need[:-1], kind="stable").tolist():
        while True:
            home = _part_of_territories(part, owner, int(need[-1]))
            count = np.bincount(home[home >= 0], minlength=len(need) - 1)
            spare = np.flatnonzero((count > need[:-1])[home] & (home >= 0))
            spare = np.setdiff1d(spare, held)
            if count[place] >= need[place] or spare.size == 0:
                break
            fits = (part == place) & (owner < 0)
            open_pairs = np.flatnonzero(fits[unit_of] & np.isin(candidates.territory, spare))
            if open_pairs.size == 0:
                break
            chosen = open_pairs[np.argmin(extra[open_pairs])]
            slot = candidates.territory[chosen]
            owner[owner == slot] = -1
            owner[unit_of[chosen]] = slot
    return owner


def _part_of_territories(part: Ints, owner: Ints, territories: int) -> Ints:
    """Return the part of the graph that each territory stands in, -1 for none, (territories,)."""
    home = np.full(territories, -1, np.int64)
    placed = np.flatnonzero(owner >= 0)
    home[owner[placed]] = part[placed]
    return home


def _join_held(graph: Graph, owner: Ints, held: Ints) -> Ints:
    """Lay a shortest path between the pieces of a territory that holds keep apart."""
    owner = owner.copy()
    for slot in np.unique(held[held >= 0]).tolist():
        while True:
            mine = np.flatnonzero(owner == slot)
            part = label_parts(graph, np.where(owner == slot, 0, 1))
            pieces = np.unique(part[mine])
            if pieces.size < 2:
                break
            path = _find_path(graph, owner, held, part, int(pieces[0]), slot)
            if not path:
                break
            owner[path] = slot
    return owner


def _find_path(
    graph: Graph, owner: Ints, held: Ints, part: Ints, piece: int, slot: int
) -> list[int]:
    """Return units that link a piece of a territory to another one, held ones left alone."""
    queue = np.flatnonzero(part == piece).tolist()
    came = dict.fromkeys(queue, -1)
    for unit in queue:
        for other in graph.other[graph.first[unit] : graph.first[unit + 1]].tolist():
            if other in came or (held[other] >= 0 and held[other] != slot):
                continue
            came[other] = unit
            if owner[other] == slot:
                return _trace(came, unit, owner, slot)
            queue.append(other)
    return []


def _trace(came: dict[int, int], unit: int, owner: Ints, slot: int) -> list[int]:
    """Return the units on the way back to where a search began."""
    path = []
    while unit >= 0 and owner[unit] != slot:
        path.append(unit)
        unit = came[unit]
    return path


def grow_pieces(graph: Graph, candidates: Candidates, kept: Ints, owner: Ints) -> Ints:
    """Give each unit left out to a neighbouring territory, cheapest first.

    Parameters
    ----------
    graph, candidates
        The problem.
    kept
        Territory of each unit, -1 where it is left out, (units,).
    owner
        Where units go that no neighbouring territory may take, (units,).
    """
    kept = kept.copy()
    bids: list[tuple[float, int, int]] = []

    def bid(unit: int) -> None:
        for place in range(candidates.start[unit], candidates.start[unit + 1]):
            slot = int(candidates.territory[place])
            around = graph.other[graph.first[unit] : graph.first[unit + 1]]
            if (kept[around] == slot).any():
                heapq.heappush(bids, (float(candidates.cost[place]), unit, slot))

    for unit in np.flatnonzero(kept < 0).tolist():
        bid(unit)
    while bids:
        _, unit, slot = heapq.heappop(bids)
        if kept[unit] >= 0:
            continue
        kept[unit] = slot
        for other in graph.other[graph.first[unit] : graph.first[unit + 1]].tolist():
            if kept[other] < 0:
                bid(int(other))
    return np.where(kept < 0, owner, kept)
