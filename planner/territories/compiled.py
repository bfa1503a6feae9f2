"""Compiled loops: one typed decorator, and a small generator of random numbers for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit
from numba.core import event

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


class CompileClock(event.Listener):
    """Adds up how long loops take to compile, which they do once on a machine."""

    def __init__(self) -> None:
        self.depth, self.since, self.total = 0, 0.0, 0.0

    def on_start(self, event: Any) -> None:
        """Note when the outermost of the loops begins to compile."""
        del event
        if self.depth == 0:
            self.since = time.perf_counter()
        self.depth += 1

    def on_end(self, event: Any) -> None:
        """Count the time since then."""
        del event
        self.depth -= 1
        if self.depth == 0:
            self.total += time.perf_counter() - self.since

    def read(self) -> float:
        """Return the seconds so far, those of a loop that is compiling now included."""
        return self.total + (time.perf_counter() - self.since if self.depth else 0.0)


@contextmanager
def watch_compiling() -> Iterator[CompileClock]:
    """Watch what compiles within the context."""
    clock = CompileClock()
    with event.install_listener("numba:compile", clock):
        yield clock


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
