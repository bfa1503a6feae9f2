"""How a command ends when something else than a refusal stops it."""

from __future__ import annotations

import json

import pytest

from planner.cli.commands import run
from planner.cli.failures import was_interrupted
from planner.errors import ScenarioError


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
