"""Two territories parted again in the best way: every split of their free units, tried exactly.

Where limits are tight, single shifts and swaps hardly ever lead from one allowed partition to
another; a recombination (DeFord, Duchin and Solomon 2021), here by enumeration, does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.contiguity.graph import Graph
from planner.territories.sites.costs import SiteCosts, unit_cost
from planner.territories.sites.state import SiteRules, SiteState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint64]
MOST_CANDIDATES = 12
MOST_NODES = 60


class Pair(NamedTuple):
    """Two territories with the units that may change sides.

    Parameters
    ----------
    a, b
        The territories.
    free
        Units that may go to either, at most 24, (free,).
    site
        Sites that may be a centre, (candidates,).
    side
        Where a candidate's own unit is: the number of the free unit, -1 with ``a``, -2 with
        ``b``, (candidates,).
    base
        Cost of the settled units of ``a`` and of ``b`` at each candidate, (2, candidates).
    free_cost
        (candidates, free)
    """

    a: int
    b: int
    free: Ints
    site: Ints
    side: Ints
    base: Floats
    free_cost: Floats


@compiled
def list_candidates(rules: SiteRules, state: SiteState, a: int, b: int) -> Ints:
    """Return the units of two territories whose own sites may become their centres."""
    found = np.empty(state.size[a] + state.size[b], np.int64)
    count = 0
    for slot in (a, b):
        members = state.rows[slot, : state.size[slot]]
        order = np.argsort(state.own_sum[members], kind="mergesort")
        most = members.size
        if found.size > 40:
            most = min(most, MOST_CANDIDATES)
        for p in order[:most]:
            user = state.used_by[rules.own_site[members[p]]]
            if user in (-1, a, b):
                found[count] = members[p]
                count += 1
    return found[:count]


@compiled
def make_pair(
    costs: SiteCosts, rules: SiteRules, state: SiteState, a: int, b: int, free: Ints
) -> Pair:
    """Return two territories as the enumeration takes them.

    Parameters
    ----------
    costs, rules, state
        The problem and its partition.
    a, b
        Two territories, neither bound to a site.
    free
        Units of theirs that may change sides, (free,).
    """
    units = list_candidates(rules, state, a, b)
    number = np.full(state.slot_of.size, -1, np.int64)
    number[free] = np.arange(free.size)
    site = rules.own_site[units]
    side = np.empty(units.size, np.int64)
    base = np.zeros((2, units.size))
    free_cost = np.empty((units.size, free.size))
    for c in range(units.size):
        side[c] = number[units[c]]
        if side[c] < 0:
            side[c] = -1 if state.slot_of[units[c]] == a else -2
        for i in range(free.size):
            free_cost[c, i] = unit_cost(costs, free[i], site[c])
        for t in range(2):
            slot = a if t == 0 else b
            for unit in state.rows[slot, : state.size[slot]]:
                if number[unit] < 0:
                    base[t, c] += unit_cost(costs, unit, site[c])
    return Pair(a, b, free, site, side, base, free_cost)


@compiled
def _number_nodes(graph: Graph, state: SiteState, pair: Pair) -> tuple[Ints, int, int]:
    """Return numbers of the free units, then of the settled pieces of ``a``, then of ``b``."""
    node = np.full(state.slot_of.size, -1, np.int64)
    node[pair.free] = np.arange(pair.free.size)
    count, mine = pair.free.size, pair.free.size
    queue = np.empty(state.slot_of.size, np.int64)
    for slot in (pair.a, pair.b):
        for start in state.rows[slot, : state.size[slot]]:
            if node[start] >= 0:
                continue
            queue[0], node[start] = start, count
            head, tail = 0, 1
            while head < tail:
                unit = queue[head]
                head += 1
                for e in range(graph.first[unit], graph.first[unit + 1]):
                    other = graph.other[e]
                    if node[other] < 0 and state.slot_of[other] == slot:
                        node[other] = count
                        queue[tail] = other
                        tail += 1
            count += 1
        if slot == pair.a:
            mine = count
    return node, mine, count


@compiled
def join_nodes(graph: Graph, state: SiteState, pair: Pair) -> tuple[Masks, int]:
    """Return which free units touch which, then each settled piece of ``a`` and of ``b``.

    Parameters
    ----------
    graph, state, pair
        The neighbours, the partition and the two territories.

    Returns
    -------
    tuple
        The neighbours of each node as bits, (nodes,), and the pieces of ``a`` as bits. There
        are no nodes where the settled pieces are too many.
    """
    node, mine, count = _number_nodes(graph, state, pair)
    if count > MOST_NODES:
        return np.zeros(0, np.uint64), 0
    touching = np.zeros(count, np.uint64)
    for slot in (pair.a, pair.b):
        for unit in state.rows[slot, : state.size[slot]]:
            for e in range(graph.first[unit], graph.first[unit + 1]):
                if node[graph.other[e]] >= 0:
                    touching[node[unit]] |= np.uint64(1) << np.uint64(node[graph.other[e]])
    return touching, (1 << mine) - (1 << pair.free.size)


@compiled
def hangs_together(touching: Masks, members: int) -> bool:
    """Say whether a set of nodes, as bits, is connected and not empty."""
    left = np.uint64(members)
    if left == 0:
        return False
    reached = left & (~left + np.uint64(1))
    fresh = reached
    while fresh != 0:
        near = np.uint64(0)
        for node in range(touching.size):
            if (fresh >> np.uint64(node)) & np.uint64(1):
                near |= touching[node]
        fresh = near & left & ~reached
        reached |= fresh
    return bool(reached == left)


@compiled
def price_side(pair: Pair, chosen: int, t: int, taken: int) -> tuple[float, int]:
    """Return the cost and the best candidate of one side, -1 where it has none.

    Parameters
    ----------
    pair
        The two territories.
    chosen
        Free units of this side, as bits.
    t
        0 for ``a``, 1 for ``b``.
    taken
        A site that the other side uses, -1 none.
    """
    best, which = np.inf, -1
    for c in range(pair.site.size):
        side = pair.side[c]
        inside = (chosen >> side) & 1 == 1 if side >= 0 else side == -1 - t
        if not inside or pair.site[c] == taken:
            continue
        total = pair.base[t, c]
        for i in range(pair.free.size):
            if (chosen >> i) & 1:
                total += pair.free_cost[c, i]
        if total < best:
            best, which = total, c
    return best, which


@compiled
def _excess(rules: SiteRules, loads: Floats, slot: int) -> float:
    """Return by how much some amounts break a territory's limits, in mean territories."""
    total = 0.0
    for m in range(rules.scale.size):
        slack = 1e-9 * rules.scale[m]
        if loads[m] > rules.upper[m, slot] + slack:
            total += (loads[m] - rules.upper[m, slot]) / rules.scale[m]
        elif loads[m] < rules.lower[m, slot] - slack:
            total += (rules.lower[m, slot] - loads[m]) / rules.scale[m]
    return total


@compiled
def _settled_loads(rules: SiteRules, state: SiteState, pair: Pair) -> Floats:
    """Return the amounts of ``a`` and ``b`` with all free units at ``b``, (2, measures)."""
    loads = np.zeros((2, rules.scale.size))
    for m in range(rules.scale.size):
        loads[0, m], loads[1, m] = state.loads[m, pair.a], state.loads[m, pair.b]
        for unit in pair.free:
            if state.slot_of[unit] == pair.a:
                loads[0, m] -= rules.amounts[m, unit]
                loads[1, m] += rules.amounts[m, unit]
    return loads


@compiled
def _flip(rules: SiteRules, pair: Pair, loads: Floats, chosen: int, step: int) -> int:
    """Move the unit that a Gray code's step names to the other side; return who is with ``a``."""
    i = 0
    while not (step >> i) & 1:
        i += 1
    chosen ^= 1 << i
    sign = 1.0 if (chosen >> i) & 1 else -1.0
    for m in range(rules.scale.size):
        loads[0, m] += sign * rules.amounts[m, pair.free[i]]
        loads[1, m] -= sign * rules.amounts[m, pair.free[i]]
    return chosen


@compiled
def part_again(
    rules: SiteRules, graph: Graph, state: SiteState, pair: Pair, penalty: float
) -> tuple[int, int, int, float, float]:
    """Try every split of the free units between two territories.

    Parameters
    ----------
    rules, graph, state
        The problem and its partition.
    pair
        The two territories.
    penalty
        Cost of a violation of one mean territory.

    Returns
    -------
    tuple
        Free units with ``a`` as bits, the candidates of ``a`` and ``b`` (-1 where there is no
        split), the cost, and by how much limits are broken.
    """
    touching, mine = np.zeros(0, np.uint64), 0
    if graph.first.size > 1:
        touching, mine = join_nodes(graph, state, pair)
        if touching.size == 0:
            return 0, -1, -1, np.inf, np.inf
    everyone, free = (1 << touching.size) - 1, (1 << pair.free.size) - 1
    loads, chosen = _settled_loads(rules, state, pair), 0
    best, left, right, cost, bent = 0, -1, -1, np.inf, np.inf
    for step in range(free + 1):
        if step > 0:
            chosen = _flip(rules, pair, loads, chosen, step)
        broken = _excess(rules, loads[0], pair.a) + _excess(rules, loads[1], pair.b)
        room = np.inf if left < 0 else cost + penalty * (bent - broken)
        if room <= 0.0 or not _may_part(touching, everyone, chosen | mine):
            continue
        first, a = price_side(pair, chosen, 0, -1)
        if a < 0 or first >= room:
            continue
        second, b = price_side(pair, free & ~chosen, 1, pair.site[a])
        if b >= 0 and first + second < room:
            best, left, right, cost, bent = chosen, a, b, first + second, broken
    return best, left, right, cost, bent


@compiled
def _may_part(touching: Masks, everyone: int, with_a: int) -> bool:
    """Say whether both sides of a split are connected."""
    if touching.size == 0:
        return True
    return hangs_together(touching, with_a) and hangs_together(touching, everyone & ~with_a)
