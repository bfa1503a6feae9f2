"""What the scenario lets the company's own past decide about people: their ramp and capacity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.findings import Finding

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.scenario.model import Scenario


def settle_people(scenario: Scenario, data: PlanningData) -> tuple[tuple[float, ...], PlanningData]:
    """Return the ramp that holds, and the data with the capacity that the scenario asks for."""
    if scenario.alignment.capacity == "productivity":
        from planner.potential.people.productivity import measure_productivity, scale_capacity

        data = scale_capacity(data, measure_productivity(data))
    if scenario.quota is None:
        return (), data
    if scenario.quota.ramp_from == "stated":
        return scenario.quota.ramp, data
    return _measured_ramp(scenario.quota.ramp, data)


def _measured_ramp(
    stated: tuple[float, ...], data: PlanningData
) -> tuple[tuple[float, ...], PlanningData]:
    from planner.potential.people.ramp_cohorts import measure_ramp

    ramp, why = measure_ramp(data)
    if ramp is None:
        return stated, replace(data, findings=(*data.findings, *map(_stays_as_stated, why)))
    return ramp.share, data


def _stays_as_stated(why: Finding) -> Finding:
    return replace(
        why,
        severity="warning",
        code="quota.ramp_not_measured",
        message=f"{why.message} The ramp stays as quota.ramp states it.",
    )


def with_ramp(scenario: Scenario, ramp: tuple[float, ...]) -> Scenario:
    """Return the scenario with the ramp that holds, so that every stage sees the same."""
    if scenario.quota is None or scenario.quota.ramp_from == "stated":
        return scenario
    quota = scenario.quota.model_copy(update={"ramp": ramp})
    return scenario.model_copy(update={"quota": quota})
