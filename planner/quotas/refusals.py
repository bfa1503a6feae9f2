"""What quota setting says when something is missing, odd, or cannot hold."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from planner.errors import DataError, FaultError, ScenarioError
from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.allocation import Relaxation
from planner.quotas.books import Books
from planner.quotas.components import Part
from planner.quotas.limits import QuotaLimits
from planner.quotas.mistakes import wrong_key
from planner.quotas.parameters import QuotaParameters
from planner.quotas.rounding import Rounded

Floats = npt.NDArray[np.float64]
NAMED = 5


def check_goal(parameters: QuotaParameters, currency: Currency) -> None:
    """Refuse a goal that is nothing once rounded.

    Raises
    ------
    ScenarioError
        When it is nothing once rounded to the currency's minor unit.
    """
    if currency.to_minor(parameters.goal) <= 0:
        raise wrong_key(
            "quota.goal",
            "quota.goal_is_nothing",
            f"quota.goal = {parameters.goal} is nothing in whole minor units of {currency.code}.",
            "Raise it to at least one minor unit.",
        )


def shared_seats(books: Books) -> None:
    """Refuse books of which one person holds two.

    Raises
    ------
    FaultError
        When a rep id stands twice.
    """
    twice = sorted({rep for rep in books.rep_ids if books.rep_ids.count(rep) > 1})
    if twice:
        raise FaultError(f"{', '.join(twice)} hold more than one seat; a quota needs one.")


def unknown_overrides(parameters: QuotaParameters, people: Sequence[Rep], books: Books) -> None:
    """Refuse overrides of people who do not exist or have no seat.

    Raises
    ------
    ScenarioError
        With every one of them, and the nearest known id.
    """
    refuse_overrides(parameters, {rep.rep_id for rep in people}, set(books.rep_ids))


def refuse_overrides(parameters: QuotaParameters, known: set[str], seated: set[str]) -> None:
    """Refuse overrides of ids that are not known, or of people who cannot owe.

    Raises
    ------
    ScenarioError
        With every one of them, and the nearest known id.
    """
    wrong = [_about_override(rep_id, known, seated) for rep_id in parameters.overrides]
    found = [finding for finding in wrong if finding is not None]
    if found:
        raise ScenarioError(" ".join(finding.message for finding in found), tuple(found))


def _about_override(rep_id: str, known: set[str], seated: set[str]) -> Finding | None:
    if rep_id in seated:
        return None
    if rep_id in known:
        message = f"quota.overrides names {rep_id}, who has no seat with accounts."
    else:
        near = get_close_matches(rep_id, sorted(known), n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        message = f"quota.overrides names {rep_id}, who is not in the reps table{hint}"
    return Finding(
        severity="error",
        code="quota.unknown_override",
        message=message,
        advice="Correct the id, or remove the override.",
        subject=rep_id,
    )


def nobody_productive(component: str, carriers: Sequence[Rep]) -> DataError:
    """Return the error for a component that nobody can carry."""
    ids = _name_some([rep.rep_id for rep in carriers])
    finding = Finding(
        severity="error",
        code="quota.nobody_productive",
        message=f"Nobody can carry {component}: {ids} are away, not yet hired or without "
        "accounts for the whole plan.",
        advice="Check hire_date, leave_date and absence dates in the reps table, and who has "
        "accounts.",
        table="reps",
        subject=component,
        count=len(carriers),
    )
    return DataError(finding.message, (finding,))


def carriers_without_accounts(
    people: Sequence[Rep], books: Books, weights: Floats
) -> list[Finding]:
    """Say whose quota is 0 because the book is empty or brings nothing."""
    accounts = dict(zip(books.rep_ids, books.accounts.tolist(), strict=True))
    idle = [rep for rep, row in zip(people, weights, strict=True) if not row.any()]
    return [
        Finding(
            severity="warning",
            code="quota.rep_without_accounts",
            message=f"{rep.rep_id} has {_book(accounts[rep.rep_id])}: the quota is 0, and the "
            "others carry the total.",
            advice="Give the seat accounts, or a quota by quota.overrides.",
            table="reps",
            row=rep.row or None,
            subject=rep.rep_id,
        )
        for rep in idle[:EXAMPLES_SHOWN]
    ]


def _book(accounts: int) -> str:
    if accounts == 0:
        return "no accounts"
    return f"{accounts} accounts that bring nothing, or no productive day"


def narrow_limits(
    rounded: Rounded,
    people: Sequence[Rep],
    wanted: Floats,
    parameters: QuotaParameters,
    currency: Currency,
) -> list[Finding]:
    """Say where rounding could not keep its step or left nothing, and who carries the residue."""
    findings = []
    if rounded.step != (currency.to_minor(parameters.round_to) or 1):
        findings.append(
            Finding(
                severity="warning",
                code="quota.step_too_coarse",
                message="The limits leave no quotas in steps of "
                f"{parameters.round_to} {currency.code}: they are in steps of "
                f"{currency.to_text(rounded.step)}.",
                advice="Choose a smaller quota.round_to, or wider limits.",
                subject="quota.round_to",
            )
        )
    findings += _rounded_away(rounded, people, wanted, parameters)
    if rounded.residue_on is not None:
        rep = people[rounded.residue_on]
        findings.append(
            Finding(
                severity="info",
                code="quota.rounding_residue",
                message=f"{currency.to_text(rounded.residue)} {currency.code} are left below the "
                f"step of {parameters.round_to}; they stand on {rep.rep_id}.",
                subject=rep.rep_id,
            )
        )
    if rounded.unrounded:
        ids = ", ".join(people[i].rep_id for i in rounded.unrounded[:EXAMPLES_SHOWN])
        findings.append(
            Finding(
                severity="info",
                code="quota.limits_narrower_than_step",
                message=f"The limits of {ids} are narrower than the rounding step: their quotas "
                "are exact instead.",
                count=len(rounded.unrounded),
                subject="quota.round_to",
            )
        )
    return findings


def _rounded_away(
    rounded: Rounded, people: Sequence[Rep], wanted: Floats, parameters: QuotaParameters
) -> list[Finding]:
    """Say of whom a step that is wider than his share leaves nothing."""
    pairs = zip(people, rounded.quotas, wanted.tolist(), strict=True)
    gone = [rep.rep_id for rep, quota, share in pairs if not quota and share >= 1]
    if not gone:
        return []
    return [
        Finding(
            severity="warning",
            code="quota.rounded_to_nothing",
            message=f"In steps of {parameters.round_to} nothing is left of the quotas of "
            f"{_name_some(gone)}: the others carry them.",
            advice="Choose a smaller quota.round_to.",
            subject="quota.round_to",
            count=len(gone),
        )
    ]


def uncovered_months(part: Part, season: Floats, used: Floats, period: Period) -> list[Finding]:
    """Say which months have a season but nobody to carry them."""
    gaps = np.flatnonzero((season > 0) & (used <= 0))
    if not len(gaps):
        return []
    months = ", ".join(period.starts[j].isoformat() for j in gaps)
    return [
        Finding(
            severity="warning",
            code="quota.month_without_capacity",
            message=f"Nobody who carries {part.name} is in the seat in the months from {months}: "
            "their part of the goal falls into the other months.",
            advice="Check hire dates and absences, or quota.seasonality.",
            subject=part.name,
            count=len(gaps),
        )
    ]


def describe_relaxations(
    relaxations: Sequence[Relaxation],
    people: Sequence[Rep],
    limits: QuotaLimits,
    total: int,
    currency: Currency,
) -> tuple[str, tuple[Finding, ...]]:
    """Put into words which limits cannot hold together, and the least that would do.

    Returns
    -------
    One message, and a finding for each limit that has to give way.
    """
    values = {kind.name: kind.value for kind in limits.kinds}
    findings = [
        Finding(
            severity="error",
            code="quota.limits_cannot_hold",
            message=_relaxation_words(relaxation, values.get(relaxation.limit))
            + _of_whom(relaxation, people),
            advice="Relax this limit, change the goal, or take out an override.",
            subject=relaxation.limit,
            value=", ".join(people[i].rep_id for i in relaxation.people[:EXAMPLES_SHOWN]) or None,
            count=max(len(relaxation.people), 1),
        )
        for relaxation in relaxations
    ]
    least, most = _room(limits.lower, limits.upper)
    room = f"between {currency.to_text(least)} and " + (
        "any amount" if most is None else currency.to_text(most)
    )
    message = (
        f"The reps owe {currency.to_text(total)} {currency.code} together, and the limits allow "
        f"{room}. Least relaxation: "
        + (" ".join(finding.message for finding in findings) or "none found")
    )
    return message, tuple(findings)


def _of_whom(relaxation: Relaxation, people: Sequence[Rep]) -> str:
    """Return of whom a limit would have to give way, so that nobody has to guess."""
    ids = [people[i].rep_id for i in relaxation.people]
    if not ids:
        return "."
    return f" for {_name_some(ids)}."


def _name_some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more


def _room(lower: Sequence[int], upper: Sequence[int]) -> tuple[int, int | None]:
    most = sum(upper)
    return sum(lower), None if most >= 2**61 else most


def _relaxation_words(relaxation: Relaxation, value: float | None) -> str:
    name, by = relaxation.limit, relaxation.by
    if value is None:
        return f"{name} would have to give way by {by:.2%}"
    # Rounded away from the limit, so that the figure that is named does hold.
    sign, toward = (1, ceil) if name.endswith("max") else (-1, floor)
    needed = toward((value + sign * by) * 10_000 - sign * 1e-6) / 10_000
    return f"{name} would have to be {needed:.6g} instead of {value:.6g}"
