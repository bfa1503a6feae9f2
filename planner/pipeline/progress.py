"""How long work tells whoever waits for it where it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Anything that can be told where the work is."""

    def start(self, stage: str) -> None:
        """Say that a stage begins."""

    def note(self, text: str, fraction: float | None = None) -> None:
        """Say how the stage goes, and which share of it is done where that is known."""


class Silence:
    """Progress that nobody watches."""

    def start(self, stage: str) -> None:
        """Say nothing."""

    def note(self, text: str, fraction: float | None = None) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage, in the order in which they ran.

    Parameters
    ----------
    progress
        Who is told when a stage begins.
    seconds
        Wall-clock seconds of each stage.
    """

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage, and announce it."""
        self.progress.start(name)
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begin, 3)
