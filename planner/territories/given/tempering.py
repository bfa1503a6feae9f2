"""Annealing about the limits: penalties swing, and the cheapest assignment that holds is kept.

Where limits are tight, costs and limits are settled together: each cycle begins at the best so
far and crosses limits at penalties that rise where one is broken and fall where it holds, so that
the search stays near the edge (strategic oscillation, Glover 1977; for assignment, Yagiura,
Ibaraki & Glover 2004). Moves are those of the annealing that mends limits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from planner.territories.compiled import RandomState, compiled, draw_below, draw_unit, seed_state
from planner.territories.given.annealing import (
    HIGH,
    INNER,
    LOW,
    Field,
    Seats,
    draw_other,
    find_change,
    find_row_cost,
    make_field,
    make_move,
    seat_units,
)
from planner.territories.given.search import Search
from planner.territories.rules.check import ROUNDING

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LARGEST = 2_000
"""Problems of more units are left to exchanges and exact neighbourhoods."""
TRIES, TRIES_EACH = 200_000, 200
"""Tries of a cycle, and more of them for each unit."""
HEATS = (2.0, 1.0, 0.5)
"""Temperatures, cycle by cycle, as shares of what a unit costs more than its share of the bound."""
COOLING = 0.5
"""What the temperature falls to in a cycle."""
WIDTH = 5.0
"""Candidates of at most so many temperatures' regret are tried."""
BASES = (1.5, 4.0)
"""How steep penalties are at least, as shares of the limits' prices, cycle by cycle."""
PACE = 1_000
"""Tries between two looks at the limits."""
SWING, RISE = 1.01, 4
"""What a penalty is divided by at a look, and how many times as fast it rises."""
STEEPEST = 50.0
"""How far penalties may rise."""
NOTHING = 1e300
"""Cost to better where there is no assignment yet."""


@compiled
def is_broken(field: Field, hard: Bools, loads: Floats, row: int, column: int) -> bool:
    """Return whether a hard limit is broken beyond rounding."""
    if not hard[column]:
        return False
    low, high, load = (
        field.zone[row, column, LOW],
        field.zone[row, column, HIGH],
        loads[row, column],
    )
    room = 0.5 * ROUNDING
    if load > high:
        return bool(load - high > room * max(abs(high), 1e-9))
    return bool(load < low and low - load > room * max(abs(low), 1e-9))


@compiled
def swing_penalties(field: Field, hard: Bools, base: Floats, loads: Floats) -> int:
    """Raise the penalties of broken limits, lower the others'; return how many are broken."""
    broken = 0
    for row in range(loads.shape[0]):
        for column in range(loads.shape[1]):
            if not hard[column] or (field.wide[column] == 1 and row > 0):
                continue
            slope = field.zone[row, column, INNER]
            if is_broken(field, hard, loads, row, column):
                broken += 1
                slope = min(slope * SWING**RISE, STEEPEST * base[row, column])
            else:
                slope = max(slope / SWING, base[row, column])
            field.zone[row, column, INNER] = slope
    return broken


@compiled
def count_broken(field: Field, hard: Bools, loads: Floats, one: int, other: int) -> int:
    """Return how many hard limits of two territories, and of the plan, are broken."""
    broken = 0
    for column in range(loads.shape[1]):
        if field.wide[column] == 1:
            broken += is_broken(field, hard, loads, 0, column)
        else:
            broken += is_broken(field, hard, loads, one, column)
            if other != one:
                broken += is_broken(field, hard, loads, other, column)
    return broken


@compiled
def find_soft_cost(field: Field, hard: Bools, loads: Floats) -> float:
    """Return what soft limits cost."""
    cost = 0.0
    for column in range(loads.shape[1]):
        if not hard[column]:
            for row in range(1 if field.wide[column] == 1 else loads.shape[0]):
                cost += find_row_cost(field.zone, row, column, loads[row, column])
    return cost


@compiled
def make_counted(field: Field, hard: Bools, seats: Seats, unit: int, new: int) -> int:
    """Give a unit to another candidate; return by how much more limits are broken."""
    one, other = field.territory[seats.place[unit]], field.territory[new]
    before = count_broken(field, hard, seats.loads, one, other)
    make_move(field, seats, unit, new)
    return count_broken(field, hard, seats.loads, one, other) - before


@compiled
def try_chain(
    field: Field,
    hard: Bools,
    seats: Seats,
    state: RandomState,
    unit: int,
    new: int,
    change: float,
    allowed: float,
) -> tuple[float, int]:
    """Make a move and another out of where it leads if both cost no more than is allowed.

    Returns the change in cost without limits, and by how much more limits are broken; nothing
    moves, and both are 0, where it costs more.
    """
    old, target = seats.place[unit], field.territory[new]
    if seats.size[target] == 0:
        return 0.0, 0
    other = seats.member[seats.first[target] + draw_below(state, seats.size[target])]
    its_old = seats.place[other]
    its_new = draw_other(field, state, other, its_old, field.territory[old])
    if its_new == its_old:
        return 0.0, 0
    before = count_broken(field, hard, seats.loads, field.territory[old], target)
    make_move(field, seats, unit, new)
    change += find_change(field, seats.loads, other, its_old, its_new)
    if change > allowed:
        make_move(field, seats, unit, old)
        return 0.0, 0
    more = count_broken(field, hard, seats.loads, field.territory[old], target) - before
    more += make_counted(field, hard, seats, other, its_new)
    cost = field.cost[new] - field.cost[old] + field.cost[its_new] - field.cost[its_old]
    return cost, more


@compiled
def temper_seats(
    field: Field,
    hard: Bools,
    base: Floats,
    seats: Seats,
    state: RandomState,
    tries: int,
    hottest: float,
    coldest: float,
    least: float,
    kept: Ints,
) -> float:
    """Try so many moves while the temperature falls; return the least cost that breaks no limit.

    ``kept`` takes the places of an assignment that costs less than ``least``.
    """
    factor = (coldest / hottest) ** (PACE / tries)
    temperature, broken, cost = hottest / factor, 0, 0.0
    for unit in range(len(seats.place)):
        cost += field.cost[seats.place[unit]]
    soft = not hard.all()
    for number in range(tries):
        if number % PACE == 0:
            temperature *= factor
            broken = swing_penalties(field, hard, base, seats.loads)
        new = field.near[draw_below(state, len(field.near))]
        unit = field.unit_of[new]
        old = seats.place[unit]
        if new == old:
            continue
        # What a move may cost at most is drawn before it is known.
        allowed = -temperature * np.log(draw_unit(state) + 1e-12)
        change = find_change(field, seats.loads, unit, old, new)
        if change <= allowed:
            broken += make_counted(field, hard, seats, unit, new)
            cost += field.cost[new] - field.cost[old]
        else:
            further, more = try_chain(field, hard, seats, state, unit, new, change, allowed)
            cost += further
            broken += more
        if broken == 0 and cost < least - 1e-9 * (1.0 + abs(least)):
            whole = cost + find_soft_cost(field, hard, seats.loads) if soft else cost
            if whole < least - 1e-9 * (1.0 + abs(least)):
                least = whole
                kept[:] = seats.place
    return least


def find_tie(search: Search) -> float:
    """Return what a typical unit's second candidate costs more than its first at the prices.

    Parameters
    ----------
    search
        Over near candidates.
    """
    start, regret = search.candidates.start, search.ground.regret
    some = np.flatnonzero(np.diff(start) > 1)
    if not len(some):
        return 0.0
    second = [float(np.partition(regret[start[unit] : start[unit + 1]], 1)[1]) for unit in some]
    return float(np.mean(second))


def temper(
    search: Search,
    rng: np.random.Generator,
    *,
    cycles: int,
    bound: float,
    stop: Callable[[], bool],
) -> int:
    """Anneal about the limits, each cycle from the best so far; return how many were of use.

    Parameters
    ----------
    search
        Changed in place, never for the worse; where it breaks limits, to what breaks none.
    rng
        For the draws.
    cycles
        How many.
    bound
        No assignment costs less: what a unit may cost too much in the mean is the measure of
        temperatures.
    stop
        Asked after each cycle.
    """
    model = search.model
    if model.unit_count > LARGEST or not model.rows:
        return 0
    state, better = seed_state(rng), 0
    for number in range(cycles):
        now = NOTHING if search.excess.any() else search.cost
        heat = find_tie(search) if now == NOTHING else (now - bound) / model.unit_count
        if not 0 < heat < np.inf:
            break
        heat *= HEATS[number % len(HEATS)]
        kept = run_cycle(search, state, now, heat, BASES[number % len(BASES)])
        if kept is not None:
            search.place_units(kept)
            better += search.cost < now - 1e-9 * (1.0 + abs(now))
        if stop():
            break
    return better


def run_cycle(
    search: Search, state: RandomState, now: float, heat: float, base: float
) -> Ints | None:
    """Return the places of a cycle's best assignment, if it costs no more than now, or None.

    Parameters
    ----------
    search
        Where to begin; not changed.
    state
        For the draws.
    now
        Cost to better.
    heat
        The temperature to begin at.
    base
        How steep penalties are at least, as a share of the limits' prices.
    """
    ground, hard = search.ground, search.model.hard
    least = np.maximum(base * np.abs(ground.price), 0.1 * heat / search.model.scale)
    slopes = np.where(hard, least, ground.inner)
    field = make_field(ground._replace(inner=slopes), WIDTH * heat)
    if not len(field.near):
        return None
    seats = seat_units(field, search.state.place, search.state.loads)
    kept = search.state.place.copy()
    tries = TRIES + TRIES_EACH * search.model.unit_count
    # One that costs the same is taken too: it leads elsewhere.
    goal = now + 3e-9 * (1.0 + abs(now))
    found = temper_seats(field, hard, least, seats, state, tries, heat, COOLING * heat, goal, kept)
    return kept if found < goal else None
