"""Centres to be chosen: prices for a bound and a start, annealing, and an exact model when small."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.territories.alignment import AlignmentResult, Start
from planner.territories.centres.bounds import guess_target, lower_table, pick_sites, prove
from planner.territories.centres.cycles import CentreSearch, anneal_from
from planner.territories.centres.exact import ExactChoice, is_small, solve_choice
from planner.territories.centres.model import (
    Choice,
    has_other_rules,
    list_sites,
    locate,
    make_choice,
    settle,
)
from planner.territories.centres.partner import Partner, Plan
from planner.territories.centres.regions import improve_regions
from planner.territories.centres.reporting import raise_bound, report_choice
from planner.territories.centres.starts import place_units, spread_sites, take_start
from planner.territories.compiled import seed_state
from planner.territories.contiguity.findings import describe_graph, refuse_graph
from planner.territories.contiguity.graph import label_parts, make_scratch
from planner.territories.given.solving import find_homeless, refuse_homeless
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
PRICE_SHARE = 0.2
ROUND_SHARES = (0.15, 0.2, 0.3, 0.4, 0.5, 1.0)
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
        An alignment to begin from, or None.
    """
    sites = problem.sites
    assert sites is not None
    if sites.centres == "mean":
        from planner.territories.centres.means import solve_means

        return solve_means(problem, run, read_start(problem, start))
    choice = make_choice(problem)
    findings: tuple[Finding, ...] = ()
    if choice.connected:
        parts = label_parts(choice.graph, np.zeros(choice.units, np.int64))
        findings = describe_graph(problem, choice.graph, parts)
        refused = refuse_graph(problem, choice.graph, parts)
        if refused:
            told = (*findings, *refused)
            return report_choice(problem, run, None, bound=None, infeasible=True, findings=told)
    homeless = find_unserved(problem)
    if len(homeless):
        return refuse_homeless(problem, run, homeless)
    proven = -np.inf
    if is_small(problem, choice):
        try:
            exact = solve_choice(problem, choice, run)
        except KeyboardInterrupt:
            return report_choice(
                problem, run, None, bound=None, findings=findings, interrupted=True
            )
        if exact.finished:
            return report_exact(problem, choice, exact, findings, run)
        proven = exact.bound
    plain, begin = choice.is_exact and not has_other_rules(problem), read_start(problem, start)
    limit = run.time_limit
    if not plain and limit is not None:
        search = search_centres(choice, replace(run, time_limit=0.5 * limit), begin, proves=plain)
    else:
        search = search_centres(choice, run, begin, proves=plain)
    result = _report(problem, search, findings, run)
    return raise_bound(result, proven)


def find_unserved(problem: AlignmentProblem) -> Ints:
    """Return the units that no territory, or no site, may serve.

    Parameters
    ----------
    problem
        Of kind ``sites`` or ``points``.
    """
    given = None if problem.sites is None else problem.sites.cost
    homeless = find_homeless(problem)
    if given is None:
        return homeless
    return np.union1d(homeless, np.flatnonzero(~np.isfinite(given).any(axis=1)))


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


def search_centres(
    choice: Choice, run: Run, begin: Ints | None = None, *, proves: bool = True
) -> CentreSearch:
    """Search for the cheapest centres and the units that each serves.

    Parameters
    ----------
    choice
        The problem as arrays.
    run
        On which terms.
    begin
        A partition to begin from, -1 where unknown, (units,), or None.
    proves
        Whether a tree over the sites may prove the answer: it leaves no territory empty, as the
        other rules of a problem may.
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
    try:
        _search(search, begin, proves=proves)
    except KeyboardInterrupt:
        search.interrupted = True
    return search


def _search(search: CentreSearch, begin: Ints | None, *, proves: bool) -> None:
    """Bound, begin from the bound's sites or a start, improve in rounds, prove what is small."""
    choice, run = search.choice, search.run
    taken = None if begin is None else take_start(choice, begin)
    if taken is None:
        centres = spread_sites(choice, search.rng)
        anneal_from(search, place_units(choice, centres), centres, 0.1, 0.1, 0.1)
    else:
        search.attempt = taken
        improve_regions(search, 0.0, 0.0)
    lists = list_sites(choice)
    partner = Partner(choice, lists, lower_table(choice, lists), run)
    partner.climb(guess_target(search), run.seconds + PRICE_SHARE * run.remaining)
    _exchange(search, partner)
    cycles = CYCLES * run.effort if run.time_limit is None else np.inf
    # Where territories are put together whole, a tree over many sites would only take their time.
    proves = proves and (choice.units <= SMALL or not partner.combines)
    number = 0
    with ThreadPoolExecutor(1) as beside:
        while number < cycles and not search.is_done:
            _go_round(search, partner, beside, number, restart=taken is None or number > 0)
            number += 1
            if proves and number >= TREE_AFTER and not search.is_done:
                prove(search, lists, number)


def _go_round(
    search: CentreSearch,
    partner: Partner,
    beside: ThreadPoolExecutor,
    number: int,
    *,
    restart: bool,
) -> None:
    """Improve regions while the partner climbs and combines; then exchange what was found."""
    run = search.run
    small = search.choice.units <= SMALL
    shares = ROUND_SHARES if partner.combines else (1.0,)
    share = SMALL_SHARE if small else shares[min(number, len(shares) - 1)]
    until = run.seconds + share * run.remaining
    plan = Plan(
        slot_of=search.best.slot_of.copy(), centres=search.best.centre.copy(), cost=search.cost
    )
    search.met = [] if partner.combines else None
    made = beside.submit(partner.work, plan, guess_target(search), until)
    try:
        _improve(search, partner.lists, number, share, restart=restart and (small or number == 0))
    except BaseException:
        partner.stopped.set()
        raise
    found = made.result()
    search.offer(found.slot_of, found.centres, found.cost)
    _exchange(search, partner)


def _exchange(search: CentreSearch, partner: Partner) -> None:
    """Give the partner the territories that were met, and take its bound and its prices."""
    for columns in search.met or ():
        partner.pool.add(columns)
    search.bound, search.sites = max(search.bound, partner.bound), partner.sites
    search.tell("prices")


def _improve(
    search: CentreSearch, lists: SiteLists, number: int, share: float, *, restart: bool
) -> None:
    """Improve the best region by region, or in every other round a start of its own."""
    choice = search.choice
    if not np.isfinite(search.cost) or (restart and number % 2 == 0):
        centres = pick_sites(search, lists, number)
        hot = HEAT[number // 2 % len(HEAT)]
        anneal_from(search, place_units(choice, centres), centres, hot, COLD, 1.0, ANNEALING_SHARE)
    else:
        search.attempt = (search.best.slot_of.copy(), search.best.centre.copy())
    improve_regions(search, 1.0, share)


def _report(
    problem: AlignmentProblem, search: CentreSearch, findings: tuple[Finding, ...], run: Run
) -> AlignmentResult:
    """Return the result of a search, its centres settled and its rules checked again."""
    choice = search.choice
    slot_of, centres = search.best.slot_of, search.best.centre
    if not np.isfinite(search.cost):
        if search.attempt is None:
            return report_choice(
                problem, run, None, bound=None, findings=findings, interrupted=search.interrupted
            )
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
        interrupted=search.interrupted,
    )
    if has_other_rules(problem) or not choice.is_exact:
        from planner.territories.sites.headcount import finish_under_all_rules

        return finish_under_all_rules(problem, choice, run, result, slot_of, centres)
    if result.status == "optimal":
        return replace(result, bound_relaxes=())
    return result


def report_exact(
    problem: AlignmentProblem,
    choice: Choice,
    exact: ExactChoice,
    findings: tuple[Finding, ...],
    run: Run,
) -> AlignmentResult:
    """Return the result of a choice that was solved outright.

    Parameters
    ----------
    problem, choice
        The problem, and the same as arrays.
    exact
        What the model says, proven.
    findings
        What was noticed on the way.
    run
        On which terms.
    """
    if exact.slot_of is None or exact.centres is None:
        return report_choice(problem, run, None, bound=None, infeasible=True, findings=findings)
    sites, centres = problem.sites, exact.centres
    assert sites is not None
    return report_choice(
        settle(problem, choice, centres),
        run,
        exact.slot_of,
        bound=exact.bound,
        centres=np.where(choice.rules.fixed >= 0, -1, centres),
        centre_points=None if sites.points is None else locate(sites, centres),
        findings=findings,
    )


def _name_relaxed(problem: AlignmentProblem, choice: Choice) -> tuple[str, ...]:
    """Return the hard rules that the bound leaves out."""
    relaxed = ["contiguity"] if choice.connected else []
    hard = [m.name for m in problem.measures if m.is_hard]
    if len(hard) > 1:
        relaxed.append("all measures but one")
    return tuple(relaxed)
