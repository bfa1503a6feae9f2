"""Compiled loops of the simulation: a keyed random number for each account and draw."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# SplitMix64 (Steele, Lea & Flood 2014): a counter goes in, a well mixed 64-bit word comes out.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0


@numba.njit(cache=True, inline="always")
def _mix(word: np.uint64) -> np.uint64:
    word = (word ^ (word >> _S30)) * _FIRST
    word = (word ^ (word >> _S27)) * _SECOND
    return word ^ (word >> _S31)


@numba.njit(cache=True, nogil=True)
def add_draws(
    keys: npt.NDArray[np.uint64],
    seed: np.uint64,
    seats: Ints,
    chance: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    shape: Ints,
    tables: npt.NDArray[np.float32],
    groups: Ints,
    factors: npt.NDArray[np.float32],
    sign: int,
    first: int,
    last: int,
    sums: Ints,
) -> None:
    """Add (or with sign -1 take away) every account's draws to its seat's, in place.

    The draw of an account depends on its key, the seed and the number of the draw alone, and is
    a whole number of minor units: the order of additions cannot change a sum, so neither the
    number of threads nor a move of another account changes a result.

    Parameters
    ----------
    keys
        (accounts,)
    seed
        The scenario's seed.
    seats
        Row of ``sums`` that serves each account, -1 none, (accounts,).
    chance
        Chance to bring anything, (accounts,).
    scale
        Expected bookings when it brings anything, minor units, (accounts,).
    shape
        Row of ``tables``, (accounts,).
    tables
        Mean-one amounts at equally likely steps, (shapes, steps).
    groups
        Row of ``factors``, (accounts,).
    factors
        Common factor of each group, mean one, (groups, draws).
    sign
        1 or -1.
    first, last
        The draws to add; others belong to other threads.
    sums
        Minor units, (seats, draws).
    """
    steps = tables.shape[1]
    start = _mix(seed + _GOLDEN)
    step_of = np.empty(last - first, dtype=np.int32)
    amounts = np.zeros(steps + 1)
    for account in range(len(keys)):
        seat = seats[account]
        if seat < 0 or chance[account] <= 0.0:
            continue
        _draw_steps(_mix(keys[account] ^ start), chance[account], steps, first, step_of)
        amount = scale[account] * sign
        table = tables[shape[account]]
        for step in range(steps):
            amounts[step] = amount * table[step]
        row = sums[seat, first:last]
        factor = factors[groups[account], first:last]
        for draw in range(len(step_of)):
            row[draw] += np.int64(np.rint(amounts[step_of[draw]] * factor[draw]))


@numba.njit(cache=True, nogil=True)
def _draw_steps(
    key: np.uint64, likely: float, steps: int, first: int, step_of: npt.NDArray[np.int32]
) -> None:
    """Write the row of amounts that each draw takes, ``steps`` where it brings nothing.

    A loop of its own, without a branch: so it runs on several draws at a time.
    """
    stretch = steps / likely
    highest = np.float64(steps - 1)
    for draw in range(len(step_of)):
        word = _mix(key + np.uint64(first + draw + 1) * _GOLDEN)
        uniform = np.float64(np.int64(word >> _S11)) * _UNIT
        found = np.int32(min(uniform * stretch, highest))
        step_of[draw] = found if uniform < likely else np.int32(steps)
