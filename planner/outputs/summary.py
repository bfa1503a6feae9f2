"""A plan in one object: what ``planner plan --json`` prints, and plan.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from planner.inputs.data import ControlTotal
from planner.outputs.assessment_document import assessment_document
from planner.outputs.change_page import change_document
from planner.outputs.money_values import level_total, money_number, plain_number
from planner.outputs.moves import hold_over_until
from planner.outputs.plan import MeasureSummary, Plan, RuleLine
from planner.outputs.standing_document import standing_document

FORMAT = "territory-planner/plan"
FORMAT_VERSION = 1


def summarise(plan: Plan) -> dict[str, Any]:
    """Return a plan's headline figures as JSON has them; money in units of the plan currency."""
    alignment, moved = plan.alignment, plan.alignment.moved
    return {
        "status": alignment.status,
        "cost": plain_number(alignment.cost),
        "bound": plain_number(alignment.bound),
        "gap": plain_number(alignment.gap),
        "measures": {
            name: {
                "tolerance": plain_number(measure.tolerance),
                "max_deviation": plain_number(measure.max_deviation),
                "cv": plain_number(measure.cv_proposed),
                "cv_today": plain_number(measure.cv_today),
            }
            for name, measure in alignment.measures.items()
        },
        "moved": {name: plain_number(value) for name, value in asdict(moved).items()},
        "violations": list(alignment.violations),
        "quota": _quota_totals(plan),
        "goal_probability": plain_number(plan.outcomes.goal_probability) if plan.outcomes else None,
        "seconds": dict(plan.provenance.seconds),
        "peak_memory_mb": plan.provenance.peak_memory_mb,
        **_edit_counts(plan),
        **({"change": change_document(plan)} if plan.year else {}),
    }


def _edit_counts(plan: Plan) -> dict[str, Any]:
    edits = plan.edits
    if edits is None:
        return {}
    return {"edits": {"accepted": len(edits.accepted), "refused": len(edits.refused)}}


def _edit_document(plan: Plan) -> dict[str, Any]:
    """Return every edit as plan.json holds it: what counts, and what is refused and why."""
    edits = plan.edits
    if edits is None:
        return {}
    head = {"workbook": edits.workbook, "sha256": edits.sha256, "made_from": edits.made_from}
    accepted = [
        {name: value for name, value in asdict(edit).items() if name != "reason"}
        for edit in edits.accepted
    ]
    refused = [asdict(edit) for edit in edits.refused]
    return {"edits": {**head, "accepted": accepted, "refused": refused}}


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return what plan.json holds: the summary, every rule, and where all of it comes from."""
    alignment = plan.alignment
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": plan.provenance.name,
        **summarise(plan),
        **({} if plan.year else {"change": None}),
        "interrupted": plan.interrupted,
        "cost_by_term": {name: plain_number(cost) for name, cost in alignment.cost_by_term.items()},
        "bound_relaxes": list(alignment.bound_relaxes),
        "rules": [_rule_line(line) for line in alignment.rules],
        "targets": {name: _targets(plan, measure) for name, measure in alignment.measures.items()},
        "holds": list(plan.today.hold_names),
        **_edit_document(plan),
        "outcomes": _outcome_shares(plan),
        **assessment_document(plan),
        **standing_document(plan),
        "potential": {"method": plan.potential.method, "scores": plain_json(plan.potential.scores)},
        "currency": plan.data.currency.code,
        "period": _period(plan),
        "control_totals": [_control_line(total, plan) for total in plan.control],
        "findings": [finding.as_dict() for finding in plan.findings],
        "seed": plan.provenance.seed,
        "versions": dict(plan.provenance.versions),
        "inputs": [asdict(source) for source in plan.sources],
        "scenario": plain_json(plan.provenance.scenario),
    }


def write_plan_json(plan: Plan, path: Path, finish: Callable[[], Plan]) -> Plan:
    """Write plan.json; seconds and memory apart, the same plan gives the same bytes.

    Parameters
    ----------
    finish
        Waits for whatever is still being written, and returns the plan with its seconds.
    """
    document = plain_json(plan_document(plan))
    finished = finish()
    document["seconds"] = plain_json(finished.provenance.seconds)
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return finished


def plain_json(value: Any) -> Any:
    """Return values with everything that JSON does not know made plain: dates, arrays, NaN."""
    if isinstance(value, dict):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain_json(item) for item in items]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain_json(value.tolist())
    if isinstance(value, float):
        return plain_number(value)
    known = value is None or isinstance(value, (bool, int, str))
    return value if known else _words(value)


def _words(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _quota_totals(plan: Plan) -> dict[str, Any]:
    sheet = plan.quotas
    if sheet is None:
        return {"goal": None, "rep_total": None, "manager_total": None}
    totals = {f"{level}_total": level_total(plan, level) for level in ("rep", "manager")}
    return {"goal": money_number(plan, sheet.goal), **totals, **_beside_totals(plan)}


def _beside_totals(plan: Plan) -> dict[str, Any]:
    """Return what the reps carry beside the goal, each part in its own unit; nothing without."""
    sheet = plan.quotas
    if sheet is None or not sheet.beside:
        return {}
    units = {line.component: line.currency for line in sheet.lines if line.counted}
    parts = {}
    for name in sheet.beside:
        total = sheet.totals.get(f"beside:{name}", 0)
        own = total if name in units else money_number(plan, total)
        parts[name] = {"unit": units.get(name, plan.data.currency.code), "rep_total": own}
    return {"beside": parts}


def _rule_line(line: RuleLine) -> dict[str, Any]:
    return {
        "rule": line.name,
        "territory": line.territory,
        "value": plain_number(line.value),
        "limit": plain_number(line.limit),
        "slack": plain_number(line.slack),
    }


def _targets(plan: Plan, measure: MeasureSummary) -> dict[str, Any]:
    scale = plan.data.currency.scale if measure.kind == "money" else 1
    columns = (measure.lower, measure.target, measure.upper, measure.proposed, measure.today)
    lines = zip(plan.territory_ids, *(column.tolist() for column in columns), strict=True)
    names = ("lower", "target", "upper", "proposed", "today")
    return {
        "unit": plan.data.currency.code if measure.kind == "money" else measure.kind,
        "hard": measure.hard,
        "total": plain_number(measure.total / scale),
        "territories": {
            territory: {
                name: plain_number(figure / scale)
                for name, figure in zip(names, figures, strict=True)
            }
            for territory, *figures in lines
        },
    }


def _outcome_shares(plan: Plan) -> dict[str, Any] | None:
    outcomes = plan.outcomes
    if outcomes is None:
        return None
    return {
        "share_at_quota": plain_number(outcomes.share_at_quota),
        "share_within_20": plain_number(outcomes.share_within_20),
        "draws": outcomes.draws,
    }


def _period(plan: Plan) -> dict[str, Any]:
    period = plan.data.period
    return {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "as_of": period.as_of.isoformat(),
        "starts": [start.isoformat() for start in period.starts],
        "hold_over_until": hold_over_until(plan).isoformat(),
    }


def _control_line(total: ControlTotal, plan: Plan) -> dict[str, Any]:
    def figure(amount: int | None) -> float | int | None:
        return amount if amount is None or not total.money else money_number(plan, amount)

    return {
        "name": total.name,
        "read": figure(total.read),
        "excluded": figure(total.excluded),
        "planned": figure(total.planned),
        "reasons": {reason: figure(amount) for reason, amount in total.reasons.items()},
        "ledger": figure(total.ledger),
        "agrees": None if total.ledger is None else total.read == total.ledger,
    }
