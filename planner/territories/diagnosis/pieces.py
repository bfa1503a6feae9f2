"""Contiguity's own counting: parts of the graph that no territory can join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.territories.contiguity.counting import (
    Misfit,
    Shortfall,
    fall_short,
    find_misfits,
    find_shortfalls,
    fit_parts,
)
from planner.territories.contiguity.graph import Graph, build_graph
from planner.territories.diagnosis.terms import (
    CONTIGUITY,
    ELIGIBILITY,
    HOLDS,
    KIND_OF_RULE,
    TERRITORIES,
    Obstacle,
    Relief,
    RuleGroup,
    Scales,
    hard_rows,
)
from planner.territories.limits import Measure
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Rows

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_RELIEF = 10.0
"""No tolerance is widened by more targets than this."""


def count_pieces_apart(problem: AlignmentProblem, scales: Scales) -> Iterator[Obstacle]:
    """Yield what cannot hang together, or cannot be balanced so.

    More islands than territories; holds on two of them; a part of the map that no whole number
    of territories fits; a territory whose units do not connect to enough.

    Parameters
    ----------
    problem
        Territories given.
    scales
        What one whole of a relief is.
    """
    if problem.neighbours is None:
        return
    everywhere = np.ones(problem.unit_count, np.bool_)
    count, part = _parts(problem, everywhere)
    if count > problem.territory_count:
        yield _too_many(problem, count, part)
        return
    for misfit in find_misfits(problem, part):
        yield _name_misfit(problem, part, misfit, scales)
    graph = build_graph(problem.neighbours, problem.unit_count)
    for shortfall in find_shortfalls(problem, graph):
        yield from _count_shortfall(problem, graph, shortfall.territory, scales)
    held = problem.held[problem.held >= 0]
    for place in np.flatnonzero(np.bincount(held, minlength=1) > 1).tolist():
        yield from _count_held(problem, place, part)


def _parts(problem: AlignmentProblem, inside: Bools) -> tuple[int, Ints]:
    """Return how many connected parts some units are in, and the part of each, (units,)."""
    assert problem.neighbours is not None
    edges = problem.neighbours[inside[problem.neighbours].all(axis=1)]
    ones = np.ones(len(edges))
    shape = (problem.unit_count, problem.unit_count)
    graph = sparse.coo_array((ones, (edges[:, 0], edges[:, 1])), shape=shape)
    _, part = connected_components(graph.tocsr(), directed=False)
    used, place = np.unique(part[inside], return_inverse=True)
    found = np.full(problem.unit_count, -1, dtype=np.int64)
    found[inside] = place.reshape(-1)
    return len(used), found


def _name_misfit(problem: AlignmentProblem, part: Ints, misfit: Misfit, scales: Scales) -> Obstacle:
    """Return a part that no whole number of territories fits, with the least relief."""
    group = RuleGroup(kind="measure", name=misfit.measure)
    measure = next(m for m in problem.measures if m.name == misfit.measure)
    units = np.flatnonzero(part == misfit.part)
    if misfit.part < 0:
        units = np.unique(part, return_index=True)[1]
    by = _least_relief(problem, measure, part, scales)
    return Obstacle(
        groups=(group, CONTIGUITY, *(TERRITORIES,) * (misfit.part < 0)),
        counted=misfit.measure,
        side="upper" if misfit.too_much else "lower",
        territories=np.arange(misfit.number),
        units=units[np.argsort(-measure.amounts[units], kind="stable")],
        amount=misfit.amount,
        limit=misfit.limit,
        reliefs=() if by is None else (Relief(group=group, by=by),),
    )


def _count_shortfall(
    problem: AlignmentProblem, graph: Graph, territory: int, scales: Scales
) -> Iterator[Obstacle]:
    """Yield by how much a territory cannot connect to enough, first under the fewest rules."""
    free = replace(problem, held=np.full(problem.unit_count, -1))
    anyone = replace(problem, allowed=np.ones_like(problem.allowed), listed=None)
    shown: list[tuple[AlignmentProblem, tuple[RuleGroup, ...]]] = [
        (replace(anyone, held=free.held), ()),
        (free, (ELIGIBILITY,)),
        (anyone, (HOLDS,)),
        (problem, (ELIGIBILITY, HOLDS)),
    ]
    least = np.inf
    for lifted, groups in shown:
        found = fall_short(lifted, graph, territory, {})
        if found is not None and found.amount < least * (1 - 1e-9):
            least = found.amount
            yield _name_shortfall(problem, found, groups, scales)


def _name_shortfall(
    problem: AlignmentProblem, found: Shortfall, groups: tuple[RuleGroup, ...], scales: Scales
) -> Obstacle:
    """Return a territory that cannot connect to enough, with the lower limit that it can reach."""
    group = RuleGroup(kind="measure", name=found.measure)
    measure = next(m for m in problem.measures if m.name == found.measure)
    rows = next(r for r in hard_rows(problem) if _is_balance(r, measure))
    step = float(scales.step(problem, rows)[found.territory])
    by = (found.limit - found.amount) / step if step > 0 else np.inf
    return Obstacle(
        groups=(group, CONTIGUITY, *groups),
        counted=found.measure,
        side="lower",
        territories=np.array([found.territory]),
        units=found.units[np.argsort(-measure.amounts[found.units], kind="stable")],
        amount=found.amount,
        limit=found.limit,
        reliefs=(Relief(group=group, by=by),) if by <= MOST_RELIEF else (),
        joined=True,
    )


def _least_relief(
    problem: AlignmentProblem, measure: Measure, part: Ints, scales: Scales
) -> float | None:
    """Return the least addition to a tolerance with which every part fits, None above 10."""
    rows = next(r for r in hard_rows(problem) if _is_balance(r, measure))
    step = scales.step(problem, rows)

    def fits(by: float) -> bool:
        low = float((measure.lower - by * step).min())
        high = float((measure.upper + by * step).max())
        return next(fit_parts(measure, part, problem.territory_count, low, high), None) is None

    if not fits(MOST_RELIEF):
        return None
    low, high = 0.0, MOST_RELIEF
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def _is_balance(rows: Rows, measure: Measure) -> bool:
    return rows.name == measure.name and KIND_OF_RULE[rows.rule] == "measure"


def _too_many(problem: AlignmentProblem, count: int, part: Ints) -> Obstacle:
    _, first = np.unique(part, return_index=True)
    return Obstacle(
        groups=(CONTIGUITY, TERRITORIES),
        counted="parts",
        side="upper",
        territories=np.arange(problem.territory_count),
        units=np.sort(first),
        amount=float(count),
        limit=float(problem.territory_count),
    )


def _count_held(problem: AlignmentProblem, place: int, part: Ints) -> Iterator[Obstacle]:
    """Yield where units held to one territory are apart, under the fewest rules that show it."""
    units = np.flatnonzero(problem.held == place)
    free = (problem.held < 0) | (problem.held == place)
    owners = np.full(problem.unit_count, place)
    eligible = problem.eligible_pairs(np.arange(problem.unit_count), owners)
    shown: list[tuple[tuple[RuleGroup, ...], Bools]] = [
        ((), np.ones(problem.unit_count, np.bool_)),
        ((ELIGIBILITY,), eligible | (problem.held == place)),
        ((), free),
        ((ELIGIBILITY,), free & eligible),
    ]
    for groups, inside in shown:
        mark = part if inside.all() else _parts(problem, inside)[1]
        marks, first = np.unique(mark[units], return_index=True)
        if len(marks) > 1:
            yield Obstacle(
                groups=(CONTIGUITY, HOLDS, *groups),
                counted="parts",
                side="upper",
                territories=np.array([place]),
                units=units[np.sort(first)],
                amount=float(len(marks)),
                limit=1.0,
            )
            return
