"""Ctrl-C in the tests' own process: pressed by hand, or wherever it could fall."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from planner.interruptions import noting_interruptions

# Where Python looks for signals, backward jumps aside: as a function begins, and after one in C.
MOMENTS = ("call", "c_return")


def press(*_anything: object, **_more: object) -> None:
    """Press Ctrl-C in this process."""
    os.kill(os.getpid(), signal.SIGINT)


def python_answers() -> None:
    """Let Python's own answer be in force in a new process, also where Ctrl-C was ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def own_handler() -> Iterator[None]:
    """Let Python's own answer to Ctrl-C be in force, as in a fresh process."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def press_everywhere(begin: Callable[[], Callable[[], None]], judge: Callable[[bool], None]) -> int:
    """Do some work again and again, Ctrl-C falling one moment later each time; return how often.

    Parameters
    ----------
    begin
        Makes everything ready, and returns the work.
    judge
        Told after each time whether Ctrl-C ended it; asserts what must hold.
    """
    moment = 0
    with own_handler():
        while True:
            work = begin()
            with noting_interruptions():
                fell, ended = _press_at(moment, work)
            judge(ended)
            if not fell:
                return moment
            moment += 1


def _press_at(moment: int, work: Callable[[], None]) -> tuple[bool, bool]:
    """Return whether the work came so far, and whether Ctrl-C ended it."""
    seen = -1

    def watch(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal seen
        seen += event in MOMENTS
        if seen == moment and event in MOMENTS:
            sys.setprofile(None)
            press()

    ended = False
    sys.setprofile(watch)
    try:
        work()
    except KeyboardInterrupt:
        ended = True
    finally:
        sys.setprofile(None)
    return seen >= moment, ended
