"""Regions of a few neighbouring territories annealed again, at times with a centre moved there.

Large-neighbourhood search (Shaw 1998) with annealing inside: a region is kept where it got
cheaper, so that a plan of any size is improved piece by piece. Every other region closes one
centre and opens another where units would save most (the interchange of Teitz and Bart 1968).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.centres.cycles import CentreSearch, anneal_field, make_state
from planner.territories.sites.annealing import Field, total_inside
from planner.territories.sites.columns import Columns
from planner.territories.sites.costs import cost_columns, price_pairs
from planner.territories.sites.exchanges import closing_losses, opening_gains
from planner.territories.sites.recombination import make_pair, part_again
from planner.territories.sites.state import Best, fill_slots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
REGION_UNITS = 250
VISITS = 40
TELL = 16
FEWEST, MOST = 3, 8
TRIES_PER_UNIT = 100
HOT, COLD = (0.05, 0.7), 0.01
PATIENCE, CALM = 0.5, 0.9
CLOSING, OPENING = 6, 8
MOST_FREE, MOST_FREE_APART, MOST_PAIRS = 16, 12, 12
TIGHT = 0.1
STRICT, STRICTER = (10.0, 1e4), 1.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A few territories and what they were before.

    Parameters
    ----------
    slots, inside
        Which territories they are, ascending, and as a mask, (territories,).
    pool
        All their units.
    slot_of, centre
        Of the pool and of the slots, before the region was changed.
    cost, bent
        What they cost, and by how much they broke their limits.
    """

    slots: Ints
    inside: Bools
    pool: Ints
    slot_of: Ints
    centre: Ints
    cost: float
    bent: float


class RegionSearch:
    """The best partition, improved region by region."""

    def __init__(self, search: CentreSearch) -> None:
        choice = search.choice
        self.search, self.choice = search, choice
        assert search.attempt is not None
        slot_of, centres = search.attempt
        self.state = make_state(choice, slot_of, centres)
        everyone, everywhere = np.arange(choice.units), np.ones(choice.territories, np.bool_)
        fill_slots(choice.costs, choice.rules, self.state, everyone, everywhere)
        self.cost, self.bent = total_inside(choice.rules, self.state, everywhere)
        if self.bent <= 1e-9:
            search.offer(self.state.slot_of, self.state.centre, self.cost)
        search.attempt = (self.state.slot_of, self.state.centre)
        self.patience = 0.0
        self.scale = self.penalty = max(self.cost, 1e-300) / choice.territories
        mean = choice.units / choice.territories
        self.breadth = int(np.clip(round(REGION_UNITS / mean), FEWEST, MOST))
        rules = choice.rules
        room = (rules.upper - rules.lower).min(axis=1, initial=np.inf)
        self.tight = not rules.by_site and bool((room < TIGHT * rules.scale).any())
        self.moves_centres = not choice.connected and choice.open_sites > choice.territories
        self.kept = Best(np.zeros(choice.units, np.int64), centres.copy(), np.array([np.inf]))

    @property
    def count(self) -> int:
        """How many regions visit every territory often enough."""
        return max(1, VISITS * self.choice.territories // self.breadth)

    def improve(self, number: int, patience: float) -> bool:
        """Change one region; say whether it was kept.

        Parameters
        ----------
        number
            Every other region moves a centre.
        patience
            How much dearer a region may become and still be kept, in its mean costs of a unit.
        """
        self.patience = patience
        if number % 2 and self.moves_centres:
            region = self._move_centre()
        else:
            unit = int(self.search.rng.integers(self.choice.units))
            region = self._take(self._list_near(unit, self._draw_breadth()))
        if region is None or region.slots.size < 2:
            return False
        self._anneal(region)
        kept = self._settle(region)
        # Limits that stay broken count for more and more.
        grown = self.search.strictness * (1 / STRICTER if self.bent <= 1e-9 else STRICTER)
        self.search.strictness = float(np.clip(grown, *STRICT))
        return kept

    def _draw_breadth(self) -> int:
        """Return how many territories a region takes: the mean wanted, or somewhat more or fewer."""
        return max(2, int(self.search.rng.integers(self.breadth // 2 + 1, 2 * self.breadth)))

    def _list_near(self, unit: int, count: int) -> Ints:
        """Return the territories whose centres are cheapest for a unit."""
        centre = self.state.centre
        row = price_pairs(self.choice.costs, np.full(centre.size, unit), centre)
        return np.argsort(row, kind="stable")[:count]

    def _take(self, slots: Ints) -> Region:
        """Return the region of some territories as it is now."""
        state = self.state
        slots = np.unique(slots)
        inside = np.zeros(self.choice.territories, np.bool_)
        inside[slots] = True
        pool = np.concatenate([state.rows[s, : state.size[s]] for s in slots.tolist()])
        pool = np.sort(pool).astype(np.int64)
        cost, bent = total_inside(self.choice.rules, state, inside)
        return Region(
            slots=slots,
            inside=inside,
            pool=pool,
            slot_of=state.slot_of[pool],
            centre=state.centre[slots],
            cost=cost,
            bent=bent,
        )

    def _move_centre(self) -> Region | None:
        """Close a centre that is little missed, open a site that saves much, and name the region."""
        choice, state, rng = self.choice, self.state, self.search.rng
        open_slots = np.flatnonzero(choice.rules.fixed < 0)
        closing = rng.choice(open_slots, min(CLOSING, open_slots.size), replace=False)
        sites = self._draw_sites()
        if sites.size == 0:
            return None
        losses = closing_losses(choice.costs, state, closing)
        gains = opening_gains(choice.costs, state, sites)
        slot, site = int(closing[np.argmin(losses)]), int(sites[np.argmax(gains)])
        half = self._draw_breadth() // 2 + 1
        old = self._list_near(int(choice.site_unit[state.centre[slot]]), half)
        new = self._list_near(int(choice.site_unit[site]), half)
        region = self._take(np.concatenate([[slot], old, new]))
        return region if self._reopen(region, slot, site) else None

    def _draw_sites(self) -> Ints:
        """Return sites that are no centre: half of them as the prices use them, half at random."""
        choice, rng = self.choice, self.search.rng
        drawn = choice.rules.own_site[rng.integers(choice.units, size=OPENING)]
        if self.search.sites is not None:
            weight = self.search.sites.weight[: choice.open_sites].clip(0.0)
            weight = np.where(self.state.used_by[: choice.open_sites] < 0, weight, 0.0)
            if weight.sum() > 0:
                half = rng.choice(weight.size, OPENING // 2, p=weight / weight.sum())
                drawn = np.append(drawn[: OPENING // 2], half)
        sites = np.unique(drawn)
        return np.asarray(sites[self.state.used_by[sites] < 0])

    def _reopen(self, region: Region, slot: int, site: int) -> bool:
        """Move a territory's centre to a site, with the units that save most there."""
        state, rules, pool = self.state, self.choice.rules, region.pool
        others = region.slots[region.slots != slot]
        if others.size == 0:
            return False
        block = cost_columns(self.choice.costs, np.append(state.centre[others], site))[pool]
        slot_of = region.slot_of.copy()
        left = slot_of == slot
        slot_of[left] = others[np.argmin(block[left, :-1], axis=1)]
        place = np.searchsorted(others, slot_of)
        saved = block[np.arange(pool.size), place] - block[:, -1]
        wins = np.flatnonzero(saved > 0)
        wins = wins[np.argsort(block[wins, -1], kind="stable")]
        upper = rules.upper[:, site if rules.by_site else slot]
        loads = np.cumsum(rules.amounts[:, pool[wins]], axis=1)
        wins = wins[(loads <= upper[:, None]).all(axis=0)]
        slot_of[wins] = slot
        size = np.bincount(slot_of, minlength=state.size.size)[region.slots]
        if size.min() == 0 or size.max() > state.rows.shape[1]:
            return False
        self._put(region, slot_of, np.where(region.slots == slot, site, region.centre))
        return True

    def _put(self, region: Region, slot_of: Ints, centre: Ints) -> None:
        """Give the units and centres of a region, its sums still to be filled in."""
        state = self.state
        state.used_by[state.centre[region.slots]] = -1
        state.slot_of[region.pool] = slot_of
        state.centre[region.slots] = centre
        state.used_by[centre] = region.slots

    def _anneal(self, region: Region) -> None:
        unit = max(region.cost, 1e-300) / region.pool.size
        hot = float(np.exp(self.search.rng.uniform(*np.log(HOT))))
        self.kept.cost[0] = np.inf
        self.penalty = anneal_field(
            self.search,
            self.state,
            Field(self.kept, region.pool, region.inside),
            TRIES_PER_UNIT * region.pool.size,
            (hot * unit, COLD * unit),
            self.penalty,
        )
        self.penalty = float(np.clip(self.penalty, 1e-3 * self.scale, 10.0 * self.scale))

    def _settle(self, region: Region) -> bool:
        """Keep the region's best where it is better than before, else put it back."""
        if np.isfinite(self.kept.cost[0]):
            self._put(region, self.kept.slot_of[region.pool], self.kept.centre[region.slots])
            self._fill(region)
        if self.tight:
            self._part_pairs(region.slots)
        cost, bent = total_inside(self.choice.rules, self.state, region.inside)
        if self.search.met is not None and bent <= 1e-9:
            self.search.met.append(self._list_territories(region))
        weight = self.search.strictness * self.scale
        worse = self.patience * region.cost / region.pool.size * self.search.rng.exponential()
        won = cost + weight * bent < region.cost + weight * region.bent + worse
        if not won:
            self._put(region, region.slot_of, region.centre)
            self._fill(region)
            return False
        self.cost += cost - region.cost
        self.bent += bent - region.bent
        if self.bent <= 1e-9:
            self.search.offer(self.state.slot_of, self.state.centre, self.cost)
        return True

    def _list_territories(self, region: Region) -> Columns:
        """Return a region's territories as they are now."""
        state, slots = self.state, region.slots
        members = [np.sort(state.rows[s, : state.size[s]]) for s in slots.tolist()]
        first = np.concatenate([[0], np.cumsum(state.size[slots])])
        unit = np.concatenate(members).astype(np.int64)
        return Columns(first, unit, state.centre[slots], state.cost[slots])

    def _fill(self, region: Region) -> None:
        choice = self.choice
        fill_slots(choice.costs, choice.rules, self.state, region.pool, region.inside)

    def _part_pairs(self, slots: Ints) -> None:
        """Part pairs of some territories again until no pair gains."""
        inside = set(slots.tolist())
        queue = [(a, b) for a in slots.tolist() for b in self._list_touching(a) if a < b]
        queue = [pair for pair in queue if pair[1] in inside]
        tried = 0
        while queue and tried < MOST_PAIRS:
            a, b = queue.pop(0)
            tried += 1
            if not self._part(a, b):
                continue
            for slot in (a, b):
                for other in self._list_touching(slot):
                    pair = (min(slot, other), max(slot, other))
                    if other in inside and pair not in queue and pair != (a, b):
                        queue.append(pair)

    def _list_touching(self, slot: int) -> list[int]:
        """Return the territories that have units near those of one, ascending."""
        near, state = self.choice.near, self.state
        rows = [
            near.other[near.first[unit] : near.first[unit + 1]]
            for unit in state.rows[slot, : state.size[slot]].tolist()
        ]
        found = np.unique(state.slot_of[np.concatenate(rows)])
        return [other for other in found.tolist() if other != slot]

    def _part(self, a: int, b: int) -> bool:
        """Part two territories again in the best way; say whether that was better."""
        rules, state = self.choice.rules, self.state
        if max(rules.fixed[a], rules.fixed[b]) >= 0:
            return False
        region = self._take(np.array([a, b]))
        free = self._pick_free(region, a, b)
        pair = make_pair(self.choice.costs, rules, state, a, b, free)
        weight = self.search.strictness * self.scale
        with_a, left, right, cost, bent = part_again(rules, self.choice.graph, state, pair, weight)
        before = region.cost + weight * region.bent
        if left < 0 or cost + weight * bent >= before - 1e-9 * abs(before):
            return False
        slot_of = region.slot_of.copy()
        place = np.searchsorted(region.pool, free)
        slot_of[place] = np.where(with_a >> np.arange(free.size) & 1, a, b)
        self._put(region, slot_of, pair.site[[left, right]])
        self._fill(region)
        return True

    def _pick_free(self, region: Region, a: int, b: int) -> Ints:
        """Return the units of two territories that are nearest to being as well with the other."""
        # Without a graph to keep to, nearly every split has to be priced.
        most = MOST_FREE if self.choice.connected else MOST_FREE_APART
        if region.pool.size <= most:
            return region.pool
        block = cost_columns(self.choice.costs, self.state.centre[[a, b]])[region.pool]
        order = np.argsort(np.abs(block[:, 0] - block[:, 1]), kind="stable")[:most]
        return np.asarray(region.pool[np.sort(order)])


def improve_regions(search: CentreSearch, share: float, time_share: float) -> None:
    """Improve the last attempt region by region, less and less ready to accept a dearer one.

    Parameters
    ----------
    search
        Its best and its attempt are changed.
    share
        How much of a whole cycle to spend.
    time_share
        How much of the time that is left it may take at most.
    """
    run, regions = search.run, RegionSearch(search)
    count, begun, room = int(share * regions.count), run.seconds, time_share * run.remaining
    for number in range(count):
        part = number / count
        if np.isfinite(room):
            part = max(part, (run.seconds - begun) / room)
        if search.is_done or part >= 1.0:
            return
        regions.improve(number, PATIENCE * max(0.0, 1.0 - part / CALM))
        if number % TELL == 0:
            search.tell("regions")
