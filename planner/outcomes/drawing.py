"""Draws of one alignment that a move can be worked into without drawing everything again."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from planner.outcomes.draws import AccountDraws, move_draws, sum_draws
from planner.outcomes.parameters import OutcomeParameters

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All accounts drawn and added up by seat, with everything that it rests on.

    Parameters
    ----------
    accounts, factors, parameters, seed
        What each draw is made of.
    seats, moved
        Who serves each account, and whether it changes owner, (accounts,).
    sums
        Minor units before coverage, (seats, draws).
    """

    accounts: AccountDraws
    factors: npt.NDArray[np.float32]
    parameters: OutcomeParameters
    seed: int
    seats: Ints
    moved: Bools
    sums: Ints


def draw_alignment(
    accounts: AccountDraws,
    factors: npt.NDArray[np.float32],
    parameters: OutcomeParameters,
    seed: int,
    seats: Ints,
    moved: Bools,
    count: int,
    previous: Drawing | None,
) -> Drawing:
    """Draw an alignment; where an earlier one is of the same world, only what moved since.

    Parameters
    ----------
    accounts, factors, parameters, seed
        What each draw is made of.
    seats, moved
        Who serves each account, -1 none, and whether it changes owner, (accounts,).
    count
        Number of seats.
    previous
        An earlier drawing; the sums are the same to the unit with it and without.
    """
    if previous is not None and _is_same_world(
        previous, accounts, factors, parameters, seed, count
    ):
        before, after = (previous.seats, previous.moved), (seats, moved)
        sums = move_draws(previous.sums, accounts, before, after, factors, parameters, seed)
    else:
        sums = sum_draws(accounts, seats, count, moved, factors, parameters, seed)
    return Drawing(
        accounts=accounts,
        factors=factors,
        parameters=parameters,
        seed=seed,
        seats=seats,
        moved=moved,
        sums=sums,
    )


def _is_same_world(
    previous: Drawing,
    accounts: AccountDraws,
    factors: npt.NDArray[np.float32],
    parameters: OutcomeParameters,
    seed: int,
    count: int,
) -> bool:
    """Return whether an account's draws are the same in both."""
    if (previous.seed, previous.parameters, len(previous.sums)) != (seed, parameters, count):
        return False
    same = all(
        np.array_equal(getattr(previous.accounts, field.name), getattr(accounts, field.name))
        for field in fields(AccountDraws)
    )
    return same and np.array_equal(previous.factors, factors)
