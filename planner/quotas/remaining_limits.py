"""The limits of a quota within its year: what closed days hold counts, and the rest keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from planner.errors import InfeasibleError
from planner.findings import Finding
from planner.inputs.reps import Rep
from planner.quotas.allocation import allocate, can_hold, find_relaxation
from planner.quotas.capacity import plan_years
from planner.quotas.change_terms import QuotaChange, Stretch, productive_share, seat_last_after
from planner.quotas.limits import UNLIMITED, Limit, QuotaLimits, build_limits
from planner.quotas.parts import QuotaPart
from planner.quotas.refusals import describe_relaxations
from planner.quotas.remaining import Key, OpenRows
from planner.quotas.seasonality import split_exactly

Floats = npt.NDArray[np.float64]
HAIR = Fraction(1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedRows:
    """Rows that keep the limits of everybody's whole quota.

    Parameters
    ----------
    rows
        One for each component of the direct sum.
    bound
        The limits that stopped a quota, by person.
    findings
        Overrides beyond a limit, and earnings that are not known.
    """

    rows: tuple[OpenRows, ...]
    bound: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """What bears on one person's limits, minor units and shares of a year's quota.

    Parameters
    ----------
    rep
        None for open headcount, which has no limits.
    closed, wanted, before
        Quota of the closed days, and of those that remain: as it would be, and as it was.
    scale
        Years of the plan, by season, in which the person is productive in a seat.
    last
        What the accounts of those seats were asked for last year; None if not comparable.
    fixed
        Whether the quota was set by hand and stands.
    """

    rep: Rep | None
    closed: int
    wanted: Fraction
    before: Fraction
    scale: float
    last: int | None
    fixed: bool


def keep_limits(
    components: Sequence[OpenRows], closed: Sequence[QuotaPart], change: QuotaChange
) -> LimitedRows:
    """Bring rows inside the limits of the scenario, as near to what was wanted as they allow.

    The limits are those of the annual plan: on the quota of the whole plan, closed days
    included, per productive year. Each day counts with the accounts and the ramp of that day. A
    quota that nothing touched stands as it was, unless the limits themselves are new.

    Parameters
    ----------
    components
        Rows of each component of the direct sum.
    closed
        Everybody's closed parts.
    change
        What has changed.

    Raises
    ------
    InfeasibleError
        When the goal and the limits cannot hold together; names the least relaxation.
    """
    rules = change.parameters
    limited = rules.change_limits or rules.ote_ratio or rules.floors or rules.caps
    if not components or not limited:
        return LimitedRows(rows=tuple(components), bound={})
    people = _gather_people(components, closed, change)
    limits, findings = _build_limits(people, change)
    if not _inside(people, limits):
        components = _allocate(components, people, limits, change)
    sums = {name: _sum_of(components, name) for name in people}
    between = dict(zip(people, zip(limits.lower, limits.upper, strict=True), strict=True))
    bound = {
        name: limits.binding(at, round(total), max(2, round(total * Fraction(1, 10**9))))
        for at, (name, total) in enumerate(sums.items())
    }
    return LimitedRows(
        rows=tuple(replace(one, room=_room_of(one, sums, between)) for one in components),
        bound={name: names for name, names in bound.items() if names},
        findings=findings,
    )


def _gather_people(
    components: Sequence[OpenRows], closed: Sequence[QuotaPart], change: QuotaChange
) -> dict[str, _Person]:
    """Return everybody who owes something in the days that remain, by id."""
    direct = {one.seats.component.name for one in components}
    done: dict[str, list[QuotaPart]] = {}
    for part in closed:
        if part.level == "rep" and part.component in direct:
            done.setdefault(part.rep_id, []).append(part)
    names = sorted({key[0] for one in components for key in one.wanted})
    load = _load_by_day(components, closed)
    last = seat_last_after(change)
    people = {}
    for name in names:
        keys = [(one, key) for one in components for key in one.wanted if key[0] == name]
        past = {(p.start, p.end, p.territory_id or "") for p in done.get(name, ())}
        ahead = {
            (*stretch, key[1])
            for one, key in keys
            for stretch, amount in zip(one.seats.columns, one.wanted[key], strict=True)
            if amount
        }
        days = [
            *_time_in_seats(past, change.before.reps.get(name), change.seat_last, load, change),
            *_time_in_seats(ahead, change.after.reps.get(name), last, load, change),
        ]
        people[name] = _Person(
            rep=change.after.reps.get(name),
            closed=sum(p.quota for p in done.get(name, ())),
            wanted=_sum_of(components, name),
            before=_total(
                row for one in components for k, row in one.before.items() if k[0] == name
            ),
            scale=sum(share for share, _ in days) * plan_years(change.period),
            last=_mean_of(days),
            fixed=all(key in one.fixed for one, key in keys),
        )
    return people


def _sum_of(components: Sequence[OpenRows], name: str) -> Fraction:
    return _total(row for one in components for key, row in one.wanted.items() if key[0] == name)


def _total(rows: Iterable[Sequence[Fraction]]) -> Fraction:
    return sum((amount for row in rows for amount in row), Fraction(0))


def _load_by_day(
    components: Sequence[OpenRows], closed: Sequence[QuotaPart]
) -> dict[Stretch, float]:
    """Return each stretch's share of the company's goal as it was before the change: the season."""
    direct = {one.seats.component.name for one in components}
    parts = [
        *(p for p in closed if p.level == "company" and p.component in direct),
        *(p for one in components for p in one.seats.component.open if p.level == "company"),
    ]
    whole = sum(part.quota for part in parts) or 1
    load: dict[Stretch, float] = {}
    for part in parts:
        stretch = (part.start, part.end)
        load[stretch] = load.get(stretch, 0.0) + part.quota / whole
    return load


def _time_in_seats(
    served: set[tuple[date, date, str]],
    rep: Rep | None,
    last: Mapping[str, int],
    load: Mapping[Stretch, float],
    change: QuotaChange,
) -> list[tuple[float, int | None]]:
    """Return the productive share of each stretch, with last year's quota of the seats served."""
    seats: dict[Stretch, list[str]] = {}
    for start, end, seat in sorted(served):
        seats.setdefault((start, end), []).append(seat)
    found = []
    for stretch, mine in seats.items():
        share = load.get(stretch, 0.0) * float(productive_share(rep, stretch[0], change))
        known = all(seat in last for seat in mine)
        found.append((share, sum(last[seat] for seat in mine) if known else None))
    return found


def _mean_of(days: Sequence[tuple[float, int | None]]) -> int | None:
    """Return the mean of what is comparable, None where any productive day is not."""
    whole = sum(share for share, _ in days)
    if whole <= 0 or any(amount is None and share > 0 for share, amount in days):
        return None
    return round(sum(share * (amount or 0) for share, amount in days) / whole)


def _build_limits(
    people: Mapping[str, _Person], change: QuotaChange
) -> tuple[QuotaLimits, tuple[Finding, ...]]:
    """Return the limits of what is left to owe, and what is to be said of them."""
    everybody = list(people.values())
    by_hand = {
        name: amount
        for name, amount in change.parameters.overrides.items()
        if name in people and people[name].fixed
    }
    limits = build_limits(
        [one.rep or Rep(rep_id=name, name=name) for name, one in people.items()],
        change.parameters.model_copy(update={"overrides": by_hand}),
        change.currency,
        change.rates,
        scale=np.array([one.scale if one.rep else 0.0 for one in everybody]),
        last=[one.last for one in everybody],
    )
    kinds = tuple(_left_to_owe(kind, everybody, change) for kind in limits.kinds)
    lower, upper = [0] * len(everybody), [UNLIMITED] * len(everybody)
    for kind in kinds:
        for at, amount in enumerate(kind.amounts):
            if amount is not None and kind.upper:
                upper[at] = min(upper[at], amount)
            elif amount is not None:
                lower[at] = max(lower[at], amount)
    fixed = {at: round(one.wanted) for at, one in enumerate(everybody) if one.fixed}
    named = {name for name, one in people.items() if one.rep is not None}
    settled = QuotaLimits(lower=tuple(lower), upper=tuple(upper), overrides=fixed, kinds=kinds)
    return settled, tuple(found for found in limits.findings if found.subject in named)


def _left_to_owe(kind: Limit, everybody: Sequence[_Person], change: QuotaChange) -> Limit:
    """Return a limit of the days that remain; what nothing touched keeps it as it stands."""
    amounts = []
    for amount, one in zip(kind.amounts, everybody, strict=True):
        left = None if amount is None or one.fixed else max(amount - one.closed, 0)
        if left is not None and change.same_limits and one.wanted == one.before:
            left = max(left, ceil(one.wanted)) if kind.upper else min(left, floor(one.wanted))
        amounts.append(left)
    return replace(kind, amounts=tuple(amounts))


def _inside(people: Mapping[str, _Person], limits: QuotaLimits) -> bool:
    rows = zip(limits.lower, people.values(), limits.upper, strict=True)
    return all(one.fixed or low - 1 <= one.wanted <= high + 1 for low, one, high in rows)


def _allocate(
    components: Sequence[OpenRows],
    people: Mapping[str, _Person],
    limits: QuotaLimits,
    change: QuotaChange,
) -> list[OpenRows]:
    """Return the rows nearest to what is wanted under all limits, every stretch as it was."""
    free = {name: at for at, name in enumerate(n for n, one in people.items() if not one.fixed)}
    weights = np.hstack([_amounts(one, free) for one in components])
    totals = weights.sum(axis=0)
    kept = np.flatnonzero(totals > 0)
    mine = _narrow(limits, [at for at, one in enumerate(people.values()) if not one.fixed])
    whole = split_exactly(round(totals.sum()), [Fraction(v) for v in totals[kept].tolist()])
    if not can_hold(weights[:, kept], whole, mine):
        reps = [people[name].rep or Rep(rep_id=name, name=name) for name in free]
        relaxations = find_relaxation(weights[:, kept], whole, mine)
        raise InfeasibleError(
            *describe_relaxations(relaxations, reps, mine, sum(whole), change.currency)
        )
    factors = np.zeros_like(weights)
    fitted = allocate(
        weights[:, kept], totals[kept], np.array(mine.lower, float), np.array(mine.upper, float)
    )
    factors[:, kept] = fitted / np.where(weights[:, kept] > 0, weights[:, kept], 1.0)
    widths = np.cumsum([len(one.seats.columns) for one in components])[:-1]
    parts = np.split(factors, widths, axis=1)
    return [_rescale(one, free, part) for one, part in zip(components, parts, strict=True)]


def _amounts(one: OpenRows, free: Mapping[str, int]) -> Floats:
    """Return what each person owes in each stretch of a component, (people, stretches)."""
    amounts = np.zeros((len(free), len(one.seats.columns)))
    for (name, _), row in one.wanted.items():
        if name in free:
            amounts[free[name]] += [float(amount) for amount in row]
    return amounts


def _narrow(limits: QuotaLimits, rows: Sequence[int]) -> QuotaLimits:
    """Return the limits of some people only."""
    return QuotaLimits(
        lower=tuple(limits.lower[at] for at in rows),
        upper=tuple(limits.upper[at] for at in rows),
        overrides={},
        kinds=tuple(
            replace(
                kind,
                amounts=tuple(kind.amounts[at] for at in rows),
                per_unit=kind.per_unit[list(rows)],
            )
            for kind in limits.kinds
        ),
    )


def _rescale(one: OpenRows, free: Mapping[str, int], factors: Floats) -> OpenRows:
    scaled = {
        key: [
            amount * Fraction(factor)
            for amount, factor in zip(row, factors[free[key[0]]].tolist(), strict=True)
        ]
        for key, row in one.wanted.items()
        if key[0] in free
    }
    return replace(one, wanted={**one.wanted, **scaled}, refitted=one.refitted | frozenset(scaled))


def _room_of(
    one: OpenRows, sums: Mapping[str, Fraction], limits: Mapping[str, tuple[int, int]]
) -> dict[Key, tuple[int, int]]:
    """Return each row's part of its person's limits, as it is part of what he owes."""
    room = {}
    for key in one.refitted:
        low, high = limits[key[0]]
        share = sum(one.wanted[key], Fraction(0)) / (sums[key[0]] or 1)
        # What allocation leaves a hair beyond a limit is at it.
        most = UNLIMITED if high >= UNLIMITED else floor(share * high + HAIR)
        room[key] = ceil(share * low - HAIR), most
    return room
