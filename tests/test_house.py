"""The architecture's own rules: layers, sizes, and what an install brings with it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "planner").rglob("*.py"))
LONGEST_FUNCTION, LONGEST_FILE = 50, 350


def function_lengths(path: Path) -> dict[str, int]:
    lengths = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 1
            lengths[f"{path.relative_to(ROOT)}:{node.lineno}:{node.name}"] = lines
    return lengths


def test_functions_and_files_stay_readable() -> None:
    """No function is over 50 lines, no file over 350, and half the functions are under 9."""
    lengths = {name: n for path in SOURCES for name, n in function_lengths(path).items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}
    files = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: n for name, n in files.items() if n > LONGEST_FILE} == {}
    assert median(lengths.values()) <= 8


def test_imports_keep_to_the_layers() -> None:
    """Import-linter's contracts hold."""
    lint = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    "heavy", ["pandas", "numpy", "ortools", "numba", "matplotlib", "sklearn", "pydantic"]
)
def test_help_imports_nothing_heavy(heavy: str) -> None:
    """``planner --help`` comes at once because it loads none of the big libraries."""
    code = f"import sys, planner.cli.commands as c; c.planner.main(['--help'], standalone_mode=False); sys.exit({heavy!r} in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{heavy} was imported"
    assert "plan " in run.stdout


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    """Every locked dependency has a hash, and no file names an index."""
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        requirements = text.replace("\\\n", " ").splitlines()
        assert all(
            "--hash=sha256:" in line for line in requirements if line and not line.startswith("#")
        )
