"""Compiled loops: one typed decorator, and a small generator of random numbers for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

F = TypeVar("F", bound=Callable[..., object])
RandomState = npt.NDArray[np.uint64]


def compiled(function: F) -> F:
    """Compile a numeric loop to machine code, kept on disk, without fast-math.

    Parameters
    ----------
    function
        A function of numbers, arrays and named tuples of them.

    Returns
    -------
    F
        The same function, compiled at its first call; it releases the interpreter's lock.
    """
    return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """Compile a small function into each loop that calls it: a call there costs more than it.

    Parameters
    ----------
    function
        A function of numbers and arrays, with one return statement.
    """
    return cast("F", njit(inline="always", nogil=True, error_model="numpy")(function))


def seed_state(rng: np.random.Generator) -> RandomState:
    """Return the state of a generator for compiled loops, drawn from a NumPy generator.

    Parameters
    ----------
    rng
        Where the first state comes from.

    Returns
    -------
    RandomState
        One word, changed in place by every draw.
    """
    return rng.integers(1, 2**63, size=1).astype(np.uint64)


@compiled
def draw_below(state: RandomState, limit: int) -> int:
    """Draw an integer from 0 to ``limit`` - 1 (xorshift64*, Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    high = (x * np.uint64(2685821657736338717)) >> np.uint64(33)
    return np.int64((high * np.uint64(limit)) >> np.uint64(31))  # type: ignore[return-value]


@compiled
def draw_unit(state: RandomState) -> float:
    """Draw a number in [0, 1)."""
    return draw_below(state, 1 << 30) / float(1 << 30)
