"""A plan made ready for an export: with what the CRM says now, and with ids that came later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import ScenarioError
from planner.findings import Finding
from planner.outputs.plan import Plan

# The least that a scenario must say, so that its export keys can be checked by themselves.
LEAST = {"period": {"start": "2000-01-01"}, "inputs": {"accounts": {"path": "accounts.csv"}}}


def refresh_plan(
    plan: Plan, associations: Path | None, settings: Sequence[str]
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan with another table of associations and other ``export`` keys.

    Ids of new records exist only after the first files were loaded: nobody should have to plan
    again for them.

    Parameters
    ----------
    associations
        A file to take in place of the table that the plan was made with.
    settings
        ``export.KEY=VALUE`` texts.

    Raises
    ------
    DataError
        When the file holds no associations.
    ScenarioError
        When there is no such file, or a key is not one of ``export``.
    """
    findings: tuple[Finding, ...] = ()
    if associations is not None:
        from planner.inputs.associations import read_associations

        rows, findings = read_associations(associations, plan.data)
        plan = replace(plan, data=replace(plan.data, associations=rows))
    if settings:
        scenario = plan.provenance.scenario
        changed = {**scenario, "export": _change_keys(scenario.get("export") or {}, settings)}
        plan = replace(plan, provenance=replace(plan.provenance, scenario=changed))
    return plan, findings


def _change_keys(current: dict[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    from planner.scenario.document import Document, apply_setting
    from planner.scenario.reading import build_scenario

    document = Document(values={**LEAST, "export": current}, path=Path("the plan's scenario"))
    for setting in settings:
        if not setting.lstrip().startswith("export."):
            message = (
                f"--set {setting.partition('=')[0]}: a plan that is made keeps its keys; only those "
                "that begin with export. can change here"
            )
            raise ScenarioError(message)
        document = apply_setting(document, setting)
    return build_scenario(document).export.model_dump(mode="json")
