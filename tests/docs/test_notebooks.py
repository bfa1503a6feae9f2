"""The notebooks run from top to bottom, are short, and carry no outputs."""

from __future__ import annotations

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST = 30


def read_notebook(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def test_there_is_one_for_each_purpose() -> None:
    """Explore, compare, and the API on a problem of one's own."""
    assert {path.stem for path in NOTEBOOKS} == {
        "explore_inputs_and_potential",
        "build_and_compare_scenarios",
        "python_api",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_short_and_stripped(path: Path) -> None:
    """No outputs, no counts, the usual kernel, and not more cells than one reads at a sitting."""
    notebook = read_notebook(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert len(notebook.cells) <= LONGEST


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, in a folder of its own, and shows something where it should."""
    from nbclient import NotebookClient

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    resources = {"metadata": {"path": str(tmp_path)}}
    notebook = read_notebook(path)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources)
    with warnings.catch_warnings():
        # The client and its kernel's sockets: none of it is ours. The notebook's own code runs in
        # a process of its own.
        warnings.filterwarnings("ignore", module=r"(nbclient|jupyter_client|zmq|traitlets)")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        # In a thread of its own: a browser test may have left an event loop in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(client.async_execute())).result()
    shown = [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    ]
    assert {"execute_result", "stream"} <= {output.output_type for output in shown}
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert not any(output.get("name") == "stderr" for output in shown)
