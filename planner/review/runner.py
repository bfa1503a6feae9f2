"""Runs re-plans beside the server: one process each, followed by one thread."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from planner.errors import PlannerError
from planner.review.people import Person
from planner.review.plans import OpenPlan, PlanRegistry, open_plan
from planner.review.replanning import Request, Scope
from planner.review.runs import BEAT_SECONDS, ask_run, beat, end_run, finish_run
from planner.review.store import Store

GRACE_SECONDS = 5.0


@dataclass(slots=True)
class Runner:
    """The re-plans that this server has begun.

    Parameters
    ----------
    store, plans
        Where runs are kept, and where a new version goes.
    time_limit
        Seconds for the alignment; None is the counted effort.
    """

    store: Store
    plans: PlanRegistry
    time_limit: float | None = None
    _processes: dict[int, subprocess.Popen[str]] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _closing: threading.Event = field(default_factory=threading.Event)

    def begin(self, opened: OpenPlan, person: Person, scope: Scope) -> int:
        """Begin a re-plan and return its number.

        Raises
        ------
        NotAllowedError, RefusedError
            When his role does not re-plan, or one is running already.
        """
        run_id, request, target = ask_run(self.store, opened, person, scope)
        thread = threading.Thread(
            target=self._follow, args=(run_id, opened, request, target), daemon=True
        )
        self._threads = [other for other in self._threads if other.is_alive()]
        self._threads.append(thread)
        thread.start()
        return run_id

    def close(self) -> None:
        """End every run that this server has begun."""
        self._closing.set()
        for thread in self._threads:
            thread.join(GRACE_SECONDS)

    def _follow(self, run_id: int, opened: OpenPlan, request: Request, target: Path) -> None:
        try:
            last = self._work(run_id, opened, request, target)
            if "done" in last:
                self._take_in(run_id, opened, request, target)
            else:
                end_run(self.store, run_id, last.get("state", "failed"), _word_failure(last))
        except (PlannerError, OSError) as error:
            # Where the store itself fails, the run is found lost by its missing beat.
            with contextlib.suppress(PlannerError):
                end_run(self.store, run_id, "failed", str(error))

    def _work(
        self, run_id: int, opened: OpenPlan, request: Request, target: Path
    ) -> dict[str, Any]:
        """Return the last line that the worker wrote, or why it was ended."""
        with _start_worker() as process:
            assert process.stdin is not None
            assert process.stdout is not None
            lines: queue.Queue[dict[str, Any]] = queue.Queue()
            reader = threading.Thread(target=_read, args=(process.stdout, lines.put), daemon=True)
            reader.start()
            _send(process.stdin, self._message(opened, request, target))
            try:
                return self._listen(run_id, lines)
            finally:
                _end(process)

    def _message(self, opened: OpenPlan, request: Request, target: Path) -> dict[str, Any]:
        return {
            "parent": str(opened.folder),
            "target": str(target),
            "scenario": request.scenario,
            "time_limit": self.time_limit,
        }

    def _listen(self, run_id: int, lines: queue.Queue[dict[str, Any]]) -> dict[str, Any]:
        told: dict[str, str] = {}
        while True:
            with contextlib.suppress(queue.Empty):
                line = lines.get(timeout=BEAT_SECONDS)
                if line.keys() & {"done", "failed"}:
                    return line
                told = (
                    {"progress": line["stage"], "note": ""} if "stage" in line else {**told, **line}
                )
                if not lines.empty():
                    continue
            if self._closing.is_set():
                return {"failed": "The server was stopped. Ask for it again."}
            if beat(self.store, run_id, told):
                return {"state": "cancelled", "failed": "Cancelled."}

    def _take_in(self, run_id: int, opened: OpenPlan, request: Request, target: Path) -> None:
        fresh = open_plan("", target)
        version = finish_run(self.store, run_id, target, request, opened.plan, fresh.plan)
        self.plans.add(version.key, version.folder)


def _start_worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "planner.review.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def _send(stream: IO[str], message: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        stream.write(json.dumps(message) + "\n")
        stream.flush()


def _read(stream: IO[str], put: Callable[[dict[str, Any]], None]) -> None:
    for line in stream:
        with contextlib.suppress(ValueError):
            put(json.loads(line))
    put({"failed": "The re-plan ended without a word: perhaps the machine had no memory left."})


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _word_failure(last: dict[str, Any]) -> str:
    return "\n".join([str(last.get("failed", "")), *map(str, last.get("details", ()))]).strip()
