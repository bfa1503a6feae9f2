"""From what a search found to the result that is handed out, re-checked by the plain rules."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.territories.alignment import (
    Alignment,
    AlignmentResult,
    Prices,
    Status,
    evaluate,
    make_gap,
)
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.rules.measure_limits import MeasureLimits, find_large

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PROVEN = 1e-9
"""Relative gap at which an alignment counts as optimal."""


def make_result(
    problem: AlignmentProblem,
    run: Run,
    territory_of: Ints | None,
    *,
    bound: float | None,
    infeasible: bool = False,
    prices: Prices | None = None,
    relaxes: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    interrupted: bool = False,
) -> AlignmentResult:
    """Return the result of a solve whose territories were given.

    Parameters
    ----------
    problem
        What was solved.
    run
        On which terms.
    territory_of
        The best assignment, whether or not it keeps every rule, (units,), or None.
    bound
        No assignment that keeps the rules costs less.
    infeasible
        Whether it is proven that none does.
    prices
        At the bound.
    relaxes
        Hard rules that the bound leaves out.
    findings
        What was noticed on the way.
    interrupted
        Whether the solve was broken off.
    """
    found = None if territory_of is None else evaluate(problem, territory_of)
    keeps = found is not None and not found.violations
    status: Status = "feasible" if keeps else "infeasible" if infeasible else "unknown"
    cost = found.cost if found is not None and keeps else None
    if cost is not None and bound is not None:
        # The bound was summed in another order: it may pass the cost by rounding alone.
        bound = min(bound, cost)
        if cost - bound <= PROVEN * abs(cost):
            status = "optimal"
    made = None if territory_of is None else Alignment(territory_of=problem.expand(territory_of))
    large = () if territory_of is None or not keeps else find_large_units(problem, territory_of)
    return AlignmentResult(
        status=status,
        cost=cost,
        bound=bound,
        gap=None if cost is None else make_gap(cost, bound),
        bound_relaxes=relaxes,
        seconds=run.seconds,
        alignment=made if keeps else None,
        attempt=None if keeps else made,
        violations=() if found is None else found.violations,
        cost_by_term={} if found is None else found.cost_by_term,
        prices=prices,
        findings=(*findings, *large),
        interrupted=interrupted,
    )


def find_large_units(problem: AlignmentProblem, territory_of: Ints) -> tuple[Finding, ...]:
    """Return a finding for each unit larger than its territory's limit.

    Parameters
    ----------
    problem
        The problem.
    territory_of
        Territory of each unit, (units,).
    """
    found: list[Finding] = []
    for rows in MeasureLimits().rows(problem):
        units, amounts = find_large(problem, rows, territory_of)
        for unit, amount in zip(units.tolist(), amounts.tolist(), strict=True):
            owner = int(territory_of[unit])
            who, what = problem.territory_ids[owner], problem.unit_ids[unit]
            found.append(
                Finding(
                    severity="warning",
                    code="alignment.large_unit",
                    message=f"{what} alone has {amount:,.6g} of {rows.name}, more than the limit "
                    f"{rows.upper[owner]:,.6g} of {who}, which serves it",
                    advice=f"{who} is allowed that much and nothing more of {rows.name}; widen the "
                    "tolerance, or leave the unit out of the balance.",
                    subject=what,
                )
            )
    return tuple(found[:EXAMPLES_SHOWN])
