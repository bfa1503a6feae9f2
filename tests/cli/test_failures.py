"""How a command ends when something else than a refusal stops it."""

from __future__ import annotations

import pytest

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
