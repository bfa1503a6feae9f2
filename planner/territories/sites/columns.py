"""Whole territories, each with its units, site and cost: what a plan may be put together from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import compiled
from planner.territories.sites.costs import SiteCosts, unit_cost
from planner.territories.sites.dual import Priced, SiteLists, bucket_bids
from planner.territories.sites.state import SiteRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STEPS, TIGHTER, TIGHTER_BY = 25, 16, 0.5
"""Steps of the search for each territory that a site may have, and how often it is narrowed."""


class Columns(NamedTuple):
    """Territories that keep every limit.

    Parameters
    ----------
    first, unit
        The units of each, ascending: compressed rows, (columns + 1,) and the units.
    site, cost
        The centre of each and what its units cost there, (columns,).
    """

    first: Ints
    unit: Ints
    site: Ints
    cost: Floats


@compiled
def _keeps_limits(rules: SiteRules, members: Ints, place: int) -> bool:
    """Say whether some units keep the limits of a place."""
    for m in range(rules.scale.size):
        load = rules.amounts[m][members].sum()
        slack = 1e-9 * rules.scale[m]
        if load > rules.upper[m, place] + slack or load < rules.lower[m, place] - slack:
            return False
    return True


@compiled
def centre_units(costs: SiteCosts, rules: SiteRules, members: Ints) -> tuple[int, float]:
    """Return the cheapest of the units' own sites where they keep the limits, -1 for none.

    Parameters
    ----------
    costs, rules
        The problem; limits are alike for all territories, or by site.
    members
        The units, (members,).
    """
    best, site = np.inf, -1
    if rules.by_site == 0 and not _keeps_limits(rules, members, 0):
        return site, best
    for unit in members:
        own = rules.own_site[unit]
        total = 0.0
        for member in members:
            total += unit_cost(costs, member, own)
        if total < best and (rules.by_site == 0 or _keeps_limits(rules, members, own)):
            best, site = total, own
    return site, best


@compiled
def gather_columns(costs: SiteCosts, rules: SiteRules, priced: Priced, sites: Ints) -> Columns:
    """Return the territories that some sites choose at some prices, their centres chosen again.

    Parameters
    ----------
    costs, rules
        The problem; limits are alike for all territories, or by site.
    priced
        What the sites choose; only whole units are taken.
    sites
        Whose territories are wanted.
    """
    room = 0
    for j in sites:
        room += priced.first[j + 1] - priced.first[j]
    first, unit = np.zeros(sites.size + 1, np.int64), np.empty(room, np.int64)
    centre, cost = np.empty(sites.size, np.int64), np.empty(sites.size)
    count = 0
    for j in sites:
        a, b = priced.first[j], priced.first[j + 1]
        members = np.sort(priced.bidder[a:b][priced.share[a:b] > 0.999])
        if members.size == 0:
            continue
        site, total = centre_units(costs, rules, members)
        if site >= 0:
            start = first[count]
            unit[start : start + members.size] = members
            first[count + 1] = start + members.size
            centre[count], cost[count] = site, total
            count += 1
    return Columns(first[: count + 1], unit[: first[count]], centre[:count], cost[:count])


class _Shelf(NamedTuple):
    """Room for the territories that are listed, and how many of it are taken.

    Parameters
    ----------
    rows, unit, site, cost
        As in the columns, with room for more.
    taken
        How many territories there are, (1,).
    """

    rows: Ints
    unit: Ints
    site: Ints
    cost: Floats
    taken: Ints


@compiled
def enumerate_columns(
    costs: SiteCosts,
    rules: SiteRules,
    lists: SiteLists,
    prices: Floats,
    last: float,
    dearest: float,
    most: int,
) -> Columns:
    """List the territories of each site that cost little above what they are worth.

    A unit that alone costs as much more than it is worth is in none of them.

    Parameters
    ----------
    costs, rules
        The problem; limits are alike for all territories, or by site.
    lists
        The sites near each unit, and one measure's limits.
    prices
        What each unit is worth, (units,).
    last
        What a further territory is worth.
    dearest
        How far above its units and its place a territory may be; less where too many are.
    most
        How many territories a site may have at most.
    """
    sites = lists.upper.size
    first = np.zeros(sites + 1, np.int64)
    bidder, worth = bucket_bids(lists, prices + dearest, first)
    room = most * sites
    shelf = _Shelf(
        np.zeros(room + 1, np.int64),
        np.empty(32 * room, np.int64),
        np.empty(room, np.int64),
        np.empty(room),
        np.zeros(1, np.int64),
    )
    for j in range(sites):
        a, b = first[j], first[j + 1]
        gain, load = worth[a:b] + dearest, lists.amounts[bidder[a:b]]
        order = np.argsort(gain / np.maximum(load, 1e-300), kind="mergesort")
        gain, load, members = gain[order], load[order], bidder[a:b][order]
        begin, above = shelf.taken[0], dearest
        least = _least(gain, load, 0, -last, lists.upper[j])
        for _ in range(TIGHTER):
            shelf.taken[0] = begin
            if least > above:
                break
            near = np.flatnonzero(gain <= above - least)
            if _list_site(
                costs, rules, shelf, members[near], gain[near], load[near],
                j, lists.upper[j], -last, above, most,
            ):  # fmt: skip
                break
            above = least + TIGHTER_BY * (above - least)
    count = shelf.taken[0]
    rows = shelf.rows[: count + 1]
    return Columns(rows, shelf.unit[: rows[count]], shelf.site[:count], shelf.cost[:count])


@compiled
def _list_site(
    costs: SiteCosts,
    rules: SiteRules,
    shelf: _Shelf,
    members: Ints,
    gain: Floats,
    load: Floats,
    site: int,
    upper: float,
    value: float,
    dearest: float,
    most: int,
) -> bool:
    """List the territories of one site by depth-first search; say whether they were not too many."""
    rows, stack = shelf.rows, np.empty(members.size, np.int64)
    depth, place, room = 0, 0, upper * (1.0 + 1e-9)
    end = shelf.taken[0] + most
    for _ in range(STEPS * most):
        if place == members.size or _least(gain, load, place, value, room) > dearest:
            if depth == 0:
                return True
            depth -= 1
            place = stack[depth]
            value, room = value - gain[place], room + load[place]
        elif load[place] <= room:
            stack[depth] = place
            depth += 1
            value, room = value + gain[place], room - load[place]
            if value <= dearest:
                chosen = np.sort(members[stack[:depth]])
                best, total = centre_units(costs, rules, chosen)
                if best == site:
                    count = shelf.taken[0]
                    if count == end or rows[count] + depth > shelf.unit.size:
                        return False
                    shelf.unit[rows[count] : rows[count] + depth] = chosen
                    rows[count + 1] = rows[count] + depth
                    shelf.site[count], shelf.cost[count] = site, total
                    shelf.taken[0] = count + 1
        place += 1
    return False


@compiled
def _least(gain: Floats, load: Floats, place: int, value: float, room: float) -> float:
    """Return the least value that a set may still come to with units from a place on."""
    while place < gain.size and gain[place] < 0.0:
        if load[place] > room:
            return float(value + gain[place] * room / load[place])
        value += gain[place]
        room -= load[place]
        place += 1
    return value


def list_territories(slot_of: Ints, centres: Ints, cost: Floats) -> Columns:
    """Return the territories of a partition.

    Parameters
    ----------
    slot_of
        Territory of each unit, (units,).
    centres
        Site of each territory, (territories,).
    cost
        Of each unit at its site, (units,).
    """
    size = np.bincount(slot_of, minlength=centres.size)
    unit = np.argsort(slot_of, kind="stable")
    total = np.bincount(slot_of, cost, centres.size)
    first = np.concatenate([[0], np.cumsum(size)])
    return Columns(first, unit.astype(np.int64), centres.copy(), total.astype(np.float64))


class ColumnPool:
    """Territories that were met, each set of units once, with the cheapest site known for it."""

    def __init__(self) -> None:
        self._rows: dict[bytes, tuple[float, int]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, columns: Columns) -> None:
        """Take territories in.

        Parameters
        ----------
        columns
            Their units ascending.
        """
        edges, unit = (8 * columns.first).tolist(), columns.unit.tobytes()
        for number, (cost, site) in enumerate(
            zip(columns.cost.tolist(), columns.site.tolist(), strict=True)
        ):
            row = unit[edges[number] : edges[number + 1]]
            if row and self._rows.get(row, (np.inf, 0))[0] > cost:
                self._rows[row] = (cost, site)

    def list_all(self) -> Columns:
        """Return all territories, in the order in which they were first met."""
        lengths = np.fromiter((len(row) // 8 for row in self._rows), np.int64, len(self._rows))
        unit = np.frombuffer(b"".join(self._rows), np.int64)
        worth = list(self._rows.values())
        return Columns(
            np.concatenate([[0], np.cumsum(lengths)]),
            unit,
            np.array([site for _, site in worth], np.int64),
            np.array([cost for cost, _ in worth]),
        )

    def keep(self, kept: npt.NDArray[np.bool_]) -> None:
        """Forget the territories that are not worth keeping.

        Parameters
        ----------
        kept
            Which are, in the order of :meth:`list_all`, (columns,).
        """
        rows = zip(list(self._rows.items()), kept.tolist(), strict=True)
        self._rows = dict(item for item, stays in rows if stays)
