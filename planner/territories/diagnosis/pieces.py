"""Contiguity's own counting: parts of the graph that no territory can join."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.territories.diagnosis.terms import (
    CONTIGUITY,
    ELIGIBILITY,
    HOLDS,
    TERRITORIES,
    Obstacle,
    RuleGroup,
)
from planner.territories.problem import AlignmentProblem

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def count_pieces_apart(problem: AlignmentProblem) -> Iterator[Obstacle]:
    """Yield what cannot hang together: more islands than territories, holds on two of them.

    Parameters
    ----------
    problem
        Territories given.
    """
    if problem.neighbours is None:
        return
    everywhere = np.ones(problem.unit_count, np.bool_)
    count, part = _parts(problem, everywhere)
    if count > problem.territory_count:
        yield _too_many(problem, count, part)
        return
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
