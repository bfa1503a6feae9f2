"""The fair share: what a person's book would carry of the total, before any limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.quotas.mistakes import wrong_key
from planner.quotas.parameters import is_by_role

Floats = npt.NDArray[np.float64]
HALVES = {"history": 0.5, "potential": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What each carrier's fair share of one component rests on.

    Parameters
    ----------
    blended
        The weighted measures, each brought to the total of potential first, minor units,
        (carriers,).
    history, potential
        The two usual measures as they are, minor units, (carriers,).
    past_share
        Share of ``blended`` that rests on what was booked, (carriers,).
    """

    blended: Floats
    history: Floats
    potential: Floats
    past_share: Floats
    findings: tuple[Finding, ...] = ()


def blend_basis(
    carriers: Sequence[Rep],
    measures: Mapping[str, Floats],
    blend: Mapping[str, object],
    component: str,
) -> Basis:
    """Blend measures of the books by the weights of each carrier's role.

    Every measure is scaled so that its total over the carriers is that of potential (of history
    where there is no potential): weights are then shares of influence, whatever the units.

    Parameters
    ----------
    carriers
        Who carries the component.
    measures
        Figures by name, (carriers,); ``history`` and ``potential`` are among them.
    blend
        Weights by measure, or tables of them by role with an optional key ``default``.
    component
        The name that findings use.

    Raises
    ------
    ScenarioError
        When a weight is given to a measure that does not exist.
    """
    tables = [_weights_of(rep.role, blend) for rep in carriers]
    names = sorted({name for table in tables for name in table})
    _check_known(names, measures, component)
    usable = [name for name in names if measures[name].sum() > 0]
    weights = np.array([[table.get(name, 0.0) for name in usable] for table in tables])
    weights = weights.reshape(len(carriers), len(usable))
    findings = [*_empty_measures(names, usable, component), *_unnamed_roles(carriers, blend)]
    blended, past = _blend(weights, {name: measures[name] for name in usable}, _reference(measures))
    if len(carriers) and blended.sum() <= 0:
        blended = np.where(measures["accounts"] > 0, measures["equal"], 0.0)
        findings.append(_without_basis(component))
    return Basis(
        blended=blended,
        history=measures["history"],
        potential=measures["potential"],
        past_share=np.divide(past, blended, out=np.zeros_like(past), where=blended > 0),
        findings=tuple(findings),
    )


def _weights_of(role: str, blend: Mapping[str, object]) -> dict[str, float]:
    table: object = blend
    if is_by_role(blend):
        table = blend.get(role, blend.get("default", HALVES))
    return {str(name): float(weight) for name, weight in dict(table).items() if weight > 0}  # type: ignore[call-overload]  # tables of numbers, as the parameters checked


def _check_known(names: Sequence[str], measures: Mapping[str, Floats], component: str) -> None:
    unknown = [name for name in names if name not in measures]
    if unknown:
        raise wrong_key(
            "quota.basis",
            "quota.basis_unknown",
            f"The basis of {component} names {', '.join(unknown)}, which is no measure of the "
            f"books; known: {', '.join(sorted(measures))}.",
            "Name one of those, or a column of numbers of the accounts.",
        )


def _reference(measures: Mapping[str, Floats]) -> float:
    totals = [float(measures[name].sum()) for name in ("potential", "history")]
    return next((total for total in totals if total > 0), 1.0)


def _blend(
    weights: Floats, columns: Mapping[str, Floats], reference: float
) -> tuple[Floats, Floats]:
    """Return the blended measures, and the part of them that rests on what was booked."""
    blended, past = np.zeros(len(weights)), np.zeros(len(weights))
    mass = weights.sum(axis=1)
    for k, (name, column) in enumerate(columns.items()):
        share = weights[:, k] / np.where(mass > 0, mass, 1.0)
        part = share * column * (reference / column.sum())
        blended += part
        if name == "run_rate" or name.startswith("history"):
            past += part
    return blended, past


def _empty_measures(names: Sequence[str], usable: Sequence[str], component: str) -> list[Finding]:
    return [
        Finding(
            severity="warning",
            code="quota.empty_basis",
            message=f"No book has any {name}: its weight in the basis of {component} falls to "
            "the other measures.",
            advice=f"Give the table that {name} comes from, or take it out of quota.basis.",
            subject="quota.basis",
        )
        for name in names
        if name not in usable
    ]


def _unnamed_roles(carriers: Sequence[Rep], blend: Mapping[str, object]) -> list[Finding]:
    if not is_by_role(blend) or "default" in blend:
        return []
    roles = sorted({rep.role for rep in carriers if rep.role not in blend})
    return [
        Finding(
            severity="warning",
            code="quota.role_without_basis",
            message=f"quota.basis says nothing about the role {role!r}: history and potential "
            "weigh half each.",
            advice=f"Add {role!r} or default to quota.basis.",
            subject="quota.basis",
            value=role,
        )
        for role in roles
    ]


def _without_basis(component: str) -> Finding:
    return Finding(
        severity="warning",
        code="quota.without_basis",
        message=f"No carrier of {component} has any figure that its basis names: the fair share "
        "is by headcount capacity alone.",
        advice="Give history or addressable market, or change quota.basis.",
        subject="quota.basis",
    )
