"""Puts a finished folder in the place of another in one step, so that a kill leaves one whole."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType

from planner.errors import ScenarioError
from planner.interruptions import Undisturbed, was_pressed

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
# What a file system without the call answers: fall back to two renames.
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}

Placing = Callable[[], None]


def nothing_more() -> None:
    """Do nothing before a folder takes its name."""


def staging_folder(target: Path) -> AbstractContextManager[Path]:
    """Return a new hidden folder beside ``target`` for a ``with``, removed whatever happens.

    Parents that are missing are made, and taken away again where nothing came into them.
    """
    return _Staging(target)


def staging_files(target: Path) -> AbstractContextManager[Path]:
    """Return a new hidden folder for files that join ``target``: on the same disk, so within it."""
    return _Staging(target / target.name if target.is_dir() else target)


class _Staging:
    """No generator: Ctrl-C could fall between its first half and what it is for."""

    __slots__ = ("_made", "_parents", "_target")

    def __init__(self, target: Path) -> None:
        self._target = target
        self._made: Path | None = None
        self._parents: list[Path] = []

    def __enter__(self) -> Path:
        try:
            _sweep(self._target)
            with Undisturbed():
                return self._make()
        except BaseException:
            self._remove()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def _make(self) -> Path:
        above = self._target.parent
        self._parents = _missing(above)
        above.mkdir(parents=True, exist_ok=True)
        prefix = f".{self._target.name}.{os.getpid()}-"
        self._made = Path(tempfile.mkdtemp(prefix=prefix, suffix=".writing", dir=above))
        self._made.chmod(0o777 & ~_umask())
        return self._made

    def _remove(self) -> None:
        with Undisturbed():
            if self._made is not None:
                shutil.rmtree(self._made, ignore_errors=True)
            _remove_empty(self._parents)


def discarded_if_interrupted(target: Path) -> AbstractContextManager[None]:
    """Return a ``with`` that takes a folder away again where Ctrl-C ends what was to fill it.

    One that was there before stays.
    """
    return _Discarding(target)


class _Discarding:
    __slots__ = ("_new", "_parents", "_target")

    def __init__(self, target: Path) -> None:
        self._target, self._new = target, not os.path.lexists(target)
        self._parents = _missing(target.parent)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pressed = isinstance(error, KeyboardInterrupt) or (error is not None and was_pressed())
        if pressed and self._new:
            with Undisturbed():
                shutil.rmtree(self._target, ignore_errors=True)
                _remove_empty(self._parents)


def _missing(folder: Path) -> list[Path]:
    return [one for one in (folder, *folder.parents) if not one.exists()]


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def replace_folder(
    staging: Path, target: Path, *, force: bool, placing: Placing = nothing_more
) -> None:
    """Give a finished folder its name, durably; an older one of that name ends in ``staging``.

    Parameters
    ----------
    staging, target
        The folder that is finished, and the name that it takes.
    force
        Whether it may replace another.
    placing
        Called just before, when Ctrl-C waits already.

    Raises
    ------
    ScenarioError
        If ``target`` appeared meanwhile and ``force`` is not given.
    """
    _flush(staging)
    with Undisturbed():
        placing()
        if force and target.is_dir():
            if not _rename_with(staging, target, _RENAME_EXCHANGE):
                _rename_twice(staging, target)
        elif not _rename_with(staging, target, _RENAME_NOREPLACE):
            _rename_new(staging, target)
        _flush_folder(target.parent)


def replace_files(staging: Path, target: Path, *, placing: Placing = nothing_more) -> list[str]:
    """Put finished files in the place of those of the same names in ``target``; return the names.

    Parameters
    ----------
    staging, target
        From where and to where; ``target`` is made where it is missing.
    placing
        As in :func:`replace_folder`.
    """
    names = sorted(path.name for path in staging.iterdir())
    with Undisturbed():
        placing()
        target.mkdir(exist_ok=True)
        for name in names:
            (staging / name).replace(target / name)
    return names


def replace_text(path: Path, text: str) -> None:
    """Write a short text file whole, in the place of an earlier one.

    Parameters
    ----------
    path, text
        Where, and what; line ends stay as they are.
    """
    written = path.with_name(f".{path.name}.writing")
    with Undisturbed():
        written.write_text(text, encoding="utf-8", newline="")
        written.replace(path)


def recover(target: Path) -> None:
    """Bring back an older plan that was set aside by a run that was killed between two renames."""
    backup = _backup(target)
    if backup.is_dir() and not target.exists():
        backup.rename(target)


def _rename_twice(staging: Path, target: Path) -> None:
    backup = _backup(target)
    shutil.rmtree(backup, ignore_errors=True)
    target.rename(backup)
    staging.rename(target)
    shutil.rmtree(backup, ignore_errors=True)


def _rename_new(staging: Path, target: Path) -> None:
    if os.path.lexists(target):
        message = f"{target} already exists: choose another --out, or --force to replace the plan"
        raise ScenarioError(message)
    staging.rename(target)


def _rename_with(source: Path, target: Path, flag: int) -> bool:
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED or code == errno.EEXIST:
        return False
    raise OSError(code, os.strerror(code), str(target))


def _renameat2() -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith("linux"):
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        types = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
        call.argtypes = types
    return call


def _backup(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _sweep(target: Path) -> None:
    """Remove what killed runs left behind; a run that still lives keeps its folder."""
    backup = _backup(target)
    if backup.is_dir() and target.is_dir():
        shutil.rmtree(backup, ignore_errors=True)
    prefix = f".{target.name}."
    for path in sorted(target.parent.glob(f"{_escaped(prefix)}*.writing")):
        owner = path.name.removeprefix(prefix).split("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            _flush_folder(path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
