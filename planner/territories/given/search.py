"""An assignment under search: rounded from prices, repaired under growing penalties, improved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.blocks import run_blocks
from planner.territories.given.borders import Borders, draw_borders, find_pairs, split_lanes
from planner.territories.given.exchanges import exchange_all
from planner.territories.given.model import Model, sum_rows
from planner.territories.given.moves import Ground, State, link_units, shift_units
from planner.territories.prices.candidates import Candidates
from planner.territories.prices.conjugate import row_cost, row_worth
from planner.territories.prices.dual import Priced
from planner.territories.prices.pricing import total_loads
from planner.territories.rules.check import ROUNDING

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
PAIRS_AT_ONCE = 300
"""Pairs of territories that exchange before anybody asks for the time."""
CROSSING = 12
"""How many units of a territory are tried against another's at once."""


@dataclass(slots=True, kw_only=True, eq=False)
class Search:
    """An assignment over near candidates, with its totals and the penalties of its limits.

    Parameters
    ----------
    model, candidates
        What is searched.
    ground, state
        The same for the compiled loops.
    ones, others
        Pairs of territories that share candidates, (pairs,).
    borders
        The same as a graph.
    lanes
        Numbers of the pairs: of each half of the territories, then of those across, one after
        the other where that must be.
    floor
        The least slack cost of each row, (territories, columns).
    stop
        Asked now and then in long passes, whether there is time for no more.
    """

    model: Model
    candidates: Candidates
    ground: Ground
    state: State
    ones: Ints
    others: Ints
    borders: Borders
    lanes: tuple[Ints, ...]
    floor: Floats
    changed: Ints
    checked: Ints
    stop: Callable[[], bool]
    clock: int = 1

    @property
    def territory_of(self) -> Ints:
        """Territory of each unit, (units,)."""
        return self.candidates.territory[self.state.place].astype(np.int64)

    @property
    def cost(self) -> float:
        """Cost of the assignment, soft limits included, hard ones left out."""
        free = np.zeros_like(self.state.loads)
        soft = row_cost(self.model.zones, self.state.loads, free)
        return float(self.candidates.cost[self.state.place].sum() + soft.sum())

    @property
    def excess(self) -> Floats:
        """By how much each hard limit is broken, (territories, columns)."""
        return find_excess(self.model, self.state.loads)

    @property
    def worst_balance(self) -> float:
        """The largest relative excess over any hard limit."""
        zones, loads = self.model.zones, self.state.loads
        limit = np.where(loads > zones.high, zones.high, zones.low)
        broken = self.excess > 0
        share = self.excess[broken] / np.maximum(np.abs(limit[broken]), 1e-9)
        return float(share.max(initial=0.0))

    def refresh(self) -> None:
        """Add the totals up afresh, so that rounding does not creep in."""
        loads = np.zeros_like(self.state.loads)
        total_loads(
            self.state.place,
            self.candidates.territory,
            self.model.amounts,
            self.candidates.pair,
            self.model.pair_column,
            self.model.zones.cap,
            loads,
        )
        self.state.loads[:] = sum_rows(self.model, loads)

    def place_units(self, place: Ints) -> None:
        """Start from an assignment, given as each unit's candidate."""
        self.state.place[:] = place
        link_units(self.candidates.territory, self.state)
        self.refresh()
        self.changed[:] = self.clock + 1
        self.clock += 1

    def rest(self) -> None:
        """Take every pair of territories as looked at, where no limit is broken."""
        self.clock += 1
        self.checked[:] = self.clock
        broken = self.excess > 0
        again = broken.any(axis=1) | broken[:, self.model.wide.astype(bool)].any()
        self.changed[again] = self.clock

    def shift(self, order: Ints, *, broken_only: bool = False) -> int:
        """Move each unit to where it saves most; return how many moved."""
        touched = np.zeros(self.model.territory_count, dtype=np.bool_)
        moved = shift_units(self.ground, self.state, order, touched, broken_only=broken_only)
        self.clock += 1
        self.changed[touched] = self.clock
        return moved

    def exchange(self, limit: int = 3, most: int = CROSSING) -> None:
        """Exchange units between all pairs of territories that changed, while there is time."""
        *apart, across = self.lanes
        clocks = np.full(len(apart), self.clock)

        def run(number: int) -> Iterator[None]:
            return self._exchange(apart[number], clocks, number, limit, most)

        run_blocks(run, len(apart))
        clocks[:] = clocks.max()
        run_blocks(lambda _: self._exchange(across, clocks, 0, limit, most), 1)
        self.clock = int(clocks[0])

    def _exchange(
        self, pairs: Ints, clocks: Ints, number: int, limit: int, most: int
    ) -> Iterator[None]:
        """Exchange between some pairs, a few at a time; the time is kept in the clock of a number."""
        for first in range(0, len(pairs), PAIRS_AT_ONCE):
            if self.stop():
                return
            clocks[number] = exchange_all(
                self.ground,
                self.state,
                pairs[first : first + PAIRS_AT_ONCE],
                self.ones,
                self.others,
                most,
                self.floor,
                self.changed,
                int(clocks[number]),
                self.checked,
                limit,
            )
            yield

    def raise_penalties(self, factor: float) -> None:
        """Make the limits that are broken cost more."""
        broken = self.excess > 0
        self.ground.inner[broken] *= factor
        self.changed[broken.any(axis=1)] = self.clock + 1
        if broken[:, self.model.wide.astype(bool)].any():
            self.changed[:] = self.clock + 1
        self.clock += 1


def find_excess(model: Model, loads: Floats) -> Floats:
    """Return by how much each hard limit is broken, beyond rounding, (territories, columns).

    Parameters
    ----------
    model
        The model.
    loads
        Totals with plan-wide ones in row 0, (territories, columns).
    """
    zones = model.zones
    under = np.maximum(zones.low - loads, 0.0)
    over = np.maximum(loads - zones.high, 0.0)
    room = 0.5 * ROUNDING
    under[under <= room * np.maximum(np.abs(zones.low), 1e-9)] = 0.0
    over[over <= room * np.maximum(np.abs(zones.high), 1e-9)] = 0.0
    excess = np.where(np.isinf(zones.inner), under + over, 0.0)
    excess[1:, model.wide.astype(bool)] = 0.0
    return excess


def start_search(
    model: Model,
    candidates: Candidates,
    priced: Priced,
    penalty: float,
    stop: Callable[[], bool] = lambda: False,
) -> Search:
    """Return a search that begins where each unit is cheapest at the prices.

    Parameters
    ----------
    model, candidates
        What is searched.
    priced
        These candidates at their prices.
    penalty
        What a typical unit's amount outside of a hard limit costs at first.
    stop
        Asked now and then in long passes, whether there is time for no more.
    """
    units, territories = model.unit_count, model.territory_count
    zones, prices = model.zones, priced.prices
    steep = np.maximum(penalty / model.scale, 1.5 * np.abs(prices))
    ground = Ground(
        start=candidates.start,
        territory=candidates.territory,
        cost=candidates.cost,
        pair=candidates.pair,
        amounts=model.amounts,
        pair_column=model.pair_column,
        wide=model.wide,
        cap=zones.cap,
        low=zones.low,
        high=zones.high,
        far_low=zones.far_low,
        far_high=zones.far_high,
        inner=np.where(np.isinf(zones.inner), steep, zones.inner),
        outer=zones.outer,
        price=np.ascontiguousarray(prices),
        regret=priced.priced - np.repeat(priced.least, np.diff(candidates.start)),
    )
    state = State(
        place=priced.best.copy(),
        loads=np.zeros_like(prices),
        head=np.full(territories, -1, dtype=np.int64),
        after=np.full(units, -1, dtype=np.int64),
        before=np.full(units, -1, dtype=np.int64),
    )
    ones, others = find_pairs(candidates, priced, territories)
    borders = draw_borders(ones, others, territories)
    search = Search(
        model=model,
        candidates=candidates,
        ground=ground,
        state=state,
        ones=ones,
        others=others,
        borders=borders,
        lanes=split_lanes(model, borders, ones, others),
        floor=-row_worth(zones, prices),
        changed=np.zeros(territories, dtype=np.int64),
        checked=np.zeros(len(ones), dtype=np.int64),
        stop=stop,
    )
    search.place_units(priced.best)
    return search


def repair(search: Search, rng: np.random.Generator, rounds: int, stop: Callable[[], bool]) -> bool:
    """Shift and exchange under growing penalties until every hard limit holds.

    Parameters
    ----------
    search
        Where it stands; changed in place.
    rng
        For the order of the units.
    rounds
        How often at most.
    stop
        Asked after each round.

    Returns
    -------
    bool
        Whether every hard limit holds.
    """
    for number in range(rounds):
        search.shift(rng.permutation(search.model.unit_count), broken_only=number > 0)
        search.exchange(limit=2, most=8 if number < 2 * rounds // 3 else 12)
        search.refresh()
        if stop() or not search.excess.any():
            break
        search.raise_penalties(1.8)
    return not search.excess.any()


def draw_places(
    candidates: Candidates, priced: Priced, warmth: Floats, rng: np.random.Generator
) -> Ints:
    """Return a place for each unit, drawn by what its candidates share at a temperature, (units,).

    The shares keep the limits that the smoothed dual was climbed to, which the cheapest candidates
    alone do not: ties all fall to one side (Raghavan & Thompson 1987).

    Parameters
    ----------
    candidates, priced
        Near candidates at their prices.
    warmth
        Of the last climb, cost within which candidates share each unit, (units,).
    rng
        For the draw.
    """
    noise = -np.log(rng.exponential(size=len(priced.priced)))
    score = priced.priced - np.repeat(warmth, np.diff(candidates.start)) * noise
    least = np.minimum.reduceat(score, candidates.start[:-1])
    return np.flatnonzero(score == np.repeat(least, np.diff(candidates.start)))
