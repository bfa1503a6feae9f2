"""A plan's folder is whole or absent, and comes back as it went in."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from planner.errors import ScenarioError, StoreError
from planner.outputs.folder import load_plan, save_plan
from planner.outputs.plan import Plan
from planner.outputs.state import read_state, write_arrays, write_state
from planner.outputs.swap import recover

REPOSITORY = Path(__file__).parents[2]


def assert_equal(one: Any, other: Any, path: str = "plan") -> None:
    """Compare two values through every field, array and table."""
    assert type(one) is type(other), f"{path}: {type(one)} became {type(other)}"
    if is_dataclass(one):
        for item in fields(one):
            assert_equal(getattr(one, item.name), getattr(other, item.name), f"{path}.{item.name}")
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, obj=path)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, path
        np.testing.assert_array_equal(one, other, err_msg=path)
    elif sparse.issparse(one):
        assert_equal(one.toarray(), other.toarray(), path)
    elif isinstance(one, dict):
        assert list(one) == list(other), path
        for key in one:
            assert_equal(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, tuple | list):
        assert len(one) == len(other), path
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_equal(left, right, f"{path}[{place}]")
    else:
        assert one == other, path


def digests(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file by its path in the folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def leftovers(folder: Path) -> list[str]:
    """Return hidden files beside the plan, which nobody asked for."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the files that take long and that other tests read."""

    def write_nothing(*parts: Any, **_: Any) -> None:
        parts[-1].write_text("")

    for name in ("write_workbook", "write_report", "write_map"):
        monkeypatch.setattr(f"planner.outputs.writing.{name}", write_nothing)


def test_a_plan_comes_back_exactly(company: Plan, tmp_path: Path) -> None:
    """Every value, type and missing cell of a plan survives its folder."""
    saved = save_plan(company, tmp_path / "plan")
    assert_equal(saved, load_plan(tmp_path / "plan"))
    assert saved.provenance.seconds["inputs"] == 0.25


def test_long_texts_come_back_exactly(build: Callable[..., Plan], tmp_path: Path) -> None:
    """Hundreds of ids and reasons, odd letters included, survive the state."""
    plan = build(accounts=700, reps=5, seed=3, names=("Ünï 😀", "\u202e", ""))
    odd = replace(plan, reasons=tuple("\udcff" if n % 2 else "é\n" for n in range(700)))
    write_state(odd, tmp_path)
    volatile = {"seconds": odd.provenance.seconds, "peak_memory_mb": odd.provenance.peak_memory_mb}
    assert_equal(odd, read_state(tmp_path, volatile))


def test_only_arrays_that_become_small_are_packed(tmp_path: Path) -> None:
    """Noise is written as it is, repeated figures packed; both come back, empty ones too."""
    arrays = {
        "noise": np.random.default_rng(1).random(5000),
        "steps": np.repeat(np.arange(50), 100),
        "none": np.zeros((0, 3)),
        "one": np.array(7),
    }
    write_arrays(arrays, tmp_path / "arrays.npz")
    with zipfile.ZipFile(tmp_path / "arrays.npz") as packed:
        sizes = {one.filename: (one.compress_size, one.file_size) for one in packed.infolist()}
    assert sizes["noise.npy"][0] == sizes["noise.npy"][1]
    assert sizes["steps.npy"][0] < sizes["steps.npy"][1] / 10
    with np.load(tmp_path / "arrays.npz") as stored:
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)


def test_the_same_plan_gives_the_same_bytes(company: Plan, tmp_path: Path) -> None:
    """Two saves differ in seconds and memory only, and those stand in plan.json alone."""
    save_plan(company, tmp_path / "one")
    slower = replace(company.provenance, seconds={"inputs": 9.0}, peak_memory_mb=9.0)
    save_plan(replace(company, provenance=slower), tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    heads = [json.loads(files.pop("plan.json")) for files in (one, two)]
    assert one == two
    for head in heads:
        del head["seconds"], head["peak_memory_mb"]
    assert heads[0] == heads[1]


@pytest.mark.usefixtures("quick")
def test_an_existing_folder_is_refused(company: Plan, tmp_path: Path) -> None:
    """Without force nothing that stands there is touched."""
    target = tmp_path / "plan"
    save_plan(company, target)
    before = digests(target)
    with pytest.raises(ScenarioError, match="already exists"):
        save_plan(company, target)
    assert digests(target) == before
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_force_replaces_a_plan(company: Plan, build: Callable[..., Plan], tmp_path: Path) -> None:
    """With force the new plan stands in the old one's place, and nothing else is left."""
    target = tmp_path / "plan"
    save_plan(company, target)
    (target / "note.txt").write_text("old")
    save_plan(build(accounts=30, reps=4, seed=2), target, force=True)
    assert len(load_plan(target).territory_of_account) == 30
    assert not (target / "note.txt").exists()
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_force_spares_what_is_no_plan(company: Plan, tmp_path: Path) -> None:
    """A folder of other things is never replaced, whatever the options."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("dear")
    with pytest.raises(ScenarioError, match="something else"):
        save_plan(company, tmp_path / "papers", force=True)
    with pytest.raises(ScenarioError, match="is a file"):
        save_plan(company, tmp_path / "papers" / "letter.txt", force=True)
    assert (tmp_path / "papers" / "letter.txt").read_text() == "dear"


@pytest.mark.usefixtures("quick")
def test_two_renames_recover_the_older_plan(company: Plan, tmp_path: Path) -> None:
    """A plan set aside by a killed run is brought back before anything is read."""
    save_plan(company, tmp_path / "plan")
    (tmp_path / "plan").rename(tmp_path / ".plan.before")
    assert len(load_plan(tmp_path / "plan").territory_of_account) == 12
    recover(tmp_path / "plan")
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_without_exchange_two_renames_do_it(
    company: Plan, build: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system without an exchange the plan is replaced all the same."""
    monkeypatch.setattr("planner.outputs.swap._renameat2", lambda: None)
    save_plan(company, tmp_path / "plan")
    with pytest.raises(ScenarioError, match="already exists"):
        save_plan(company, tmp_path / "plan")
    save_plan(build(accounts=30, reps=4, seed=2), tmp_path / "plan", force=True)
    assert len(load_plan(tmp_path / "plan").territory_of_account) == 30
    assert leftovers(tmp_path) == []


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_nothing(
    company: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up while writing gives one message and no folder."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planner.outputs.writing.write_plan_json", full)
    with pytest.raises(StoreError, match="No space left on device"):
        save_plan(company, tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_parent_that_is_a_file_is_a_store_error(company: Plan, tmp_path: Path) -> None:
    """A place where no folder can be made is named."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        save_plan(company, tmp_path / "file" / "plan")


def test_foreign_folders_are_refused(tmp_path: Path) -> None:
    """What is no plan's folder says so, and never a traceback."""
    with pytest.raises(ScenarioError, match="no such folder"):
        load_plan(tmp_path / "absent")
    with pytest.raises(ScenarioError, match=r"no plan\.json"):
        load_plan(tmp_path)
    (tmp_path / "plan.json").write_text('{"format": "other"}')
    with pytest.raises(ScenarioError, match="not written by the planner"):
        load_plan(tmp_path)
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        load_plan(tmp_path)


@pytest.mark.usefixtures("quick")
def test_every_damaged_file_of_the_state_is_noticed(company: Plan, tmp_path: Path) -> None:
    """One changed byte in any file, or a missing file, is named."""
    save_plan(company, tmp_path / "plan")
    for path in sorted((tmp_path / "plan" / "state").iterdir()):
        good = path.read_bytes()
        path.write_bytes(good[:-3] + bytes([good[-3] ^ 1]) + good[-2:])
        with pytest.raises(StoreError, match="damaged"):
            load_plan(tmp_path / "plan")
        path.unlink()
        with pytest.raises(StoreError, match="damaged"):
            load_plan(tmp_path / "plan")
        path.write_bytes(good)
    load_plan(tmp_path / "plan")


@pytest.mark.usefixtures("quick")
def test_a_newer_format_is_refused(company: Plan, tmp_path: Path) -> None:
    """A folder of a later planner says which format it has."""
    save_plan(company, tmp_path / "plan")
    head = json.loads((tmp_path / "plan" / "plan.json").read_text())
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(head | {"format_version": 99}))
    with pytest.raises(StoreError, match="99"):
        load_plan(tmp_path / "plan")


SAVE_FOR_EVER = """
import sys
from pathlib import Path
from planner.outputs import writing
from planner.outputs.folder import load_plan, save_plan

def write_nothing(*parts, **_):
    parts[-1].write_text("")

# The slow files are left out, so that kills fall on all moments of a save alike.
for name in ("write_workbook", "write_report", "write_map"):
    setattr(writing, name, write_nothing)
one, two, target = (Path(argument) for argument in sys.argv[1:])
plans = [load_plan(one), load_plan(two)]
print("ready", flush=True)
while True:
    for plan in plans:
        save_plan(plan, target, force=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.usefixtures("quick")
def test_a_kill_leaves_the_old_plan_or_the_new_one(
    company: Plan, build: Callable[..., Plan], tmp_path: Path
) -> None:
    """Whatever the moment of a kill, a whole plan stands, and the next save sweeps up."""
    save_plan(company, tmp_path / "one")
    save_plan(build(accounts=30, reps=4, seed=2), tmp_path / "two")
    target = tmp_path / "out" / "plan"
    save_plan(company, target)
    moments = random.Random(7)
    for _ in range(4):
        arguments = [
            sys.executable,
            "-c",
            SAVE_FOR_EVER,
            tmp_path / "one",
            tmp_path / "two",
            target,
        ]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=REPOSITORY) as saving:
            assert saving.stdout is not None
            assert saving.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0.01, 0.6))
            os.kill(saving.pid, signal.SIGKILL)
        assert len(load_plan(target).territory_of_account) in {12, 30}
    save_plan(company, target, force=True)
    assert leftovers(tmp_path / "out") == []
