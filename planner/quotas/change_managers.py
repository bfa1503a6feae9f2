"""What managers owe after a change: the tree as it now is, and who keeps his quota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from planner.inputs.reps import Rep
from planner.quotas.change_terms import OpenComponent, QuotaChange, open_name
from planner.quotas.hierarchy import COMPANY, Hierarchy, build_hierarchy
from planner.quotas.parameters import OverAssignment
from planner.quotas.rollup import settle_managers


def change_hierarchy(change: QuotaChange) -> Hierarchy:
    """Return the tree after the change, with open seats where their last holders were."""
    people = dict(change.after.reps)
    for seat in sorted(change.after.seats):
        name = open_name(change.after, seat)
        last = [t.rep_id for t in change.after.tenures if t.territory_id == seat and t.rep_id]
        boss = people[last[-1]].manager_id if last and last[-1] in people else None
        people.setdefault(name, Rep(rep_id=name, name=name, manager_id=boss, status="tbh"))
    return build_hierarchy(list(people.values()), sorted(people))


def change_managers(
    one: OpenComponent,
    change: QuotaChange,
    company: Sequence[int],
    reps: Mapping[str, tuple[int, ...]],
    hierarchy: Hierarchy,
) -> dict[str, tuple[int, ...]]:
    """Return what each manager owes; one whose team owes what it owed keeps his quota."""
    rates = change.parameters.over_assignment
    if not one.direct:
        rates = _rates_beside(one)
    known = {rep_id: months for rep_id, months in reps.items() if rep_id in hierarchy.parents}
    narrowed = _narrow(hierarchy, known)
    return settle_managers(rates, company, known, narrowed, _same_managers(one, known, hierarchy))[
        0
    ]


def _narrow(hierarchy: Hierarchy, reps: Mapping[str, object]) -> Hierarchy:
    """Return the tree above those who carry this component only."""
    above = {manager for rep_id in reps for manager in hierarchy.chain(rep_id)}
    return replace(
        hierarchy,
        managers=tuple(m for m in hierarchy.managers if m in above),
        depths={m: d for m, d in hierarchy.depths.items() if m in above},
    )


def _same_managers(
    one: OpenComponent, reps: Mapping[str, tuple[int, ...]], hierarchy: Hierarchy
) -> dict[str, tuple[int, ...]]:
    """Return the quotas of managers whose teams owe together what they owed before."""
    stretches = sorted({(p.start, p.end) for p in one.open})
    place = {stretch: j for j, stretch in enumerate(stretches)}
    before: dict[str, list[int]] = {}
    own: dict[str, list[int]] = {}
    parents = {(p.rep_id, p.level): p.parent_id for p in one.open}
    for part in one.open:
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
