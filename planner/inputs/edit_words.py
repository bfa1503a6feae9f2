"""A person's edits in words: what counts, and what is refused and why."""

from __future__ import annotations

from typing import Any

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.edits import Edit, Edits


def describe_edits(edits: Edits) -> tuple[Finding, ...]:
    """Return what a plan says about its edits: those refused one by one, and those that count."""
    refused = [_refusal(edit) for edit in edits.refused[:EXAMPLES_SHOWN]]
    if len(edits.refused) > EXAMPLES_SHOWN:
        count = len(edits.refused)
        refused.append(_summary("warning", "edits.refused", f"{count:,} edits are refused", count))
    accepted = [_acceptance(edit) for edit in edits.accepted[:EXAMPLES_SHOWN]]
    if len(edits.accepted) > EXAMPLES_SHOWN:
        count = len(edits.accepted)
        accepted.append(_summary("info", "edits.accepted", f"{count:,} edits count", count))
    return (*edits.findings, *refused, *accepted)


def _refusal(edit: Edit) -> Finding:
    return Finding(
        severity="warning",
        code="edits.refused",
        message=f"The edit in {edit.sheet!r} {edit.cell} ({edit.subject}, {edit.column}) is refused: "
        f"{edit.reason}.",
        advice="Correct the cell and plan again with --edits.",
        table="edits",
        row=edit.row,
        column=edit.column,
        value=edit.value,
        subject=edit.subject,
    )


def _acceptance(edit: Edit) -> Finding:
    return Finding(
        severity="info",
        code="edits.accepted",
        message=f"{word_edit(edit)} ({edit.words()}).",
        table="edits",
        row=edit.row or None,
        column=edit.column or None,
        value=edit.value,
        subject=edit.subject,
    )


def _summary(severity: Any, code: str, said: str, count: int) -> Finding:
    advice = "They stand in plan.json, one by one."
    return Finding(
        severity=severity, code=code, message=f"{said} in all.", advice=advice, table="edits",
        count=count,
    )  # fmt: skip


def word_edit(edit: Edit) -> str:
    """Return an accepted edit as one line: what it is about, from what, to what."""
    before = f" (was {edit.was})" if edit.was else ""
    match edit.kind:
        case "quota":
            return f"{edit.subject}: quota {edit.value}{before}"
        case "potential":
            return f"{edit.subject}: potential {edit.value}{before}"
        case "comment":
            return f"{edit.subject}: comment"
    to = "free of holds" if edit.value == "free" else f"held with {edit.value}"
    return f"{edit.subject}: {to}{before}"
