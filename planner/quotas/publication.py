"""The sheet: every line and how it was derived, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.inputs.money import Currency, find_rate
from planner.inputs.money import currency as find_currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.basis import Basis
from planner.quotas.books import Books
from planner.quotas.components import Part
from planner.quotas.hierarchy import COMPANY, Hierarchy
from planner.quotas.parameters import QuotaParameters
from planner.quotas.result import Level, QuotaDerivation, QuotaLine, QuotaSheet
from planner.quotas.rollup import Months, Rollup

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One component with everybody's quota; tuples follow the part's carriers.

    Parameters
    ----------
    part, basis
        The component and what its fair shares rest on.
    quotas
        Minor units, rounded.
    wanted
        The optimum before rounding, minor units.
    fair
        The fair share before limits, minor units.
    limits
        Names of the limits that bind.
    overridden
        Whether a person set the quota.
    """

    part: Part
    basis: Basis
    quotas: tuple[int, ...]
    wanted: tuple[float, ...]
    fair: tuple[float, ...]
    limits: tuple[tuple[str, ...], ...]
    overridden: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Press:
    """What is needed to print a line."""

    people: dict[str, Rep]
    seats: dict[str, str]
    period: Period
    currency: Currency
    rates: Mapping[str, float]
    hierarchy: Hierarchy


def publish_sheet(
    people: Sequence[Rep],
    books: Books,
    period: Period,
    currency: Currency,
    rates: Mapping[str, float],
    parameters: QuotaParameters,
    hierarchy: Hierarchy,
    productive: Floats,
    settled: Sequence[Settled],
    rollups: Sequence[Rollup],
    findings: Sequence[Finding],
) -> QuotaSheet:
    """Write all quotas down: the company first, then people by depth and id.

    Parameters
    ----------
    people, books
        Everybody and the seats, both by rep id.
    period, currency, rates
        The plan's months, its currency, and plan rates.
    parameters
        The scenario's ``[quota]``, for what managers submitted.
    hierarchy
        The tree.
    productive
        Productive share of the plan, (people,).
    settled, rollups
        The components and their months, in the same order.
    findings
        What was found on the way.
    """
    press = _Press(
        people={rep.rep_id: rep for rep in people},
        seats=dict(zip(books.rep_ids, books.territory_ids, strict=True)),
        period=period,
        currency=currency,
        rates=rates,
        hierarchy=hierarchy,
    )
    lines = [
        line
        for item, rollup in zip(settled, rollups, strict=True)
        for line in _lines(press, item.part, rollup)
    ]
    order = {item.part.name: k for k, item in enumerate(settled)}
    levels = {"company": 0, "manager": 1, "rep": 2}
    lines.sort(
        key=lambda line: (line.depth, levels[line.level], line.rep_id, order[line.component])
    )
    return QuotaSheet(
        goal=sum(item.part.goal for item in settled if item.part.in_direct_sum),
        lines=tuple(lines),
        derivations=tuple(_derivations(people, books, currency, parameters, productive, settled)),
        totals=_totals(settled, rollups),
        beside=tuple(item.part.name for item in settled if not item.part.in_direct_sum),
        findings=tuple(findings),
    )


def _lines(press: _Press, part: Part, rollup: Rollup) -> Iterator[QuotaLine]:
    yield from _person(press, part, COMPANY, "company", rollup.company)
    for manager, months in rollup.managers.items():
        yield from _person(press, part, manager, "manager", months)
    for rep_id, months in rollup.reps.items():
        yield from _person(press, part, rep_id, "rep", months)


def _person(
    press: _Press, part: Part, rep_id: str, level: Level, months: Months
) -> Iterator[QuotaLine]:
    depth, parent = _place(press.hierarchy, rep_id, level)
    code, local = _to_local(press, part, rep_id, months)
    for start, quota, quota_local in zip(press.period.starts, months, local, strict=True):
        yield QuotaLine(
            rep_id=rep_id,
            territory_id=press.seats.get(rep_id) if level == "rep" else None,
            level=level,
            depth=depth,
            parent_id=parent,
            component=part.name,
            period_start=start,
            quota=quota,
            currency=code,
            quota_local=quota_local,
        )


def _place(hierarchy: Hierarchy, rep_id: str, level: Level) -> tuple[int, str | None]:
    if level == "company":
        return 0, None
    if level == "manager":
        return hierarchy.depths[rep_id], hierarchy.parents[rep_id]
    return len(hierarchy.chain(rep_id)) + 1, hierarchy.seat_parent(rep_id)


def _to_local(
    press: _Press, part: Part, rep_id: str, months: Months
) -> tuple[str, tuple[int, ...]]:
    """Return a person's own currency and the months in it, rounded along their running sum."""
    if part.unit != "money":
        return part.unit, months
    code = press.currency.code
    if rep_id in press.people and press.people[rep_id].currency:
        code = press.people[rep_id].currency
    rate = find_rate(code, press.currency, press.rates)
    if code == press.currency.code or rate is None:
        return press.currency.code, months
    factor = Fraction(10) ** (find_currency(code).digits - press.currency.digits)
    factor /= Fraction(repr(float(rate)))
    sums = [round(sum(months[: j + 1]) * factor) for j in range(len(months))]
    return code, tuple(b - a for a, b in zip([0, *sums], sums, strict=False))


def _derivations(
    people: Sequence[Rep],
    books: Books,
    currency: Currency,
    parameters: QuotaParameters,
    productive: Floats,
    settled: Sequence[Settled],
) -> Iterator[QuotaDerivation]:
    seat_of = {rep_id: seat for seat, rep_id in enumerate(books.rep_ids)}
    for item in settled:
        for row, person in enumerate(item.part.carriers):
            rep = people[person]
            seat = seat_of.get(rep.rep_id)
            comparable = seat is not None and bool(books.comparable[seat])
            submitted = parameters.submitted.get(rep.rep_id)
            potential = round(float(item.basis.potential[row]))
            yield QuotaDerivation(
                rep_id=rep.rep_id,
                component=item.part.name,
                basis=round(float(item.basis.blended[row])),
                basis_history=round(float(item.basis.history[row])),
                basis_potential=potential,
                ramp=float(productive[person]),
                capacity=rep.capacity,
                fair_share=round(item.fair[row]),
                quota=item.quotas[row],
                last_year=int(books.last_quota[seat]) if comparable and seat is not None else None,
                limits=item.limits[row],
                override=item.overridden[row],
                rounding=item.quotas[row] - round(item.wanted[row]),
                bottom_up=potential if submitted is None else currency.to_minor(submitted),
                past_share=float(item.basis.past_share[row]),
            )


def _totals(settled: Sequence[Settled], rollups: Sequence[Rollup]) -> dict[str, int]:
    """Return plan totals by level over the direct components, and those beside by name.

    ``manager`` is the level that reports to the company: what its lines add up to, plus
    ``manager_direct``, the part of those reps who have no manager.
    """
    totals = {"company": 0, "manager": 0, "rep": 0, "manager_direct": 0}
    for item, rollup in zip(settled, rollups, strict=True):
        if not item.part.in_direct_sum:
            totals[f"beside:{item.part.name}"] = sum(item.quotas)
            continue
        totals["company"] += sum(rollup.company)
        totals["rep"] += sum(item.quotas)
        if rollup.direct:
            totals["manager_direct"] += rollup.direct[1]
    totals["manager"] = totals["manager_direct"] + _top_managers(settled, rollups)
    return totals


def _top_managers(settled: Sequence[Settled], rollups: Sequence[Rollup]) -> int:
    return sum(
        sum(months)
        for item, rollup in zip(settled, rollups, strict=True)
        if item.part.in_direct_sum
        for manager, months in rollup.managers.items()
        if manager in rollup.top
    )
