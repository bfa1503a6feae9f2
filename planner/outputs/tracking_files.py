"""The year against the plan as files: a page and its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.outputs.folder import disk_errors
from planner.outputs.plain_page import render_page
from planner.outputs.plan import Plan
from planner.outputs.swap import Placing, nothing_more, replace_files, staging_files
from planner.outputs.tracking_page import tracking_page
from planner.tracking.following import Tracking

if TYPE_CHECKING:
    from planner.potential.standing import Standing


def save_tracking(
    plan: Plan,
    tracking: Tracking,
    standing: Standing,
    document: Mapping[str, Any],
    folder: Path,
    *,
    force: bool = False,
    placing: Placing = nothing_more,
) -> None:
    """Write track.html and track.json.

    Parameters
    ----------
    plan, tracking, standing
        What the page shows.
    document
        The same as plain values.
    folder
        Made where it does not exist.
    force
        Whether files of those names may be replaced.
    placing
        Called when both are written, just before they take their names.

    Raises
    ------
    ScenarioError
        When the folder exists and may not be written into.
    StoreError
        When the disk refuses.
    """
    if folder.exists() and (not force or not folder.is_dir()):
        message = f"{folder} already exists: choose another --out, or --force to write into it"
        raise ScenarioError(message)
    page = render_page(tracking_page(plan, tracking, standing))
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    target = folder.resolve()
    with disk_errors(folder, "written"), staging_files(target) as staging:
        (staging / "track.html").write_text(page, encoding="utf-8", errors="backslashreplace")
        (staging / "track.json").write_text(text + "\n", "utf-8", errors="backslashreplace")
        replace_files(staging, target, placing=placing)
