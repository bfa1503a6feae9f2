"""Folders and files that take their names: whole or not at all, wherever Ctrl-C falls."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.interruptions import finish_undisturbed
from planner.outputs import swap
from planner.outputs.swap import (
    discarded_if_interrupted,
    replace_files,
    replace_folder,
    staging_files,
    staging_folder,
)
from tests.pressing import press_everywhere

NAMES = ("one.txt", "two.txt")


def fill(folder: Path, words: str) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / name).write_text(words, encoding="utf-8")


def read(folder: Path) -> set[str]:
    """Return what the files say, which must be both there, or neither."""
    assert sorted(path.name for path in folder.iterdir()) == list(NAMES)
    return {(folder / name).read_text(encoding="utf-8") for name in NAMES}


def place_folder(target: Path) -> None:
    """Write a folder and let it take the name."""
    with staging_folder(target) as staging:
        fill(staging, "new")
        replace_folder(staging, target, force=True, placing=finish_undisturbed)


def place_files(target: Path) -> None:
    """Write files and let them join those that are there."""
    with staging_files(target) as staging:
        fill(staging, "new")
        replace_files(staging, target, placing=finish_undisturbed)


# Ctrl-C may fall between the opening of a file and who would close it.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize(
    ("place", "stands", "exchange"),
    [
        (place_folder, False, True),
        (place_folder, True, True),
        (place_folder, True, False),
        (place_files, False, True),
        (place_files, True, True),
    ],
)
def test_ctrl_c_leaves_the_old_or_the_new_and_nothing_beside(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path], None],
    stands: bool,
    exchange: bool,
) -> None:
    """Ended by Ctrl-C, the old stands (or nothing, not even a parent); else the new is whole."""
    monkeypatch.setattr(swap, "_flush", lambda _folder: None)
    if not exchange:
        monkeypatch.setattr(swap, "_renameat2", lambda: None)
    target = tmp_path / "here" / "deep" / "target"

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "here", ignore_errors=True)
        if stands:
            fill(target, "old")
        return lambda: place(target)

    def judge(ended: bool) -> None:
        if ended and not stands:
            assert list(tmp_path.iterdir()) == []
            return
        assert read(target) == {"old" if ended else "new"}
        assert list(target.parent.iterdir()) == [target]

    assert press_everywhere(begin, judge) > 100


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_what_ctrl_c_ends_is_taken_away_unless_it_stood_before(tmp_path: Path) -> None:
    """A folder that was made for it goes with the parents made for it; another stays."""
    target = tmp_path / "here" / "target"

    def work(ends: BaseException | None = None) -> None:
        with discarded_if_interrupted(target):
            fill(target, "new")
            if ends is not None:
                raise ends
            finish_undisturbed()

    def begin() -> Callable[[], None]:
        shutil.rmtree(tmp_path / "here", ignore_errors=True)
        return work

    def judge(ended: bool) -> None:
        if ended:
            assert list(tmp_path.iterdir()) == []
        else:
            assert read(target) == {"new"}

    assert press_everywhere(begin, judge) > 20
    with pytest.raises(KeyboardInterrupt):
        work(KeyboardInterrupt())
    assert read(target) == {"new"}
    shutil.rmtree(tmp_path / "here")
    with pytest.raises(ValueError, match="mine"):
        work(ValueError("mine"))
    assert read(target) == {"new"}
