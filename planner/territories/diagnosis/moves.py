"""Moves that nobody can avoid, held against the budgets of change and each one's loss limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

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
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import ROUNDING, Rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def count_forced_moves(problem: AlignmentProblem, scales: Scales) -> Iterator[Obstacle]:
    """Yield the budgets and loss limits that moves nobody can avoid exceed by themselves.

    Parameters
    ----------
    problem, scales
        As in :func:`count_obstacles`.
    """
    for rows in hard_rows(problem):
        if rows.plan_wide:
            yield from _count_budget(problem, rows, scales)
        elif rows.rule == "loss limits":
            yield from _count_losses(problem, rows, scales)


def _keepable(
    problem: AlignmentProblem, stay: sparse.csr_array
) -> list[tuple[tuple[RuleGroup, ...], Floats]]:
    """Return what can stay entry by entry: under neither structural rule, either, and both."""
    units = np.repeat(np.arange(problem.unit_count), np.diff(stay.indptr))
    eligible = problem.eligible_pairs(units, stay.indices.astype(np.int64))
    held = problem.held[units]
    kept = (held < 0) | (held == stay.indices)
    data = stay.data
    return [
        ((), data),
        ((ELIGIBILITY,), data * eligible),
        ((HOLDS,), data * kept),
        ((ELIGIBILITY, HOLDS), data * (eligible & kept)),
    ]


def _best_by_unit(stay: sparse.csr_array, data: Floats) -> Floats:
    best = np.zeros(stay.shape[0])
    units = np.repeat(np.arange(stay.shape[0]), np.diff(stay.indptr))
    np.maximum.at(best, units, data)
    return best


def _count_budget(problem: AlignmentProblem, rows: Rows, scales: Scales) -> Iterator[Obstacle]:
    budget = next(b for b in problem.budgets if b.name == rows.name)
    whole = np.asarray(budget.stay.sum(axis=1), dtype=float).ravel()
    step = float(scales.step(problem, rows)[0])
    for structure, data in _keepable(problem, budget.stay):
        lost = whole - _best_by_unit(budget.stay, data)
        forced = float(lost.sum())
        if forced > budget.limit + 10 * ROUNDING * max(budget.total, 1e-9):
            units = np.flatnonzero(lost > 0)
            split = (whole - _best_by_unit(budget.stay, budget.stay.data)).sum() > 0
            groups = (*structure, *(FAMILIES,) * bool(split))
            group = group_of(rows)
            by = (forced - budget.limit) / step if step > 0 else 0.0
            yield Obstacle(
                groups=(group, *groups),
                counted=rows.name,
                side="upper",
                territories=np.zeros(0, np.int64),
                units=units[np.argsort(-lost[units], kind="stable")],
                amount=forced,
                limit=budget.limit,
                reliefs=(Relief(group=group, by=by),),
            )
            return


def _count_losses(problem: AlignmentProblem, rows: Rows, scales: Scales) -> Iterator[Obstacle]:
    loss = next(found for found in problem.loss_limits if found.name == rows.name)
    today, step = loss.today, scales.step(problem, rows)
    seen: set[int] = set()
    for groups, data in _keepable(problem, loss.stay):
        kept = np.bincount(loss.stay.indices, weights=data, minlength=problem.territory_count)
        over = today - kept > loss.limit + 10 * ROUNDING * np.maximum(today, 1e-9)
        for place in np.flatnonzero(over).tolist():
            if place in seen:
                continue
            seen.add(place)
            lost, group = float(today[place] - kept[place]), group_of(rows)
            by = (lost - float(loss.limit[place])) / float(step[place]) if step[place] > 0 else 0.0
            yield Obstacle(
                groups=(group, *groups),
                counted=rows.name,
                side="upper",
                territories=np.array([place]),
                units=_losing(loss.stay, data, place),
                amount=lost,
                limit=float(loss.limit[place]),
                reliefs=(Relief(group=group, by=by),),
            )


def _losing(stay: sparse.csr_array, data: Floats, place: int) -> Ints:
    """Return the units that a territory must lose, the largest first."""
    units = np.repeat(np.arange(stay.shape[0]), np.diff(stay.indptr))
    gone = (stay.indices == place) & (data < stay.data)
    order = np.argsort(-stay.data[gone], kind="stable")
    return np.asarray(units[gone][order], dtype=np.int64)
