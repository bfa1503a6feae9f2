"""Territories given: prices for a bound, an assignment from them, repaired and improved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.alignment import AlignmentResult, Start
from planner.territories.given.incumbent import (
    Incumbent,
    keep_bound,
    name_prices,
    read_prices,
)
from planner.territories.given.model import make_model
from planner.territories.given.reporting import make_result
from planner.territories.given.rounding import REACH, improve
from planner.territories.given.task import Task
from planner.territories.names import list_names
from planner.territories.prices.ascent import LEVELS, WARM_LEVELS, ascend
from planner.territories.prices.dual import price_candidates, typical_cost
from planner.territories.prices.sources import Listed, Look, Source, open_source
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROOM = 40
"""Candidates of a unit that a search may need, where not all pairs are listed."""


def solve_fixed(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Solve a problem whose territories are given, contiguity left aside.

    Parameters
    ----------
    problem
        The problem.
    run
        Seed, effort, time and whom to tell.
    start
        What to begin from.
    """
    model = make_model(problem)
    source = open_source(problem, model)
    homeless = find_homeless(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    best = Incumbent()
    try:
        search_fixed(problem, source, run, start, best)
    except KeyboardInterrupt:
        best.interrupted = True
    return make_result(
        problem,
        run,
        best.territory_of,
        bound=best.bound if np.isfinite(best.bound) else None,
        infeasible=best.proven_infeasible,
        prices=None
        if best.prices is None
        else name_prices(model, best.prices, problem.territory_ids),
        interrupted=best.interrupted,
    )


def refuse_homeless(problem: AlignmentProblem, run: Run, homeless: Ints) -> AlignmentResult:
    """Return the result where some units may be served by nobody.

    Parameters
    ----------
    problem, run
        As in :func:`solve_fixed`.
    homeless
        The units, (some,).
    """
    names = [problem.unit_ids[unit] for unit in homeless[:EXAMPLES_SHOWN].tolist()]
    finding = Finding(
        severity="error",
        code="alignment.no_candidate",
        message=f"No territory may serve {list_names(names)}",
        advice="Widen who is eligible, or leave the unit out.",
        subject=names[0],
        count=len(homeless),
    )
    return make_result(problem, run, None, bound=None, infeasible=True, findings=(finding,))


def find_homeless(problem: AlignmentProblem) -> Ints:
    """Return the units that no territory may serve.

    Parameters
    ----------
    problem
        The problem.
    """
    served = np.asarray(problem.allowed.any(axis=1))[problem.class_of_unit]
    if problem.listed is not None:
        listed = problem.listed
        rows = np.repeat(np.arange(problem.unit_count), np.diff(listed.indptr))
        both = problem.allowed[problem.class_of_unit[rows], listed.indices]
        served = np.bincount(rows[both], minlength=problem.unit_count) > 0
    return np.flatnonzero(~served)


def search_fixed(
    problem: AlignmentProblem, source: Source, run: Run, start: Start | None, best: Incumbent
) -> None:
    """Climb the dual, round, repair and improve; what is found is kept in ``best``.

    Parameters
    ----------
    problem
        The problem.
    source
        All pairs of the problem.
    run, start
        As in :func:`solve_fixed`.
    best
        Where to keep it, whatever interrupts.
    """
    rng, model = run.make_rng(), source.model
    begin, territory_of = None, None
    if start is not None:
        begin = read_prices(model, start.prices, problem.territory_ids)
        if start.territory_of is not None:
            territory_of = problem.collapse(start.territory_of)
    levels = LEVELS if begin is None else WARM_LEVELS

    def report(look: Look) -> bool:
        keep_bound(best, model, look)
        run.tell("prices", bound=best.bound)
        return run.is_over(0.5)

    first = np.zeros((model.territory_count, len(model.rows))) if begin is None else begin
    look = ascend(
        source, first, levels, rng, report, lambda: run.is_over(0.5), reach=REACH, room=ROOM
    )
    candidates = source.candidates if isinstance(source, Listed) else look.near
    task = Task(
        model=model,
        candidates=candidates,
        priced=price_candidates(model, candidates, look.prices),
        scale=typical_cost(candidates),
        run=run,
        rng=rng,
        best=best,
    )
    improve(task, territory_of)
