"""A workbook edited within the year: what a person wrote into the running plan's, as decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from planner.inputs.edit_checks import settle_edits
from planner.inputs.edits import Edit, EditBook, Edits
from planner.pipeline.edits import edit_scenario, pick_edits, refuse_edits, screen_owners

if TYPE_CHECKING:
    from planner.outputs.plan import Plan
    from planner.pipeline.preparation import Company
    from planner.pipeline.running import Succession
    from planner.scenario.model import Scenario

OWNERS = frozenset({"owner", "hold"})
AMOUNTS = frozenset({"potential", "quota"})


def read_changes(
    scenario: Scenario, running: Plan, succession: Succession, book: EditBook | None, day: date
) -> tuple[Scenario, Edits | None]:
    """Return the scenario with a workbook's amounts, and all its edits that the tables bear.

    Parameters
    ----------
    scenario
        Without the edits.
    running, succession
        The plan that the workbook was written for, and what has changed since.
    book
        As read, None where there is none.
    day
        The first day that may change.
    """
    if book is None:
        return scenario, None
    edits = settle_edits(
        book,
        succession.data,
        plan=running.provenance.name,
        quotas=scenario.quota is not None,
        running=True,
    )
    edits = refuse_edits(edits, _without_seat(edits, succession, day))
    amounts = pick_edits(edits, AMOUNTS)
    return edit_scenario(scenario, succession.data, amounts), edits


def _without_seat(edits: Edits, succession: Succession, day: date) -> dict[Edit, str]:
    """Return quotas of people who serve no seat any more, with the reason of each."""
    serving = {
        tenure.rep_id
        for tenure in succession.after.tenures
        if tenure.end is None or tenure.end > day
    }
    reason = f"serves no seat from {day} on"
    return {edit: reason for edit in pick_edits(edits, {"quota"}) if edit.subject not in serving}


def place_changes(
    scenario: Scenario,
    company: Company,
    edits: Edits | None,
    build: Callable[[Scenario], Company],
) -> tuple[Scenario, Company, Edits | None]:
    """Return scenario and company with a workbook's owners as holds; what no rule allows is refused.

    Parameters
    ----------
    scenario, company
        With the edits' amounts, and without their owners.
    edits
        None where there are none.
    build
        Makes the company of a scenario.
    """
    if edits is None or not pick_edits(edits, OWNERS):
        return scenario, company, edits
    settled = refuse_edits(edits, screen_owners(company, pick_edits(edits, OWNERS)))
    placed = edit_scenario(scenario, company.data, pick_edits(settled, OWNERS))
    return placed, build(placed), settled


def note_edits(plan: Plan, company: Company, edits: Edits | None) -> Plan:
    """Return the plan with what a person wrote, in its reasons too."""
    from planner.pipeline.edits import add_comments

    if edits is None:
        return plan
    return replace(plan, edits=edits, reasons=add_comments(plan.reasons, company, edits))
