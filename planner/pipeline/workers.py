"""Where a sweep's work is done: processes of this machine, or of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, Protocol

Work = Callable[[bytes, bytes], bytes]
# A job whose process died is tried again with the others, then alone, and then given up.
ROUNDS = 3


class Workers(Protocol):
    """Anything that runs jobs at once and survives the death of who runs them."""

    def run(
        self, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes | None]]:
        """Yield each job's place and result as it is done; None for one that nobody survives.

        Parameters
        ----------
        work
            A function of a module, called with the shared part and the job.
        shared
            What several jobs need.
        jobs
            The place of each job's shared part, and the job.
        """


class LocalWorkers:
    """Processes of this machine.

    Parameters
    ----------
    count
        How many at once; None is one for each core.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = count or os.cpu_count() or 1

    def run(
        self, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes | None]]:
        """Yield each job's place and result as it is done; see :class:`Workers`."""
        waiting = dict(enumerate(jobs))
        for last in range(ROUNDS):
            for bunch in self._bunches(waiting, alone=last == ROUNDS - 1):
                for place, result in self._run_once(work, shared, bunch):
                    del waiting[place]
                    yield place, result
            if not waiting:
                return
        for place in waiting:
            yield place, None

    def _bunches(
        self, waiting: Mapping[int, tuple[int, bytes]], *, alone: bool
    ) -> list[dict[int, tuple[int, bytes]]]:
        """Return the jobs that share processes: all of them, or each by itself."""
        return [{place: job} for place, job in waiting.items()] if alone else [dict(waiting)]

    def _run_once(
        self, work: Work, shared: Sequence[bytes], jobs: Mapping[int, tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes]]:
        """Yield what comes back before a process dies."""
        pool = ProcessPoolExecutor(
            max_workers=min(self._count, len(jobs)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_ignore_interrupts,
        )
        queue, running = list(jobs.items()), dict[Future[bytes], int]()
        try:
            while queue or running:
                # Only what is about to run is handed over: shared parts may be large.
                while queue and len(running) <= self._count:
                    place, (part, job) = queue.pop(0)
                    running[pool.submit(work, shared[part], job)] = place
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except BrokenProcessPool:
            return
        finally:
            _stop(pool, at_once=bool(running))


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that waits: half a search must not pass for a plan."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: ProcessPoolExecutor, *, at_once: bool) -> None:
    """End the pool's processes, at once where nobody waits for what they do."""
    processes: dict[Any, Any] = dict(getattr(pool, "_processes", None) or {})
    for process in processes.values() if at_once else ():
        with suppress(OSError):
            process.terminate()
    pool.shutdown(wait=True, cancel_futures=True)
