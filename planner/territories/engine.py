"""The engine's front: any alignment problem in, an alignment with a proven bound out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import (
    AlignmentResult,
    Start,
)
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import ProgressCallback, Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def align(
    problem: AlignmentProblem,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    effort: float = 1.0,
    progress: ProgressCallback | None = None,
    start: Start | None = None,
) -> AlignmentResult:
    """Find an alignment of low cost that keeps the rules, and prove how good it is.

    Parameters
    ----------
    problem
        What to align.
    seed
        Of all draws: the same problem, seed and effort give the same answer.
    time_limit
        Seconds after which the best so far is returned; None: the counted effort alone. Loops
        that compile, once on a machine, count for half of it at most.
    effort
        Multiplies the counted effort.
    progress
        Called with a :class:`planner.territories.progress.Progress` as things improve.
    start
        Prices and an alignment of an earlier solve to begin from.

    Returns
    -------
    AlignmentResult
        Its alignment has been held against every plain rule.

    Raises
    ------
    ValueError
        When the effort or the time limit is not positive, or the seed no whole number of 0 or more.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed is {seed!r}; it must be a whole number of 0 or more")
    if not effort > 0 or (time_limit is not None and not time_limit > 0):
        raise ValueError("effort and time_limit must be more than 0")
    from planner.territories.compiled import watch_compiling

    run = Run(seed=seed, effort=effort, time_limit=time_limit, progress=progress)
    with watch_compiling() as clock:
        found = _dispatch(problem, replace(run, compiling=clock.read), start)
    return replace(found, seconds=run.elapsed)


def _dispatch(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    if problem.kind == "graph":
        from planner.territories.compactness.solving import solve_compact

        return solve_compact(problem, run, start)
    if problem.kind in ("sites", "points"):
        from planner.territories.centres.solving import solve_centres

        return solve_centres(problem, run, start)
    if problem.neighbours is not None:
        from planner.territories.contiguity.solving import solve_connected

        return solve_connected(problem, run, start)
    from planner.territories.given.solving import solve_fixed

    return solve_fixed(problem, run, start)
