"""Every partition of a tiny problem, held against every rule: the proof where no model is linear.

What a territory costs and whether it keeps its limits follows from its set of units alone, so
that it is worked out once for each set, and looked up for every partition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from planner.territories.contiguity.graph import Graph, build_row_graph, count_extra_parts
from planner.territories.given.model import Model, make_model
from planner.territories.prices.candidates import Candidates, list_candidates
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import ROUNDING

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_PARTITIONS, MOST_UNITS = 300_000, 18
MOST_ROWS = 62
"""Rows that fit into the bits of one number."""
AT_ONCE = 20_000


class Partitions:
    """All ways to give the units of a tiny problem to its territories.

    Parameters
    ----------
    problem
        Its units and rules.
    """

    def __init__(self, problem: AlignmentProblem) -> None:
        self.problem = problem
        self.model: Model = make_model(problem)
        self.pairs: Candidates = list_candidates(problem, self.model.by_pair)

    @property
    def are_few(self) -> bool:
        """Whether there are few enough to try them all."""
        if self.problem.unit_count > MOST_UNITS:
            return False
        counts = np.diff(self.pairs.start).astype(float)
        return bool(np.prod(counts) <= MOST_PARTITIONS)

    def find_best(
        self, price: Callable[[Ints], Floats], *, largest: bool = False
    ) -> tuple[Ints | None, float]:
        """Return the cheapest partition that keeps every rule and its cost, None where none does.

        Parameters
        ----------
        price
            What a territory costs, from its sets of units as bits, (sets,) each.
        largest
            Whether a partition costs as much as its dearest territory, instead of all together.
        """
        if (np.diff(self.pairs.start) == 0).any():
            return None, np.inf
        sets = np.arange(1 << self.problem.unit_count)
        cost, extra = price(sets), self._price_rules(sets)
        loads = self._load_plan(sets)
        best, found = np.inf, None
        for owner in self._list():
            codes = self._encode(owner)
            territories = np.arange(codes.shape[1])
            own = cost[codes]
            total = own.max(axis=1) if largest else own.sum(axis=1)
            total = total + extra[territories, codes].sum(axis=1)
            total[self._breaks_plan(loads, codes)] = np.inf
            at = int(np.argmin(total))
            if total[at] < best:
                best, found = float(total[at]), owner[at].copy()
        return found, best

    def _list(self) -> Iterator[Ints]:
        """Yield all partitions, (partitions, units), so many at a time."""
        counts = np.diff(self.pairs.start)
        steps = np.append(1, np.cumprod(counts))
        for first in range(0, int(steps[-1]), AT_ONCE):
            number = np.arange(first, min(first + AT_ONCE, int(steps[-1])))
            place = number[:, None] // steps[:-1] % counts
            yield self.pairs.territory[self.pairs.start[:-1] + place].astype(np.int64)

    def _encode(self, owner: Ints) -> Ints:
        """Return each territory's set of units as bits, (partitions, territories)."""
        bits = 1 << np.arange(owner.shape[1])
        slots = range(self.problem.territory_count)
        return np.stack([((owner == slot) * bits).sum(axis=1) for slot in slots], axis=1)

    def _price_rules(self, sets: Ints) -> Floats:
        """Return what soft limits cost each territory with each set, infinite where a rule breaks."""
        territories, zones = self.problem.territory_count, self.model.zones
        price = np.zeros((territories, len(sets)))
        if self.problem.neighbours is not None:
            price[:, ~self._are_connected(sets)] = np.inf
        for column in np.flatnonzero(self.model.wide == 0).tolist():
            for slot in range(territories):
                load = self._load(sets, slot, column)
                under = zones.low[slot, column] - load
                over = load - zones.high[slot, column]
                off = np.maximum(np.maximum(under, over), 0.0)
                if self.model.hard[column]:
                    price[slot, self._is_broken(slot, column, load)] = np.inf
                    continue
                beyond = zones.far_low[slot, column] - load
                beyond = np.maximum(np.maximum(beyond, load - zones.far_high[slot, column]), 0.0)
                price[slot] += zones.inner[slot, column] * off + zones.outer[slot, column] * beyond
        return price

    def _are_connected(self, sets: Ints) -> Bools:
        """Say which sets of units hang together, their rows counted where a unit has several."""
        graph, unit_of = build_row_graph(self.problem)
        if len(unit_of) > MOST_ROWS:
            owner = [np.where(one >> unit_of & 1, 1, -np.arange(len(unit_of))) for one in sets]
            return np.array([count_extra_parts(graph, rows) == 0 for rows in owner])
        rows = np.zeros(len(sets), np.int64)
        for row, unit in enumerate(unit_of.tolist()):
            rows |= (sets >> unit & 1) << row
        return _are_connected(rows, graph)

    def _is_broken(self, slot: int, column: int, load: Floats) -> Bools:
        low, high = self.model.zones.low[slot, column], self.model.zones.high[slot, column]
        broken = np.zeros(len(load), np.bool_)
        if np.isfinite(low):
            broken |= load < low - ROUNDING * max(abs(low), 1e-9)
        if np.isfinite(high):
            broken |= load > high + ROUNDING * max(abs(high), 1e-9)
        return broken

    def _load(self, sets: Ints, slot: int, column: int) -> Floats:
        """Return a limited amount of each set of units when a territory serves them."""
        model, pairs = self.model, self.pairs
        amounts = model.amounts[:, column].copy()
        term = int(model.pair_column[column])
        if term >= 0:
            mine = pairs.territory == slot
            amounts[pairs.unit_of[mine]] += pairs.pair[mine, term]
        return add_bits(sets, np.minimum(amounts, model.zones.cap[slot, column]))

    def _load_plan(self, sets: Ints) -> dict[int, Floats]:
        """Return limited amounts over the whole plan, of each territory with each set."""
        slots = range(self.problem.territory_count)
        wide = np.flatnonzero(self.model.wide).tolist()
        return {column: np.stack([self._load(sets, s, column) for s in slots]) for column in wide}

    def _breaks_plan(self, loads: dict[int, Floats], codes: Ints) -> Bools:
        broken = np.zeros(len(codes), np.bool_)
        for column, by_set in loads.items():
            total = by_set[np.arange(codes.shape[1]), codes].sum(axis=1)
            broken |= self._is_broken(0, column, total)
        return broken


def add_bits(sets: Ints, amounts: Floats) -> Floats:
    """Return the sum of amounts over each set, (sets,).

    Parameters
    ----------
    sets
        Units as bits, (sets,).
    amounts
        (units,)
    """
    total = np.zeros(len(sets))
    for unit, amount in enumerate(amounts.tolist()):
        total += (sets >> unit & 1) * amount
    return total


def _are_connected(sets: Ints, graph: Graph) -> Bools:
    """Say which sets of units hang together; the empty one does."""
    units = graph.first.size - 1
    around = [
        int(
            sum(1 << int(v) for v in set(graph.other[graph.first[u] : graph.first[u + 1]].tolist()))
        )
        for u in range(units)
    ]
    reached = sets & -sets
    while True:
        wider = reached.copy()
        for unit in range(units):
            wider |= np.where(reached >> unit & 1, around[unit], 0)
        wider &= sets
        if (wider == reached).all():
            return np.asarray(reached == sets)
        reached = wider
