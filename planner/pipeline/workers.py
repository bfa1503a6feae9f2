"""Where a sweep's work is done: processes of this machine, or of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from typing import Any, Protocol

from planner.interruptions import Undisturbed

Work = Callable[[bytes, bytes], bytes]
# A job whose process died is tried again with the others, then alone, and then given up.
ROUNDS = 3


class Workers(Protocol):
    """Anything that runs jobs at once and survives the death of who runs them."""

    def run(
        self, work: Work, shared: Sequence[bytes], jobs: Sequence[tuple[int, bytes]]
    ) -> Generator[tuple[int, bytes | None], None, None]:
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
    ) -> Generator[tuple[int, bytes | None], None, None]:
        """Yield each job's place and result as it is done; see :class:`Workers`."""
        waiting = dict(enumerate(jobs))
        for last in range(ROUNDS):
            for bunch in self._bunches(waiting, alone=last == ROUNDS - 1):
                with closing(self._run_once(work, shared, bunch)) as results:
                    for place, result in results:
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
    ) -> Generator[tuple[int, bytes], None, None]:
        """Yield what comes back before a process dies."""
        queue, running = list(jobs.items()), dict[Future[bytes], int]()
        with _Pool(min(self._count, len(jobs)), running) as pool, suppress(BrokenProcessPool):
            while queue or running:
                # Only what is about to run is handed over: shared parts may be large.
                while queue and len(running) <= self._count:
                    place, (part, job) = queue.pop(0)
                    running[pool.submit(work, shared[part], job)] = place
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()


class _Pool:
    """Processes that end with this block, at once where nobody waits for what they do.

    Parameters
    ----------
    count
        How many processes.
    running
        What they do: whoever leaves before it is done waits for none of it.
    """

    def __init__(self, count: int, running: Mapping[Future[bytes], int]) -> None:
        self._count, self._running = count, running
        self._folder: str | None = None

    def __enter__(self) -> _Pool:
        # One folder for what they write meanwhile: a process that is ended cannot tidy up.
        try:
            with Undisturbed():
                self._folder = tempfile.mkdtemp(prefix="planner-")
                self._pool = ProcessPoolExecutor(
                    max_workers=self._count,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_begin,
                    initargs=(self._folder,),
                )
        except BaseException:
            self._tidy_up()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        with Undisturbed():
            processes: dict[Any, Any] = dict(getattr(self._pool, "_processes", None) or {})
            for process in processes.values() if self._running else ():
                with suppress(OSError):
                    process.terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._tidy_up()

    def _tidy_up(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def submit(self, work: Work, shared: bytes, job: bytes) -> Future[bytes]:
        """Hand a job over, to a new process where all are busy."""
        # A process that Ctrl-C leaves half-begun would be known to nobody.
        with Undisturbed(), _deaf_from_birth():
            return self._pool.submit(work, shared, job)


@contextmanager
def _deaf_from_birth() -> Iterator[None]:
    """Let processes that are begun here hear no Ctrl-C: a terminal sends it to all of them.

    Half a search must not pass for a plan, and they have nothing to say about it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(folder: str) -> None:
    """Leave Ctrl-C to the process that waits, and end when it has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)
