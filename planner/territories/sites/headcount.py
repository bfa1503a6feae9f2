"""Open headcount after its sites are chosen: the units are assigned again under every rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.territories.alignment import AlignmentResult, Start
from planner.territories.centres.model import Choice, has_other_rules, locate, settle
from planner.territories.centres.starts import find_medians
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS, ROUND_SHARE = 4, 0.6


def finish_under_all_rules(
    problem: AlignmentProblem,
    choice: Choice,
    run: Run,
    chosen: AlignmentResult,
    slot_of: Ints,
    centres: Ints,
) -> AlignmentResult:
    """Assign the units again under every rule, move open centres to them, as long as that helps.

    Parameters
    ----------
    problem, choice
        The problem, and its sites, costs and limits as arrays.
    run
        On which terms.
    chosen
        What the choice of centres found: its bound holds for any centres.
    slot_of, centres
        Its partition and its centres, (units,) and (territories,).
    """
    slot_of, centres = name_open(problem, choice, slot_of, centres)
    best, placed = _assign(problem, choice, run, slot_of, centres), centres
    for _ in range(ROUNDS - 1):
        if best.alignment is None or best.cost is None or run.is_over():
            break
        if best.interrupted or chosen.interrupted:
            break
        slot_of = problem.collapse(best.alignment.territory_of)
        centres = find_medians(choice, slot_of)
        if (centres == placed).all():
            break
        made = _assign(problem, choice, run, slot_of, centres)
        if made.cost is None or made.cost >= best.cost:
            break
        best, placed = made, centres
    result = _report(problem, choice, chosen, best, placed)
    return replace(result, interrupted=result.interrupted or chosen.interrupted)


def _assign(
    problem: AlignmentProblem, choice: Choice, run: Run, slot_of: Ints, centres: Ints
) -> AlignmentResult:
    """Assign the units to some centres under every rule."""
    from planner.territories.contiguity.solving import solve_connected
    from planner.territories.given.solving import solve_fixed

    settled = settle(problem, choice, centres)
    if run.time_limit is not None:
        run = replace(run, time_limit=run.seconds + ROUND_SHARE * run.remaining)
    solve = solve_fixed if settled.neighbours is None else solve_connected
    return solve(settled, run, Start(territory_of=slot_of))


def _report(
    problem: AlignmentProblem,
    choice: Choice,
    chosen: AlignmentResult,
    made: AlignmentResult,
    centres: Ints,
) -> AlignmentResult:
    """Return an assignment with its centres and the bound of the choice."""
    known = np.inf if chosen.cost is None else chosen.cost
    if made.alignment is None or made.cost is None or made.cost >= known:
        return replace(made, bound=chosen.bound) if chosen.alignment is None else chosen
    sites = problem.sites
    assert sites is not None
    placed = replace(
        made.alignment,
        centres=np.where(choice.rules.fixed >= 0, -1, centres),
        centre_points=None if sites.points is None else locate(sites, centres),
    )
    others = ("centres chosen before the other rules",) * has_other_rules(problem)
    gap = None
    if made.cost and chosen.bound is not None:
        gap = max(made.cost - chosen.bound, 0.0) / abs(made.cost)
    return replace(
        made,
        alignment=placed,
        status="feasible",
        bound=chosen.bound,
        gap=gap,
        bound_relaxes=(*others, *chosen.bound_relaxes),
        findings=(*chosen.findings, *made.findings),
    )


def name_open(
    problem: AlignmentProblem, choice: Choice, slot_of: Ints, centres: Ints
) -> tuple[Ints, Ints]:
    """Give open territories the centres whose units they may serve, where rules tell them apart.

    Parameters
    ----------
    problem, choice
        The problem.
    slot_of, centres
        A partition and its centres, (units,) and (territories,).

    Returns
    -------
    tuple
        The same partition and centres under other names.
    """
    from scipy.optimize import linear_sum_assignment

    slots = np.flatnonzero(choice.rules.fixed < 0)
    if problem.allowed.all() and (problem.held < 0).all():
        return slot_of, centres
    misfit = np.zeros((slots.size, slots.size))
    for row, slot in enumerate(slots.tolist()):
        units = np.flatnonzero(slot_of == slot)
        barred = ~problem.allowed[problem.class_of_unit[units]][:, slots]
        elsewhere = (problem.held[units] >= 0)[:, None] & (problem.held[units][:, None] != slots)
        misfit[row] = (barred | elsewhere).sum(axis=0)
        if not choice.rules.by_site:
            load = choice.rules.amounts[:, units].sum(axis=1)[:, None]
            high, low = choice.rules.upper[:, slots], choice.rules.lower[:, slots]
            broken = (load > high * (1 + 1e-9)) | (load < low * (1 - 1e-9))
            misfit[row] += units.size * broken.sum(axis=0)
    _, name = linear_sum_assignment(misfit)
    new = np.arange(centres.size)
    new[slots] = slots[name]
    named = np.empty_like(centres)
    named[new] = centres
    return new[slot_of], named
