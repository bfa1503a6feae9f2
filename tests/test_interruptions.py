"""Ctrl-C: remembered, held back from short steps, and not heeded twice at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from planner import interruptions
from planner.interruptions import (
    Undisturbed,
    finish_undisturbed,
    noting_interruptions,
    was_pressed,
)
from tests.pressing import own_handler, press


@pytest.fixture(autouse=True)
def noted() -> Iterator[None]:
    """Ctrl-C is noted, as while a command runs."""
    with own_handler(), noting_interruptions():
        yield


def test_ctrl_c_waits_until_the_outermost_step_is_done() -> None:
    """What is done within is whole, and then Ctrl-C is heeded."""
    done = []

    def work() -> None:
        with Undisturbed():
            with Undisturbed():
                press()
                done.append("inner")
            done.append("outer")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inner", "outer"]


def test_an_error_within_a_step_goes_before_ctrl_c() -> None:
    """Whoever knows the error hears of it."""

    def work() -> None:
        with Undisturbed():
            press()
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        work()
    assert was_pressed()


def test_a_step_without_ctrl_c_raises_nothing_after_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C that was heeded before a step is not heeded again at its end."""
    monkeypatch.setattr(interruptions, "QUIET_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        press()
    with Undisturbed():
        pass
    with pytest.raises(KeyboardInterrupt):
        press()


def test_the_second_of_two_in_quick_succession_breaks_into_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the first makes tidy up is left alone; a later one is heeded."""
    monkeypatch.setattr(interruptions, "QUIET_SECONDS", 3600.0)
    with pytest.raises(KeyboardInterrupt):
        press()
    press()
    with Undisturbed():
        press()
    monkeypatch.setattr(interruptions, "QUIET_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        press()


def test_nothing_disturbs_what_is_done_already() -> None:
    """From there on only the telling remains."""
    finish_undisturbed()
    press()
    with Undisturbed():
        press()
    assert was_pressed()


def test_another_thread_holds_nothing_back() -> None:
    """Ctrl-C concerns the main thread: a step elsewhere does not keep it from being heeded."""
    begun, end = threading.Event(), threading.Event()

    def step() -> None:
        with Undisturbed():
            begun.set()
            end.wait()

    thread = threading.Thread(target=step)
    thread.start()
    begun.wait()
    try:
        with pytest.raises(KeyboardInterrupt):
            press()
    finally:
        end.set()
        thread.join()
