"""A plan's folder: written whole or not at all, and read back exactly."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import PlannerError, ScenarioError, StoreError
from planner.inputs.open_files import find_locks
from planner.outputs.plan import Plan
from planner.outputs.state import read_state, write_state
from planner.outputs.summary import FORMAT, FORMAT_VERSION
from planner.outputs.swap import Placing, nothing_more, recover, replace_folder, staging_folder
from planner.outputs.writing import Drawn, FolderWriter, without_past, write_documents, write_folder
from planner.second_process import Beside, Here

MANIFEST = "manifest.json"
# From here on the documents take longer to write than a second process takes to start.
MANY_ACCOUNTS = 20_000


def save_plan(
    plan: Plan,
    folder: Path,
    *,
    force: bool = False,
    extra: Mapping[str, FolderWriter] | None = None,
    progress: Callable[[str], None] | None = None,
    placing: Placing = nothing_more,
    beside: Beside | None = None,
    drawn: Drawn | None = None,
) -> Plan:
    """Write a plan's whole folder; nobody ever sees half of one.

    Everything goes to a hidden sibling folder first, is flushed to the disk and then takes its
    name in one step. An earlier plan stands until the new one is whole.

    Parameters
    ----------
    folder
        Where the plan goes; missing parents are made.
    force
        Whether an earlier plan of that name may be replaced. Nothing but a plan's folder
        (or an empty one) is ever replaced.
    extra
        Further files by name, each with the function that writes it.
    progress
        Called with the name of each file before it is written.
    placing
        Called when all is written, just before the folder takes its name.
    beside
        Where the documents may be written while the rest is; by default here.
    drawn
        The plan's areas and map, where somebody draws them already.

    Returns
    -------
    Plan
        The same plan with the seconds of this stage.

    Raises
    ------
    ScenarioError
        If the folder exists and ``force`` is not given, or is no plan's folder.
    StoreError
        If the disk is full, read-only or refuses; no partial folder is left.
    """
    target = _resolve(folder)
    with disk_errors(target, "written"):
        recover(target)
        refuse_existing(target, force=force)
        with staging_folder(target) as staging:
            hands = (progress or _silent, beside or Here(), drawn)
            timed = _fill(plan, staging, extra or {}, *hands)
            replace_folder(staging, target, force=force, placing=placing)
    return timed


def refuse_existing(folder: Path, *, force: bool) -> None:
    """Refuse a folder that may not be written, before any work is done.

    Raises
    ------
    ScenarioError
        If something stands there and ``force`` is not given, or it is no plan's folder.
    StoreError
        If its workbook is open in a spreadsheet program.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        message = f"{folder} is a file, not a folder: choose another --out"
        raise ScenarioError(message)
    if not force:
        message = f"{folder} already exists: choose another --out, or --force to replace the plan"
        raise ScenarioError(message)
    if any(folder.iterdir()) and not _is_plan_folder(folder):
        message = f"{folder} holds something else than a plan, so --force does not replace it"
        raise ScenarioError(message)
    _refuse_open(folder)


def _refuse_open(folder: Path) -> None:
    """Refuse to replace a plan whose workbook is open: saved later, it would stand in the new plan."""
    locks = find_locks(folder, [path.name for path in folder.glob("*.xlsx")])
    if locks:
        message = (
            f"{folder} holds a workbook that is open in a spreadsheet program: close it first, or "
            f"choose another --out. If nobody has it open, remove {locks[0].name}"
        )
        raise StoreError(message)


def check_target(folder: Path, *, force: bool) -> None:
    """Refuse a place where no plan can be written, before any work is done.

    Raises
    ------
    ScenarioError
        If something stands there that may not be replaced.
    StoreError
        If the disk would not let it be written.
    """
    target = _resolve(folder)
    with disk_errors(target, "written"):
        refuse_existing(target, force=force)
        above = next(parent for parent in target.parents if os.path.lexists(parent))
        if not above.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{above} is a file, not a folder")
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"{above} may not be written to")


def _resolve(folder: Path) -> Path:
    """Return the folder that is meant, links followed."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError):
        message = f"{folder} cannot be a plan's folder: its links lead in a circle"
        raise ScenarioError(message) from None


def load_plan(folder: Path) -> Plan:
    """Read a plan back from its folder, and from nothing else.

    Returns
    -------
    Plan
        Equal to the plan that was saved, in every value.

    Raises
    ------
    ScenarioError
        If there is no plan's folder.
    StoreError
        If the folder is damaged, or was written by a version that this one cannot read.
    """
    target = _resolve(folder)
    with disk_errors(target, "read"):
        recover(target)
        head = _read_head(target)
        _check_manifest(target / "state")
        return _read_checked(target, head)


def is_large(plan: Plan) -> bool:
    """Return whether a plan is worth a second process to write it."""
    return len(plan.data.accounts) >= MANY_ACCOUNTS


def _read_head(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        message = f"{folder} is no plan's folder: there is no such folder"
        raise ScenarioError(message)
    if not (folder / "plan.json").is_file():
        message = f"{folder} is no plan's folder: it has no plan.json"
        raise ScenarioError(message)
    try:
        head = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{folder / 'plan.json'} is damaged: {error}"
        raise StoreError(message) from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        message = f"{folder} is no plan's folder: its plan.json was not written by the planner"
        raise ScenarioError(message)
    if head.get("format_version") != FORMAT_VERSION:
        message = f"{folder} has format {head.get('format_version')!r}, this planner reads {FORMAT_VERSION}"
        raise StoreError(message)
    return head


def _read_checked(folder: Path, head: dict[str, Any]) -> Plan:
    volatile = {
        "seconds": head.get("seconds") or {},
        "peak_memory_mb": head.get("peak_memory_mb") or 0.0,
    }
    try:
        return read_state(folder / "state", volatile)
    except (ValueError, TypeError, KeyError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        message = f"the state of {folder} is damaged: {error}"
        raise StoreError(message) from error


def _check_manifest(state: Path) -> None:
    try:
        listed = json.loads((state / MANIFEST).read_text(encoding="ascii"))
        expected = {str(name): str(digest) for name, digest in listed.items()}
    except (ValueError, AttributeError, FileNotFoundError) as error:
        message = f"{state} is damaged: its list of files cannot be read ({error})"
        raise StoreError(message) from error
    for name, digest in expected.items():
        path = state / Path(name).name
        if not path.is_file() or _digest(path) != digest:
            message = f"{path} is missing or damaged: plan again, or restore the folder"
            raise StoreError(message)


def _fill(
    plan: Plan,
    staging: Path,
    extra: Mapping[str, FolderWriter],
    progress: Callable[[str], None],
    beside: Beside,
    drawn: Drawn | None,
) -> Plan:
    """Fill a new folder; where anything fails, nothing is written to it any more afterwards."""
    began = time.perf_counter()
    progress("documents")
    documents = beside.submit(write_documents, without_past(plan), staging)

    def timed() -> Plan:
        _list_state(staging / "state")
        documents.result()
        seconds = plan.provenance.seconds | {"outputs": round(time.perf_counter() - began, 3)}
        return replace(plan, provenance=replace(plan.provenance, seconds=seconds))

    try:
        progress("state")
        (staging / "state").mkdir()
        write_state(plan, staging / "state")
        return write_folder(plan, staging, extra, progress, timed, drawn)
    except BaseException:
        beside.stop()
        raise


def _list_state(state: Path) -> None:
    """Write the list of a state's files, with which its reader sees whether they are whole."""
    digests = {path.name: _digest(path) for path in sorted(state.iterdir())}
    (state / MANIFEST).write_text(json.dumps(digests, indent=1) + "\n", encoding="ascii")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_plan_folder(folder: Path) -> bool:
    try:
        _read_head(folder)
    except StoreError:
        return True
    except (PlannerError, OSError):
        return False
    return True


def _silent(_name: str) -> None:
    return None


@contextmanager
def disk_errors(target: Path, verb: str) -> Iterator[None]:
    """Turn what a disk refuses into a StoreError that names the place."""
    try:
        yield
    except OSError as error:
        message = f"{target} cannot be {verb}: {error.strerror or error}"
        raise StoreError(message) from error
