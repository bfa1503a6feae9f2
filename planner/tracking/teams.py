"""The managers above everybody on any day of a plan, as its quotas have them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from planner.inputs.period import Period
from planner.quotas.hierarchy import COMPANY
from planner.quotas.parts import QuotaPart
from planner.quotas.result import Level
from planner.tracking.landing import share_done


@dataclass(frozen=True, slots=True, kw_only=True)
class Teams:
    """To whom each quota rolled up from which day on.

    Parameters
    ----------
    days, parents
        First days, ascending, and the parent from each on, by level and id.
    """

    days: Mapping[tuple[Level, str], list[date]]
    parents: Mapping[tuple[Level, str], list[str | None]]

    def above(self, rep_id: str, day: date) -> tuple[str, ...]:
        """Return the managers above a rep on a day, the nearest first.

        Before his first day, and after his last, they are those of the nearest day he had.
        """
        managers: list[str] = []
        boss = self._parent("rep", rep_id, day)
        while boss is not None and boss != COMPANY and boss not in managers:
            managers.append(boss)
            boss = self._parent("manager", boss, day)
        return tuple(managers)

    def below(self, day: date) -> dict[str, tuple[str, ...]]:
        """Return the people below each manager on a day, at any depth, by manager."""
        found: dict[str, list[str]] = {}
        for level, rep_id in sorted(self.days):
            for manager in self.above(rep_id, day) if level == "rep" else ():
                found.setdefault(manager, []).append(rep_id)
        return {manager: tuple(found[manager]) for manager in sorted(found)}

    def _parent(self, level: Level, rep_id: str, day: date) -> str | None:
        days = self.days.get((level, rep_id))
        if not days:
            return None
        return self.parents[level, rep_id][max(bisect_right(days, day) - 1, 0)]


def teams_of(parts: Iterable[QuotaPart]) -> Teams:
    """Return the teams that a plan's quotas by stretch of days know."""
    found: dict[tuple[Level, str], dict[date, str | None]] = {}
    for part in parts:
        if part.level != "company":
            found.setdefault((part.level, part.rep_id), {})[part.start] = part.parent_id
    days = {key: sorted(entries) for key, entries in found.items()}
    return Teams(
        days=days, parents={key: [found[key][day] for day in mine] for key, mine in days.items()}
    )


def due_by_team(
    parts: Iterable[QuotaPart], period: Period, season: Sequence[float], first: date, after: date
) -> dict[str, dict[str, float]]:
    """Return the share of a year that each seat's accounts bring while a manager has them.

    Parameters
    ----------
    parts
        Everybody's quota by stretch of days.
    period, season
        The plan's months, and the share of bookings by month.
    first, after
        The first day that counts, and the first one that does not any more.

    Returns
    -------
    dict
        Shares by manager and seat.
    """
    known = tuple(parts)
    teams = teams_of(known)
    stretches: dict[tuple[str, date], QuotaPart] = {}
    for part in known:
        if part.level == "rep" and part.start < after and part.end > first:
            stretches.setdefault((part.territory_id or "", part.start), part)
    shares: dict[str, dict[str, float]] = {}
    # A plan has few such days and very many parts.
    done = cache(partial(share_done, period, season))
    for (seat, start), part in stretches.items():
        due = done(min(part.end, after)) - done(max(start, first))
        for manager in teams.above(part.rep_id, start):
            mine = shares.setdefault(manager, {})
            mine[seat] = mine.get(seat, 0.0) + due
    return shares
