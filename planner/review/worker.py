"""Re-plans in a process of its own: a request comes in on standard input, progress goes out.

The server keeps standard input open; when the server goes away, the work ends with it. The
folder of the new version is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from planner.outputs.folder import load_plan, save_plan
from planner.pipeline.planning import make_plan
from planner.scenario.model import Scenario

NICENESS = 5
NOTE_EVERY = 0.5


class Reporter:
    """Progress as one JSON object a line.

    Parameters
    ----------
    send
        Takes each object.
    """

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send, self._last = send, 0.0

    def start(self, stage: str) -> None:
        """Say that a stage begins."""
        self._send({"stage": stage})

    def note(self, text: str, fraction: float | None = None) -> None:
        """Say how the stage goes, a few times a second at most."""
        del fraction
        moment = time.monotonic()
        if moment - self._last >= NOTE_EVERY:
            self._last = moment
            self._send({"note": text})


def main() -> None:
    """Serve one request."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_server, daemon=True).start()
    os.nice(NICENESS)
    try:
        _replan(request)
    except PlannerError as error:
        errors = [finding for finding in error.findings if finding.severity == "error"]
        details = [f"{finding.message} {finding.advice}".strip() for finding in errors[:5]]
        _send({"failed": str(error), "details": details})
        sys.exit(error.exit_code)
    _send({"done": True})


def _replan(request: dict[str, Any]) -> None:
    reporter = Reporter(_send)
    reporter.start("reading")
    parent = load_plan(Path(request["parent"]))
    scenario = Scenario.model_validate(request["scenario"])
    plan = make_plan(
        scenario,
        Path(request["parent"]),
        time_limit=request["time_limit"],
        progress=reporter,
        earlier=parent,
    )
    reporter.start("writing")
    save_plan(plan, Path(request["target"]), progress=reporter.note)


def _send(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _end_with_server() -> None:
    while sys.stdin.readline():
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
