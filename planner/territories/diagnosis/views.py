"""The problem under some of its structural rules: who may serve what, and sets to add up over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from planner.territories.diagnosis.terms import ELIGIBILITY, HOLDS, RuleGroup
from planner.territories.problem import AlignmentProblem

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_PATTERNS = 4_000
MOST_PAIRED = 40
"""So many different lists of who may serve are joined two by two."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """The problem under some of its structural rules: which units may go where.

    Parameters
    ----------
    groups
        The structural rules that are kept: holds, eligibility, both or neither.
    pattern
        Which list of territories each unit has, (units,).
    reach
        The lists, (patterns, territories).
    sets
        Sets of territories to add up over, (sets, territories).
    forced, reached
        Which lists lie wholly inside each set, and which meet it, (sets, patterns).
    """

    groups: tuple[RuleGroup, ...]
    pattern: Ints
    reach: Bools
    sets: Bools
    forced: Bools
    reached: Bools


def make_views(problem: AlignmentProblem) -> list[View]:
    """Return the problem without holds and eligibility, with either, and with both.

    Parameters
    ----------
    problem
        Territories given.
    """
    everyone = np.ones((1, problem.territory_count), np.bool_)
    bases: list[tuple[tuple[RuleGroup, ...], Ints, Bools]] = [
        ((), np.zeros(problem.unit_count, np.int64), everyone)
    ]
    listed = _patterns(problem)
    if listed is not None and not listed[1].all():
        bases.append(((ELIGIBILITY,), *listed))
    views = [_make_view(*base) for base in bases]
    if (problem.held >= 0).any():
        views += [_with_holds(problem, *base) for base in bases]
    return views


def _make_view(groups: tuple[RuleGroup, ...], pattern: Ints, reach: Bools) -> View:
    used = np.bincount(pattern, minlength=len(reach)) > 0
    sets = list_sets(reach[used])
    # Products of counts far below 2**24 are exact in single precision.
    outside = (~sets).astype(np.float32) @ reach.T.astype(np.float32)
    meets = sets.astype(np.float32) @ reach.T.astype(np.float32)
    return View(
        groups=groups,
        pattern=pattern,
        reach=reach,
        sets=sets,
        forced=(outside == 0) & used,
        reached=(meets > 0) & used,
    )


def _with_holds(
    problem: AlignmentProblem, groups: tuple[RuleGroup, ...], pattern: Ints, reach: Bools
) -> View:
    """Return a view in which each held unit has its one territory."""
    own = np.eye(problem.territory_count, dtype=np.bool_)
    held = np.where(problem.held >= 0, len(reach) + problem.held, pattern)
    return _make_view((*groups, HOLDS), held, np.vstack([reach, own]))


def _patterns(problem: AlignmentProblem) -> tuple[Ints, Bools] | None:
    """Return the distinct lists of who may serve, None where there are too many to compare."""
    mark = problem.class_of_unit
    if problem.listed is not None:
        mark = _join(mark, _mark_lists(problem.listed))
    _, first, pattern = np.unique(mark, return_index=True, return_inverse=True)
    if len(first) > MOST_PATTERNS:
        return None
    reach, same = np.unique(problem.eligible_block(first), axis=0, return_inverse=True)
    return same.reshape(-1)[pattern.reshape(-1)].astype(np.int64), reach


def _mark_lists(listed: sparse.csr_array) -> Ints:
    """Return a number for each row that is the same where the stored columns are, (units,)."""
    keys = np.random.default_rng(0).integers(1, 2**62, size=listed.shape[1])
    sums = np.concatenate([[0], np.cumsum(keys[listed.indices])])
    return np.asarray(sums[listed.indptr[1:]] - sums[listed.indptr[:-1]], dtype=np.int64)


def _join(one: Ints, other: Ints) -> Ints:
    pairs = np.stack([one, other], axis=1)
    return np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def list_sets(reach: Bools) -> Bools:
    """Return the sets of territories to add up over, (sets, territories).

    Parameters
    ----------
    reach
        The lists of who may serve, (patterns, territories).
    """
    territories = reach.shape[1]
    singles = np.eye(territories, dtype=np.bool_)
    size = reach.sum(axis=1)
    lists = reach[(size > 1) & (size < territories)]
    unions = np.zeros((0, territories), np.bool_)
    if 1 < len(lists) <= MOST_PAIRED:
        one, other = np.triu_indices(len(lists), 1)
        unions = lists[one] | lists[other]
    everyone = np.ones((1, territories), np.bool_)
    every = np.vstack([everyone, _parts(reach), singles, lists, unions])
    _, first = np.unique(np.packbits(every, axis=1), axis=0, return_index=True)
    return every[np.sort(first)]


def _parts(reach: Bools) -> Bools:
    """Return the connected parts of who may serve what."""
    links = sparse.csr_array(reach.astype(float))
    count, part = connected_components(sparse.csr_array(links.T @ links), directed=False)
    return np.asarray(part == np.arange(count)[:, None])
