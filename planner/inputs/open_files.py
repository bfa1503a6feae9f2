"""Whether a workbook is open in a spreadsheet program, by the lock file that stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

# LibreOffice's, and Excel's.
LOCKS = (".~lock.{name}#", "~${name}")


def find_lock(path: Path) -> Path | None:
    """Return the lock file of a program that has a file open, None where there is none.

    A program that crashed leaves its lock behind: a lock is a reason to ask, and no proof.
    """
    locks = (path.with_name(lock.format(name=path.name)) for lock in LOCKS)
    return next((lock for lock in locks if lock.is_file()), None)


def find_locks(folder: Path, names: Iterable[str]) -> list[Path]:
    """Return the lock files of those of a folder's files that are open."""
    locks = (find_lock(folder / name) for name in names)
    return [lock for lock in locks if lock is not None]
