"""Annealed shifts, and chains of two, over near candidates at penalised limits.

A chain gives a unit to a territory and one of that territory's units on to a third, or back: a
limit that is full lets a unit in only where another leaves (ejection chains, Glover 1996). What is
annealed is the cost with the penalties of the limits (Kirkpatrick, Gelatt & Vecchi 1983).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import (
    RandomState,
    compiled,
    draw_below,
    draw_unit,
    inlined,
)
from planner.territories.given.moves import Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
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


class Part(NamedTuple):
    """Some territories that are annealed by themselves: nothing moves in or out.

    ``members`` lists them, ``inside`` says of each territory whether it is one; ``near`` lists the
    candidates with them that are tried at any time.
    """

    members: Ints
    inside: Bools
    near: Ints


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


@inlined
def find_change(field: Field, loads: Floats, unit: int, old: int, new: int) -> float:
    """Return what a unit's move from one candidate to another changes the penalised cost by."""
    origin, target = field.territory[old], field.territory[new]
    change = field.cost[new] - field.cost[old]
    for column in range(field.amounts.shape[1]):
        leaving = joining = field.amounts[unit, column]
        if field.pair.shape[1] > 0 and field.pair_column[column] >= 0:
            leaving += field.pair[old, field.pair_column[column]]
            joining += field.pair[new, field.pair_column[column]]
        leaving = min(leaving, field.zone[origin, column, CAP])
        joining = min(joining, field.zone[target, column, CAP])
        if field.wide[column] == 1:
            now = loads[0, column]
            change += find_row_cost(field.zone, 0, column, now + joining - leaving)
            change -= find_row_cost(field.zone, 0, column, now)
        else:
            now, then = loads[origin, column], loads[target, column]
            change += find_row_cost(field.zone, origin, column, now - leaving)
            change -= find_row_cost(field.zone, origin, column, now)
            change += find_row_cost(field.zone, target, column, then + joining)
            change -= find_row_cost(field.zone, target, column, then)
    return float(change)


@inlined
def shift_loads(field: Field, loads: Floats, unit: int, old: int, new: int) -> None:
    """Change the totals as a unit's move from one candidate to another does."""
    origin, target = field.territory[old], field.territory[new]
    for column in range(field.amounts.shape[1]):
        leaving = joining = field.amounts[unit, column]
        if field.pair.shape[1] > 0 and field.pair_column[column] >= 0:
            leaving += field.pair[old, field.pair_column[column]]
            joining += field.pair[new, field.pair_column[column]]
        out = 0 if field.wide[column] == 1 else origin
        into = 0 if field.wide[column] == 1 else target
        loads[out, column] -= min(leaving, field.zone[origin, column, CAP])
        loads[into, column] += min(joining, field.zone[target, column, CAP])


@inlined
def make_move(field: Field, seats: Seats, unit: int, new: int) -> None:
    """Give a unit to another candidate and keep totals and lists in order."""
    old = seats.place[unit]
    origin, target = field.territory[old], field.territory[new]
    shift_loads(field, seats.loads, unit, old, new)
    seats.place[unit] = new
    seats.size[origin] -= 1
    last = seats.member[seats.first[origin] + seats.size[origin]]
    seats.member[seats.spot[unit]] = last
    seats.spot[last] = seats.spot[unit]
    seats.spot[unit] = seats.first[target] + seats.size[target]
    seats.member[seats.spot[unit]] = unit
    seats.size[target] += 1


@inlined
def draw_other(field: Field, state: RandomState, unit: int, old: int, wanted: int) -> int:
    """Draw another candidate of a unit: at times the wanted territory's, else one of low regret."""
    begin, end = field.start[unit], field.start[unit + 1]
    chosen = old
    if wanted >= 0 and draw_below(state, 2) == 0:
        for place in range(begin, end):
            if field.territory[place] == wanted:
                chosen = place
                break
    if chosen == old:
        for _ in range(2):
            place = begin + draw_below(state, end - begin)
            if place != old and (chosen == old or field.regret[place] < field.regret[chosen]):
                chosen = place
    return chosen


@compiled
def list_broken(field: Field, loads: Floats, part: Part, rows: Ints) -> int:
    """Write which territories break a limit, negative where a lower one; return how many."""
    zone, found = field.zone, 0
    for territory in part.members:
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


@inlined
def draw_move(
    field: Field, seats: Seats, part: Part, state: RandomState, rows: Ints, broken: int
) -> tuple[int, int]:
    """Draw a unit and another candidate of it: half the time what may mend a broken limit.

    The unit is negative where there is none.
    """
    unit, new = -1, -1
    if broken == 0 or draw_below(state, 2) == 0:
        new = part.near[draw_below(state, len(part.near))]
        unit = field.unit_of[new]
    else:
        row = rows[draw_below(state, broken)]
        if row < 0:
            territory = -row - 1
            count = field.reach[territory + 1] - field.reach[territory]
            if count > 0:
                # Low regrets are tried more often than high ones.
                share = draw_unit(state) * draw_unit(state)
                new = field.into[field.reach[territory] + int(share * count)]
                unit = field.unit_of[new]
        elif seats.size[row] > 0:
            unit = seats.member[seats.first[row] + draw_below(state, seats.size[row])]
            new = draw_other(field, state, unit, seats.place[unit], -1)
    return unit, new


@compiled
def anneal_seats(
    field: Field,
    seats: Seats,
    part: Part,
    state: RandomState,
    tries: int,
    hottest: float,
    coldest: float,
) -> int:
    """Try so many moves within a part while the temperature falls; return how many were made."""
    made, broken = 0, 0
    rows = np.empty(seats.loads.shape[0], np.int64)
    pace = max(256, len(part.members))
    factor = (coldest / hottest) ** (pace / max(tries, pace))
    temperature = hottest / factor
    inside = part.inside
    for number in range(tries):
        if number % pace == 0:
            temperature *= factor
            broken = list_broken(field, seats.loads, part, rows)
        unit, new = draw_move(field, seats, part, state, rows, broken)
        if unit < 0 or not inside[field.territory[new]]:
            continue
        old = seats.place[unit]
        if new == old or not inside[field.territory[old]]:
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
        if its_new == its_old or not inside[field.territory[its_new]]:
            continue
        shift_loads(field, seats.loads, unit, old, new)
        change += find_change(field, seats.loads, other, its_old, its_new)
        shift_loads(field, seats.loads, unit, new, old)
        if change <= allowed:
            make_move(field, seats, unit, new)
            make_move(field, seats, other, its_new)
            made += 2
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
