"""Centres to be chosen: prices for a bound and a start, annealing, and an exact model when small."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.territories.alignment import AlignmentResult, Start
from planner.territories.centres.bounds import lower_table, pick_sites, price, prove
from planner.territories.centres.cycles import CentreSearch, anneal_from
from planner.territories.centres.model import Choice, list_sites, locate, make_choice, settle
from planner.territories.centres.reporting import report_choice
from planner.territories.centres.starts import place_units, spread_sites
from planner.territories.compiled import seed_state
from planner.territories.contiguity.graph import label_parts, make_scratch
from planner.territories.contiguity.solving import describe_graph, refuse_parts
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.sites.state import Best

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CYCLES = 6
HEAT = (0.3, 0.3, 1.0, 0.1, 0.5, 2.0)
COLD = 0.005
EXACT_AFTER = 3


def solve_centres(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Choose centres among sites or points, and the units that each serves.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    run
        Seed, effort, time and whom to tell.
    start
        Not used where centres are chosen.
    """
    del start
    sites = problem.sites
    assert sites is not None
    if sites.centres == "mean":
        from planner.territories.centres.means import solve_means

        return solve_means(problem, run)
    choice = make_choice(problem)
    findings: tuple[Finding, ...] = ()
    if choice.connected:
        parts = label_parts(choice.graph, np.zeros(choice.units, np.int64))
        findings = describe_graph(problem, choice.graph, parts)
        if parts.max() + 1 > choice.territories:
            refused = (*findings, refuse_parts(problem, parts))
            return report_choice(problem, run, None, bound=None, infeasible=True, findings=refused)
    if choice.open_sites + int((choice.rules.fixed >= 0).sum()) < choice.territories:
        raise ValueError(
            f"{choice.territories:,} centres are wanted, but there are only {choice.sites:,} sites"
        )
    plain = not has_other_rules(problem)
    limit = run.time_limit
    if not plain and limit is not None:
        search = search_centres(choice, replace(run, time_limit=0.5 * limit))
    else:
        search = search_centres(choice, run)
    return _report(problem, search, findings, run)


def has_other_rules(problem: AlignmentProblem) -> bool:
    """Say whether a problem has rules or costs that a choice of centres leaves aside.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    """
    return bool(
        problem.terms
        or problem.budgets
        or problem.loss_limits
        or problem.listed is not None
        or not problem.allowed.all()
        or (problem.held >= 0).any()
        or any(m.soft is not None or m.by_pair is not None for m in problem.measures)
    )


def search_centres(choice: Choice, run: Run) -> CentreSearch:
    """Search for the cheapest centres and the units that each serves.

    Parameters
    ----------
    choice
        The problem as arrays.
    run
        On which terms.
    """
    rng = run.make_rng()
    search = CentreSearch(
        choice=choice,
        run=run,
        rng=rng,
        random=seed_state(rng),
        scratch=make_scratch(choice.units),
        best=Best(
            np.zeros(choice.units, np.int64),
            np.zeros(choice.territories, np.int64),
            np.array([np.inf]),
        ),
    )
    with suppress(KeyboardInterrupt):
        _search(search)
    return search


def _search(search: CentreSearch) -> None:
    """Bound, start from the bound's sites, anneal in cycles, and prove what is small."""
    choice, run = search.choice, search.run
    centres = spread_sites(choice, search.rng)
    anneal_from(search, place_units(choice, centres), centres, 0.1, 0.1, 0.1)
    lists = list_sites(choice)
    table = lower_table(choice, lists)
    price(search, lists, table)
    cycles = CYCLES * run.effort if run.time_limit is None else np.inf
    number = 0
    while number < cycles and not search.is_done:
        hot = HEAT[number % len(HEAT)]
        if number % 3 == 0 or not np.isfinite(search.cost):
            centres = pick_sites(search, lists, number)
            slot_of = place_units(choice, centres)
        else:
            slot_of, centres = search.best.slot_of.copy(), search.best.centre.copy()
        anneal_from(search, slot_of, centres, hot, COLD, 1.0)
        number += 1
        if number == 1 and not search.is_done:
            price(search, lists, table)
        if number == EXACT_AFTER and not search.is_done:
            prove(search)


def _report(
    problem: AlignmentProblem, search: CentreSearch, findings: tuple[Finding, ...], run: Run
) -> AlignmentResult:
    """Return the result of a search, its centres settled and its rules checked again."""
    choice = search.choice
    slot_of, centres = search.best.slot_of, search.best.centre
    if not np.isfinite(search.cost):
        assert search.attempt is not None
        slot_of, centres = search.attempt
    settled = settle(problem, choice, centres)
    sites = problem.sites
    assert sites is not None
    result = report_choice(
        settled,
        run,
        slot_of,
        bound=search.bound if np.isfinite(search.bound) else None,
        centres=np.where(choice.rules.fixed >= 0, -1, centres),
        centre_points=None if sites.points is None else locate(sites, centres),
        relaxes=_name_relaxed(problem, choice),
        findings=findings,
    )
    if has_other_rules(problem):
        from planner.territories.sites.headcount import finish_under_all_rules

        return finish_under_all_rules(settled, run, result, slot_of)
    if result.status == "optimal":
        return replace(result, bound_relaxes=())
    return result


def _name_relaxed(problem: AlignmentProblem, choice: Choice) -> tuple[str, ...]:
    """Return the hard rules that the bound leaves out."""
    relaxed = ["contiguity"] if choice.connected else []
    hard = [m.name for m in problem.measures if m.is_hard]
    if len(hard) > 1:
        relaxed.append("all measures but one")
    return tuple(relaxed)
