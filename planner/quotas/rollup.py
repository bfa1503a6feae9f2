"""From the reps' plan quotas to every month and every manager, each level exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from planner.quotas.components import Part
from planner.quotas.hierarchy import COMPANY, Hierarchy
from planner.quotas.parameters import OverAssignment
from planner.quotas.seasonality import split_by_weights, split_exactly
from planner.quotas.tables import fit_table, round_table

Floats = npt.NDArray[np.float64]
Months = tuple[int, ...]
# Months are multiples of what makes every rate come out whole when that is at most this share
# of an average month.
FINE_SHARE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One component by person and month, minor units.

    Parameters
    ----------
    company
        The goal by month.
    managers, reps
        By person and month.
    top
        The managers who report to the company.
    direct
        At each level of managers, what falls on those whose chain is shorter, by depth.
    widened
        Whether months in which a rep is not productive had to carry quota.
    """

    company: Months
    managers: dict[str, Months]
    reps: dict[str, Months]
    top: frozenset[str]
    direct: dict[int, int]
    widened: bool


def roll_up(
    part: Part,
    quotas: Mapping[str, int],
    pattern: Floats,
    season: Floats,
    hierarchy: Hierarchy,
) -> Rollup:
    """Split quotas into months and add them up through the managers.

    A level totals its rate over the goal in every month; a manager's reps total his quota times
    (1 + rep) ÷ (1 + manager), to the minor unit.

    Parameters
    ----------
    part
        The component.
    quotas
        Each carrier's quota of the plan by id, ascending, minor units.
    pattern
        How much of each month a carrier is productive, (carriers, months).
    season
        Share of the goal by month, zero where no carrier is productive, (months,).
    hierarchy
        The tree.
    """
    company = _months(part.goal, season, part.over_assignment, hierarchy.depth)
    rep_months = _level_months(company, part.over_assignment.rep, part.rep_total)
    table = fit_table(pattern * season, list(quotas.values()), rep_months)
    reps = dict(zip(quotas, table.cells, strict=True))
    managers, direct = settle_managers(part.over_assignment, company, reps, hierarchy)
    return Rollup(
        company=tuple(company),
        managers=managers,
        reps=reps,
        top=frozenset(_at_depth(hierarchy, 1)),
        direct=direct,
        widened=table.widened,
    )


def _months(goal: int, season: Floats, rates: OverAssignment, depth: int) -> list[int]:
    """Split the goal into months on which every rate of over-assignment comes out whole."""
    used = [rates.rep, *(rates.of_depth(level) for level in range(1, depth + 1))]
    step = lcm(*(Fraction(rate).denominator for rate in used))
    if step * len(season) * FINE_SHARE > goal:
        step = 1
    return split_by_weights(goal, season, step)


def _level_months(above: Sequence[int], rate: Decimal, total: int) -> list[int]:
    """Return a level's months, each the company's times (1 + rate), with an exact total."""
    factor = 1 + Fraction(rate)
    return split_exactly(total, [month * factor for month in above])


def settle_managers(
    rates: OverAssignment,
    company: Sequence[int],
    reps: Mapping[str, Months],
    hierarchy: Hierarchy,
    kept: Mapping[str, Months] | None = None,
) -> tuple[dict[str, Months], dict[int, int]]:
    """Settle managers from the top down, so that each level adds up to the one above.

    Parameters
    ----------
    rates
        Of over-assignment.
    company, reps
        What the company and each rep owe in each month.
    hierarchy
        The tree above those reps.
    kept
        What some managers owed before, and keep where the others can still add up.

    Returns
    -------
    tuple
        Each manager's months, and at each depth what falls on those whose chain is shorter.
    """
    settled: dict[str, Months] = {COMPANY: tuple(company)}
    direct: dict[int, int] = {}
    teams = _teams(reps, hierarchy)
    for depth in range(1, hierarchy.depth + 1):
        above = 1 + (Fraction(rates.of_depth(depth - 1)) if depth > 1 else 0)
        own = 1 + Fraction(rates.of_depth(depth))
        parents = [COMPANY] if depth == 1 else _at_depth(hierarchy, depth - 1)
        for parent in parents:
            children = [m for m in _at_depth(hierarchy, depth) if hierarchy.parents[m] == parent]
            members = [teams.get(child, {}) for child in children]
            rest = _rest(teams[parent], members) if parent in teams else {}
            rows = [*(_sum_months(team, len(company)) for team in members)]
            rows.append(_sum_months(rest, len(company)))
            pinned = {i: (kept or {})[c] for i, c in enumerate(children) if c in (kept or {})}
            cells = _settle_children(rows, settled[parent], own / above, own, rates, pinned)
            settled |= dict(zip(children, cells, strict=False))
            direct[depth] = direct.get(depth, 0) + sum(cells[-1])
    return {m: settled[m] for m in hierarchy.managers if m in teams}, direct


def _settle_children(
    rows: Sequence[Sequence[int]],
    parent: Months,
    ratio: Fraction,
    own: Fraction,
    rates: OverAssignment,
    pinned: Mapping[int, Months],
) -> tuple[Months, ...]:
    """Return the months of a manager's children; the last row is those without a next manager."""
    factor = own / (1 + Fraction(rates.rep))
    total = round(sum(parent) * ratio)
    columns = split_exactly(total, [month * ratio for month in parent])
    sums = [Fraction(sum(row)) * factor for row in rows]
    if not any(sums):
        return tuple(tuple([0] * len(parent)) for _ in rows)
    free = [i for i in range(len(rows)) if i not in pinned]
    left = [c - sum(months[j] for months in pinned.values()) for j, c in enumerate(columns)]
    if pinned and (min(left) < 0 or (sum(left) and not any(sums[i] for i in free))):
        # What was kept and what is left do not add up: everybody is settled again.
        free, left, pinned = list(range(len(rows))), columns, {}
    wanted = np.array([[float(cell * factor) for cell in rows[i]] for i in free])
    margins = split_exactly(sum(left), [sums[i] for i in free])
    cells = dict(zip(free, round_table(wanted, margins, left), strict=True))
    return tuple(pinned[i] if i in pinned else cells[i] for i in range(len(rows)))


def _teams(reps: Mapping[str, Months], hierarchy: Hierarchy) -> dict[str, dict[str, Months]]:
    """Return the reps below each manager, and below the company."""
    teams: dict[str, dict[str, Months]] = {COMPANY: dict(reps)}
    for rep_id, months in reps.items():
        for manager in hierarchy.chain(rep_id):
            teams.setdefault(manager, {})[rep_id] = months
    return teams


def _rest(team: Mapping[str, Months], members: Sequence[Mapping[str, Months]]) -> dict[str, Months]:
    taken = {rep_id for member in members for rep_id in member}
    return {rep_id: months for rep_id, months in team.items() if rep_id not in taken}


def _sum_months(team: Mapping[str, Months], months: int) -> list[int]:
    return [sum(row[j] for row in team.values()) for j in range(months)]


def _at_depth(hierarchy: Hierarchy, depth: int) -> list[str]:
    return [person for person in hierarchy.managers if hierarchy.depths[person] == depth]
