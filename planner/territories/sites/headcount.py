"""Open headcount after its sites are chosen: the units are assigned again under every rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import AlignmentResult, Start
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def finish_under_all_rules(
    settled: AlignmentProblem, run: Run, chosen: AlignmentResult, territory_of: Ints
) -> AlignmentResult:
    """Assign the units again with the centres as homes, under every rule of the problem.

    Parameters
    ----------
    settled
        The problem with its centres chosen.
    run
        On which terms.
    chosen
        What the choice of centres found: its bound holds for any centres.
    territory_of
        Its partition, (units,).
    """
    from planner.territories.contiguity.solving import solve_connected
    from planner.territories.given.solving import solve_fixed

    start = Start(territory_of=territory_of)
    solve = solve_fixed if settled.neighbours is None else solve_connected
    made = solve(settled, run, start)
    source = chosen.alignment or chosen.attempt
    if made.alignment is None or source is None:
        return replace(made, bound=chosen.bound)
    placed = replace(made.alignment, centres=source.centres, centre_points=source.centre_points)
    gap = None
    if made.cost and chosen.bound is not None:
        gap = max(made.cost - chosen.bound, 0.0) / abs(made.cost)
    relaxed = ("centres chosen before the other rules", *chosen.bound_relaxes)
    return replace(
        made,
        alignment=placed,
        status="feasible",
        bound=chosen.bound,
        gap=gap,
        bound_relaxes=relaxed,
        findings=(*chosen.findings, *made.findings),
    )
