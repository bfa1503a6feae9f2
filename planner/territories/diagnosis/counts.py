"""Counting arguments: sums that show, without any search, that the rules cannot all be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.diagnosis.terms import (
    ELIGIBILITY,
    FAMILIES,
    HOLDS,
    Obstacle,
    Relief,
    RuleGroup,
    Scales,
    group_of,
    hard_rows,
)
from planner.territories.diagnosis.views import View, make_views
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import ROUNDING, Rows, Side

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SHOWN = 20
"""So many units too large for anyone are named."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """What each unit adds to a limited amount, at least and at most, wherever it may go.

    Parameters
    ----------
    least, most
        (units,); most is infinite where it is not known.
    held
        Exactly, at the territory that the unit is held to; ``least`` where it is not, (units,).
    """

    least: Floats
    most: Floats
    held: Floats


def count_obstacles(problem: AlignmentProblem, scales: Scales) -> Iterator[Obstacle]:
    """Yield what adding up shows of limits by territory.

    A sum is shown under the fewest structural rules that it needs: what cannot be even when
    every hold is lifted is not blamed on the holds.

    Parameters
    ----------
    problem
        Territories given.
    scales
        What one whole of a relief is.
    """
    views = make_views(problem)
    for rows in hard_rows(problem):
        if rows.plan_wide or rows.rule == "loss limits":
            continue
        amounts = _amounts(problem, rows)
        told: list[Obstacle] = []
        for view in views:
            for found in _count_view(problem, rows, amounts, view, scales):
                if not any(_says_more(other, found) for other in told):
                    told.append(found)
        yield from (
            one for one in told if not any(_says_more(o, one) for o in told if o is not one)
        )


def _says_more(one: Obstacle, other: Obstacle) -> bool:
    """Return whether one obstacle takes no other rules, on nested territories, and needs as much."""
    if one.side != other.side or not {*one.groups} <= {*other.groups}:
        return False
    if _relief(one) < _relief(other) * (1 - 1e-9):
        return False
    shared = len(np.intersect1d(one.territories, other.territories, assume_unique=True))
    return shared in (len(one.territories), len(other.territories))


def _relief(found: Obstacle) -> float:
    return found.reliefs[0].by if found.reliefs else np.inf


def _amounts(problem: AlignmentProblem, rows: Rows) -> Amounts:
    least = most = rows.amounts
    if rows.by_pair is None:
        return Amounts(least=least, most=most, held=least)
    table = getattr(rows.by_pair, "amounts", None)
    if isinstance(table, np.ndarray) and table.ndim == 2:
        least, most = least + table.min(axis=1), most + table.max(axis=1)
    else:
        # What depends on who serves is never negative: the rest is a valid least.
        most = np.full(len(least), np.inf)
    held = least.copy()
    units = np.flatnonzero(problem.held >= 0)
    held[units] = rows.amounts[units] + rows.by_pair.pairs(units, problem.held[units])
    return Amounts(least=least, most=most, held=held)


def _count_view(
    problem: AlignmentProblem, rows: Rows, amounts: Amounts, view: View, scales: Scales
) -> Iterator[Obstacle]:
    sums = _Sums(problem=problem, rows=rows, amounts=amounts, view=view)
    for side in ("upper", "lower"):
        amount, limit = sums.floor() if side == "upper" else sums.ceiling()
        sign = 1.0 if side == "upper" else -1.0
        known = np.isfinite(limit) & np.isfinite(amount)
        slack = 10 * ROUNDING * np.maximum(np.abs(np.where(known, limit, 0.0)), 1e-9)
        over = np.where(known, sign * (np.where(known, amount - limit, 0.0)), -1.0) > slack
        for place in np.flatnonzero(over).tolist():
            yield sums.obstacle(side, place, float(amount[place]), float(limit[place]), scales)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """A limited amount added up over every set of territories of a view."""

    problem: AlignmentProblem
    rows: Rows
    amounts: Amounts
    view: View

    def floor(self) -> tuple[Floats, Floats]:
        """Return what must be inside each set, and the most that may be, (sets,)."""
        inside = self.view.forced.astype(float)
        amount = inside @ self._by_pattern(self._least(self.rows.upper))
        return amount, _add_limits(self.view.sets, self.rows.upper)

    def ceiling(self) -> tuple[Floats, Floats]:
        """Return what can be inside each set, and the least that must be, (sets,)."""
        most = self._by_pattern(self._exact(self.amounts.most))
        unknown = self.view.reached[:, ~np.isfinite(most)].any(axis=1)
        amount = self.view.reached.astype(float) @ np.where(np.isfinite(most), most, 0.0)
        lower = np.where(np.isfinite(self.rows.lower), np.maximum(self.rows.lower, 0.0), 0.0)
        return np.where(unknown, np.inf, amount), np.asarray(self.view.sets @ lower, dtype=float)

    def _exact(self, amounts: Floats) -> Floats:
        if HOLDS not in self.view.groups:
            return amounts
        return np.where(self.problem.held >= 0, self.amounts.held, amounts)

    def _least(self, upper: Floats) -> Floats:
        least = self._exact(self.amounts.least)
        if not self.rows.capped:
            return least
        # A unit larger than a limit may fill it alone: it counts as the limit.
        cap = np.where(self.view.reach, upper, np.inf).min(axis=1, initial=np.inf)
        return np.asarray(np.minimum(least, cap[self.view.pattern]), dtype=float)

    def _by_pattern(self, amounts: Floats) -> Floats:
        found = np.bincount(self.view.pattern, weights=amounts, minlength=len(self.view.reach))
        return np.asarray(found, dtype=float)

    def obstacle(
        self, side: Side, place: int, amount: float, limit: float, scales: Scales
    ) -> Obstacle:
        """Return what one set of territories shows."""
        members = self.view.sets[place]
        patterns = self.view.forced[place] if side == "upper" else self.view.reached[place]
        units = np.flatnonzero(patterns[self.view.pattern])
        group = group_of(self.rows)
        step = scales.step(self.problem, self.rows)
        whole = float(step[members].sum())
        by = abs(amount - limit) / whole if whole > 0 else np.inf
        if side == "upper" and self.rows.capped and whole > 0:
            by = self._raise(by, members, patterns, step)
        return Obstacle(
            groups=(group, *self.view.groups),
            counted=self.rows.name,
            side=side,
            territories=np.flatnonzero(members),
            units=units[np.argsort(-self.rows.amounts[units], kind="stable")],
            amount=amount,
            limit=limit,
            reliefs=(Relief(group=group, by=by),) if np.isfinite(by) else (),
        )

    def _raise(self, by: float, members: Bools, patterns: Bools, step: Floats) -> float:
        """Return the relief at which large units, counted as the wider limits, fit as well."""
        for _ in range(50):
            upper = self.rows.upper + by * step
            amount = float(self._by_pattern(self._least(upper))[patterns].sum())
            after = (amount - float(self.rows.upper[members].sum())) / float(step[members].sum())
            if after <= by * (1 + 1e-9):
                break
            by = after
        return by


def _add_limits(sets: Bools, limits: Floats) -> Floats:
    endless = (sets & ~np.isfinite(limits)).any(axis=1)
    return np.where(endless, np.inf, sets @ np.where(np.isfinite(limits), limits, 0.0))


def count_large_units(problem: AlignmentProblem) -> Iterator[Obstacle]:
    """Yield the units with more accounts than any territory that may serve them may have.

    Parameters
    ----------
    problem
        Territories given.
    """
    left = np.flatnonzero(problem.unit_accounts > problem.max_accounts.min())
    for groups in ((), (ELIGIBILITY,), (HOLDS,), (ELIGIBILITY, HOLDS)):
        reach = _reach_of(problem, left, groups)
        most = np.where(reach, problem.max_accounts, -np.inf).max(axis=1, initial=-np.inf)
        over = np.isfinite(most) & (problem.unit_accounts[left] > most)
        order = np.argsort(-problem.unit_accounts[left], kind="stable")
        for place in order[over[order]][:SHOWN].tolist():
            territories = np.flatnonzero(reach[place])
            yield _large_unit(problem, int(left[place]), groups, territories, float(most[place]))
        left = left[~over]


def _reach_of(problem: AlignmentProblem, units: Ints, groups: tuple[RuleGroup, ...]) -> Bools:
    reach = np.ones((len(units), problem.territory_count), np.bool_)
    if ELIGIBILITY in groups:
        reach &= problem.eligible_block(units)
    if HOLDS in groups:
        held = problem.held[units][:, None]
        reach &= (held < 0) | (held == np.arange(problem.territory_count))
    return reach


def _large_unit(
    problem: AlignmentProblem,
    unit: int,
    groups: tuple[RuleGroup, ...],
    territories: Ints,
    most: float,
) -> Obstacle:
    group, amount = RuleGroup(kind="accounts"), float(problem.unit_accounts[unit])
    return Obstacle(
        groups=(group, *groups, *(FAMILIES,) * (amount > 1)),
        counted="accounts",
        side="upper",
        territories=territories,
        units=np.array([unit]),
        amount=amount,
        limit=most,
        reliefs=(Relief(group=group, by=amount - most),),
    )
