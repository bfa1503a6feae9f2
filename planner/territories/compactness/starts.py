"""Where annealing for compact territories starts: around far seeds, or from a partition given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.compactness.moves import CompactRules
from planner.territories.contiguity.graph import Graph, count_extra_parts
from planner.territories.contiguity.starts import keep_main_pieces

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def draw_start(
    rules: CompactRules, graph: Graph, rng: np.random.Generator, begin: Ints | None
) -> Ints | None:
    """Return a partition to start from, None where its territories are not all connected.

    Parameters
    ----------
    rules, graph
        The problem.
    rng
        For the seeds.
    begin
        A partition that is given, or None.
    """
    slot_of = seed_partition(rules, rng) if begin is None else complete_start(rules, graph, begin)
    if slot_of.min() < 0 or count_extra_parts(graph, slot_of) > 0:
        return None
    return slot_of


def complete_start(rules: CompactRules, graph: Graph, begin: Ints) -> Ints:
    """Return a start in one piece a territory: what is unknown goes with the nearest unit.

    Parameters
    ----------
    rules, graph
        The problem.
    begin
        Territory of each unit, -1 where unknown, (units,).
    """
    nobody = rules.lower.shape[1]
    named = np.where(begin < 0, nobody, begin)
    kept = keep_main_pieces(graph, named, np.full(len(begin), -1), nobody + 1)
    known = np.flatnonzero((kept >= 0) & (kept < nobody))
    if np.unique(kept[known]).size < nobody:
        return begin
    nearest = known[np.argmin(rules.distance[:, known], axis=1)]
    placed = (kept >= 0) & (kept < nobody)
    return np.where(placed, kept, kept[nearest])


def long_and_short(number: int) -> int:
    """Return the length of the numbered start, 1, 1, 2, 1, 1, 2, 4, … (Luby et al. 1993)."""
    while True:
        power = number.bit_length()
        if number == (1 << power) - 1:
            return 1 << (power - 1)
        number -= (1 << (power - 1)) - 1


def seed_partition(rules: CompactRules, rng: np.random.Generator) -> Ints:
    """Return territories around seeds that stand far apart, each unit with its nearest.

    Parameters
    ----------
    rules
        Distances and the number of territories.
    rng
        For the seeds.
    """
    units, territories = rules.distance.shape[0], rules.lower.shape[1]
    seeds = [int(rng.integers(units))]
    near = rules.distance[seeds[0]].copy()
    for _ in range(territories - 1):
        chance = near**2
        total = chance.sum()
        pick = rng.choice(units, p=chance / total) if total > 0 else rng.integers(units)
        seeds.append(int(pick))
        near = np.minimum(near, rules.distance[pick])
    for _ in range(10):
        slot_of = np.argmin(rules.distance[seeds], axis=0)
        seeds = [_find_middle(rules.distance, slot_of, slot, s) for slot, s in enumerate(seeds)]
    return np.asarray(np.argmin(rules.distance[seeds], axis=0), np.int64)


def _find_middle(distance: Floats, slot_of: Ints, slot: int, seed: int) -> int:
    """Return the unit of a territory with the least sum of squared distances to the others."""
    members = np.flatnonzero(slot_of == slot)
    if members.size == 0:
        return seed
    sums = (distance[np.ix_(members, members)] ** 2).sum(axis=0)
    return int(members[np.argmin(sums)])
