"""Runs a target on many inputs; the smallest that it trips over is what comes back."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.mutations import inputs
from tests.fuzz.seeds import find_seeds
from tests.fuzz.targets import CrashError, Target

LONGEST_SECONDS = 60


def run_target(target: Target, cases: int, number: int) -> tuple[bytes, Exception] | None:
    """Return the smallest input that ends in a fault, and the fault; None where there is none.

    Parameters
    ----------
    cases
        How many inputs are tried.
    number
        What the draws start from: the same number gives the same inputs.
    """
    last = b""

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(inputs(find_seeds(target.name), target.words))
    def check(content: bytes) -> None:
        nonlocal last
        last = content
        run_once(target, content)

    try:
        check()
    except Exception as error:
        return last, error
    return None


def run_once(target: Target, content: bytes) -> None:
    """Run one input; it may end well or in a PlannerError, within a minute of computing.

    Raises
    ------
    CrashError
        When it takes too long, or a fault of ours is reported.
    """
    with warnings.catch_warnings(), _alarm():
        warnings.simplefilter("ignore")
        target.run(content)


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise CrashError(f"took more than {LONGEST_SECONDS} seconds of computing")

    # Of this process's own time: what a busy machine takes is nobody's fault.
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
