"""Each account's bookings as a distribution, and the draws of all accounts added up by seat."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from planner.outcomes.intervals import fit_interval
from planner.outcomes.kernels import add_draws
from planner.outcomes.parameters import OutcomeParameters

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

STEPS = 2048
BLOCK = 1024
SHAPES = np.geomspace(0.02, 2.5, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraws:
    """What a draw of each account rests on; arrays are (accounts,).

    Parameters
    ----------
    keys
        Names of the accounts as 64-bit words.
    chance
        Chance to bring anything.
    scale
        Expected bookings when it does, minor units, before a loss on moving.
    shape
        Row of the table of amounts.
    groups
        Row of the common factors.
    """

    keys: Keys
    chance: Floats
    scale: Floats
    shape: Ints
    groups: Ints


def name_keys(names: Sequence[str]) -> Keys:
    """Return a 64-bit word for each name, the same on every machine."""
    words = [blake2b(name.encode(), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(words), dtype="<u8").astype(np.uint64)


def fit_draws(
    expected: Ints,
    low: Ints,
    high: Ints,
    keys: Keys,
    groups: Ints,
    parameters: OutcomeParameters,
) -> AccountDraws:
    """Fit a zero-inflated lognormal to each account's expected bookings and 80% interval.

    The mean is kept exactly; see :func:`planner.outcomes.intervals.fit_interval`. What accounts
    share in common is part of each one's spread, so that their own is what is left.

    Parameters
    ----------
    expected, low, high
        Minor units, (accounts,).
    keys
        From :func:`name_keys`.
    groups
        Row of the common factors, (accounts,).
    parameters
        The scenario's ``[outcomes]``.
    """
    mean = np.maximum(np.asarray(expected, dtype=np.float64), 0.0)
    lower = np.clip(np.asarray(low, dtype=np.float64), 0.0, None)
    upper = np.maximum(np.asarray(high, dtype=np.float64), lower)
    chance, spread = fit_interval(mean, lower, upper, parameters.churn, parameters.lumpiness)
    shared = parameters.common_variation**2
    shared += len(parameters.common_by) * parameters.group_variation**2
    own = np.sqrt(np.maximum(spread**2 - shared, SHAPES[0] ** 2))
    return AccountDraws(
        keys=keys,
        chance=chance,
        scale=np.divide(mean, chance, out=np.zeros_like(mean), where=chance > 0),
        shape=_nearest_shape(own),
        groups=np.asarray(groups, dtype=np.int64),
    )


def _nearest_shape(spread: Floats) -> Ints:
    edges = np.sqrt(SHAPES[1:] * SHAPES[:-1])
    return np.searchsorted(edges, spread).astype(np.int64)


def amount_tables() -> npt.NDArray[np.float32]:
    """Return mean-one lognormal amounts at equally likely steps, (shapes, steps).

    Each step holds the mean of its stretch of the distribution, so that the mean is exact and
    the last one carries the tail.
    """
    edges = ndtri(np.linspace(0.0, 1.0, STEPS + 1))
    mass = ndtr(edges[None, :] - SHAPES[:, None])
    return (np.diff(mass, axis=1) * STEPS).astype(np.float32)


def common_factors(
    groups: Sequence[tuple[str, ...]], parameters: OutcomeParameters, seed: int
) -> npt.NDArray[np.float32]:
    """Return the factor that moves each group's accounts together, (groups, draws).

    A group is a combination of values of ``common_by``; its factor is the product of the
    company's and of one for each value, each lognormal with mean one and drawn from a stream of
    its own name, so that the same segment moves alike in every scenario.

    Parameters
    ----------
    groups
        Values of each group by column.
    parameters
        The scenario's ``[outcomes]``.
    seed
        The scenario's seed.
    """
    company = _factor("company", parameters.common_variation, parameters.draws, seed)
    streams: dict[str, Floats] = {}
    rows = np.empty((max(len(groups), 1), parameters.draws), dtype=np.float32)
    rows[:] = company
    for row, values in enumerate(groups):
        factor = company.copy()
        for column, value in zip(parameters.common_by, values, strict=False):
            name = f"{column}={value}"
            if name not in streams:
                streams[name] = _factor(name, parameters.group_variation, parameters.draws, seed)
            factor *= streams[name]
        rows[row] = factor
    return rows


def _factor(name: str, spread: float, draws: int, seed: int) -> Floats:
    normal = named_stream(f"factor:{name}", seed).standard_normal(draws)
    return np.exp(spread * normal - spread**2 / 2)


def named_stream(name: str, seed: int) -> np.random.Generator:
    """Return a generator that belongs to a name and a seed, whatever else is drawn."""
    key = int(name_keys([name])[0])
    return np.random.Generator(np.random.Philox(key=np.array([seed, key], dtype=np.uint64)))


def group_accounts(
    columns: Mapping[str, Sequence[str]], count: int
) -> tuple[Ints, list[tuple[str, ...]]]:
    """Return the group of each account and the groups, for columns that move together.

    Parameters
    ----------
    columns
        Values by column, (accounts,); none means one group.
    count
        Number of accounts.
    """
    rows = list(zip(*columns.values(), strict=True)) if columns else [()] * count
    names = sorted(set(rows))
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[row] for row in rows], dtype=np.int64), names


def sum_draws(
    accounts: AccountDraws,
    seats: Ints,
    count: int,
    moved: npt.NDArray[np.bool_],
    factors: npt.NDArray[np.float32],
    parameters: OutcomeParameters,
    seed: int,
) -> Ints:
    """Draw every account and add up by seat, minor units, (seats, draws).

    Parameters
    ----------
    accounts
        From :func:`fit_draws`.
    seats
        Who serves each account, -1 none, (accounts,).
    count
        Number of seats.
    moved
        Whether the account changes owner, which costs ``loss_on_move``, (accounts,).
    factors
        From :func:`common_factors`.
    parameters, seed
        The scenario's.
    """
    sums = np.zeros((count, parameters.draws), dtype=np.int64)
    _add(sums, accounts, seats, moved, factors, parameters, seed, sign=1)
    return sums


def move_draws(
    sums: Ints,
    accounts: AccountDraws,
    before: tuple[Ints, npt.NDArray[np.bool_]],
    after: tuple[Ints, npt.NDArray[np.bool_]],
    factors: npt.NDArray[np.float32],
    parameters: OutcomeParameters,
    seed: int,
) -> Ints:
    """Return the sums after some accounts moved, drawing only those again.

    Equal to the last unit to :func:`sum_draws` of the new alignment.

    Parameters
    ----------
    sums
        Of the alignment before, (seats, draws).
    before, after
        Seat of each account and whether it changes owner, (accounts,) each.
    """
    touched = np.flatnonzero((before[0] != after[0]) | (before[1] != after[1]))
    some = AccountDraws(
        keys=accounts.keys[touched],
        chance=accounts.chance[touched],
        scale=accounts.scale[touched],
        shape=accounts.shape[touched],
        groups=accounts.groups[touched],
    )
    result = sums.copy()
    for (seats, moved), sign in ((before, -1), (after, 1)):
        _add(result, some, seats[touched], moved[touched], factors, parameters, seed, sign=sign)
    return result


def _add(
    sums: Ints,
    accounts: AccountDraws,
    seats: Ints,
    moved: npt.NDArray[np.bool_],
    factors: npt.NDArray[np.float32],
    parameters: OutcomeParameters,
    seed: int,
    *,
    sign: int,
) -> None:
    kept = np.where(moved, 1.0 - parameters.loss_on_move, 1.0)
    tables = amount_tables()
    served = np.asarray(seats, dtype=np.int64)
    scale = accounts.scale * kept

    def add_block(first: int) -> None:
        add_draws(
            accounts.keys,
            np.uint64(seed),
            served,
            accounts.chance,
            scale,
            accounts.shape,
            tables,
            accounts.groups,
            factors,
            sign,
            first,
            min(first + BLOCK, parameters.draws),
            sums,
        )

    # Threads of our own, each with draws of its own: no state that a fork or a server's
    # other threads could meet, and the same sums whatever their number.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(add_block, range(0, parameters.draws, BLOCK)))
