"""Kills, interruptions and disks that refuse: the old plan or the new one, whole, and a message."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from planner.outputs.folder import load_plan
from tests.cli.test_plan import FILES
from tests.conftest import ROOT

KILLS = int(os.environ.get("PLANNER_FAULT_RUNS", "8"))
INTERRUPTIONS = max(KILLS // 4, 2)
QUICK = (
    "potential.method=last_year", "potential.remove_rep_effect=false", "outcomes.draws=200",
)  # fmt: skip
# Numbers of the kernel: what prctl is asked, and the right to pass over modes.
CAPBSET_DROP, DAC_OVERRIDE = 24, 1


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny company's tables and scenarios."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    folder = tmp_path_factory.mktemp("tiny")
    write_company(build_company(accounts=80, reps=5, seed=7), folder)
    return folder


@pytest.fixture(scope="module")
def old_plan(company: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A plan that stands, and how many seconds making it took."""
    folder = tmp_path_factory.mktemp("stands") / "plan"
    began = time.monotonic()
    done = finish(start(company, folder, "--set", 'name="Old"'))
    assert done.returncode == 0, done.stderr
    return folder, time.monotonic() - began


def command(company: Path, out: Path, *more: str) -> list[str]:
    settings = [part for setting in QUICK for part in ("--set", setting)]
    scenario = str(company / "baseline.toml")
    return [
        sys.executable,
        str(ROOT / "cli.py"),
        "plan",
        scenario,
        "--out",
        str(out),
        *settings,
        *more,
    ]


def heed_interruptions() -> None:
    """Let Ctrl-C reach the run, also where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(
    company: Path, out: Path, *more: str, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Start a planning run in a process of its own."""

    def prepare() -> None:
        heed_interruptions()
        if before is not None:
            before()

    return subprocess.Popen(
        command(company, out, *more),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=prepare,  # noqa: PLW1509  (a limit can only be set in the child)
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for a run, and see that it ended without a traceback."""
    printed, said = process.communicate(timeout=300)
    assert "Traceback" not in said, said
    return subprocess.CompletedProcess(process.args, process.returncode, printed, said)


def beside(folder: Path) -> list[str]:
    """Return what stands beside a plan's folder, hidden files included."""
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def is_whole(folder: Path) -> None:
    """Assert that a plan's folder can be read and lacks no file."""
    load_plan(folder)
    assert {path.name for path in folder.iterdir()} >= set(FILES)
    json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def test_a_kill_at_any_moment_leaves_the_old_plan_or_the_new_one(
    company: Path, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Killed without warning, run after run, the folder is whole; the last run sweeps what they left."""
    plan, seconds = tmp_path / "plan", old_plan[1]
    shutil.copytree(old_plan[0], plan)
    random = Random(20270101)
    for number in range(KILLS):
        process = start(company, plan, "--force", "--set", f'name="New {number}"')
        # Half of the kills fall into the last third, where the folder is written and swapped.
        moment = random.uniform(0.66, 1.05) if number % 2 else random.uniform(0.0, 1.0)
        time.sleep(moment * seconds)
        process.kill()
        process.communicate()
        is_whole(plan)
    assert finish(start(company, plan, "--force", "--set", 'name="Last"')).returncode == 0
    is_whole(plan)
    assert load_plan(plan).provenance.name == "Last"
    assert beside(plan) == []


def test_a_kill_while_the_folder_is_written_is_swept(
    company: Path, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Killed as soon as its hidden folder is there, a run leaves the old plan, and the next one tidies."""
    plan = tmp_path / "plan"
    shutil.copytree(old_plan[0], plan)
    process = start(company, plan, "--force", "--set", 'name="New"')
    while process.poll() is None and not beside(plan):
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert beside(plan)
    assert load_plan(plan).provenance.name == "Old"
    assert finish(start(company, plan, "--force")).returncode == 0
    assert beside(plan) == []


def test_an_interruption_at_any_moment_leaves_a_plan_or_none(
    company: Path, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Ctrl-C ends with 0 and a whole plan, or with 130, a message and no folder."""
    random = Random(4)
    for number in range(INTERRUPTIONS):
        plan = tmp_path / str(number) / "plan"
        plan.parent.mkdir()
        process = start(company, plan)
        # The first moments belong to Python itself, which no program of it can answer for.
        time.sleep(0.5 + random.uniform(0.0, 0.9) * old_plan[1])
        process.send_signal(signal.SIGINT)
        done = finish(process)
        if done.returncode == 0:
            is_whole(plan)
        else:
            assert done.returncode == 130, done.stderr
            assert "no plan was written" in done.stderr
            assert not plan.exists()
        assert beside(plan) == []


INTERRUPTER = """
import os, signal, sys
import planner.pipeline.planning as planning
told, wanted = planning._word_state, sys.argv.pop(1)
def interrupt(state, code):
    if (state.cost is not None) == (wanted == "late"):
        os.kill(os.getpid(), signal.SIGINT)
    return told(state, code)
planning._word_state = interrupt
from planner.cli import main
main()
"""


@pytest.mark.parametrize("moment", ["early", "late"])
def test_ctrl_c_in_the_alignment_keeps_the_best_so_far(
    company: Path, tmp_path: Path, moment: str
) -> None:
    """Once there is an alignment the plan is written and says so; before, there is none and 130."""
    plan = tmp_path / "plan"
    arguments = [sys.executable, "-c", INTERRUPTER, moment, *command(company, plan)[2:]]
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT,
        preexec_fn=heed_interruptions,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    if moment == "late":
        assert done.returncode == 0, done.stderr
        assert "best" in done.stdout
        assert "nterrupted" in done.stdout
        is_whole(plan)
        assert load_plan(plan).interrupted
    else:
        assert done.returncode == 130, done.stdout + done.stderr
        assert "no plan was written" in done.stderr
        assert not plan.exists()


def obey_modes() -> None:
    """Let the modes of files bind root too, where the tests run as root."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(CAPBSET_DROP, DAC_OVERRIDE, 0, 0, 0):
        raise OSError("root cannot be told to obey the modes of files")


def test_a_folder_that_may_not_be_written(
    company: Path, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """A read-only parent is exit 5 with its name, and the plan in it stays as it is."""
    plan = tmp_path / "locked" / "plan"
    shutil.copytree(old_plan[0], plan)
    plan.parent.chmod(0o555)
    try:
        done = finish(start(company, plan, "--force", before=obey_modes))
    finally:
        plan.parent.chmod(0o755)
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(plan) in done.stderr
    assert "may not be written" in done.stderr
    is_whole(plan)
    assert beside(plan) == []


def fill_up() -> None:
    """Let no file grow beyond 20 kB, as a full disk would."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_is_full(company: Path, old_plan: tuple[Path, float], tmp_path: Path) -> None:
    """A file that cannot grow is exit 5 and a message; the old plan stands, no half of one is left."""
    plan = tmp_path / "plan"
    shutil.copytree(old_plan[0], plan)
    done = finish(start(company, plan, "--force", before=fill_up))
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(plan) in done.stderr
    is_whole(plan)
    assert beside(plan) == []


def test_a_reader_that_goes_away(company: Path, tmp_path: Path) -> None:
    """``planner plan … | head -1`` ends quietly, with the whole plan."""
    plan = tmp_path / "plan"
    process = start(company, plan, "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=300) == 0, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    is_whole(plan)


@pytest.mark.parametrize("name", ["file", "file/plan", "folder", "loop", "loop/plan", "x" * 300])
def test_an_output_that_cannot_be(company: Path, tmp_path: Path, name: str) -> None:
    """A file, a path below one, a folder of other things, a link to itself, too long a name."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.rglob("*"))
    done = finish(start(company, tmp_path / name, "--force"))
    assert done.returncode in {2, 5}, done.stdout + done.stderr
    assert name[:50] in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
