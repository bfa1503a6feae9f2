"""Planning runs forked from a process that has imported everything, each a process of its own.

Starting Python and importing the libraries is most of what a tiny plan takes, and no fault of ours
happens there: a run that is forked can be killed, interrupted and limited like any other, dozens of
times in the time of a few.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from tests.drawings import leave_out_drawings

ROOT = Path(__file__).parents[2]


def fill_up() -> None:
    """Let no file grow beyond 20 kB, as a full disk would."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


LIMITS: dict[str, Callable[[], None]] = {"full": fill_up, "": lambda: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a run ended, what it printed and said, and what it left in the folder for such files."""

    returncode: int
    stdout: str
    stderr: str
    temporary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the command line that is going on."""

    pid: int
    said: Path
    nursery: Nursery

    def send(self, number: int) -> None:
        """Send a signal; one that has ended already is left alone."""
        os.kill(self.pid, number)

    @property
    def ended(self) -> bool:
        """Whether it is over, though nobody has waited for it yet."""
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] == "Z"

    def finish(self) -> Done:
        """Wait for its end."""
        code = int(self.nursery.ask({"wait": self.pid}))
        printed, said = (
            self.said.with_suffix(end).read_text(encoding="utf-8") for end in (".out", ".err")
        )
        assert "Traceback" not in said, said
        left = tuple(path.name for path in self.said.with_suffix(".tmp").iterdir())
        return Done(returncode=code, stdout=printed, stderr=said, temporary=left)


@dataclass(slots=True)
class Nursery:
    """What forks the runs."""

    process: subprocess.Popen[str]
    folder: Path
    count: int = field(default=0)

    def start(self, *words: str, limit: str = "") -> Run:
        """Start a run of the command line, perhaps under one of ``LIMITS``."""
        self.count += 1
        said = self.folder / f"run{self.count}"
        said.with_suffix(".tmp").mkdir()
        order = {"words": list(words), "said": str(said), "limit": limit}
        return Run(pid=int(self.ask(order)), said=said, nursery=self)

    def ask(self, order: dict[str, object]) -> str:
        """Send an order and return its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


@contextmanager
def open_nursery(company: Path) -> Iterator[Nursery]:
    """Start what forks; it plans the company once, so that runs find everything imported."""
    with tempfile.TemporaryDirectory(prefix="planner-nursery-") as folder:
        command = [sys.executable, "-m", "tests.cli.nursery", str(company), folder]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            yield Nursery(process=process, folder=Path(folder))
            assert process.stdin is not None
            process.stdin.close()


def serve(company: str, folder: str) -> None:
    """Answer orders until there are none."""
    from click.testing import CliRunner

    from planner.cli.commands import planner

    leave_out_drawings()
    warm = ["plan", f"{company}/baseline.toml", "--out", f"{folder}/warm"]
    assert CliRunner().invoke(planner, warm).exit_code == 0
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            status = os.waitpid(order["wait"], 0)[1]
            answer(os.waitstatus_to_exitcode(status))
            continue
        begun, begin = os.pipe()
        if pid := os.fork():
            os.close(begin)
            # What falls into the fork itself is no matter of the program.
            os.read(begun, 1)
            os.close(begun)
            answer(pid)
        else:
            plan(order, begin)


def answer(number: int) -> None:
    """Tell who ordered."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def plan(order: dict[str, str], begin: int) -> NoReturn:
    """Be a run of the command line; say when it begins."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number, end in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(order["said"] + end, os.O_WRONLY | os.O_CREAT), number)
    os.environ["TMPDIR"] = order["said"] + ".tmp"
    tempfile.tempdir = None
    LIMITS[order["limit"]]()
    sys.argv = ["planner", *order["words"]]
    from planner.cli import main

    # It ends by SystemExit, through everything that Python does at its end.
    os.write(begin, b"!")
    main()
    raise AssertionError("it came back")


if __name__ == "__main__":
    serve(*sys.argv[1:])
