"""From a chosen partition and its centres to the result, re-checked by the plain rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.territories.alignment import (
    Alignment,
    AlignmentResult,
    Status,
    evaluate,
    make_gap,
)
from planner.territories.given.reporting import PROVEN, find_large_units
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def report_choice(
    settled: AlignmentProblem,
    run: Run,
    territory_of: Ints | None,
    *,
    bound: float | None,
    extra: float = 0.0,
    centres: Ints | None = None,
    centre_points: Floats | None = None,
    infeasible: bool = False,
    relaxes: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    interrupted: bool = False,
) -> AlignmentResult:
    """Return the result of a solve that chose centres, or compact territories.

    Parameters
    ----------
    settled
        The problem with its centres chosen: territories are given.
    run
        On which terms it was solved.
    territory_of
        The best partition, whether or not it keeps every rule, (units,), or None.
    bound
        No choice that keeps the rules costs less.
    extra
        What the partition costs besides the settled problem's terms and soft limits.
    centres, centre_points
        As in the alignment.
    infeasible
        Whether it is proven that nothing keeps the rules.
    relaxes
        Hard rules that the bound leaves out.
    findings
        What was noticed on the way.
    interrupted
        Whether the solve was broken off.
    """
    if territory_of is None:
        status: Status = "infeasible" if infeasible else "unknown"
        return AlignmentResult(
            status=status,
            cost=None,
            bound=None,
            gap=None,
            seconds=run.seconds,
            alignment=None,
            findings=findings,
            interrupted=interrupted,
        )
    found = evaluate(settled, territory_of)
    made = Alignment(
        territory_of=settled.expand(territory_of), centres=centres, centre_points=centre_points
    )
    if found.violations:
        return AlignmentResult(
            status="unknown",
            cost=None,
            bound=bound,
            gap=None,
            seconds=run.seconds,
            alignment=None,
            attempt=made,
            violations=found.violations,
            bound_relaxes=relaxes,
            findings=findings,
            interrupted=interrupted,
        )
    result = AlignmentResult(
        status="feasible",
        cost=found.cost + extra,
        bound=bound,
        gap=None,
        seconds=run.seconds,
        alignment=made,
        bound_relaxes=relaxes,
        cost_by_term=found.cost_by_term,
        findings=(*findings, *find_large_units(settled, territory_of)),
        interrupted=interrupted,
    )
    return _judge(result)


def _judge(result: AlignmentResult) -> AlignmentResult:
    """Return the result with its gap, and its status where the bound proves it."""
    if result.cost is None or result.bound is None:
        return result
    # The bound was summed in another order: it may pass the cost by rounding alone.
    bound = min(result.bound, result.cost)
    proven = result.cost - bound <= PROVEN * abs(result.cost)
    return replace(
        result,
        bound=bound,
        gap=make_gap(result.cost, bound),
        status="optimal" if proven else "feasible",
    )


def raise_bound(result: AlignmentResult, bound: float) -> AlignmentResult:
    """Return the result with a bound that was proven besides, where it is the better one.

    Parameters
    ----------
    result
        With an alignment or without.
    bound
        No choice that keeps the rules costs less.
    """
    if not np.isfinite(bound) or (result.bound is not None and result.bound >= bound):
        return result
    return _judge(replace(result, bound=bound, bound_relaxes=()))
