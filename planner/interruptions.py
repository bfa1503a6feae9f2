"""Ctrl-C while a command runs: remembered for whoever loses its trace, and held back from short steps.

Libraries make other errors of it, so it is remembered. Where a folder takes its name, or is taken
away, it waits until that is done: nothing is left half-written.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

# What a signal's handler reads and writes must be plain: a lock could be held by what it breaks in on.
_presses = 0
_holds = 0


@contextmanager
def noting_interruptions() -> Iterator[None]:
    """Remember each Ctrl-C while a command runs; it interrupts as it always does.

    Where Ctrl-C is ignored or somebody else's (a shell's background, a server), it stays so.
    """
    noted = note_interruptions()
    try:
        yield
    finally:
        if noted and signal.getsignal(signal.SIGINT) is _note:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def note_interruptions() -> bool:
    """Remember each Ctrl-C from here on, and return whether it is Python's own that answers it."""
    global _presses, _holds  # noqa: PLW0603 - a process has one Ctrl-C
    if not _in_main_thread() or signal.getsignal(signal.SIGINT) is _note:
        return False
    _presses = _holds = 0
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, _note)
    return ours


def ignore_interruptions() -> None:
    """Let no Ctrl-C disturb the end of the process, when all is done and said."""
    finish_undisturbed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def was_pressed() -> bool:
    """Return whether Ctrl-C was pressed since the command began."""
    return _presses > 0


def finish_undisturbed() -> None:
    """Heed no Ctrl-C any more: what the command was for is done, and only remains to be told."""
    global _holds  # noqa: PLW0603 - a process has one Ctrl-C
    if _in_main_thread():
        _holds += 1


class Undisturbed:
    """A short step that Ctrl-C may not break off; it is heeded where the outermost one ends."""

    __slots__ = ("_before", "_counts")

    def __enter__(self) -> None:
        """Hold Ctrl-C back."""
        global _holds  # noqa: PLW0603 - a process has one Ctrl-C
        self._before, self._counts = _presses, _in_main_thread()
        _holds += self._counts

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Heed what was held back, unless something else is being raised already."""
        global _holds  # noqa: PLW0603 - a process has one Ctrl-C
        _holds -= self._counts
        if self._counts and not _holds and error is None and _presses > self._before:
            raise KeyboardInterrupt


def _note(number: int, frame: FrameType | None) -> None:
    global _presses  # noqa: PLW0603 - a process has one Ctrl-C
    _presses += 1
    if not _holds:
        signal.default_int_handler(number, frame)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
