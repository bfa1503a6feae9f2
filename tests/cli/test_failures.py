"""How a command ends when something else than a refusal stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from planner.cli.commands import run
from planner.cli.failures import was_interrupted
from planner.errors import ScenarioError
from planner.interruptions import noting_interruptions, was_pressed
from tests.pressing import own_handler, press


def wrapped(inner: BaseException) -> BaseException:
    """Return a refusal that was raised while an inner error was handled."""
    refusal = ScenarioError("The condition cannot be used.")
    refusal.__context__ = inner
    return refusal


@pytest.mark.parametrize(
    ("error", "interrupted"),
    [
        (KeyboardInterrupt(), True),
        (
            RuntimeError("Python exception occurred while executing the UDF: KeyboardInterrupt: "),
            True,
        ),
        (RuntimeError("something else"), False),
        (ScenarioError("There is no file KeyboardInterrupt.csv."), False),
        (wrapped(KeyboardInterrupt()), True),
        (wrapped(ValueError("x")), False),
    ],
)
def test_ctrl_c_is_known_in_any_disguise(error: BaseException, interrupted: bool) -> None:
    """A library that makes an error of its own from Ctrl-C does not turn it into our fault."""
    assert was_interrupted(error) is interrupted


@pytest.fixture(name="own_handler")
def python_answers() -> Iterator[None]:
    """Python's own answer to Ctrl-C, as in a fresh process."""
    with own_handler():
        yield


# NumPy keeps the function for the life of its process: it has one of its own here.
COMPARE_RECORDS = """
import os, signal
import numpy as np
import numpy._core._internal as internal
from planner.cli.failures import was_interrupted
from planner.interruptions import noting_interruptions

def press(*_anything):
    os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
internal._promote_fields = press
one, other = ([("a", "i4"), ("b", "f8")], [("a", "i8"), ("b", "f4")])
with noting_interruptions():
    try:
        np.zeros(2, dtype=one) == np.zeros(2, dtype=other)
    except TypeError as error:
        print(error.__context__, was_interrupted(error))
"""


def test_ctrl_c_whose_trace_a_library_loses_is_known() -> None:
    """NumPy answers Ctrl-C within a comparison of records with a TypeError that has no cause."""
    done = subprocess.run(
        [sys.executable, "-c", COMPARE_RECORDS], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["None", "True"], done.stderr


@pytest.mark.usefixtures("own_handler")
def test_an_error_after_ctrl_c_is_the_interruption_unless_it_is_ours_or_the_disk_s() -> None:
    """What is remembered explains an error without a cause, while the command runs."""
    lost = TypeError("Cannot compare structured arrays.")
    with noting_interruptions():
        assert not was_interrupted(lost)
        with pytest.raises(KeyboardInterrupt):
            press()
        assert was_interrupted(lost)
        assert was_interrupted(wrapped(lost))
        assert not was_interrupted(ScenarioError("The goal is negative."))
        assert not was_interrupted(OSError(28, "No space left on device"))
    with noting_interruptions():
        assert not was_interrupted(lost)


@pytest.mark.usefixtures("own_handler")
@pytest.mark.parametrize(
    "place", ["planner.cli.checking.read_settings", "planner.cli.commands.importlib.import_module"]
)
def test_a_command_ends_by_ctrl_c_in_disguise(
    place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether a library or an import made another error of it, the command was interrupted."""

    def disguise(*_anything: object, **_more: object) -> None:
        with suppress(KeyboardInterrupt):
            press()
        raise TypeError("Cannot compare structured arrays.")

    monkeypatch.setattr("sys.argv", ["planner", "check", __file__])
    monkeypatch.setattr(place, disguise)
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 130
    assert "Interrupted" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_that_somebody_else_heeds_stays_theirs() -> None:
    """A server's answer, or a shell's background, is not taken away."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with noting_interruptions():
            press()
            assert not was_pressed()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--json"], "SCENARIO"),
        (["score", "scenario.toml", "--json"], "--assignments"),
        (["plan", "scenario.toml", "--only", "quotas", "--json"], "--from"),
        (["compare", "--jason", "--json"], "--jason"),
    ],
)
def test_a_wrong_command_line_is_one_json_object_too(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is wrong with the command itself is refused like everything else, with exit 2."""
    monkeypatch.setattr("sys.argv", ["planner", *arguments])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 2
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert answer["status"] == "refused"
    assert answer["findings"] == []
    assert said in answer["error"]
    assert said in printed.err


def test_help_and_version_end_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither is an error, and neither prints JSON."""
    for argument in ("--help", "--version"):
        monkeypatch.setattr("sys.argv", ["planner", argument])
        with pytest.raises(SystemExit) as left:
            run()
        assert left.value.code == 0
    assert "planner" in capsys.readouterr().out


INTERRUPTED_TEXT = """
from planner.cli.failures import leave_interrupted
try:
    exec("raise KeyboardInterrupt")
except KeyboardInterrupt:
    leave_interrupted()
"""


def test_ctrl_c_within_a_text_that_is_run_ends_with_the_code_too(tmp_path: Path) -> None:
    """Libraries make classes from texts; a module that Ctrl-C meets there still ends with 130."""
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_TEXT, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 130
