"""From a scenario and its tables to a whole plan: the one place where all stages meet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import FaultError
from planner.outputs.plan import Plan
from planner.pipeline.assembly import word_violation
from planner.pipeline.calibrating import settle_by_past
from planner.pipeline.edits import (
    BOUND,
    SET,
    add_comments,
    prepare_edited,
    returned_where_unmade,
)
from planner.pipeline.people import with_ramp
from planner.pipeline.plan_assembly import assemble_plan, join_findings, peak_memory_mb
from planner.pipeline.preparation import Company, prepare
from planner.pipeline.progress import Progress, Silence, Stopwatch
from planner.territories.alignment import AlignmentResult, evaluate

if TYPE_CHECKING:
    from planner.inputs.edits import EditBook, Edits
    from planner.outcomes.result import Outcomes, PlanAssessment
    from planner.quotas.result import QuotaSheet
    from planner.scenario.model import Scenario
    from planner.territories.progress import Progress as SearchState

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def make_plan(
    scenario: Scenario,
    folder: Path,
    *,
    time_limit: float | None = None,
    progress: Progress | None = None,
    edits: EditBook | None = None,
    earlier: Plan | None = None,
) -> Plan:
    """Plan a company: potential, units, alignment, quotas and the simulated year.

    Parameters
    ----------
    scenario
        The plan's settings.
    folder
        Where the tables are.
    time_limit
        Seconds for the alignment; None is the counted effort, which repeats exactly.
    progress
        Who is told where the work is.
    edits
        What a person wrote into an earlier plan's workbook: what the tables and the rules bear
        comes before the scenario's own holds and overrides.
    earlier
        A plan whose tables and potential are planned on again, instead of those in ``folder``.

    Raises
    ------
    DataError
        When the tables cannot be planned on.
    ScenarioError
        When the scenario asks for what does not exist.
    InfeasibleError
        When no alignment, or no quotas, can satisfy the rules.
    OutOfTimeError
        When no alignment was found in the effort or time given.
    """
    watch = Stopwatch(progress or Silence())
    scenario, company, settled = _prepare(scenario, folder, edits, earlier, watch)
    with returned_where_unmade(settled, BOUND):
        company, result = align_company(scenario, company, watch, time_limit=time_limit)
    return finish_plan(scenario, company, result, watch, edits=settled)


def align_company(
    scenario: Scenario, company: Company, watch: Stopwatch, *, time_limit: float | None = None
) -> tuple[Company, AlignmentResult]:
    """Align a company's territories; open centres become part of the company.

    Parameters
    ----------
    scenario, company
        The plan's settings, and what they apply to.
    watch
        Times the stage and tells who waits.
    time_limit
        Seconds; None is the counted effort.

    Raises
    ------
    InfeasibleError
        When it is proven before the search that no alignment satisfies the rules.
    """
    with watch.stage("alignment"):
        return _align(scenario, company, time_limit, watch)


def finish_plan(
    scenario: Scenario,
    company: Company,
    result: AlignmentResult,
    watch: Stopwatch,
    *,
    edits: Edits | None = None,
) -> Plan:
    """Set quotas on an alignment, simulate the year, and put the plan together.

    Parameters
    ----------
    scenario, company, result
        The plan's settings, what they apply to, and what the engine found.
    watch
        Times the stages and tells who waits.
    edits
        What a person wrote into an earlier plan's workbook, as far as it holds.

    Raises
    ------
    InfeasibleError
        When no alignment, or no quotas, can satisfy the rules.
    OutOfTimeError
        When no alignment was found in the effort or time given.
    """
    from planner.potential.standing import assess_standing

    scenario = with_ramp(scenario, company.ramp)
    with returned_where_unmade(edits, BOUND):
        territory_of = company.problem.spread(settled_alignment(scenario, company, result))
    of_account = territory_of[company.units.unit_of_account]
    with watch.stage("quotas"), returned_where_unmade(edits, SET):
        settled, settling = settle_by_past(scenario, company.data, company.potential.method)
        quotas = _set_quotas(settled, company, of_account)
    with watch.stage("outcomes"):
        outcomes, assessment = _foresee(settled, company, territory_of, quotas)
    with watch.stage("performance"):
        standing = assess_standing(
            company.data, company.potential, company.ramp, scenario.performance
        )
    with watch.stage("summary"):
        plan = assemble_plan(scenario, company, result, territory_of)
    return replace(
        plan,
        quotas=quotas,
        outcomes=outcomes,
        assessment=assessment,
        standing=standing,
        **_note_edits(company, plan, edits),
        findings=join_findings(plan, quotas, outcomes, assessment, standing, edits, settling),
        provenance=replace(plan.provenance, seconds=watch.seconds, peak_memory_mb=peak_memory_mb()),
    )


def _prepare(
    scenario: Scenario,
    folder: Path,
    edits: EditBook | None,
    earlier: Plan | None,
    watch: Stopwatch,
) -> tuple[Scenario, Company, Edits | None]:
    """Run every stage before the engine; the scenario comes back with ramp and edits in force."""
    settled = None
    if edits is None:
        company = prepare(scenario, folder, watch, earlier)
    else:
        scenario, company, settled = prepare_edited(scenario, folder, edits, watch)
    return with_ramp(scenario, company.ramp), company, settled


def _align(
    scenario: Scenario, company: Company, time_limit: float | None, watch: Stopwatch
) -> tuple[Company, AlignmentResult]:
    from planner.pipeline.centres import align_centres, chooses_centres
    from planner.pipeline.refusal import proves_infeasible
    from planner.territories.engine import align

    refusal = proves_infeasible(scenario, company)
    if refusal is not None:
        raise refusal
    code = company.data.currency.code

    def report(state: SearchState) -> None:
        watch.progress.note(_word_state(state, code))

    if chooses_centres(scenario.alignment):
        return align_centres(scenario, company, time_limit, report)
    problem = company.problem.problem
    result = align(problem, seed=scenario.seed, time_limit=time_limit, progress=report)
    return company, result


def _word_state(state: SearchState, code: str) -> str:
    parts = [] if state.cost is None else [f"{state.cost:,.0f} {code} a year"]
    if state.gap is not None:
        parts.append(f"at most {state.gap:.2%} better is possible")
    if state.worst_balance:
        parts.append(f"worst limit {state.worst_balance:.1%} exceeded")
    return ", ".join(parts) or state.stage


def settled_alignment(scenario: Scenario, company: Company, result: AlignmentResult) -> Ints:
    """Return the alignment that was found, or say why there is none.

    Raises
    ------
    InfeasibleError
        When it is proven that none satisfies the rules.
    OutOfTimeError
        When none was found.
    KeyboardInterrupt
        When whoever waits interrupted it before there was any.
    FaultError
        When the plain rules refuse what the engine returned.
    """
    if result.alignment is None and result.interrupted:
        raise KeyboardInterrupt
    if result.alignment is None:
        from planner.pipeline.refusal import refuse

        raise refuse(scenario, company, result)
    territory_of = result.alignment.territory_of
    evaluation = evaluate(company.problem.problem, territory_of)
    if evaluation.violations:
        broken = "; ".join(word_violation(company, found) for found in evaluation.violations[:5])
        raise FaultError(f"The engine returned an alignment that the rules refuse: {broken}.")
    return territory_of


def _set_quotas(scenario: Scenario, company: Company, of_account: Ints) -> QuotaSheet | None:
    if scenario.quota is None:
        return None
    from planner.pipeline.quota_setting import set_company_quotas

    return set_company_quotas(company, of_account, scenario.quota)


def _foresee(
    scenario: Scenario, company: Company, territory_of: Ints, quotas: QuotaSheet | None
) -> tuple[Outcomes | None, PlanAssessment | None]:
    """Simulate the year, and say what it pays and whether it is fair."""
    if quotas is None:
        return None, None
    from planner.pipeline.assessment import assess_company
    from planner.pipeline.simulation import simulate_company

    simulation = simulate_company(scenario, company, territory_of, quotas)
    of_account = territory_of[company.units.unit_of_account]
    assessment = assess_company(scenario, company, of_account, quotas, simulation)
    return simulation.outcomes, assessment


def _note_edits(company: Company, plan: Plan, edits: Edits | None) -> dict[str, Any]:
    """Return the parts of a plan that tell of a person's edits."""
    if edits is None:
        return {}
    return {"edits": edits, "reasons": add_comments(plan.reasons, company, edits)}
