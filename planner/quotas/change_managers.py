"""What managers owe after a change: the tree as it now is, and who keeps his quota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from planner.inputs.reps import Rep
from planner.inputs.roster import DAY, SeatTenure
from planner.quotas.change_terms import OpenComponent, QuotaChange, Stretch, open_name
from planner.quotas.hierarchy import COMPANY, Hierarchy, build_hierarchy
from planner.quotas.parameters import OverAssignment
from planner.quotas.rollup import settle_managers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reign:
    """Stretches of days in which nobody's manager changes.

    Parameters
    ----------
    hierarchy
        The tree in them.
    stretches
        In order.
    """

    hierarchy: Hierarchy
    stretches: tuple[Stretch, ...]


def reigns_of(change: QuotaChange, stretches: Sequence[Stretch]) -> tuple[Reign, ...]:
    """Return the stretches that remain, parted where somebody gets another manager."""
    days = sorted({line.start for line in change.after.lines} | {t.start for t in _open(change)})
    groups: dict[int, list[Stretch]] = {}
    for stretch in stretches:
        groups.setdefault(sum(day <= stretch[0] for day in days), []).append(stretch)
    return tuple(
        Reign(hierarchy=change_hierarchy(change, mine[0][0]), stretches=tuple(mine))
        for _, mine in sorted(groups.items())
    )


def _open(change: QuotaChange) -> list[SeatTenure]:
    return [t for t in change.after.tenures if not t.rep_id]


def change_hierarchy(change: QuotaChange, day: date) -> Hierarchy:
    """Return the tree of a day after the change, with open seats where their last holders were."""
    roster = change.after
    people = {
        name: replace(rep, manager_id=roster.manager_of(name, day) or None)
        for name, rep in roster.reps.items()
    }
    for seat in sorted(roster.seats):
        name = open_name(roster, seat)
        boss = _boss_of_seat(change, seat, day)
        people.setdefault(name, Rep(rep_id=name, name=name, manager_id=boss, status="tbh"))
    return build_hierarchy(list(people.values()), sorted(people))


def _boss_of_seat(change: QuotaChange, seat: str, day: date) -> str | None:
    """Return whom an open seat rolls up to: as its last holder did, in it or since he left."""
    roster = change.after
    held = [t for t in roster.tenures if t.territory_id == seat and t.role == "holder" and t.rep_id]
    last = next((t for t in reversed(held) if t.start <= day), held[0] if held else None)
    if last is None:
        return None
    moved_on = last.end is not None and roster.is_here(last.rep_id, last.end)
    when = last.end - DAY if moved_on and last.end is not None else day
    return roster.manager_of(last.rep_id, when) or None


def change_managers(
    one: OpenComponent,
    change: QuotaChange,
    company: Sequence[int],
    reps: Mapping[str, tuple[int, ...]],
    reign: Reign,
) -> dict[str, tuple[int, ...]]:
    """Return what each manager owes; one whose team owes what it owed keeps his quota.

    Parameters
    ----------
    one, change
        The component, and what has changed.
    company, reps
        What the company and each rep owe, (stretches of the reign,).
    reign
        The days.
    """
    rates = change.parameters.over_assignment
    if not one.direct:
        rates = _rates_beside(one)
    hierarchy = reign.hierarchy
    known = {rep_id: months for rep_id, months in reps.items() if rep_id in hierarchy.parents}
    narrowed = _narrow(hierarchy, known)
    same = _same_managers(one, known, reign)
    return settle_managers(rates, company, known, narrowed, same)[0]


def _narrow(hierarchy: Hierarchy, reps: Mapping[str, object]) -> Hierarchy:
    """Return the tree above those who carry this component only."""
    above = {manager for rep_id in reps for manager in hierarchy.chain(rep_id)}
    return replace(
        hierarchy,
        managers=tuple(m for m in hierarchy.managers if m in above),
        depths={m: d for m, d in hierarchy.depths.items() if m in above},
    )


def _same_managers(
    one: OpenComponent, reps: Mapping[str, tuple[int, ...]], reign: Reign
) -> dict[str, tuple[int, ...]]:
    """Return the quotas of managers whose teams owe together what they owed before."""
    hierarchy, stretches = reign.hierarchy, reign.stretches
    place = {stretch: j for j, stretch in enumerate(stretches)}
    open_ = [part for part in one.open if (part.start, part.end) in place]
    before: dict[str, list[int]] = {}
    own: dict[str, list[int]] = {}
    parents = {(p.rep_id, p.level): p.parent_id for p in open_}
    for part in open_:
        at = place[part.start, part.end]
        if part.level == "manager":
            own.setdefault(part.rep_id, [0] * len(stretches))[at] += part.quota
        if part.level == "rep":
            boss = part.parent_id
            while boss is not None and boss != COMPANY:
                before.setdefault(boss, [0] * len(stretches))[at] += part.quota
                boss = parents.get((boss, "manager"))
    after: dict[str, list[int]] = {}
    for rep_id, amounts in reps.items():
        for boss in hierarchy.chain(rep_id):
            mine = after.setdefault(boss, [0] * len(stretches))
            for at, amount in enumerate(amounts):
                mine[at] += amount
    return {m: tuple(own[m]) for m in own if m in after and before.get(m) == after[m]}


def _rates_beside(one: OpenComponent) -> OverAssignment:
    """Return the rates that a component beside the goal was set with, from its own totals."""
    company = sum(p.quota for p in one.open if p.level == "company")

    def rate(level: str, depth: int | None) -> Decimal:
        total = sum(
            p.quota for p in one.open if p.level == level and (depth is None or p.depth == depth)
        )
        return Decimal(total) / Decimal(company) - 1 if company else Decimal(0)

    return OverAssignment(rep=rate("rep", None), manager=rate("manager", 1))
