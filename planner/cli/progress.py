"""The progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from planner.pipeline.progress import Progress, Silence

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class TerminalProgress:
    """One line a stage, with a spinner, what is known, and the time it takes.

    Parameters
    ----------
    bar
        The live display.
    """

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def start(self, stage: str) -> None:
        """Finish the stage before, and show the new one."""
        self.finish()
        self._task = self._bar.add_task(stage, total=None, note="")

    def note(self, text: str, fraction: float | None = None) -> None:
        """Show how the stage goes."""
        if self._task is None:
            return
        if fraction is None:
            self._bar.update(self._task, note=text)
        else:
            self._bar.update(self._task, note=text, total=1.0, completed=fraction)

    def finish(self) -> None:
        """Mark the running stage as done."""
        if self._task is not None:
            self._bar.update(self._task, total=1.0, completed=1.0)
            self._task = None


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show progress while the block runs, on a terminal only."""
    if not sys.stderr.isatty():
        yield Silence()
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<13}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        shown = TerminalProgress(bar)
        yield shown
        shown.finish()
