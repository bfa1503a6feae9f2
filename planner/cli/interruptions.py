"""Whether Ctrl-C was pressed, for the libraries that make another error of it or lose its trace."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_pressed = threading.Event()


@contextmanager
def noting_interruptions() -> Iterator[None]:
    """Remember each Ctrl-C while a command runs; it interrupts as it always does.

    Where Ctrl-C is ignored or somebody else's (a shell's background, a server), it stays so.
    """
    _pressed.clear()
    before = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread()
    if not ours or before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _note)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is _note:
            signal.signal(signal.SIGINT, before)


def was_pressed() -> bool:
    """Return whether Ctrl-C was pressed since the command began."""
    return _pressed.is_set()


def _note(number: int, frame: FrameType | None) -> None:
    _pressed.set()
    signal.default_int_handler(number, frame)
