"""How a command ends: every error becomes a message, findings and the contract's exit code."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec

import click

from planner.errors import PlannerError
from planner.findings import Finding
from planner.interruptions import finish_undisturbed, was_pressed

P = ParamSpec("P")
INTERRUPTED = 130
PLANNING = ("planner", "plan", "demo")
FAULT = 70
STATUS = {1: "unusable", 2: "refused", 3: "infeasible", 4: "unknown", 5: "failed", FAULT: "fault"}


def ends_cleanly(command: Callable[P, None]) -> Callable[P, None]:
    """Wrap a command so that no traceback reaches a user."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if was_interrupted(error) and not is_debugging():
                leave_interrupted(as_json=as_json)
            _leave(error, as_json=as_json)
        except KeyboardInterrupt:
            leave_interrupted(as_json=as_json)

    return run


def was_interrupted(error: BaseException) -> bool:
    """Return whether an error is Ctrl-C in disguise: libraries make errors of their own from it."""
    seen: BaseException | None = error
    while seen is not None:
        if _disguises(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _disguises(error: BaseException) -> bool:
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "InterruptException":
        return True
    if isinstance(error, PlannerError):
        return False
    # NumPy, comparing records, puts a TypeError in its place that keeps no trace of it; a disk or a
    # memory that is full is told as that.
    lost = was_pressed() and not isinstance(error, OSError | MemoryError)
    return lost or "KeyboardInterrupt" in str(error)


def leave_interrupted(*, as_json: bool = False) -> NoReturn:
    """Say that an interruption ended the work before there was anything to keep."""
    finish_undisturbed()
    context = click.get_current_context(silent=True)
    plans = context is None or context.info_name in PLANNING
    message = "Interrupted before there was a plan to keep; no plan was written."
    message = message if plans else "Interrupted before it was done; nothing was written."
    if as_json:
        click.echo(to_json({"status": "interrupted", "error": message, "findings": []}))
    click.echo(message, err=True)
    # Python forgets by this that Ctrl-C ended a text it was running (a dataclass is made of one):
    # else ``python -m planner`` would end by the signal, whatever code it leaves with.
    exec("")  # noqa: S102 - nothing is run
    sys.exit(INTERRUPTED)


def leave_refused(error: click.ClickException, *, as_json: bool) -> NoReturn:
    """Say why the command line itself is wrong: a missing argument, an unknown option."""
    error.show()
    if as_json:
        refusal = {"status": STATUS[2], "error": error.format_message(), "findings": []}
        click.echo(to_json(refusal))
    sys.exit(error.exit_code)


def _leave(error: Exception, *, as_json: bool) -> None:
    finish_undisturbed()
    if is_debugging():
        raise error
    if isinstance(error, BrokenPipeError):
        # The reader (head, less) went away: there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    code, message, findings = describe_failure(error)
    if as_json:
        click.echo(
            to_json(
                {
                    "status": STATUS[code],
                    "error": message,
                    "findings": [f.as_dict() for f in findings],
                }
            )
        )
    click.echo(f"Error: {message}", err=True)
    for finding in findings:
        # Where the data are sound and the rules are not, only what concerns the rules is said.
        if finding.message not in message and (code < 3 or finding.severity == "error"):
            click.echo(f"  {word_finding(finding)}", err=True)
    sys.exit(code)


def describe_failure(error: Exception) -> tuple[int, str, tuple[Finding, ...]]:
    """Return the exit code, the message and the findings of an error."""
    if isinstance(error, PlannerError):
        return error.exit_code, str(error), error.findings
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return 5, f"The disk refused: {error.strerror or error}{where}.", ()
    if isinstance(error, MemoryError):
        return 5, "The machine has no memory left for this plan.", ()
    kind = type(error).__name__
    return (
        FAULT,
        f"A fault of ours: {kind}: {error}. Run it with --debug and report what it prints.",
        (),
    )


def word_finding(finding: Finding) -> str:
    """Return a finding as one line: what, where, what to do."""
    places = (finding.table, finding.row and f"row {finding.row}", finding.column)
    where = ", ".join(str(place) for place in places if place)
    told = finding.row is not None and f"row {finding.row} of" in finding.message.lower()
    text = f"{finding.severity}: {where + ': ' if where and not told else ''}{finding.message}"
    return f"{text} {finding.advice}".rstrip()


def to_json(values: Any) -> str:
    """Return values as one JSON document that holds no NaN."""
    return json.dumps(values, allow_nan=False, ensure_ascii=False, indent=2)


def is_debugging() -> bool:
    """Return whether ``--debug`` was given."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().params.get("debug"))
