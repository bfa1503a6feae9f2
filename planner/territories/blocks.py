"""Work cut into blocks that are the same whatever the number of threads, and run on those there are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
BLOCKS = 8
THREADS = 2
SMALL = 200_000
"""Below so many candidates one block does."""


def split_blocks(start: Ints) -> list[tuple[int, int]]:
    """Return runs of units of about as many candidates: the same whatever the number of threads."""
    units, pairs = len(start) - 1, int(start[-1])
    if pairs < SMALL or units < BLOCKS:
        return [(0, units)]
    cuts = np.searchsorted(start, np.linspace(0, pairs, BLOCKS + 1)[1:-1])
    edges = [0, *cuts.tolist(), units]
    return list(pairwise(edges))


def run_blocks(task: Callable[[int], None], count: int) -> None:
    """Run numbered tasks on the threads there are; each writes to places of its own."""
    if count == 1:
        task(0)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(task, range(count)))
