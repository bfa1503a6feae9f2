"""What is kept of each finished combination of a sweep, so that it is never planned twice."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.errors import ScenarioError
from planner.outputs.folder import disk_errors
from planner.outputs.summary import plain_json
from planner.outputs.swap import replace_folder, replace_text, staging_folder
from planner.outputs.sweep_rows import SweepRow

RECORDS, PLANS = "records", "plans"


def open_sweep(folder: Path) -> None:
    """Make a sweep's folder, or go on in one that is there.

    Raises
    ------
    ScenarioError
        When something else than a sweep stands there.
    StoreError
        When the disk refuses.
    """
    with disk_errors(folder, "written"):
        if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORDS).is_dir():
            raise ScenarioError(
                f"{folder} holds something else than a sweep: choose another --out."
            )
        if folder.exists() and not folder.is_dir():
            raise ScenarioError(f"{folder} is a file, not a folder: choose another --out.")
        (folder / RECORDS).mkdir(parents=True, exist_ok=True)
        (folder / PLANS).mkdir(exist_ok=True)


def combination_key(
    scenario: Mapping[str, Any], inputs: Mapping[str, str], versions: Mapping[str, str]
) -> str:
    """Return the SHA-256 of everything that a combination's plan follows from.

    Parameters
    ----------
    scenario
        As resolved.
    inputs
        SHA-256 of each table's source.
    versions
        Of what works it out.
    """
    parts = [plain_json(part) for part in (dict(scenario), dict(inputs), dict(versions))]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def save_record(folder: Path, row: SweepRow, key: str, archive: bytes) -> None:
    """Keep a finished combination: its plan's folder first, then the record that vouches for it.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    with disk_errors(folder, "written"):
        target = folder / PLANS / row.name
        if archive:
            with staging_folder(target) as staging:
                with tarfile.open(fileobj=io.BytesIO(archive)) as content:
                    content.extractall(staging, filter="data")
                replace_folder(staging, target, force=True)
        record = {"key": key, "plan": digest_folder(target) if archive else "", **row.as_dict()}
        text = json.dumps(record, indent=1, allow_nan=False) + "\n"
        replace_text(folder / RECORDS / f"{row.name}.json", text)


def read_record(folder: Path, name: str, key: str, *, keep: bool) -> SweepRow | None:
    """Return what a combination reached, None where that must be worked out (again).

    Parameters
    ----------
    folder, name
        The sweep's, and the combination's.
    key
        What it follows from now: a record of anything else is not trusted.
    keep
        Whether its plan's folder must be there too, whole and unchanged.
    """
    try:
        record = json.loads((folder / RECORDS / f"{name}.json").read_text(encoding="utf-8"))
        known, digest = record.pop("key"), record.pop("plan")
        row = SweepRow(**record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if known != key:
        return None
    if keep and row.planned and digest != digest_folder(folder / PLANS / name):
        return None
    return row


def digest_folder(folder: Path) -> str:
    """Return the SHA-256 of a folder's files with their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
