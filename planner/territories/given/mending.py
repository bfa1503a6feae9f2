"""Broken limits mended by annealing: around them, under penalties that grow, in halves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner.territories.blocks import run_blocks
from planner.territories.compiled import seed_state
from planner.territories.given.annealing import (
    INNER,
    Field,
    Part,
    Seats,
    anneal_seats,
    make_field,
    seat_units,
)
from planner.territories.given.borders import MANY
from planner.territories.given.search import Search

NEAR_TIE = 0.06
"""Candidates of at most so many typical differences of regret may be tried at any time."""
HOTTEST, COLDEST = 0.02, 0.001
"""Temperatures, as shares of the typical difference in cost."""
TRIES_EACH = 2
"""Tries for each unit in a round."""
ROUNDS = 40
GROWTH = 2.0
"""How much a broken limit's penalty grows after a round."""
HOPS = 2
"""So many borders around a broken limit territories are annealed."""


def mend(search: Search, rng: np.random.Generator, scale: float, stop: Callable[[], bool]) -> bool:
    """Anneal under penalties that grow where a limit is broken; return whether all hold.

    Each round two halves of the territories near broken limits are annealed beside each other,
    cut apart afresh.

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
    for _ in range(ROUNDS):
        anneal_parts(field, seats, draw_parts(search, field, rng), rng, scale)
        search.place_units(seats.place)
        seats.loads[:] = search.state.loads
        broken = search.excess > 0
        if not broken.any() or stop():
            break
        field.zone[..., INNER][broken] *= GROWTH
    search.ground.inner[:] = np.minimum(field.zone[..., INNER], 1e6 * search.ground.inner)
    return not search.excess.any()


def draw_parts(search: Search, field: Field, rng: np.random.Generator) -> list[Part]:
    """Return the territories around broken limits, in halves where there are many.

    Parameters
    ----------
    search
        What is mended.
    field
        Of its ground.
    rng
        Where the cut comes from.
    """
    around = search.borders.reach(np.asarray((search.excess > 0).any(axis=1)), HOPS)
    if search.model.wide.any() or not around.any():
        around = np.ones(len(around), dtype=np.bool_)
    halves = [around]
    if not search.model.wide.any() and around.sum() >= MANY:
        halves = search.borders.halve(around, int(rng.choice(np.flatnonzero(around))))
    near, owners = field.near, field.territory[field.near]
    return [Part(np.flatnonzero(half), half, near[half[owners]]) for half in halves]


def anneal_parts(
    field: Field, seats: Seats, parts: list[Part], rng: np.random.Generator, scale: float
) -> None:
    """Anneal parts beside each other, each for as long as it is large.

    Parameters
    ----------
    field, seats
        What is annealed; the seats are changed.
    parts
        No territory is in two.
    rng
        For the draws.
    scale
        The typical difference in cost.
    """
    parts = [part for part in parts if len(part.near)]
    states = [seed_state(rng) for _ in parts]

    def run(number: int) -> None:
        part = parts[number]
        tries = TRIES_EACH * int(seats.size[part.members].sum())
        anneal_seats(field, seats, part, states[number], tries, HOTTEST * scale, COLDEST * scale)

    run_blocks(run, len(parts))
