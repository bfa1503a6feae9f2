"""Programs of other people that tests use where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def resave_with_spreadsheet(path: Path, folder: Path) -> Path:
    """Open a workbook in LibreOffice and save it as XLSX again; skip where there is none.

    In CI it must be there.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("LibreOffice is missing: .ci/run installs it")
    if program is None:
        pytest.skip("no spreadsheet program is on this machine")
    with tempfile.TemporaryDirectory(prefix="planner-office-") as profile:
        command = [
            program,
            "--headless",
            f"-env:UserInstallation=file://{profile}",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder),
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    saved = folder / path.with_suffix(".xlsx").name
    assert saved.is_file(), done.stdout + done.stderr
    return saved
