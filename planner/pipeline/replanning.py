"""A change to a running plan: the year so far is closed, and the rest is settled again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.pipeline.ahead import Ahead, at_hand, begin_change
from planner.pipeline.carried_potential import carry_potential
from planner.pipeline.change_alignment import ChangedAlignment, align_change
from planner.pipeline.change_edits import note_edits, place_changes, read_changes
from planner.pipeline.change_inputs import (
    check_same,
    drop_void_holds,
    keep_closed,
    keep_decisions,
    read_today,
    with_goal,
    without_budgets,
)
from planner.pipeline.change_quotas import Settlement, settle_quotas
from planner.pipeline.plan_assembly import assemble_plan, join_findings, peak_memory_mb
from planner.pipeline.preparation import Company, build_company, refuse_errors
from planner.pipeline.progress import Progress, Silence, Stopwatch
from planner.pipeline.running import Succession, stand, succeed
from planner.pipeline.year_record import carry_clusters, make_record
from planner.second_process import Here

if TYPE_CHECKING:
    from concurrent.futures import Future

    from planner.inputs.data import PlanningData
    from planner.inputs.edits import EditBook
    from planner.outcomes.result import Outcomes, PlanAssessment
    from planner.outputs.plan import Plan
    from planner.potential.result import Potential
    from planner.potential.standing import Standing
    from planner.scenario.model import Scenario
    from planner.tracking.record import YearRecord

Ints = npt.NDArray[np.int64]
SILENT_DAYS = 28
NO_BOOKINGS = Finding(
    severity="warning",
    code="change.no_bookings",
    message="No booking of the plan's months up to the change is in the history: closed months "
    "count as if nothing had come in, and so do the outlook and pay.",
    advice="Give a history table that goes up to the day before the change.",
    table="history",
)


def change_plan(
    scenario: Scenario,
    folder: Path,
    running: Plan,
    *,
    effective: date | None = None,
    only_quotas: bool = False,
    time_limit: float | None = None,
    progress: Progress | None = None,
    edits: EditBook | None = None,
) -> Plan:
    """Change a running plan: its owners are today's, its decisions stand, past months are closed.

    Parameters
    ----------
    scenario
        The settings as they are now; its period must be the running plan's.
    folder
        Where the tables are.
    running
        As read from its folder.
    effective
        The first day that may change; default: the day after the last booking.
    only_quotas
        Whether every account stays, new ones aside.
    time_limit
        Seconds for the alignment.
    progress
        Who is told where the work is.
    edits
        What a person wrote into the running plan's workbook: owners are holds, amounts overrides.

    Raises
    ------
    DataError
        When the tables cannot be planned on, or an event is impossible.
    ScenarioError
        When the change is dated outside the plan, or the plans differ in what cannot change.
    InfeasibleError
        When the rules cannot be kept, or closed months hold more than the new goal.
    """
    return _change(
        scenario,
        folder,
        at_hand(running, scenario, folder),
        Stopwatch(progress or Silence()),
        effective=effective,
        only_quotas=only_quotas,
        time_limit=time_limit,
        edits=edits,
    )


def _change(
    scenario: Scenario,
    folder: Path,
    ahead: Ahead,
    watch: Stopwatch,
    *,
    effective: date | None,
    only_quotas: bool,
    time_limit: float | None,
    edits: EditBook | None,
) -> Plan:
    """Change a running plan that may still be on its way while today's tables are read."""
    with watch.stage("inputs"):
        tables = Here().submit(read_today, scenario, folder, effective, ahead)
        running = ahead.running.result()
        scenario = keep_decisions(scenario, running, only_quotas=only_quotas)
        check_same(scenario, running)
        data, day = tables.result()
        data, day = keep_closed(data, day, running, asked=effective is not None)
        succession = succeed(running, data, day, scenario)
        own_goal = scenario.quota.goal if scenario.quota else None
        scenario = with_goal(scenario, running, succession)
        scenario, written = read_changes(scenario, running, succession, edits, day)
    with watch.stage("potential"):
        potential = carry_potential(running, succession.data, succession, scenario)
    with watch.stage("performance"):
        standing = _measure_people(ahead, scenario, succession.data, potential)
    with watch.stage("units"):
        seats = stand(running, succession, scenario, day)
        scenario, void = drop_void_holds(scenario, seats.seats, succession)

        def build(settled: Scenario) -> Company:
            return build_company(without_budgets(settled), succession.data, potential, seats)

        scenario, company, written = place_changes(scenario, build(scenario), written, build)
    with watch.stage("alignment"):
        changed = align_change(scenario, company, time_limit)
    with watch.stage("quotas"):
        settled, of_account = _settle(scenario, running, succession, changed, day)
    with watch.stage("summary"):
        record = make_record(
            running, succession, changed, settled, of_account, day, scenario, own_goal
        )
        plan = _assemble(scenario, running, succession, changed, settled, record)
        plan = note_edits(plan, changed.company, written)
        ahead.seated(plan, running)
    with watch.stage("outcomes"):
        outcomes, assessment = _foresee(
            scenario, changed, settled, of_account, record, day, running.assessment
        )
    found = (*_word_changes(changed, record), *succession.findings, *void, *settled.findings)
    further = join_findings(plan, None, outcomes, assessment, standing.result(), written)
    return replace(
        plan,
        outcomes=outcomes,
        assessment=assessment,
        standing=standing.result(),
        findings=tuple(dict.fromkeys((*found, *further))),
        provenance=replace(plan.provenance, seconds=watch.seconds, peak_memory_mb=peak_memory_mb()),
    )


def change_plan_folder(
    scenario: Scenario,
    folder: Path,
    running: Path,
    *,
    effective: date | None = None,
    only_quotas: bool = False,
    time_limit: float | None = None,
    progress: Progress | None = None,
    edits: EditBook | None = None,
    ahead: Ahead | None = None,
) -> Plan:
    """Change the running plan in a folder; nothing beside that folder is read of it.

    Parameters
    ----------
    scenario, folder, effective, only_quotas, time_limit, progress, edits
        As in :func:`change_plan`.
    running
        The running plan's folder.
    ahead
        What has begun; by default it begins here.
    """
    watch = Stopwatch(progress or Silence())
    watch.progress.start("running plan")
    return _change(
        scenario,
        folder,
        ahead or begin_change(scenario, folder, running),
        watch,
        effective=effective,
        only_quotas=only_quotas,
        time_limit=time_limit,
        edits=edits,
    )


def _measure_people(
    ahead: Ahead, scenario: Scenario, data: PlanningData, potential: Potential
) -> Future[Standing]:
    """Begin to measure people and pipeline, which nothing but the plan's folder needs."""
    from planner.potential.standing import assess_standing

    ramp = scenario.quota.ramp if scenario.quota else ()
    return ahead.beside.submit(assess_standing, data, potential, ramp, scenario.performance)


def _settle(
    scenario: Scenario,
    running: Plan,
    succession: Succession,
    changed: ChangedAlignment,
    day: date,
) -> tuple[Settlement, Ints]:
    """Settle the quotas on the new books; return them with each account's seat, (accounts,)."""
    of_account = _territories(changed)[changed.company.units.unit_of_account]
    settled = settle_quotas(scenario, running, succession, changed.company, of_account, day)
    refuse_errors(settled.findings)
    return settled, of_account


def _territories(changed: ChangedAlignment) -> Ints:
    assert changed.result.alignment is not None
    return changed.company.problem.spread(changed.result.alignment.territory_of)


def _assemble(
    scenario: Scenario,
    running: Plan,
    succession: Succession,
    changed: ChangedAlignment,
    settled: Settlement,
    record: YearRecord,
) -> Plan:
    company = changed.company
    clusters = carry_clusters(running, company.data)
    plan = assemble_plan(scenario, company, changed.result, _territories(changed), clusters)
    reasons = _word_seats(plan, running, succession, company)
    return replace(plan, quotas=settled.sheet, year=record, reasons=reasons)


def _foresee(
    scenario: Scenario,
    changed: ChangedAlignment,
    settled: Settlement,
    of_account: Ints,
    record: YearRecord,
    day: date,
    before: PlanAssessment | None,
) -> tuple[Outcomes | None, PlanAssessment | None]:
    """Simulate what remains of the year, and say what it pays and whether it is fair."""
    from planner.pipeline.assessment import assess_company
    from planner.pipeline.rest_of_year import foresee_rest

    if settled.sheet is None:
        return None, None
    company = changed.company
    rest = foresee_rest(scenario, company, _territories(changed), settled.sheet, record, day)
    assessment = assess_company(
        scenario,
        company,
        of_account,
        settled.sheet,
        rest.simulation,
        running=before,
        paid=rest.paid,
    )
    return rest.outcomes, assessment


def _word_seats(
    plan: Plan, running: Plan, succession: Succession, company: Company
) -> tuple[str, ...]:
    """Say of accounts that stay in their seat why somebody else serves it."""
    events: dict[str, str] = {}
    for event in succession.applied:
        seat = succession.before.seat_of(event.rep_id, event.day) if event.rep_id else None
        for name in {seat or "", event.territory_id} - {""}:
            events[name] = event.words
    before = dict(zip(running.territory_ids, running.seats.rep_ids, strict=True))
    names = plan.territory_ids
    reasons = list(plan.reasons)
    for row, (at, was) in enumerate(
        zip(plan.territory_of_account.tolist(), company.today.seat_of_account.tolist(), strict=True)
    ):
        seat = names[at] if at >= 0 else ""
        if at >= 0 and at == was and before.get(seat) != plan.seats.rep_ids[at]:
            reasons[row] = f"Stays in seat {seat}: {events.get(seat, 'its holder changed')}."
    return tuple(reasons)


def _word_changes(changed: ChangedAlignment, record: YearRecord) -> list[Finding]:
    """Say which limits of balance what stays already breaks, and which accounts may be twins."""
    pairs = [
        Finding(
            severity="warning",
            code="accounts.likely_duplicate",
            message=f"New account {pair.account_id} ({pair.name}) may be {pair.known_id} "
            f"({pair.known_name}): {pair.why}.",
            advice="If it is, write an event merged; duplicates.csv lists all pairs.",
            table="accounts",
            subject=pair.account_id,
        )
        for pair in record.duplicates[:EXAMPLES_SHOWN]
    ]
    silent = (
        (record.effective - record.closed[0].start).days >= SILENT_DAYS if record.closed else False
    )
    nothing = silent and not any(record.booked.values())
    return [
        *([NO_BOOKINGS] if nothing else []),
        *([_word_limits(changed.widened)] if changed.widened else []),
        *pairs,
    ]


def _word_limits(widened: tuple[str, ...]) -> Finding:
    shown = "; ".join(widened[:EXAMPLES_SHOWN])
    more = len(widened) - EXAMPLES_SHOWN
    return Finding(
        severity="warning",
        code="change.limits_left",
        message=f"With only what must move, these limits of balance are left: {shown}"
        + (f"; and {more} more." if more > 0 else "."),
        advice="Raise change.max_account_share to let the engine restore them.",
        subject="change.max_account_share",
        count=len(widened),
    )
