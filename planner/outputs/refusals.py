"""A copy of a workbook that says, in a comment at each refused cell, why it was refused."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from planner.interruptions import Undisturbed
from planner.outputs.cell_comments import CommentError, add_comments

if TYPE_CHECKING:
    from planner.inputs.edits import Edit

MOST_COPIES = 1_000


def write_refusals(path: Path, refused: Iterable[Edit]) -> tuple[Path | None, str]:
    """Write a copy of a workbook beside it, with a comment at each refused cell.

    Parameters
    ----------
    path
        The workbook that a person edited; it is read and never written.
    refused
        Edits with their cells and reasons.

    Returns
    -------
    tuple
        The copy, under a name that nothing had before, and nothing; or None and why there is none.
    """
    comments = _comments(refused)
    if not comments:
        return None, "no refused edit has a cell"
    try:
        target = _free_name(path)
        with Undisturbed(), zipfile.ZipFile(path) as source, target.open("xb") as stream:
            try:
                add_comments(source, stream, comments)
            except BaseException:
                target.unlink()
                raise
    except (CommentError, zipfile.BadZipFile, KeyError):
        return None, f"{path.name} is no XLSX workbook into which comments can be written"
    except OSError as error:
        return None, f"{path.parent} cannot be written to ({error.strerror or error})"
    return target, ""


def _comments(refused: Iterable[Edit]) -> dict[str, dict[str, str]]:
    """Return the words at each cell, by sheet."""
    said: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edit in refused:
        if edit.sheet and edit.cell:
            said[edit.sheet][edit.cell].append(f"Refused: {edit.reason}.")
    return {
        sheet: {cell: "\n".join(words) for cell, words in cells.items()}
        for sheet, cells in said.items()
    }


def _free_name(path: Path) -> Path:
    """Return a name beside the workbook that is still free."""
    stem = path.stem.partition(".refused")[0]
    for number in range(1, MOST_COPIES):
        name = f"{stem}.refused{'' if number == 1 else f'-{number}'}.xlsx"
        if not (path.parent / name).exists():
            return path.parent / name
    raise FileExistsError(17, "too many copies stand there already")
