"""Ctrl-C while a command runs: remembered for whoever loses its trace, and held back from short steps.

Libraries make other errors of it, so it is remembered. Where a folder takes its name, or is taken
away, it waits until that is done: nothing is left half-written. Several in quick succession are
one: the second would break into what the first makes tidy up.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

QUIET_SECONDS = 0.5


class _Pressed:
    """What is known of Ctrl-C. Plain: a lock could be held by what the signal's handler breaks into."""

    __slots__ = ("heeded", "holds", "presses", "waits")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.presses, self.holds, self.waits = 0, 0, False
        self.heeded = -QUIET_SECONDS

    def answer(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        self.presses += 1
        now = time.monotonic()
        if now - self.heeded < QUIET_SECONDS:
            return
        if self.holds:
            self.waits = True
            return
        self.heeded = now
        signal.default_int_handler(number, frame)

    def release(self) -> bool:
        """End a hold, and return whether Ctrl-C waits for its end."""
        self.holds -= 1
        waited = self.waits and not self.holds
        if waited:
            self.waits, self.heeded = False, time.monotonic()
        return waited


# A process has one Ctrl-C.
_pressed = _Pressed()
_answer = _pressed.answer


@contextmanager
def noting_interruptions() -> Iterator[None]:
    """Remember each Ctrl-C while a command runs; it interrupts as it always does.

    Where Ctrl-C is ignored or somebody else's (a shell's background, a server), it stays so.
    """
    noted = note_interruptions()
    try:
        yield
    finally:
        if noted:
            if signal.getsignal(signal.SIGINT) is _answer:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            _pressed.forget()


def note_interruptions() -> bool:
    """Remember each Ctrl-C from here on, and return whether it is Python's own that answers it."""
    if not _in_main_thread() or signal.getsignal(signal.SIGINT) is _answer:
        return False
    _pressed.forget()
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, _answer)
    return ours


def ignore_interruptions() -> None:
    """Let no Ctrl-C disturb the end of the process, when all is done and said."""
    finish_undisturbed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def was_pressed() -> bool:
    """Return whether Ctrl-C was pressed since the command began."""
    return _pressed.presses > 0


def finish_undisturbed() -> None:
    """Heed no Ctrl-C any more: what the command was for is done, and only remains to be told."""
    if _in_main_thread():
        _pressed.holds += 1


class Undisturbed:
    """A short step that Ctrl-C may not break off; it is heeded where the outermost one ends."""

    __slots__ = ("_counts",)

    def __enter__(self) -> None:
        """Hold Ctrl-C back."""
        self._counts = _in_main_thread()
        if self._counts:
            _pressed.holds += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Heed what was held back, unless something else is being raised already."""
        if self._counts and _pressed.release() and error is None:
            raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
