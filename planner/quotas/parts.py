"""Quotas by stretch of days: what was owed on any day, exactly, at every level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from planner.inputs.period import Period
from planner.quotas.result import Level, QuotaSheet
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


def cut_parts(
    parts: Iterable[QuotaPart], day: date, steps: Mapping[str, int] | None = None
) -> tuple[QuotaPart, ...]:
    """Cut the parts that a day falls into, so that each level still adds up on both sides.

    Parameters
    ----------
    parts
        Of any people and components.
    day
        The first day of the second piece.
    steps
        By component, what the company's own piece is a multiple of, so that every rate of
        over-assignment comes out whole on it.

    Returns
    -------
    The parts that the day does not cut as they were, each of the others as two.
    """
    cut: list[QuotaPart] = []
    groups: dict[tuple[str, date, date], list[QuotaPart]] = {}
    for part in parts:
        if part.start < day < part.end:
            groups.setdefault((part.component, part.start, part.end), []).append(part)
        else:
            cut.append(part)
    for (component, start, end), group in groups.items():
        share = Fraction((day - start).days, (end - start).days)
        whole = sum(part.quota for part in group if part.level == "company")
        step = (steps or {}).get(component, 1)
        before = int(whole * share) // step * step
        ratio = Fraction(before, whole) if whole else share
        cut += _cut_group(group, day, ratio)
    return tuple(cut)


def _cut_group(group: Sequence[QuotaPart], day: date, ratio: Fraction) -> list[QuotaPart]:
    """Cut everybody's part of one month at the company's ratio, level by level."""
    levels: dict[tuple[str, int], list[QuotaPart]] = {}
    for part in group:
        depth = part.depth if part.level == "manager" else 0
        levels.setdefault((part.level, depth), []).append(part)
    pieces = []
    for level in levels.values():
        total = round(sum(part.quota for part in level) * ratio)
        amounts = split_exactly(total, [part.quota * ratio for part in level])
        for part, amount in zip(level, amounts, strict=True):
            pieces.append(replace(part, end=day, quota=amount))
            pieces.append(replace(part, start=day, quota=part.quota - amount))
    return pieces


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
    for part in cut_parts(parts, day):
        earlier = owed.get(part.owner, 0)
        owed[part.owner] = earlier + (part.quota if part.end <= day else 0)
    return owed


def owed_on(parts: Iterable[QuotaPart], day: date) -> dict[tuple[Owner, str | None], int]:
    """Return what everybody owes for one day alone, by person and seat."""
    from datetime import timedelta

    after = day + timedelta(days=1)
    inside = cut_parts(cut_parts(parts, day), after)
    owed: dict[tuple[Owner, str | None], int] = {}
    for part in inside:
        if part.start == day and part.end == after:
            key = (part.owner, part.territory_id)
            owed[key] = owed.get(key, 0) + part.quota
    return owed
