"""Kills, interruptions and disks that refuse: the old plan or the new one, whole, and a message."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from planner.outputs.folder import load_plan
from tests.cli.nursery import Done, Nursery, open_nursery
from tests.cli.nursery import Run as Going
from tests.cli.small_company import QUICK
from tests.cli.test_plan import FILES
from tests.conftest import ROOT

KILLS = int(os.environ.get("PLANNER_FAULT_RUNS", "50"))
INTERRUPTIONS = max(KILLS // 8, 2)
ATTEMPTS = 10
# Numbers of the kernel: what prctl is asked, and the right to pass over modes.
CAPBSET_DROP, DAC_OVERRIDE = 24, 1


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny company's tables and scenarios."""
    from planner.inputs.demo.company import build_company
    from planner.inputs.demo.writing import write_company

    folder = tmp_path_factory.mktemp("tiny")
    write_company(build_company(accounts=50, reps=4, seed=7), folder)
    return folder


@pytest.fixture(scope="module")
def nursery(company: Path) -> Iterator[Nursery]:
    """What forks this module's runs."""
    with open_nursery(company) as opened:
        yield opened


@pytest.fixture(scope="module")
def old_plan(
    company: Path, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, float]:
    """A plan that stands, and how many seconds making one takes."""
    folder = tmp_path_factory.mktemp("stands") / "plan"
    done = nursery.start(*words(company, folder, "--set", 'name="Old"')).finish()
    assert done.returncode == 0, done.stderr
    # The first run of a new checkout compiles, and its time would not be that of the next ones.
    began = time.monotonic()
    again = nursery.start(*words(company, folder.with_name("again"))).finish()
    assert again.returncode == 0, again.stderr
    return folder, time.monotonic() - began


def words(company: Path, out: Path, *more: str) -> list[str]:
    """Return the words of a quick planning run."""
    settings = [part for setting in QUICK for part in ("--set", setting)]
    return ["plan", str(company / "baseline.toml"), "--out", str(out), *settings, *more]


def obey_modes() -> None:
    """Let the modes of files bind root too, where the tests run as root."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(CAPBSET_DROP, DAC_OVERRIDE, 0, 0, 0):
        raise OSError("root cannot be told to obey the modes of files")


def heed_interruptions() -> None:
    """Let Ctrl-C reach the run, also where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_process(
    company: Path, out: Path, *more: str, before: Callable[[], None] = heed_interruptions
) -> subprocess.Popen[str]:
    """Start a planning run as a user's shell does."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words(company, out, *more)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before,  # noqa: PLW1509  (what binds the child can only be set in it)
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for a process, and see that it ended without a traceback."""
    printed, said = process.communicate(timeout=600)
    assert "Traceback" not in said, said
    return Done(returncode=process.returncode, stdout=printed, stderr=said)


def beside(folder: Path) -> list[str]:
    """Return what stands beside a plan's folder, hidden files included."""
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def is_whole(folder: Path) -> None:
    """Assert that a plan's folder can be read and lacks no file."""
    load_plan(folder)
    assert {path.name for path in folder.iterdir()} >= set(FILES)
    json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def test_a_kill_at_any_moment_leaves_the_old_plan_or_the_new_one(
    company: Path, nursery: Nursery, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Killed without warning, run after run, the folder is whole; the last run sweeps what they left."""
    plan, seconds = tmp_path / "plan", old_plan[1]
    shutil.copytree(old_plan[0], plan)
    random = Random(20270101)
    for number in range(KILLS):
        run = nursery.start(*words(company, plan, "--force", "--set", f'name="New {number}"'))
        # Half of the kills fall into the last third, where the folder is written and swapped.
        moment = random.uniform(0.66, 1.05) if number % 2 else random.uniform(0.0, 1.0)
        time.sleep(moment * seconds)
        kill(run)
        is_whole(plan)
    last = nursery.start(*words(company, plan, "--force", "--set", 'name="Last"')).finish()
    assert last.returncode == 0
    is_whole(plan)
    assert load_plan(plan).provenance.name == "Last"
    assert beside(plan) == []


def kill(run: Going) -> int:
    """End a run without warning, and return how it ended."""
    run.send(signal.SIGKILL)
    return run.finish().returncode


def test_a_kill_while_the_folder_is_written_is_swept(
    company: Path, nursery: Nursery, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Killed as soon as its hidden folder is there, a run leaves the old plan, and the next one tidies."""
    plan = tmp_path / "plan"
    # A machine that pauses this test lets the run end before it is killed; then it is begun again.
    for _ in range(ATTEMPTS):
        shutil.rmtree(plan, ignore_errors=True)
        shutil.copytree(old_plan[0], plan)
        run = nursery.start(*words(company, plan, "--force", "--set", 'name="New"'))
        while not (beside(plan) or run.ended):
            time.sleep(0.002)
        if kill(run) == -signal.SIGKILL and beside(plan):
            break
    assert beside(plan)
    assert load_plan(plan).provenance.name == "Old"
    assert nursery.start(*words(company, plan, "--force")).finish().returncode == 0
    assert beside(plan) == []


def judge_interrupted(done: Done, plan: Path) -> None:
    """Assert that Ctrl-C ended with a whole plan, or with a message and none."""
    if done.returncode == 0:
        is_whole(plan)
    else:
        assert done.returncode == 130, done.stderr
        assert "no plan was written" in done.stderr
        assert not plan.exists()
    assert beside(plan) == []
    assert done.temporary == ()


def test_an_interruption_at_any_moment_leaves_a_plan_or_none(
    company: Path, nursery: Nursery, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """Ctrl-C, once or twice, ends with 0 and a whole plan, or with 130, a message and no folder."""
    random = Random(4)
    for number in range(INTERRUPTIONS):
        plan = tmp_path / str(number) / "plan"
        plan.parent.mkdir()
        run = nursery.start(*words(company, plan))
        time.sleep(random.uniform(0.01, 1.0) * old_plan[1])
        run.send(signal.SIGINT)
        if number % 2:
            time.sleep(random.choice((0.0, 0.002, 0.02, 0.2)))
            run.send(signal.SIGINT)
        judge_interrupted(run.finish(), plan)


IMPORTER = """
import os, signal, sys
wanted = sys.argv.pop(1)
class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupter())
from planner.cli import main
main()
"""


@pytest.mark.parametrize(
    "name", ["click", "planner.cli.failures", "planner.cli.planning", "numpy", "duckdb", "pandas"]
)
def test_an_interruption_while_it_imports_leaves_none(
    company: Path, tmp_path: Path, name: str
) -> None:
    """Ctrl-C while a module is looked for, the command line's own included: 130 and a message."""
    plan = tmp_path / "plan"
    done = run_program(IMPORTER, name, *words(company, plan))
    assert done.returncode == 130, done.stderr
    judge_interrupted(done, plan)


def run_program(program: str, *arguments: str) -> Done:
    """Run a program around the command line in a process that heeds Ctrl-C."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False,
        timeout=600, cwd=ROOT, preexec_fn=heed_interruptions,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Done(returncode=done.returncode, stdout=done.stdout, stderr=done.stderr)


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
    done = run_program(INTERRUPTER, moment, *words(company, plan))
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


def test_a_folder_that_may_not_be_written(
    company: Path, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """A read-only parent is exit 5 with its name, and the plan in it stays as it is."""
    plan = tmp_path / "locked" / "plan"
    shutil.copytree(old_plan[0], plan)
    plan.parent.chmod(0o555)
    try:
        done = finish(start_process(company, plan, "--force", before=obey_modes))
    finally:
        plan.parent.chmod(0o755)
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(plan) in done.stderr
    assert "may not be written" in done.stderr
    is_whole(plan)
    assert beside(plan) == []


def test_a_disk_that_is_full(
    company: Path, nursery: Nursery, old_plan: tuple[Path, float], tmp_path: Path
) -> None:
    """A file that cannot grow is exit 5 and a message; the old plan stands, no half of one is left."""
    plan = tmp_path / "plan"
    shutil.copytree(old_plan[0], plan)
    done = nursery.start(*words(company, plan, "--force"), limit="full").finish()
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(plan) in done.stderr
    is_whole(plan)
    assert beside(plan) == []


def test_a_reader_that_goes_away(company: Path, tmp_path: Path) -> None:
    """``planner plan … | head -1`` ends quietly, with the whole plan."""
    plan = tmp_path / "plan"
    process = start_process(company, plan, "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=600) == 0, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    is_whole(plan)


@pytest.mark.parametrize("name", ["file", "file/plan", "folder", "loop", "loop/plan", "x" * 300])
def test_an_output_that_cannot_be(
    company: Path, nursery: Nursery, tmp_path: Path, name: str
) -> None:
    """A file, a path below one, a folder of other things, a link to itself, too long a name."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.rglob("*"))
    done = nursery.start(*words(company, tmp_path / name, "--force")).finish()
    assert done.returncode in {2, 5}, done.stdout + done.stderr
    assert name[:50] in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
