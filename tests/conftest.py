"""Worlds that several stages' tests share: a small demo company, its plan, and a command line."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Cluster, make_cluster, remove_cluster
from tests.sharing import make_once

# A slow machine is not a failure: how long things take belongs into the benchmarks. The same
# examples everywhere, as in CI; new ones are what `make fuzz` is for.
settings.register_profile(
    "planner",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("planner")

# Threads of the libraries would fight for the cores that pytest-xdist already uses.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

ROOT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where the published instances and third-party tables are; the test is skipped without them."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the third-party data are not on this machine")
    return folder


@pytest.fixture(scope="session")
def run_process() -> Run:
    """Run the command line as a user does, in a process of its own."""

    def call(
        *arguments: str | Path, code: int | None = 0, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=cwd, timeout=600
        )
        return judge(done, code)

    return call


@pytest.fixture(scope="session")
def run() -> Run:
    """Run the command line in this process, where everything has been imported already.

    What the process itself does (signals, pipes, limits, the same bytes) is asked of ``run_process``.
    """
    from click.testing import CliRunner

    from planner.cli.commands import planner

    def call(
        *arguments: str | Path, code: int | None = 0, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        with contextlib.chdir(cwd or Path.cwd()):
            done = CliRunner().invoke(planner, words, prog_name="planner")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return judge(
            subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr), code
        )

    return call


def judge(
    done: subprocess.CompletedProcess[str], code: int | None
) -> subprocess.CompletedProcess[str]:
    """Return what a command left, after asserting how it ended, and without a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    if code is not None:
        assert done.returncode == code, (
            f"exit {done.returncode}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return done


@pytest.fixture(scope="session")
def demo_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables and scenarios of a small demo company; nobody may change them."""

    def make(folder: Path) -> None:
        from planner.inputs.demo.company import build_company
        from planner.inputs.demo.writing import write_company

        write_company(build_company(accounts=400, reps=10, seed=7), folder)

    return make_once(tmp_path_factory, "company", make)


@pytest.fixture(scope="session")
def tiny_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables and scenarios of a company of fifty accounts; nobody may change them.

    For work that is done several times, or whose size is not the point.
    """

    def make(folder: Path) -> None:
        from planner.inputs.demo.company import build_company
        from planner.inputs.demo.writing import write_company

        write_company(build_company(accounts=50, reps=4, seed=7), folder)

    return make_once(tmp_path_factory, "tiny", make)


@pytest.fixture(scope="session")
def demo_plan(
    demo_tables: Path, run_process: Run, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The plan's folder of the small demo company, with what --json printed beside it."""

    def make(folder: Path) -> None:
        plan = folder / "baseline"
        done = run_process("plan", demo_tables / "baseline.toml", "--out", plan, "--json")
        (folder / "printed.json").write_text(done.stdout, encoding="utf-8")

    return make_once(tmp_path_factory, "plans", make) / "baseline"


@pytest.fixture(scope="session")
def managed_demo_plan(demo_plan: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same plan under two managers, as those who review plans need it."""
    from tests.reviews import split_managers

    def make(folder: Path) -> None:
        split_managers(demo_plan, folder / "baseline")

    return make_once(tmp_path_factory, "managed", make) / "baseline"


@pytest.fixture(scope="session")
def demo_json(demo_plan: Path) -> dict[str, object]:
    """What ``planner plan --json`` printed for the small demo company."""
    printed: dict[str, object] = json.loads(
        (demo_plan.parent / "printed.json").read_text(encoding="utf-8")
    )
    return printed


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private PostgreSQL server; skipped where its programs are missing, except in CI."""
    cluster = make_cluster()
    yield cluster
    remove_cluster(cluster)


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """The SQLAlchemy URL of the server's database, which the session's tests share."""
    return postgres.url()


@pytest.fixture
def empty_postgres_url(postgres: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database that one test has for itself."""
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    name = f"test_{digest[:16]}"
    yield postgres.add_database(name)
    postgres.drop_database(name)
