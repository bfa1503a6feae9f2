"""What a change starts from: the running plan's decisions, today's tables, and the goal that holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ScenarioError
from planner.findings import Finding
from planner.pipeline.preparation import read_tables
from planner.territories.parameters import DisruptionParameters

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.outputs.plan import Plan
    from planner.pipeline.ahead import Ahead
    from planner.pipeline.running import Succession
    from planner.potential.parameters import PotentialParameters
    from planner.scenario.model import Scenario
    from planner.units.result import Seats

DAY = timedelta(days=1)


def keep_decisions(scenario: Scenario, running: Plan, *, only_quotas: bool) -> Scenario:
    """Return the scenario with the running plan's holds and overrides, where it names none.

    A hold or an override that the scenario changes is a new decision and wins.

    Parameters
    ----------
    scenario
        As it is now.
    running
        The running plan.
    only_quotas
        Whether accounts stay whatever the budget of the change says.
    """
    from planner.territories.parameters import AlignmentParameters

    before = running.provenance.scenario
    old = AlignmentParameters.model_validate(before["alignment"])
    holds = (
        *scenario.alignment.holds,
        *(h for h in old.holds if h not in scenario.alignment.holds),
    )
    alignment = scenario.alignment.model_copy(update={"holds": holds})
    update: dict[str, object] = {
        "alignment": alignment,
        "potential": _keep_amounts(scenario.potential, before["potential"]),
    }
    if scenario.quota is not None and before.get("quota"):
        from planner.quotas.parameters import QuotaParameters

        decided = QuotaParameters.model_validate(before["quota"])
        settled: dict[str, object] = {
            "overrides": {**decided.overrides, **scenario.quota.overrides}
        }
        if scenario.quota.ramp_from != "stated":
            # What was measured for the plan holds for its year.
            settled["ramp"] = decided.ramp
        update["quota"] = scenario.quota.model_copy(update=settled)
    if only_quotas:
        update["change"] = scenario.change.model_copy(update={"max_account_share": 0.0})
    return scenario.model_copy(update=update)


def _keep_amounts(now: PotentialParameters, before: object) -> PotentialParameters:
    """Return the settings of the potential with the amounts that a person set before."""
    from planner.potential.parameters import PotentialParameters

    old = PotentialParameters.model_validate(before).overrides
    if not isinstance(old, dict) or isinstance(now.overrides, str):
        return now
    return now.model_copy(update={"overrides": {**old, **(now.overrides or {})}})


def check_same(scenario: Scenario, running: Plan) -> None:
    """Refuse a scenario that is no change of this plan but another plan."""
    from planner.inputs.period import find_calendar

    starts, end = find_calendar(scenario.period)
    before = running.data.period
    if (starts, end) != (before.starts, before.end):
        raise ScenarioError(
            f"The scenario plans {starts[0]} to {end}, the running plan {before.start} to "
            f"{before.end}: a change keeps the months. Plan without --from for another period."
        )
    if scenario.currency != running.data.currency.code:
        raise ScenarioError(
            f"The scenario plans in {scenario.currency}, the running plan in "
            f"{running.data.currency.code}: a change keeps the currency."
        )
    if (scenario.quota is None) != (running.quotas is None):
        raise ScenarioError(
            "Either the scenario or the running plan has no [quota]; a change needs both or neither."
        )
    _check_components(scenario, running)


def keep_closed(
    data: PlanningData, day: date, running: Plan, *, asked: bool
) -> tuple[PlanningData, date]:
    """Return today's tables and the day of the change, which is not before the last one's.

    Parameters
    ----------
    data, day
        As :func:`read_today` gave them.
    running
        The running plan; what it has closed stays closed.
    asked
        Whether a person gave the day.

    Raises
    ------
    ScenarioError
        When the day that was asked for lies in what the running plan has closed.
    """
    if running.year is None or day >= running.year.effective:
        return data, day
    first = running.year.effective
    if asked:
        raise ScenarioError(
            f"--effective {day}: the running plan is itself a change that holds from {first}, and "
            f"what is before that day is closed. Date the change from {first} on, or plan again "
            "from the plan before it, with the events of both."
        )
    return replace(data, period=replace(data.period, as_of=first - DAY)), first


def _check_components(scenario: Scenario, running: Plan) -> None:
    if scenario.quota is None or running.quotas is None:
        return
    from planner.quotas.components import TOTAL

    parts = scenario.quota.components
    now = set(parts) | (set() if any(p.in_direct_sum for p in parts.values()) else {TOTAL})
    before = {line.component for line in running.quotas.lines}
    if now != before:
        raise ScenarioError(
            f"The scenario has the quota components {', '.join(sorted(now))}, the running plan "
            f"{', '.join(sorted(before))}. A change can give a component another goal or share, "
            "and cannot add or take away one: closed months owe the parts that they were set in, "
            "and each part has to add up over the whole year. Keep the components, and plan with "
            "the new ones from the next period on."
        )


def read_today(
    scenario: Scenario, folder: Path, effective: date | None, ahead: Ahead
) -> tuple[PlanningData, date]:
    """Read today's tables with what was booked up to the change.

    Parameters
    ----------
    scenario, folder
        Where the tables are, and for which months.
    effective
        The first day that may change; None: the day after the last booking.
    ahead
        What is on its way already.

    Returns
    -------
    tuple
        The tables, and the day.
    """
    from planner.inputs.period import find_calendar

    (start, *_), end = find_calendar(scenario.period)
    if effective is not None and not start <= effective < end:
        raise ScenarioError(f"--effective {effective} is outside the plan, {start} to {end - DAY}.")
    as_of = (effective or end) - DAY
    dated = scenario.period.model_copy(update={"as_of": as_of})
    # A ledger's figures are of the day the plan was made; later bookings would not add up to them.
    read = scenario.model_copy(update={"period": dated, "control": type(scenario.control)()})
    # Which events are impossible shows only against the running plan: all are told together.
    data = _take_over(read, folder, ahead) if ahead.digests else None
    data = data or read_tables(read, folder, ahead.tables, told_later={"events"})
    if effective is None:
        effective = _after_last_booking(data)
        data = replace(data, period=replace(data.period, as_of=effective - DAY))
    return data, effective


def _take_over(scenario: Scenario, folder: Path, ahead: Ahead) -> PlanningData | None:
    """Return today's tables with what the running plan has read of them; None: read all."""
    from planner.inputs.unchanged import Earlier, read_changed

    running = ahead.running.result()
    moved = running.year is not None and bool(running.year.account_changes)
    if moved or not _reads_alike(running):
        return None
    earlier = Earlier(
        data=running.data,
        inputs=running.provenance.scenario["inputs"],
        digests=ahead.digests,
    )
    return read_changed(
        scenario.inputs, scenario.period, scenario.currency, scenario.fx, folder, earlier
    )


def _reads_alike(running: Plan) -> bool:
    """Return whether this planner would read what the running plan did, and say no more of it."""
    from planner.pipeline.cluster import tool_versions

    scenario = running.provenance.scenario
    # What is measured on the tables is told with them.
    measured = scenario["alignment"]["capacity"] == "productivity" or (
        scenario.get("quota") and scenario["quota"]["ramp_from"] != "stated"
    )
    return not measured and running.provenance.versions == tool_versions()


def _after_last_booking(data: PlanningData) -> date:
    """Return the day after the last booking within the plan, else the plan's first day."""
    if data.history is None or data.history.empty:
        return data.period.start
    last: date = data.history["date"].max().date() + DAY
    return min(max(last, data.period.start), data.period.end - DAY)


def with_goal(scenario: Scenario, running: Plan, succession: Succession) -> Scenario:
    """Return the scenario with the goal that holds: a new event's, a new scenario's, the last.

    An event's goal stands until another event, or a scenario that has itself been changed since.
    """
    from decimal import Decimal

    if scenario.quota is None or not succession.after.goals:
        return scenario
    own = succession.data.currency.to_minor(scenario.quota.goal)
    fresh = any(event.kind == "goal" for event in succession.applied)
    if not fresh and (running.year is None or running.year.scenario_goal != own):
        return scenario
    goal = Decimal(succession.after.goals[-1].amount) / succession.data.currency.scale
    quota = scenario.quota.model_copy(update={"goal": goal})
    return scenario.model_copy(update={"quota": quota})


def drop_void_holds(
    scenario: Scenario, seats: Seats, succession: Succession
) -> tuple[Scenario, tuple[Finding, ...]]:
    """Return the scenario without holds to people who have no seat after the change.

    Parameters
    ----------
    scenario
        With the holds of the running plan.
    seats
        After the change.
    succession
        Who was here before.
    """
    known = {*seats.seat_of_rep, *seats.territory_ids, "owner"}
    gone = {*succession.before.reps, *succession.after.closed} - known
    void = [hold for hold in scenario.alignment.holds if hold.to in gone]
    holds = tuple(hold for hold in scenario.alignment.holds if hold not in void)
    alignment = scenario.alignment.model_copy(update={"holds": holds})
    findings = tuple(
        Finding(
            severity="warning",
            code="holds.left_with_seat",
            message=f"Hold '{hold.words()}' leads to {hold.to}, whose seat is closed; it is void.",
            advice="Hold the accounts to another rep if they are not to be free.",
            subject=hold.words(),
        )
        for hold in void
    )
    return scenario.model_copy(update={"alignment": alignment}), findings


def without_budgets(scenario: Scenario) -> Scenario:
    """Return the scenario without the annual plan's budgets: a change has its own."""
    rule = scenario.alignment.disruption
    free = DisruptionParameters(weight=rule.weight, loss_rate=rule.loss_rate)
    alignment = scenario.alignment.model_copy(update={"disruption": free})
    return scenario.model_copy(update={"alignment": alignment})
