"""What goes on beside the search: prices that climb, and plans put together of whole territories.

Both sides begin a round from the same best answer and exchange what they found at its end, so
that the answer is the same however many threads there are.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.centres.combining import (
    choose_columns,
    join_columns,
    make_cover,
    reduce_costs,
    take_columns,
)
from planner.territories.centres.model import Choice
from planner.territories.progress import Run
from planner.territories.sites.columns import (
    ColumnPool,
    Columns,
    enumerate_columns,
    gather_columns,
    list_territories,
)
from planner.territories.sites.costs import price_choice, price_pairs
from planner.territories.sites.dual import Priced, SiteBound, SiteLists, climb_prices

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PRICE_STEPS = 300
WHOLE_NODES = 500
WHOLE_PACE = 0.3
CLIMB_SHARE = 0.3
FEW_UNITS = 30
"""Mean units of a territory up to which plans are put together of whole territories."""
COLUMNS, FEWEST = 20_000, 16
GUESS = 0.02
WIDTH = (300, 4_000)
WIDER, NARROWER = 1.1, 0.7
MODEL_SHARE = 0.05
VISITS = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A partition, its centres and its cost, infinite where a limit is broken.

    Parameters
    ----------
    slot_of, centres
        (units,) and (territories,).
    cost
        Of all units.
    """

    slot_of: Ints
    centres: Ints
    cost: float


class Partner:
    """Prices, the bound that they prove, and the territories met so far."""

    def __init__(self, choice: Choice, lists: SiteLists, table: Floats, run: Run) -> None:
        self.choice, self.lists, self.table, self.run = choice, lists, table, run
        self.sites: SiteBound | None = None
        self.bound = -np.inf
        self.pool = ColumnPool()
        self.width = WIDTH[0] * 4
        self.listing = 0.0
        self.rng = run.make_rng()
        self.stopped = threading.Event()

    @property
    def combines(self) -> bool:
        """Whether territories are so small, and limits so alike, that whole ones are looked at."""
        choice, rules = self.choice, self.choice.rules
        if choice.connected or (rules.fixed >= 0).any() or not rules.scale.size:
            return False
        alike = rules.by_site or (
            (rules.lower == rules.lower[:, :1]).all() and (rules.upper == rules.upper[:, :1]).all()
        )
        return bool(alike and choice.units <= FEW_UNITS * choice.territories)

    def climb(self, target: float, until: float, *, whole: bool = False) -> None:
        """Climb to a better bound, from where the last climb ended.

        Parameters
        ----------
        target
            Cost of the best answer known, or a guess of it.
        until
            Seconds of the run at which to end.
        whole
            Whether sites choose whole units; the territories that they choose are kept.
        """
        lists, choice = self.lists, self.choice

        def keep_going(bound: float, priced: Priced) -> bool:
            if whole:
                chosen = gather_columns(choice.costs, choice.rules, priced, priced.chosen)
                self.pool.add(chosen)
            return self.run.seconds < until and not self.stopped.is_set()

        if self.sites is None:
            middle = min(lists.cost.shape[1] - 1, int(1.5 * choice.sites / choice.territories))
            prices = np.minimum(lists.cost[:, middle], lists.ceiling)
        else:
            prices = self.sites.prices
        nodes, pace = (WHOLE_NODES, WHOLE_PACE) if whole else (0, 1.0)
        steps = int(PRICE_STEPS * max(1.0, self.run.effort))
        found = climb_prices(
            lists, self.table, prices, target, steps, keep_going, nodes=nodes, pace=pace
        )
        # A margin for the order of the sums.
        bound = found.bound - 1e-11 * float(np.abs(found.prices).sum())
        if bound > self.bound:
            self.bound, self.sites = bound, found
        elif self.sites is not None:
            self.sites = self.sites._replace(weight=found.weight)

    def work(self, plan: Plan, target: float, until: float) -> Plan:
        """Climb, then put the best plan together; return it, or the given one.

        Parameters
        ----------
        plan
            The best known.
        target
            Its cost, or a guess where it breaks limits.
        until
            Seconds of the run at which to end.
        """
        begun = self.run.seconds
        share = CLIMB_SHARE if self.combines else 1.0
        self.climb(target, begun + share * (until - begun), whole=self.combines)
        if not self.combines:
            return plan
        if np.isfinite(plan.cost):
            every = np.arange(self.choice.territories)
            self.pool.add(self._list_slots(plan, every, np.arange(self.choice.units)))
        begun = self.run.seconds
        if begun + self.listing > until:
            return plan
        columns = self._list_columns(plan.cost)
        self.listing = self.run.seconds - begun
        return self._combine(plan, columns, until)

    def _list_columns(self, cost: float) -> Columns:
        """Return the territories met and enumerated, the least above their worth first."""
        sites, choice = self.sites, self.choice
        assert sites is not None
        most = max(FEWEST, COLUMNS // choice.sites)
        last = float(np.sort(sites.values)[choice.territories - 1])
        room = cost - self.bound if np.isfinite(cost) else GUESS * abs(self.bound)
        found = enumerate_columns(
            choice.costs, choice.rules, self.lists, sites.prices, last, room, most
        )
        self.pool.add(found)
        every = self.pool.list_all()
        extra = reduce_costs(every, sites.prices, last)
        order = np.argsort(extra, kind="stable")
        order = order[extra[order] <= room * (1 + 1e-9)][: 2 * most * choice.sites]
        kept = np.zeros(extra.size, np.bool_)
        kept[order] = True
        self.pool.keep(kept)
        return take_columns(every, order)

    def _combine(self, plan: Plan, columns: Columns, until: float) -> Plan:
        """Put parts of a plan together again, each of as many territories as can be chosen from."""
        visited, count = 0, self.choice.territories
        while columns.cost.size and self.run.seconds < until and not self.stopped.is_set():
            if self.run.time_limit is None and visited >= VISITS * self.run.effort * count:
                break
            part, some = np.arange(count), columns
            if np.isfinite(plan.cost):
                part, some = self._pick_part(plan, columns)
            plan = self._combine_part(plan, part, some, until)
            if not np.isfinite(plan.cost):
                break
            visited += part.size
        return plan

    def _order_slots(self, plan: Plan) -> Ints:
        """Return the territories by how near they are to one that is drawn."""
        count = self.choice.territories
        seed = int(self.rng.integers(count))
        unit = int(self.choice.site_unit[plan.centres[seed]])
        row = price_pairs(self.choice.costs, np.full(count, unit), plan.centres)
        return np.argsort(row, kind="stable")

    def _pick_part(self, plan: Plan, columns: Columns) -> tuple[Ints, Columns]:
        """Return as many neighbours as leave about as many territories to choose from as wanted."""
        order = self._order_slots(plan)
        # Of the best alone in a wide part, of many in a narrow one.
        depth = max(1, int(columns.cost.size * 2.0 ** -self.rng.integers(4)))
        columns = take_columns(columns, np.arange(depth))
        rank = np.empty(order.size, np.int64)
        rank[order] = np.arange(order.size)
        far = np.maximum.reduceat(rank[plan.slot_of[columns.unit]], columns.first[:-1])
        last = np.sort(far)[min(self.width, far.size) - 1]
        part = order[: max(2, int(last))]
        return part, take_columns(columns, np.flatnonzero(far < part.size))

    def _combine_part(self, plan: Plan, slots: Ints, columns: Columns, until: float) -> Plan:
        """Put some territories together again, the others left as they are."""
        choice, slots = self.choice, np.sort(slots)
        others = np.delete(plan.centres, slots)
        fits = np.flatnonzero(~np.isin(columns.site, others))
        some = take_columns(columns, fits[: self.width])
        units = np.flatnonzero(np.isin(plan.slot_of, slots))
        if np.isfinite(plan.cost):
            some = join_columns(self._list_slots(plan, slots, units), some)
        left, limit = until - self.run.seconds, self.run.time_limit
        seconds = None if limit is None else min(max(left, 0.01), MODEL_SHARE * limit)
        cover = make_cover(choice, some, units, slots.size)
        chosen, finished = choose_columns(cover, seconds, self.run.effort)
        if finished or seconds is None or seconds < left:
            wider = WIDER if finished else NARROWER
            self.width = int(np.clip(self.width * wider, *WIDTH))
        if chosen is None:
            return plan
        taken = take_columns(some, chosen)
        slot_of, centres = plan.slot_of.copy(), plan.centres.copy()
        slot_of[taken.unit] = np.repeat(slots, np.diff(taken.first))
        centres[slots] = taken.site
        cost = float(price_choice(choice.costs, centres[slot_of]).sum())
        return Plan(slot_of=slot_of, centres=centres, cost=cost) if cost < plan.cost else plan

    def _list_slots(self, plan: Plan, slots: Ints, units: Ints) -> Columns:
        """Return some territories of a plan, of all whose units."""
        paid = price_pairs(self.choice.costs, units, plan.centres[plan.slot_of[units]])
        place = np.searchsorted(slots, plan.slot_of[units])
        listed = list_territories(place, plan.centres[slots], paid)
        return listed._replace(unit=units[listed.unit])
