"""From the company's goal to everybody's quota: the stage's one entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import DataError, InfeasibleError
from planner.findings import Finding, has_errors
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.quotas.allocation import allocate, can_hold, find_relaxation
from planner.quotas.basis import Basis, blend_basis
from planner.quotas.books import Books
from planner.quotas.capacity import HeadcountCapacity, measure_capacity, plan_years
from planner.quotas.components import Part, carrier_measures, measures_of_part, size_parts
from planner.quotas.hierarchy import Hierarchy, build_hierarchy
from planner.quotas.limits import QuotaLimits, build_limits
from planner.quotas.parameters import QuotaParameters
from planner.quotas.publication import Settled, publish_sheet
from planner.quotas.refusals import (
    carriers_without_accounts,
    check_goal,
    describe_relaxations,
    narrow_limits,
    nobody_productive,
    shared_seats,
    uncovered_months,
    unknown_overrides,
)
from planner.quotas.result import QuotaSheet
from planner.quotas.rollup import Rollup, roll_up
from planner.quotas.rounding import Rounded, round_quotas
from planner.quotas.seasonality import season_weights
from planner.quotas.tables import fit_table

Floats = npt.NDArray[np.float64]
NO_LIMITS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every step below needs: the people by id, their books, and when they work."""

    people: tuple[Rep, ...]
    books: Books
    period: Period
    currency: Currency
    rates: Mapping[str, float]
    parameters: QuotaParameters
    parts: tuple[Part, ...]
    bases: dict[str, Basis]
    capacity: HeadcountCapacity
    season: Floats
    hierarchy: Hierarchy


def set_quotas(
    reps: Sequence[Rep],
    period: Period,
    currency: Currency,
    rates: Mapping[str, float],
    books: Books,
    parameters: QuotaParameters,
    season: Sequence[float] = (),
) -> QuotaSheet:
    """Set everybody's quota so that all levels, months and components add up exactly.

    The quotas of the direct components are one optimisation: nearest to the fair shares (basis
    times productive share) under the change, pay, floor and cap limits, with overrides fixed;
    see :mod:`planner.quotas.allocation`. They are then rounded inside the limits and split into
    months and rolled up without losing a minor unit.

    Parameters
    ----------
    reps
        The reps table, in any order.
    period, currency, rates
        The plan's months, its currency, and plan rates to it.
    books
        What the accounts of each seat bring, in any order of seats.
    parameters
        The scenario's ``[quota]``.
    season
        Share of bookings by month as history shows it, (months,); used by ``history``.

    Raises
    ------
    DataError
        When the hierarchy has a loop or an unknown manager, or nobody is productive in the plan.
    ScenarioError
        When components do not add up to the goal, or keys name what does not exist.
    InfeasibleError
        When the total and the limits cannot hold together; names the least relaxation.
    """
    check_goal(parameters, currency)
    setting, findings = prepare_setting(reps, period, currency, rates, books, parameters, season)
    direct = [part for part in setting.parts if part.in_direct_sum]
    settled, found = settle_direct(setting, direct)
    for part in setting.parts:
        if not part.in_direct_sum:
            settled.append(_settle_beside(setting, part))
    rollups, gaps = _roll_up_all(setting, settled)
    every = [*findings, *found, *gaps]
    return publish_sheet(
        setting.people,
        books.sorted_by_rep(),
        period,
        currency,
        rates,
        parameters,
        setting.hierarchy,
        setting.capacity.productive,
        settled,
        rollups,
        every,
    )


def prepare_setting(
    reps: Sequence[Rep],
    period: Period,
    currency: Currency,
    rates: Mapping[str, float],
    books: Books,
    parameters: QuotaParameters,
    history_season: Sequence[float],
    capacity: HeadcountCapacity | None = None,
) -> tuple[Setting, list[Finding]]:
    """Gather the people, the parts, and what each person's share rests on.

    Parameters and errors are those of :func:`set_quotas`. A capacity that was measured before
    is taken as it is: it does not depend on the books.
    """
    books = books.sorted_by_rep()
    people = list_people(reps, books)
    season, findings = season_weights(parameters.seasonality, history_season, period)
    parts = size_parts(parameters, currency, people, books)
    carriers = [people[i] for i in sorted({i for part in parts for i in part.carriers})]
    hierarchy = build_hierarchy(people, [rep.rep_id for rep in carriers])
    if has_errors(hierarchy.findings):
        raise DataError("The managers' hierarchy cannot be rolled up.", hierarchy.findings)
    shared_seats(books)
    unknown_overrides(parameters, people, books)
    capacity = capacity or measure_capacity(people, period, parameters.ramp, season)
    measures = carrier_measures(people, books, parameters, currency)
    bases = {
        part.name: blend_basis(
            [people[i] for i in part.carriers],
            measures_of_part(part, measures),
            part.blend,
            part.name,
        )
        for part in parts
    }
    setting = Setting(
        people=people,
        books=books,
        period=period,
        currency=currency,
        rates=rates,
        parameters=parameters,
        parts=parts,
        bases=bases,
        capacity=capacity,
        season=season,
        hierarchy=hierarchy,
    )
    carrying = {rep.rep_id for rep in carriers}
    noted = [f for f in capacity.findings if f.subject in carrying or f.subject == "quota.ramp"]
    return setting, [*findings, *hierarchy.findings, *noted, *_basis_findings(bases)]


def list_people(reps: Sequence[Rep], books: Books) -> tuple[Rep, ...]:
    """Return the people by id; a seat without a row in reps counts as filled all the plan."""
    known = {rep.rep_id: rep for rep in reps}
    for rep_id in books.rep_ids:
        known.setdefault(rep_id, Rep(rep_id=rep_id, name=rep_id))
    return tuple(known[rep_id] for rep_id in sorted(known))


def _basis_findings(bases: Mapping[str, Basis]) -> list[Finding]:
    return [finding for basis in bases.values() for finding in basis.findings]


def settle_direct(setting: Setting, parts: Sequence[Part]) -> tuple[list[Settled], list[Finding]]:
    """Allocate all direct components at once, and round each person's sum."""
    members = sorted({i for part in parts for i in part.carriers})
    weights = _weights(setting, parts, members)
    limits = _limits(setting, members, weights)
    weights = _carry_overrides(weights, limits)
    totals = [part.rep_total for part in parts]
    for part, column in zip(parts, weights.T, strict=True):
        if column.sum() <= 0:
            raise nobody_productive(part.name, [setting.people[i] for i in part.carriers])
    if not can_hold(weights, totals, limits):
        people = [setting.people[i] for i in members]
        relaxations = find_relaxation(weights, totals, limits)
        raise InfeasibleError(
            *describe_relaxations(relaxations, people, limits, sum(totals), setting.currency)
        )
    wanted = allocate(
        weights,
        np.array(totals, dtype=np.float64),
        np.array(limits.lower, dtype=np.float64),
        np.array(limits.upper, dtype=np.float64),
    )
    settled, rounded = _round_direct(setting, parts, members, weights, wanted, limits)
    people = [setting.people[i] for i in members]
    findings = [
        *limits.findings,
        *carriers_without_accounts(people, setting.books, weights),
        *narrow_limits(rounded, people, wanted.sum(axis=1), setting.parameters, setting.currency),
    ]
    return settled, findings


def _weights(setting: Setting, parts: Sequence[Part], members: Sequence[int]) -> Floats:
    """Return basis times productive share, scaled to the totals, (members, parts)."""
    weights = np.zeros((len(setting.people), len(parts)))
    for k, part in enumerate(parts):
        carriers = list(part.carriers)
        share = setting.bases[part.name].blended * setting.capacity.productive[carriers]
        if share.sum() > 0:
            weights[carriers, k] = share * (part.rep_total / share.sum())
    return weights[list(members)]


def _limits(setting: Setting, members: Sequence[int], weights: Floats) -> QuotaLimits:
    people = [setting.people[i] for i in members]
    seat_of = {rep_id: i for i, rep_id in enumerate(setting.books.rep_ids)}
    seats = [seat_of[rep.rep_id] for rep in people]
    last = [
        int(setting.books.last_quota[seat]) if setting.books.comparable[seat] else None
        for seat in seats
    ]
    scale = setting.capacity.productive[list(members)] * plan_years(setting.period)
    return build_limits(
        people,
        setting.parameters,
        setting.currency,
        setting.rates,
        scale=np.where(weights.sum(axis=1) > 0, scale, 0.0),
        last=last,
    )


def _carry_overrides(weights: Floats, limits: QuotaLimits) -> Floats:
    """Give whoever has an override but no basis the mean weight, so that he can carry it."""
    needy = [i for i, quota in limits.overrides.items() if quota > 0 and not weights[i].any()]
    carried = weights.copy()
    if needy:
        positive = weights.sum(axis=1) > 0
        carried[needy] = weights[positive].mean(axis=0) if positive.any() else 1.0
    return carried


def _round_direct(
    setting: Setting,
    parts: Sequence[Part],
    members: Sequence[int],
    weights: Floats,
    wanted: Floats,
    limits: QuotaLimits,
) -> tuple[list[Settled], Rounded]:
    """Round people's sums to the step, and their components to the minor unit."""
    totals = [part.rep_total for part in parts]
    sums = wanted.sum(axis=1)
    carrying = [bool(row.any()) for row in weights]
    rounded = round_quotas(
        sums.tolist(),
        sum(totals),
        setting.currency.to_minor(setting.parameters.round_to) or 1,
        limits,
        carrying,
    )
    cells = fit_table(wanted, rounded.quotas, totals).cells
    bound = [
        limits.binding(i, round(total), max(1, round(total * 1e-10)))
        for i, total in enumerate(sums)
    ]
    settled = []
    for k, part in enumerate(parts):
        place = {member: row for row, member in enumerate(members)}
        rows = [place[i] for i in part.carriers]
        settled.append(
            Settled(
                part=part,
                basis=setting.bases[part.name],
                quotas=tuple(cells[row][k] for row in rows),
                wanted=tuple(float(wanted[row, k]) for row in rows),
                fair=tuple(float(weights[row, k]) for row in rows),
                limits=tuple(bound[row] for row in rows),
                overridden=tuple(row in limits.overrides for row in rows),
            )
        )
    return settled, rounded


def _settle_beside(setting: Setting, part: Part) -> Settled:
    """Allocate a component that stands beside the goal: proportional, without limits."""
    carriers = list(part.carriers)
    basis = setting.bases[part.name]
    retained = part.goal == part.rep_total and part.blend == {"history": 1.0}
    share = basis.blended * (1.0 if retained else setting.capacity.productive[carriers])
    if part.rep_total > 0 and share.sum() <= 0:
        raise nobody_productive(part.name, [setting.people[i] for i in carriers])
    wanted = share * (part.rep_total / share.sum()) if share.sum() > 0 else share
    unlimited = QuotaLimits(
        lower=(0,) * len(carriers), upper=(NO_LIMITS,) * len(carriers), overrides={}, kinds=()
    )
    step = setting.currency.to_minor(setting.parameters.round_to) if part.unit == "money" else 1
    rounded = round_quotas(
        wanted.tolist(), part.rep_total, step or 1, unlimited, (share > 0).tolist()
    )
    return Settled(
        part=part,
        basis=basis,
        quotas=rounded.quotas,
        wanted=tuple(wanted.tolist()),
        fair=tuple(wanted.tolist()),
        limits=((),) * len(carriers),
        overridden=(False,) * len(carriers),
    )


def _roll_up_all(
    setting: Setting, settled: Sequence[Settled]
) -> tuple[list[Rollup], list[Finding]]:
    rollups, findings = [], []
    for item in settled:
        carriers = list(item.part.carriers)
        pattern = setting.capacity.monthly[carriers]
        owing = np.array(item.quotas) > 0
        season = np.where(pattern[owing].sum(axis=0) > 0, setting.season, 0.0)
        if season.sum() <= 0:
            season = setting.season
        findings.extend(uncovered_months(item.part, setting.season, season, setting.period))
        quotas = {
            setting.people[i].rep_id: quota for i, quota in zip(carriers, item.quotas, strict=True)
        }
        rollup = roll_up(item.part, quotas, pattern, season / season.sum(), setting.hierarchy)
        rollups.append(rollup)
    return rollups, findings
