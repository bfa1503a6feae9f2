"""Why there is no plan, in a planner's words: what stands against what, and what to set instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InfeasibleError, OutOfTimeError
from planner.findings import Finding
from planner.pipeline.assembly import word_violation
from planner.pipeline.preparation import Company
from planner.pipeline.refusal_words import Phrases
from planner.territories.alignment import AlignmentResult
from planner.territories.diagnosis.attempt import reliefs_of_attempt
from planner.territories.diagnosis.conflicts import find_conflict, find_obstacles
from planner.territories.diagnosis.terms import Conflict, Obstacle, Relief, RuleGroup, Scales

if TYPE_CHECKING:
    from planner.scenario.model import Scenario

SHOWN = 6
"""So many obstacles of one kind are told one by one."""


def refuse(
    scenario: Scenario, company: Company, result: AlignmentResult
) -> InfeasibleError | OutOfTimeError:
    """Return the error to end with: what stands against what, and what to set instead.

    Parameters
    ----------
    scenario
        The rules.
    company
        What they were applied to.
    result
        Of the engine, without an alignment.

    Returns
    -------
    InfeasibleError or OutOfTimeError
        The whole in a few sentences, and what it rests on, one finding each; infeasible also where
        only the diagnosis proved it.
    """
    told = _diagnose(scenario, company, result)
    findings = (*told.findings, *company.findings)
    if told.proven or result.status == "infeasible":
        return InfeasibleError(told.message, findings)
    return OutOfTimeError(told.message, findings)


def proves_infeasible(scenario: Scenario, company: Company) -> InfeasibleError | None:
    """Return the refusal where adding up shows that there is no alignment, before any search.

    Parameters
    ----------
    scenario, company
        As in :func:`refuse`.

    Returns
    -------
    InfeasibleError or None
        None where adding up shows nothing: then the engine has to look.
    """
    scales = company_scales(company)
    obstacles = find_obstacles(company.problem.problem, scales)
    if not obstacles:
        return None
    told = _tell_conflict(scenario, company, scales, obstacles)
    return InfeasibleError(told.message, (*told.findings, *company.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    message: str
    findings: tuple[Finding, ...]
    proven: bool


def company_scales(company: Company) -> Scales:
    """Return what one whole of each relief is: targets, and all that there is today.

    Parameters
    ----------
    company
        The company.
    """
    today, kept = company.today, company.problem.kept
    whole = {
        "accounts": today.stay_accounts,
        "revenue": today.stay,
        "pipeline": today.stay_pipeline,
    }
    return Scales(
        targets={name: targets.target for name, targets in company.targets.items()},
        budgets={name: float(np.maximum(stay.data, 0).sum()) for name, stay in whole.items()},
        today={"revenue": np.asarray(today.stay.maximum(0).sum(axis=0), dtype=float).ravel()},
        hold_of_unit=today.hold_of_unit[kept],
        hold_names=today.hold_names,
    )


def _diagnose(scenario: Scenario, company: Company, result: AlignmentResult) -> _Told:
    scales = company_scales(company)
    obstacles = find_obstacles(company.problem.problem, scales)
    told = _tell_conflict(scenario, company, scales, obstacles)
    if told.proven or (result.status == "infeasible" and told.message):
        return told
    return _tell_attempt(scenario, company, scales, result)


def _tell_conflict(
    scenario: Scenario, company: Company, scales: Scales, obstacles: Sequence[Obstacle]
) -> _Told:
    """Return what the counts and the linear model say; an empty message where they say nothing."""
    phrases = Phrases(scenario, company)
    conflict = find_conflict(company.problem.problem, scales)
    if conflict is None and not obstacles:
        return _Told(message="", findings=(), proven=False)
    findings = _obstacle_findings(phrases, obstacles)
    if conflict is not None:
        findings.append(_conflict_finding(phrases, conflict))
    return _Told(
        message=_word_conflict(phrases, conflict, _telling(obstacles)),
        findings=tuple(findings),
        proven=bool(obstacles) or bool(conflict and conflict.proven),
    )


def _word_conflict(
    phrases: Phrases, conflict: Conflict | None, obstacles: Sequence[Obstacle]
) -> str:
    """Return the smallest set of rules, why, and what to set: what adding up shows goes first."""
    parts = ["No alignment can satisfy the rules."]
    start = "The smallest set of rules that cannot stand together:"
    shown = obstacles[0].groups if obstacles else ()
    if obstacles:
        parts.append(f"{start} {phrases.rules(shown)}. {phrases.obstacle(obstacles[0])}")
        others = len(obstacles) - 1
        if others:
            verb = "stands" if others == 1 else "stand"
            parts.append(f"{phrases.count(others, 'further obstacle')} {verb} in the findings.")
    if conflict is not None:
        if not _speaks_of(shown, conflict.groups):
            start = "Nor can these:" if obstacles else start
            parts.append(f"{start} {phrases.rules(conflict.groups)}.")
        if conflict.whole_units:
            parts.append(
                "With accounts split between reps it would go: only whole ones make it so."
            )
        parts.append(phrases.reliefs(conflict))
    return " ".join(part for part in parts if part)


def _speaks_of(shown: Sequence[RuleGroup], core: Sequence[RuleGroup]) -> bool:
    """Return whether a set of rules that was told says as much as another."""
    kinds = {group.kind for group in shown}
    return bool(shown) and {group.kind for group in core} <= kinds


def _telling(obstacles: Sequence[Obstacle]) -> list[Obstacle]:
    """Return the obstacles with the fewest rules first, of those the largest overrun."""

    def rank(found: Obstacle) -> tuple[int, float]:
        off = abs(found.amount - found.limit) / max(abs(found.limit), 1e-9)
        return len(found.groups), -off

    return sorted(obstacles, key=rank)


def _obstacle_findings(phrases: Phrases, obstacles: Sequence[Obstacle]) -> list[Finding]:
    """Return a finding for each obstacle, of many alike the largest and a sum."""
    alike: dict[tuple[object, ...], list[Obstacle]] = {}
    for found in _telling(obstacles):
        alike.setdefault((found.groups, found.counted, found.side), []).append(found)
    findings = []
    for group in alike.values():
        findings += [phrases.finding(found) for found in group[:SHOWN]]
        if len(group) > SHOWN:
            findings.append(phrases.summary(group[SHOWN:]))
    return findings


def _conflict_finding(phrases: Phrases, conflict: Conflict) -> Finding:
    return Finding(
        severity="error",
        code="alignment.infeasible.rules",
        message=f"These rules cannot stand together: {phrases.rules(conflict.groups)}.",
        advice=phrases.reliefs(conflict),
        subject=", ".join(dict.fromkeys(group.key for group in conflict.groups)),
        count=len(conflict.groups),
    )


def _tell_attempt(
    scenario: Scenario, company: Company, scales: Scales, result: AlignmentResult
) -> _Told:
    """Return what the best attempt breaks, and the settings under which it would stand."""
    phrases = Phrases(scenario, company)
    start = (
        "No alignment can satisfy the rules with whole accounts and families."
        if result.status == "infeasible"
        else "No alignment that satisfies the rules was found in the effort or time given; "
        "none is proven impossible."
    )
    if result.attempt is None:
        advice = "Give it more time, or widen the tightest tolerance or budget."
        return _Told(message=f"{start} {advice}", findings=result.findings, proven=False)
    reliefs = _attempt_reliefs(company, scales, result)
    broken = [word_violation(company, found) for found in result.violations]
    parts = [start, f"The best attempt breaks {phrases.count(len(broken), 'limit')}: "]
    parts[-1] += "; ".join(broken[:3]) + (" …" if len(broken) > 3 else "") + "."
    if reliefs:
        parts.append(f"That attempt would stand with {phrases.settings(reliefs)}.")
    findings = [_broken_finding(text, phrases.settings(reliefs)) for text in broken[:SHOWN]]
    return _Told(message=" ".join(parts), findings=(*findings, *result.findings), proven=False)


def _attempt_reliefs(
    company: Company, scales: Scales, result: AlignmentResult
) -> tuple[Relief, ...]:
    assert result.attempt is not None
    territory_of = result.attempt.territory_of
    structural = {"eligibility", "holds", "contiguity"}
    if (territory_of < 0).any() or any(found.rule in structural for found in result.violations):
        return ()
    found = reliefs_of_attempt(company.problem.problem, territory_of, scales)
    # A limit that no width reaches (a share of nothing) leaves no settings under which it stands.
    return found if all(relief.by < inf for relief in found) else ()


def _broken_finding(text: str, settings: str) -> Finding:
    return Finding(
        severity="error",
        code="alignment.unknown.broken_limit",
        message=f"The best attempt: {text}.",
        advice=f"It would stand with {settings}." if settings else "",
    )
