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
from planner.territories.centres.regions import improve_regions
from planner.territories.centres.reporting import report_choice
from planner.territories.centres.starts import place_units, spread_sites, take_start
from planner.territories.compiled import seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_graph
from planner.territories.contiguity.graph import label_parts, make_scratch
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import Run
from planner.territories.sites.dual import SiteLists
from planner.territories.sites.state import Best

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CYCLES = 3
HEAT = (0.3, 1.0, 0.1, 2.0)
COLD = 0.005
ANNEALING_SHARE = 0.15
TREE_AFTER = 1
SMALL, SMALL_SHARE = 200, 0.2


def solve_centres(problem: AlignmentProblem, run: Run, start: Start | None) -> AlignmentResult:
    """Choose centres among sites or points, and the units that each serves.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    run
        Seed, effort, time and whom to tell.
    start
        An alignment to begin from, or None; not used where centres are means.
    """
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
        refused = refuse_graph(problem, choice.graph, parts)
        if refused:
            told = (*findings, *refused)
            return report_choice(problem, run, None, bound=None, infeasible=True, findings=told)
    if choice.open_sites + int((choice.rules.fixed >= 0).sum()) < choice.territories:
        raise ValueError(
            f"{choice.territories:,} centres are wanted, but there are only {choice.sites:,} sites"
        )
    plain, begin = not has_other_rules(problem), read_start(problem, start)
    limit = run.time_limit
    if not plain and limit is not None:
        search = search_centres(choice, replace(run, time_limit=0.5 * limit), begin)
    else:
        search = search_centres(choice, run, begin)
    return _report(problem, search, findings, run)


def read_start(problem: AlignmentProblem, start: Start | None) -> Ints | None:
    """Return the territory of each unit that a start says, -1 where unknown, or None.

    Parameters
    ----------
    problem
        Of any kind.
    start
        What a solve may begin from, or None.
    """
    if start is None or start.territory_of is None:
        return None
    return problem.collapse(start.territory_of)


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


def search_centres(choice: Choice, run: Run, begin: Ints | None = None) -> CentreSearch:
    """Search for the cheapest centres and the units that each serves.

    Parameters
    ----------
    choice
        The problem as arrays.
    run
        On which terms.
    begin
        A partition to begin from, -1 where unknown, (units,), or None.
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
        _search(search, begin)
    return search


def _search(search: CentreSearch, begin: Ints | None) -> None:
    """Bound, begin from the bound's sites or a start, improve in cycles, prove what is small."""
    choice, run = search.choice, search.run
    taken = None if begin is None else take_start(choice, begin)
    if taken is None:
        centres = spread_sites(choice, search.rng)
        anneal_from(search, place_units(choice, centres), centres, 0.1, 0.1, 0.1)
    else:
        search.attempt = taken
        improve_regions(search, 0.0, 0.0)
    lists = list_sites(choice)
    table = lower_table(choice, lists)
    price(search, lists, table)
    cycles = CYCLES * run.effort if run.time_limit is None else np.inf
    number = 0
    while number < cycles and not search.is_done:
        _improve(search, lists, number, restart=taken is None or number > 0)
        number += 1
        if number == 1 and not search.is_done:
            price(search, lists, table)
        if number >= TREE_AFTER and not search.is_done:
            prove(search, lists, number)


def _improve(search: CentreSearch, lists: SiteLists, number: int, *, restart: bool) -> None:
    """Improve the best region by region, or in every other cycle a start of its own."""
    choice = search.choice
    if restart and (number % 2 == 0 or not np.isfinite(search.cost)):
        centres = pick_sites(search, lists, number)
        hot = HEAT[number // 2 % len(HEAT)]
        anneal_from(search, place_units(choice, centres), centres, hot, COLD, 1.0, ANNEALING_SHARE)
    elif np.isfinite(search.cost):
        search.attempt = (search.best.slot_of.copy(), search.best.centre.copy())
    improve_regions(search, 1.0, SMALL_SHARE if choice.units <= SMALL else 1.0)


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
