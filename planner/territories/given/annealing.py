"""Annealed shifts, and chains of two, over near candidates at penalised limits.

A chain gives a unit to a territory and one of that territory's units on to a third, or back: a
limit that is full lets a unit in only where another leaves (ejection chains, Glover 1996). What is
annealed is the cost with the penalties of the limits (Kirkpatrick, Gelatt & Vecchi 1983).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import (
    RandomState,
    compiled,
    draw_below,
    draw_unit,
    inlined,
    seed_state,
)
from planner.territories.given.moves import Ground
from planner.territories.given.search import Search

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
NEAR_TIE = 0.06
"""Candidates of at most so many typical differences of regret may be tried at any time."""
HOTTEST, COLDEST = 0.02, 0.001
"""Temperatures, as shares of the typical difference in cost."""
TRIES_EACH = 2
"""Tries for each unit in a round."""
ROUNDS = 40
GROWTH = 2.0
"""How much a broken limit's penalty grows after a round."""
LOW, HIGH, FAR_LOW, FAR_HIGH, INNER, OUTER, CAP = range(7)


class Field(NamedTuple):
    """What annealing does not change.

    ``start``, ``territory``, ``cost`` and ``pair`` as in candidates; ``amounts``, ``pair_column``
    and ``wide`` as in the model; ``zone`` has low, high, far low, far high, inner, outer and cap
    of each row, (territories, columns, 7); ``regret`` is what each candidate costs at the prices
    beyond its unit's least, ``unit_of`` its unit; ``near`` lists the candidates to be tried at any
    time, and ``into`` those of each territory, least regret first, from ``reach[t]``.
    """

    start: Ints
    territory: Shorts
    cost: Floats
    pair: Floats
    amounts: Floats
    pair_column: Ints
    wide: Ints
    zone: Floats
    regret: Floats
    unit_of: Ints
    near: Ints
    reach: Ints
    into: Ints


class Seats(NamedTuple):
    """An assignment as annealing changes it.

    ``place`` is each unit's candidate and ``loads`` the totals by row; territory ``t`` has
    ``size[t]`` movable units, at ``first[t]`` and after it in ``member``, each at its ``spot``.
    """

    place: Ints
    loads: Floats
    first: Ints
    size: Ints
    member: Ints
    spot: Ints


@inlined
def find_row_cost(zone: Floats, row: int, column: int, load: float) -> float:
    """Return what a row's total costs."""
    return float(
        zone[row, column, INNER]
        * (max(zone[row, column, LOW] - load, 0.0) + max(load - zone[row, column, HIGH], 0.0))
        + zone[row, column, OUTER]
        * (
            max(zone[row, column, FAR_LOW] - load, 0.0)
            + max(load - zone[row, column, FAR_HIGH], 0.0)
        )
    )


@compiled
def find_change(field: Field, loads: Floats, unit: int, old: int, new: int) -> float:
    """Return what a unit's move from one candidate to another changes the penalised cost by."""
    territory, zone, pair, amounts = field.territory, field.zone, field.pair, field.amounts
    origin, target = territory[old], territory[new]
    change = field.cost[new] - field.cost[old]
    by_pair = pair.shape[1] > 0
    for column in range(amounts.shape[1]):
        leaving = joining = amounts[unit, column]
        if by_pair and field.pair_column[column] >= 0:
            leaving += pair[old, field.pair_column[column]]
            joining += pair[new, field.pair_column[column]]
        leaving = min(leaving, zone[origin, column, CAP])
        joining = min(joining, zone[target, column, CAP])
        if field.wide[column] == 1:
            now = loads[0, column]
            change += find_row_cost(zone, 0, column, now + joining - leaving)
            change -= find_row_cost(zone, 0, column, now)
        else:
            now, then = loads[origin, column], loads[target, column]
            change += find_row_cost(zone, origin, column, now - leaving)
            change -= find_row_cost(zone, origin, column, now)
            change += find_row_cost(zone, target, column, then + joining)
            change -= find_row_cost(zone, target, column, then)
    return float(change)


@compiled
def make_move(field: Field, seats: Seats, unit: int, new: int) -> None:
    """Give a unit to another candidate and keep totals and lists in order."""
    territory, zone, pair, amounts = field.territory, field.zone, field.pair, field.amounts
    old = seats.place[unit]
    origin, target = territory[old], territory[new]
    by_pair = pair.shape[1] > 0
    for column in range(amounts.shape[1]):
        leaving = joining = amounts[unit, column]
        if by_pair and field.pair_column[column] >= 0:
            leaving += pair[old, field.pair_column[column]]
            joining += pair[new, field.pair_column[column]]
        out = 0 if field.wide[column] == 1 else origin
        into = 0 if field.wide[column] == 1 else target
        seats.loads[out, column] -= min(leaving, zone[origin, column, CAP])
        seats.loads[into, column] += min(joining, zone[target, column, CAP])
    seats.place[unit] = new
    seats.size[origin] -= 1
    last = seats.member[seats.first[origin] + seats.size[origin]]
    seats.member[seats.spot[unit]] = last
    seats.spot[last] = seats.spot[unit]
    seats.spot[unit] = seats.first[target] + seats.size[target]
    seats.member[seats.spot[unit]] = unit
    seats.size[target] += 1


@compiled
def draw_other(field: Field, state: RandomState, unit: int, old: int, wanted: int) -> int:
    """Draw another candidate of a unit: at times the wanted territory's, else one of low regret."""
    begin, end = field.start[unit], field.start[unit + 1]
    if wanted >= 0 and draw_below(state, 2) == 0:
        for place in range(begin, end):
            if field.territory[place] == wanted:
                return place
    chosen = old
    for _ in range(2):
        place = begin + draw_below(state, end - begin)
        if place != old and (chosen == old or field.regret[place] < field.regret[chosen]):
            chosen = place
    return chosen


@compiled
def list_broken(field: Field, loads: Floats, rows: Ints) -> int:
    """Write which territories break a limit, negative where a lower one; return how many."""
    zone, found = field.zone, 0
    for territory in range(loads.shape[0]):
        for column in range(loads.shape[1]):
            row = 0 if field.wide[column] == 1 else territory
            if loads[row, column] > zone[row, column, HIGH]:
                rows[found] = territory
                found += 1
                break
            if loads[row, column] < zone[row, column, LOW] and field.wide[column] == 0:
                rows[found] = -territory - 1
                found += 1
                break
    return found


@compiled
def draw_move(
    field: Field, seats: Seats, state: RandomState, rows: Ints, broken: int
) -> tuple[int, int]:
    """Draw a unit and another candidate of it: half the time what may mend a broken limit."""
    if broken == 0 or draw_below(state, 2) == 0:
        place = field.near[draw_below(state, len(field.near))]
        return field.unit_of[place], place
    row = rows[draw_below(state, broken)]
    if row < 0:
        territory = -row - 1
        count = field.reach[territory + 1] - field.reach[territory]
        if count == 0:
            return 0, seats.place[0]
        # Low regrets are tried more often than high ones.
        share = draw_unit(state) * draw_unit(state)
        place = field.into[field.reach[territory] + int(share * count)]
        return field.unit_of[place], place
    if seats.size[row] == 0:
        return 0, seats.place[0]
    unit = seats.member[seats.first[row] + draw_below(state, seats.size[row])]
    return unit, draw_other(field, state, unit, seats.place[unit], -1)


@compiled
def anneal_seats(
    field: Field, seats: Seats, state: RandomState, tries: int, hottest: float, coldest: float
) -> int:
    """Try so many moves while the temperature falls; return how many were made."""
    made, broken = 0, 0
    rows = np.empty(seats.loads.shape[0], np.int64)
    pace = max(256, len(rows))
    factor = (coldest / hottest) ** (pace / max(tries, pace))
    temperature = hottest / factor
    for number in range(tries):
        if number % pace == 0:
            temperature *= factor
            broken = list_broken(field, seats.loads, rows)
        unit, new = draw_move(field, seats, state, rows, broken)
        old = seats.place[unit]
        if new == old:
            continue
        # What a move may cost at most is drawn before it is known.
        allowed = -temperature * np.log(draw_unit(state) + 1e-12)
        change = find_change(field, seats.loads, unit, old, new)
        if change <= allowed:
            make_move(field, seats, unit, new)
            made += 1
            continue
        target = field.territory[new]
        if seats.size[target] == 0:
            continue
        other = seats.member[seats.first[target] + draw_below(state, seats.size[target])]
        its_old = seats.place[other]
        its_new = draw_other(field, state, other, its_old, field.territory[old])
        if its_new == its_old:
            continue
        make_move(field, seats, unit, new)
        change += find_change(field, seats.loads, other, its_old, its_new)
        if change <= allowed:
            make_move(field, seats, other, its_new)
            made += 2
        else:
            make_move(field, seats, unit, old)
    return made


def make_field(ground: Ground, width: float) -> Field:
    """Return what annealing takes of a search's ground.

    Parameters
    ----------
    ground
        What is searched, hard limits with a finite slope.
    width
        Candidates of at most so much regret may be tried at any time, others to mend a limit.
    """
    rows = (ground.low, ground.high, ground.far_low, ground.far_high)
    zone = np.stack([*rows, ground.inner, ground.outer, ground.cap], axis=-1)
    counts = np.diff(ground.start)
    choice = np.repeat(counts > 1, counts)
    owners = np.where(choice, ground.territory, len(ground.low))
    order = np.lexsort((ground.regret, owners))
    territories = np.arange(len(ground.low) + 1)
    return Field(
        start=ground.start,
        territory=ground.territory,
        cost=ground.cost,
        pair=ground.pair,
        amounts=ground.amounts,
        pair_column=ground.pair_column,
        wide=ground.wide,
        zone=np.ascontiguousarray(zone),
        regret=ground.regret,
        unit_of=np.repeat(np.arange(len(counts)), counts),
        near=np.flatnonzero(choice & (ground.regret <= width)),
        reach=np.searchsorted(owners[order], territories),
        into=order,
    )


def seat_units(field: Field, place: Ints, loads: Floats) -> Seats:
    """Return an assignment as annealing takes it.

    Parameters
    ----------
    field
        What is annealed.
    place
        Each unit's candidate, (units,).
    loads
        Totals by row, (territories, columns).
    """
    # Room for every unit that a territory may ever have.
    movable = np.flatnonzero(np.diff(field.start) > 1)
    owner = field.territory[place[movable]].astype(np.int64)
    order = np.argsort(owner, kind="stable")
    count = np.bincount(owner, minlength=len(loads))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    spot = np.full(len(place), -1, dtype=np.int64)
    spot[movable[order]] = field.reach[owner[order]] + rank
    member = np.full(len(field.into), -1, dtype=np.int64)
    member[spot[movable]] = movable
    return Seats(place.copy(), loads.copy(), field.reach[:-1].copy(), count, member, spot)


def mend(search: Search, rng: np.random.Generator, scale: float, stop: Callable[[], bool]) -> bool:
    """Anneal under penalties that grow where a limit is broken; return whether all hold.

    Parameters
    ----------
    search
        Changed in place.
    rng
        For the draws.
    scale
        The typical difference in cost.
    stop
        Asked now and then.
    """
    field = make_field(search.ground, NEAR_TIE * scale)
    if not len(field.near):
        return not search.excess.any()
    seats = seat_units(field, search.state.place, search.state.loads)
    state, tries = seed_state(rng), TRIES_EACH * search.model.unit_count
    for _ in range(ROUNDS):
        anneal_seats(field, seats, state, tries, HOTTEST * scale, COLDEST * scale)
        search.place_units(seats.place)
        seats.loads[:] = search.state.loads
        broken = search.excess > 0
        if not broken.any() or stop():
            break
        field.zone[..., INNER][broken] *= GROWTH
    search.ground.inner[:] = np.minimum(field.zone[..., INNER], 1e6 * search.ground.inner)
    return not search.excess.any()
