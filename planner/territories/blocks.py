"""Work cut into blocks that are the same whatever the number of threads, and run on those there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from threading import Event

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
BLOCKS = 8
THREADS = 2
SMALL = 200_000
"""Below so many candidates one block does."""


def split_blocks(start: Ints, blocks: int = BLOCKS) -> list[tuple[int, int]]:
    """Return runs of units of about as many candidates: the same whatever the number of threads."""
    units, pairs = len(start) - 1, int(start[-1])
    if pairs < SMALL or units < blocks:
        return [(0, units)]
    cuts = np.searchsorted(start, np.linspace(0, pairs, blocks + 1)[1:-1])
    edges = [0, *cuts.tolist(), units]
    return list(pairwise(edges))


def run_blocks(task: Callable[[int], Iterable[None] | None], count: int) -> None:
    """Run numbered tasks on the threads there are; each writes to places of its own.

    Parameters
    ----------
    task
        One that would take long yields now and then: it is left there where the work is broken
        off, so that nobody waits for its end.
    count
        How many there are, from 0.
    """
    halted = Event()

    def run(number: int) -> None:
        with _halting(halted):
            for _ in () if halted.is_set() else task(number) or ():
                if halted.is_set():
                    break

    if count == 1:
        run(0)
        return
    with ThreadPoolExecutor(THREADS) as pool, _halting(halted):
        list(pool.map(run, range(count)))


@contextmanager
def _halting(halted: Event) -> Iterator[None]:
    """Set the mark where something is raised, Ctrl-C included."""
    try:
        yield
    except BaseException:
        halted.set()
        raise
