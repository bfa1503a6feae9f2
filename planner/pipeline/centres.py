"""Alignments whose centres are chosen too: a number of territories, or travel from the centre."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.preparation import Company
from planner.scenario.model import Scenario
from planner.territories.alignment import AlignmentResult, Start, Status, make_gap
from planner.territories.chosen import Sites
from planner.territories.limits import Measure
from planner.territories.parameters import AlignmentParameters
from planner.territories.planning import build_problem, road_terms, select_units
from planner.territories.problem import AlignmentProblem
from planner.territories.progress import ProgressCallback

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MOST_SITES = 300
SITES_A_TERRITORY = 6
MOST_CELLS = 40_000_000
RECENTRINGS = 3
TURN_EFFORT = 0.3  # of one turn: together they cost about what one alignment does


def chooses_centres(rules: AlignmentParameters) -> bool:
    """Return whether a scenario's centres are part of the answer."""
    return isinstance(rules.territories, int) or rules.travel.from_ == "centre"


def align_centres(
    scenario: Scenario, company: Company, time_limit: float | None, progress: ProgressCallback
) -> tuple[Company, AlignmentResult]:
    """Choose centres and an alignment together.

    A number of territories chooses its centres among candidate sites: the units nearest to the
    middles of clusters. The bound covers every choice among them. Where seats are given and
    travel counts from the centre, centres and alignment take turns, and the bound leaves travel
    out, so it is weaker.

    Parameters
    ----------
    scenario, company
        The rules, and what they apply to.
    time_limit
        Seconds, None for the counted effort.
    progress
        Who is told what is reached.

    Returns
    -------
    tuple of Company and AlignmentResult
        The company with its centres as homes.
    """
    if isinstance(scenario.alignment.territories, int):
        return _choose_number(scenario, company, time_limit, progress)
    return _take_turns(scenario, company, time_limit, progress)


def _choose_number(
    scenario: Scenario, company: Company, time_limit: float | None, progress: ProgressCallback
) -> tuple[Company, AlignmentResult]:
    from planner.territories.engine import align

    share = None if time_limit is None else 0.6 * time_limit
    sites = _candidate_sites(company, scenario.seed)
    problem = _site_problem(scenario, company, sites)
    chosen = align(problem, seed=scenario.seed, time_limit=share, progress=progress)
    if chosen.alignment is None or chosen.alignment.centres is None:
        return company, chosen
    homes = company.units.points[company.problem.kept[sites[chosen.alignment.centres]]]
    order = np.lexsort((homes[:, 0], homes[:, 1]))
    rank = np.argsort(order, kind="stable")
    placed = place_homes(scenario, company, homes[order])
    start = Start(territory_of=rank[chosen.alignment.territory_of])
    rest = None if time_limit is None else 0.4 * time_limit
    result = align(
        placed.problem.problem,
        seed=scenario.seed,
        time_limit=rest,
        effort=TURN_EFFORT if chosen.interrupted else 1.0,
        progress=progress,
        start=start,
    )
    result = replace(result, interrupted=result.interrupted or chosen.interrupted)
    relaxed = tuple(
        f"alignment.measures.{m.name}"
        for m in placed.problem.problem.measures
        if m.by_pair is not None
    )
    return placed, with_bound(result, chosen.bound, (*chosen.bound_relaxes, *relaxed))


def _candidate_sites(company: Company, seed: int) -> Ints:
    """Return positions, among the units that take part, of where centres may stand."""
    from planner.clusters.centres import middle_units

    kept = company.problem.kept
    count = len(company.seats.territory_ids)
    wanted = max(count, min(MOST_SITES, SITES_A_TERRITORY * count, MOST_CELLS // max(1, len(kept))))
    points = company.units.points[kept]
    sites = middle_units(points, wanted, company.units.visits[kept], seed=seed)
    if len(sites) >= count:
        return sites
    # Too few places are known: territories there cannot be told apart by where they are, and any
    # other units stand in.
    others = np.setdiff1d(np.arange(len(kept)), sites)
    return np.sort(np.concatenate([sites, others[: count - len(sites)]]))


def _site_problem(scenario: Scenario, company: Company, sites: Ints) -> AlignmentProblem:
    """Return the problem of choosing centres; what depends on who serves counts without travel."""
    fixed, rules = company.problem.problem, scenario.alignment
    units = select_units(company.units, company.problem.kept)
    homes = units.points[sites]
    at_sites = replace(company.seats, homes=homes, travels=np.isfinite(homes[:, 0]))
    every = np.arange(len(units.unit_ids), dtype=np.int64)
    factor = rules.travel.cost_per_hour * rules.travel.weight
    cost = sum((term.block(every) for term in road_terms(units, at_sites, factor)), np.zeros(1))
    if rules.travel.from_ == "none":
        cost = np.zeros((len(every), len(sites)))
    return AlignmentProblem.build(
        kind="sites",
        sites=Sites(count=len(company.seats.territory_ids), cost=np.asarray(cost)),
        unit_ids=fixed.unit_ids,
        territory_ids=fixed.territory_ids,
        measures=tuple(_without_travel(measure) for measure in fixed.measures),
        max_accounts=fixed.max_accounts,
        unit_accounts=fixed.unit_accounts,
        neighbours=fixed.neighbours,
    )


def _without_travel(measure: Measure) -> Measure:
    return replace(measure, by_pair=None) if measure.by_pair is not None else measure


def place_homes(scenario: Scenario, company: Company, homes: Floats) -> Company:
    """Return the company with other homes, and the problem that follows from them.

    Parameters
    ----------
    scenario, company
        The rules, and what they apply to.
    homes
        Latitude and longitude in degrees, (territories, 2).
    """
    seats = replace(company.seats, homes=homes)
    problem = build_problem(
        company.units,
        seats,
        company.eligibility,
        company.today,
        company.targets,
        scenario.alignment,
        company.data.currency.scale,
    )
    return replace(company, seats=seats, problem=problem)


def with_bound(
    result: AlignmentResult, bound: float | None, relaxes: tuple[str, ...]
) -> AlignmentResult:
    """Return a result with the bound that covers the choice of centres too."""
    if result.cost is None:
        # Other centres might do: only those that were tried are known not to.
        return replace(result, status="unknown")
    gap = make_gap(result.cost, bound)
    proven: Status = "optimal" if gap is not None and gap <= 1e-9 and not relaxes else "feasible"
    return replace(result, status=proven, bound=bound, gap=gap, bound_relaxes=relaxes)


def _take_turns(
    scenario: Scenario, company: Company, time_limit: float | None, progress: ProgressCallback
) -> tuple[Company, AlignmentResult]:
    from planner.territories.engine import align

    share = None if time_limit is None else time_limit / (RECENTRINGS + 2)
    # What no travel at all would cost at least: no choice of centres can beat it.
    without = _without_road(company.problem.problem)
    bound = align(without, seed=scenario.seed, time_limit=share, effort=TURN_EFFORT)
    now = place_homes(scenario, company, _middles(company, company.today.current))
    best: tuple[Company, AlignmentResult] | None = None
    start = None
    for _ in range(RECENTRINGS):
        result = align(
            now.problem.problem,
            seed=scenario.seed,
            time_limit=share,
            progress=progress,
            start=start,
        )
        interrupted = bound.interrupted or result.interrupted
        if result.alignment is None:
            return _broken_off(best) if best and interrupted else best or (now, result)
        if best is None or _costs(result) < _costs(best[1]):
            best = now, result
        if interrupted:
            best = _broken_off(best)
            break
        territory_of = result.alignment.territory_of
        start = Start(territory_of=territory_of, prices=result.prices)
        now = place_homes(scenario, now, _middles(now, now.problem.spread(territory_of)))
    assert best is not None
    placed, result = best
    note = Finding(
        severity="info",
        code="alignment.centres_in_turns",
        message="Travel counts from each territory's centre; centres and accounts were settled in turns.",
        advice="How much better is possible leaves travel out, so the true distance is smaller.",
    )
    result = replace(result, findings=(*result.findings, note))
    return placed, with_bound(result, bound.bound, bound.bound_relaxes)


def _broken_off(best: tuple[Company, AlignmentResult]) -> tuple[Company, AlignmentResult]:
    return best[0], replace(best[1], interrupted=True)


def _costs(result: AlignmentResult) -> float:
    return np.inf if result.cost is None else result.cost


def _without_road(problem: AlignmentProblem) -> AlignmentProblem:
    terms = tuple(term for term in problem.terms if term.name not in {"travel", "tours"})
    measures = tuple(m for m in problem.measures if m.by_pair is None)
    return replace(problem, terms=terms, measures=measures)


def _middles(company: Company, territory_of: Ints) -> Floats:
    """Return the middle of each territory's units by visits; its old home where it has none."""
    homes = company.seats.homes.copy()
    points, visits = company.units.points, np.maximum(company.units.visits, 1e-9)
    for territory in np.flatnonzero(company.seats.travels).tolist():
        mine = (territory_of == territory) & np.isfinite(points[:, 0])
        if mine.any():
            homes[territory] = np.average(points[mine], axis=0, weights=visits[mine])
    return homes
