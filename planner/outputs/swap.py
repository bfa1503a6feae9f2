"""Puts a finished folder in the place of another in one step, so that a kill leaves one whole."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import ScenarioError

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
# What a file system without the call answers: fall back to two renames.
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Yield a new hidden folder beside ``target``, and remove it whatever happens."""
    _sweep(target)
    prefix = f".{target.name}.{os.getpid()}-"
    staging = Path(tempfile.mkdtemp(prefix=prefix, suffix=".writing", dir=target.parent))
    try:
        staging.chmod(0o777 & ~_umask())
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def replace_folder(staging: Path, target: Path, *, force: bool) -> None:
    """Give a finished folder its name, durably; an older one of that name ends in ``staging``.

    Raises
    ------
    ScenarioError
        If ``target`` appeared meanwhile and ``force`` is not given.
    """
    _flush(staging)
    if force and target.is_dir():
        if not _rename_with(staging, target, _RENAME_EXCHANGE):
            _rename_twice(staging, target)
    elif not _rename_with(staging, target, _RENAME_NOREPLACE):
        _rename_new(staging, target)
    _flush_folder(target.parent)


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
