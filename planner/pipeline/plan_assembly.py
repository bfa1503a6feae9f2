"""Puts a plan together from what the stages found: one object, and where it comes from."""

from __future__ import annotations

import platform
import resource
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner import __version__
from planner.findings import Finding
from planner.inputs.edit_words import describe_edits
from planner.outputs.plan import Plan, Provenance
from planner.pipeline.assembly import summarise_alignment
from planner.pipeline.peer_names import name_groups
from planner.pipeline.preparation import Company
from planner.pipeline.reasons import word_reasons
from planner.territories.alignment import AlignmentResult, evaluate

if TYPE_CHECKING:
    from planner.inputs.edits import Edits
    from planner.outcomes.result import Outcomes, PlanAssessment
    from planner.potential.standing import Standing
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
LIBRARIES = ("numpy", "scipy", "pandas", "duckdb", "ortools", "numba", "scikit-learn", "shapely")


def assemble_plan(
    scenario: Scenario,
    company: Company,
    result: AlignmentResult,
    territory_of: Ints,
    clusters: Ints | None = None,
) -> Plan:
    """Return a plan without quotas and outcomes.

    Parameters
    ----------
    scenario, company
        The plan's settings, and what they apply to.
    result, territory_of
        The alignment: as it was found, and the territory of each unit, -1 none, (units,).
    clusters
        Group of near accounts that each lies in, where it is known already, (accounts,).
    """
    from planner.units.travel import territory_travel

    kept = company.problem.kept
    evaluation = evaluate(company.problem.problem, territory_of[kept])
    travels = company.seats.travels & np.isfinite(company.seats.homes[:, 0])
    road = territory_travel(company.units, company.seats, territory_of, scenario.workload)
    before = territory_travel(
        company.units, company.seats, company.today.current, scenario.workload
    )
    prices = {} if result.prices is None else dict(result.prices.by_rule)
    return Plan(
        provenance=_trace(scenario),
        data=company.data,
        potential=company.potential,
        units=company.units,
        seats=company.seats,
        eligibility=company.eligibility,
        today=company.today,
        alignment=summarise_alignment(scenario, company, result, evaluation, territory_of),
        territory_of_account=territory_of[company.units.unit_of_account],
        territory_of_unit=territory_of,
        held=company.today.held[company.units.unit_of_account] >= 0,
        reasons=word_reasons(company, territory_of, result.prices),
        account_measures=company.account_measures,
        travel_today=np.where(travels, before.driving_hours, np.nan),
        travel=np.where(travels, road.driving_hours, np.nan),
        trips=np.where(travels, road.trips, np.nan),
        visit_hours=road.visit_hours,
        idle_hours=road.idle_hours,
        peer_groups=name_groups(company),
        prices=prices,
        clusters=_cluster_accounts(scenario, company) if clusters is None else clusters,
        findings=(*company.findings, *result.findings),
        interrupted=result.interrupted,
    )


def _cluster_accounts(scenario: Scenario, company: Company) -> Ints:
    """Return the group of near units that each account lies in, -1 unplaced, (accounts,)."""
    from planner.clusters.centres import cluster_units

    units, wanted = company.units, len(company.seats.territory_ids)
    labels = cluster_units(units.points, wanted, units.visits, seed=scenario.seed)
    return labels[units.unit_of_account]


def _trace(scenario: Scenario) -> Provenance:
    versions = {"territory-planner": __version__, "python": platform.python_version()}
    versions |= {library: version(library) for library in LIBRARIES}
    return Provenance(
        name=scenario.name, scenario=scenario.resolved(), seed=scenario.seed, versions=versions
    )


def join_findings(
    plan: Plan,
    quotas: QuotaSheet | None,
    outcomes: Outcomes | None,
    assessment: PlanAssessment | None,
    standing: Standing,
    edits: Edits | None,
    settling: tuple[Finding, ...] = (),
) -> tuple[Finding, ...]:
    """Return what all stages found, in their order, each once."""
    found = [*(() if edits is None else describe_edits(edits)), *plan.findings, *settling]
    found += [] if quotas is None else quotas.findings
    found += [] if outcomes is None else outcomes.findings
    found += [] if assessment is None else assessment.compensation.findings
    found += standing.findings
    return tuple(dict.fromkeys(found))


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
