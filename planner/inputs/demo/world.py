"""Everything that is true of one demo company, before it is written as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.inputs.demo.accounts import Nature, draw_accounts
from planner.inputs.demo.design import Design, Texts
from planner.inputs.demo.lifecycles import Lifecycle, Truth, draw_lifecycles, truth_of
from planner.inputs.demo.ownership import Ownership, draw_ownership
from planner.inputs.demo.people import Seats, draw_seats
from planner.inputs.demo.places import Cities, load_cities


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One company as it is.

    Parameters
    ----------
    design
        Its sizes and seed.
    cities
        Where accounts and people are.
    nature, life, truth
        Accounts: what they are, what they did, and what the plan's year holds.
    seats, owners
        People, and who serves what.
    account_ids
        Ascending, (accounts,).
    """

    design: Design
    cities: Cities
    nature: Nature
    life: Lifecycle
    truth: Truth
    seats: Seats
    owners: Ownership
    account_ids: Texts


def make_world(design: Design) -> World:
    """Return the world of a design, the same one for the same seed."""
    cities = load_cities()
    nature = draw_accounts(design, cities)
    life = draw_lifecycles(design, nature)
    truth = truth_of(nature, life)
    seats = draw_seats(design, cities, nature)
    return World(
        design=design,
        cities=cities,
        nature=nature,
        life=life,
        truth=truth,
        seats=seats,
        owners=draw_ownership(design, nature, seats, truth.expected),
        account_ids=_account_ids(design.accounts),
    )


def _account_ids(count: int) -> Texts:
    width = max(5, len(str(count)))
    return np.array([f"A{number + 1:0{width}d}" for number in range(count)], dtype=object)
