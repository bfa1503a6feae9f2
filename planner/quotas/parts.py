"""Quotas by stretch of days: what was owed on any day, exactly, at every level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import gcd, lcm

from planner.inputs.period import Period
from planner.quotas.result import Level, QuotaSheet
from planner.quotas.rollup import FINE_SHARE
from planner.quotas.seasonality import split_exactly

Owner = tuple[str, Level, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPart:
    """What one person owes for one seat over one stretch of days.

    Parameters
    ----------
    rep_id, level, component
        As in a quota's line.
    territory_id
        The seat it is owed for, None for managers and the company.
    depth, parent_id
        Its place in the tree in those days.
    start, end
        The first day, and the first day after; both inside one month of the plan.
    quota
        Minor units of the plan currency.
    cut_end, cut_quota
        Where a change cut the month: the first day after the stretch that this part was the
        beginning of, and the quota of that stretch. What was owed up to a day inside the part
        is told by it, so that it stays what it was before the change.
    """

    rep_id: str
    level: Level
    component: str
    territory_id: str | None
    depth: int
    parent_id: str | None
    start: date
    end: date
    quota: int
    cut_end: date | None = None
    cut_quota: int | None = None

    @property
    def owner(self) -> Owner:
        """Return who owes what: the person, at which level, for which component."""
        return self.rep_id, self.level, self.component


def parts_of_sheet(sheet: QuotaSheet, period: Period) -> tuple[QuotaPart, ...]:
    """Return a sheet's lines as parts, each a whole month of the plan."""
    ends = dict(period.bounds)
    return tuple(
        QuotaPart(
            rep_id=line.rep_id,
            level=line.level,
            component=line.component,
            territory_id=line.territory_id,
            depth=line.depth,
            parent_id=line.parent_id,
            start=line.period_start,
            end=ends[line.period_start],
            quota=line.quota,
        )
        for line in sheet.lines
    )


def cut_parts(parts: Iterable[QuotaPart], day: date) -> tuple[QuotaPart, ...]:
    """Cut the parts that a day falls into, so that each level still adds up on both sides.

    A part that was cut before is cut where the stretch that it was cut from would have been.

    Parameters
    ----------
    parts
        Of any people and components.
    day
        The first day of the second piece.

    Returns
    -------
    The parts that the day does not cut as they were, each of the others as two.
    """
    cut: list[QuotaPart] = []
    groups: dict[tuple[str, date, date, date], list[QuotaPart]] = {}
    for part in parts:
        if part.start < day < part.end:
            key = part.component, part.start, part.end, part.cut_end or part.end
            groups.setdefault(key, []).append(part)
        else:
            cut.append(part)
    for (_, _, _, end), group in groups.items():
        cut += _cut_group(group, day, end)
    return tuple(cut)


def _cut_group(group: Sequence[QuotaPart], day: date, end: date) -> list[QuotaPart]:
    """Cut everybody's part of one stretch at the company's ratio, level by level."""
    levels: dict[tuple[str, int], list[tuple[QuotaPart, int]]] = {}
    for part in group:
        whole = part.quota if part.cut_quota is None else part.cut_quota
        depth = part.depth if part.level == "manager" else 0
        levels.setdefault((part.level, depth), []).append((part, whole))
    totals = {level: sum(whole for _, whole in mine) for level, mine in levels.items()}
    start = group[0].start
    ratio = _ratio(totals, (day - start).days, (end - start).days)
    pieces = []
    for level, mine in levels.items():
        amounts = split_exactly(round(totals[level] * ratio), [whole * ratio for _, whole in mine])
        for (part, whole), amount in zip(mine, amounts, strict=True):
            pieces.append(replace(part, end=day, quota=amount, cut_end=end, cut_quota=whole))
            rest = part.quota - amount
            pieces.append(replace(part, start=day, quota=rest, cut_end=None, cut_quota=None))
    return pieces


def _ratio(totals: Mapping[tuple[str, int], int], days: int, length: int) -> Fraction:
    """Return the share of a stretch that its first days are, by what the company owes for them.

    The company's own piece is a multiple of what makes every level's come out whole, where that is
    little beside what it owes a day.
    """
    whole = totals.get(("company", 0), 0)
    if whole <= 0:
        return Fraction(days, length)
    step = 1
    for total in totals.values():
        common = lcm(step, whole // gcd(whole, total))
        step = common if common * length * FINE_SHARE <= whole else step
    return Fraction(whole * days // length // step * step, whole)


def owed_until(parts: Iterable[QuotaPart], day: date) -> dict[Owner, int]:
    """Return what everybody owes from the plan's first day to the day before one.

    On every day each level is the sum of its people, and a month's last day gives the month.

    Parameters
    ----------
    parts
        Of a plan.
    day
        The first day that does not count.
    """
    owed: dict[Owner, int] = {}
    for (owner, _), quota in owed_for_seats(parts, day).items():
        owed[owner] = owed.get(owner, 0) + quota
    return owed


def owed_for_seats(parts: Iterable[QuotaPart], day: date) -> dict[tuple[Owner, str | None], int]:
    """Return what everybody owes for each seat up to the day before one, as :func:`owed_until`."""
    owed: dict[tuple[Owner, str | None], int] = {}
    for part in cut_parts(parts, day):
        key = part.owner, part.territory_id
        owed[key] = owed.get(key, 0) + (part.quota if part.end <= day else 0)
    return owed


def owed_on(parts: Iterable[QuotaPart], day: date) -> dict[tuple[Owner, str | None], int]:
    """Return what everybody owes for one day alone, by person and seat.

    The days of a month add up to the month, person by person.
    """
    near = [part for part in parts if part.start <= day < part.end]
    before = owed_for_seats(near, day)
    return {
        key: quota - before[key]
        for key, quota in owed_for_seats(near, day + timedelta(days=1)).items()
    }
