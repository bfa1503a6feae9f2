"""Work done beside other work: in a second process where a plan is large, else here and at once."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Answer = TypeVar("Answer")
PROTOCOL = 5
MUCH = 8 << 20


class Beside(Protocol):
    """Anything that does work whose answer is asked for later."""

    def submit(self, work: Callable[..., Answer], *given: Any) -> Future[Answer]:
        """Begin work and return its answer to come.

        Parameters
        ----------
        work
            A function of a module; it may run in another process.
        given
            What it is called with; nothing that it changes in it is seen here.
        """

    def prepare(self, work: Callable[[], None]) -> None:
        """Let a second process do beforehand what it will need; here there is no beforehand."""

    def stop(self) -> None:
        """End what is under way; nothing of it is written after this."""


class Asked(Future[Answer]):
    """An answer that is worked out when it is first asked for, by whoever asks."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Answer:
        """Return the answer; its error is raised each time."""
        if not self.done():
            try:
                self.set_result(self._work())
            except Exception as error:
                self.set_exception(error)
        return super().result(timeout)


class Here:
    """Work is done when it is given, by whoever gives it."""

    def submit(self, work: Callable[..., Answer], *given: Any) -> Future[Answer]:
        """Do the work; its error comes with its answer."""
        answer: Future[Answer] = Future()
        try:
            answer.set_result(work(*given))
        except Exception as error:
            answer.set_exception(error)
        return answer

    def prepare(self, work: Callable[[], None]) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing: no work is ever under way."""


class SecondProcess:
    """One process more, started as a new interpreter, so that it is the same on every system.

    What fails there, or cannot be handed over, is done again here, where its error is told as
    always. It ends with this process, whatever ends that.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._stopped = False
        self._turns = ThreadPoolExecutor(max_workers=1)

    def submit(self, work: Callable[..., Answer], *given: Any) -> Future[Answer]:
        """Begin work after what was given before it."""
        return self._turns.submit(self._ask, work, given)

    def prepare(self, work: Callable[[], None]) -> None:
        """Do work there of which only the other process has something."""
        self._turns.submit(self._send, work, ())

    def stop(self) -> None:
        """End the process at once."""
        self._stopped = True
        self._process.terminate()
        self._process.join()
        self._turns.shutdown(wait=True, cancel_futures=True)
        self._ours.close()

    def _ask(self, work: Callable[..., Answer], given: tuple[Any, ...]) -> Answer:
        done, answer = self._send(work, given)
        if self._stopped:
            raise CancelledError
        return answer if done else work(*given)

    def _send(self, work: Callable[..., Any], given: tuple[Any, ...]) -> tuple[bool, Any]:
        """Return whether the other process did the work, and its answer."""
        # It may have died, or what is to be handed over may be nothing that can be.
        with suppress(OSError, EOFError, ValueError, TypeError, AttributeError, pickle.PickleError):
            self._ours.send_bytes(pickle.dumps((work, given), PROTOCOL))
            done, answer = pickle.loads(self._ours.recv_bytes())  # noqa: S301 - our own process
            return done, answer
        return False, None


def _serve(pipe: Connection) -> None:
    """Do what comes through a pipe until it is closed from the other side."""
    # Ctrl-C is for the process that waits: it ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever comes, it comes with tables: they are loaded while it is on its way.
    importlib.import_module("pandas")
    with suppress(EOFError, OSError):
        while True:
            work, given = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own process
            pipe.send_bytes(_do(work, given))


def _do(work: Callable[..., Any], given: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps((True, work(*given)), PROTOCOL)
    except Exception:
        return pickle.dumps((False, None), PROTOCOL)


def holds_much(folder: Path) -> bool:
    """Return whether a folder's files are worth a second process, which takes a second to start."""
    try:
        return sum(path.stat().st_size for path in folder.iterdir()) >= MUCH
    except OSError:
        return False


@contextmanager
def open_beside(*, worth: bool) -> Iterator[Beside]:
    """Yield a second process where there is enough to do and a second core to do it.

    Parameters
    ----------
    worth
        Whether the work takes longer than it takes to start a process.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    beside: Beside = Here()
    if worth and (cores or 1) > 1:
        # A machine that allows no more processes does all of it in this one.
        with suppress(OSError):
            beside = SecondProcess()
    try:
        yield beside
    finally:
        beside.stop()
