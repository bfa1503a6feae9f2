"""Work beside other work gives what it gives here, whatever becomes of the other process."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pandas as pd
import pytest

from planner.second_process import MUCH, Here, SecondProcess, holds_much, open_beside


@pytest.fixture(scope="module")
def second() -> Iterator[SecondProcess]:
    """Start one process for the tests that leave it alive."""
    process = SecondProcess()
    yield process
    process.stop()


def where_am_i(frame: pd.DataFrame) -> tuple[int, pd.DataFrame]:
    """Return the process that does this, and what it was given."""
    return os.getpid(), frame


def refuse(path: Path) -> None:
    """Fail as a disk does."""
    raise FileNotFoundError(2, "nothing there", str(path))


def fall_over() -> int:
    """End the process that does this, unless it is the one that gave the work."""
    if threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGTERM)
    return os.getpid()


def write_slowly(path: Path) -> None:
    """Write, wait, and write again."""
    path.write_text("begun")
    time.sleep(30)
    path.write_text("done")


def test_work_is_done_in_another_process_and_comes_back_equal(second: SecondProcess) -> None:
    """Frames go there and back without loss, and this process is free meanwhile."""
    frame = pd.DataFrame({"name": pd.Series(["a", None], dtype="str"), "amount": [1, 2]})
    process, returned = second.submit(where_am_i, frame).result()
    assert process != os.getpid()
    pd.testing.assert_frame_equal(returned, frame)


def test_an_error_is_told_as_if_it_had_happened_here(second: SecondProcess, tmp_path: Path) -> None:
    """What fails there is done again here, so that its error has its own type and place."""
    with pytest.raises(FileNotFoundError, match="nothing there"):
        second.submit(refuse, tmp_path).result()


def test_what_cannot_be_handed_over_is_done_here(second: SecondProcess) -> None:
    """A function that no other process knows is no reason to fail."""
    here = lambda: (os.getpid(), "here")  # noqa: E731 - a def within a function is none either
    assert second.submit(here).result() == (os.getpid(), "here")


def test_a_process_that_dies_costs_time_and_nothing_else() -> None:
    """Its work, and all that is given later, is done here."""
    process = SecondProcess()
    try:
        assert process.submit(fall_over).result() == os.getpid()
        assert process.submit(os.getpid).result() == os.getpid()
    finally:
        process.stop()


def test_nothing_is_written_after_it_was_stopped(tmp_path: Path) -> None:
    """Whoever removes a folder stops the process first, and is not disturbed by it any more."""
    process = SecondProcess()
    file = tmp_path / "file"
    coming = process.submit(write_slowly, file)
    while not file.exists():
        time.sleep(0.05)
    process.stop()
    with pytest.raises(CancelledError):
        coming.result()
    file.unlink(missing_ok=True)
    time.sleep(0.2)
    assert not file.exists()


def test_small_work_is_done_here_at_once_with_its_error_kept_for_later(tmp_path: Path) -> None:
    """Nobody starts a process for little, and errors come where the answer is asked for."""
    with open_beside(worth=False) as beside:
        assert isinstance(beside, Here)
        assert beside.submit(os.getpid).result() == os.getpid()
        coming = beside.submit(refuse, tmp_path)
    with pytest.raises(FileNotFoundError):
        coming.result()


def test_a_folder_is_weighed_without_being_read(tmp_path: Path) -> None:
    """A large state is worth a process; a small one and a missing one are not."""
    assert not holds_much(tmp_path / "missing")
    with (tmp_path / "arrays.npz").open("wb") as file:
        file.truncate(MUCH - 1)
    assert not holds_much(tmp_path)
    (tmp_path / "objects.json").write_text("{}")
    assert holds_much(tmp_path)
