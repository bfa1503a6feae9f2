"""A problem without the units that are settled: they count in every rule, as one unit a territory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.costs import MoveTerm, PairTerm, sort_entries
from planner.territories.limits import Measure
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettledTerm:
    """A term over the free units and, for each territory, all its settled ones together.

    Parameters
    ----------
    name
        What the term is called in reports.
    whole
        The term over all units.
    free
        Positions of the free units, (free,).
    settled
        What the settled units of each territory that has any come to with it, (joined,).
    """

    name: str
    whole: PairTerm
    free: Ints
    settled: Floats

    def pairs(self, units: Ints, territories: Ints) -> Floats:
        """Return the amounts of chosen pairs, (pairs,)."""
        amounts = np.zeros(len(units))
        mine = units < len(self.free)
        amounts[mine] = self.whole.pairs(self.free[units[mine]], territories[mine])
        amounts[~mine] = self.settled[units[~mine] - len(self.free)]
        return amounts

    def block(self, units: Ints) -> Floats:
        """Return the amounts of chosen units with every territory, (chosen, territories)."""
        mine = units < len(self.free)
        free = self.whole.block(self.free[units[mine]])
        amounts = np.zeros((len(units), free.shape[1]))
        amounts[mine] = free
        amounts[~mine] = self.settled[units[~mine] - len(self.free)][:, None]
        return amounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reduction:
    """A smaller problem, and how its answer stands for the whole.

    Parameters
    ----------
    problem
        Over the free units, then one held unit for each territory.
    free
        Positions of the free units, (free,).
    settled
        Territory of each settled unit, -1 for the free ones, (units,).
    """

    problem: AlignmentProblem
    free: Ints
    settled: Ints

    def expand(self, territory_of: Ints) -> Ints:
        """Return the territory of every unit, given that of the smaller problem's, (units,)."""
        whole = self.settled.copy()
        whole[self.free] = territory_of[: len(self.free)]
        return whole


def settle_units(problem: AlignmentProblem, settled: Ints) -> Reduction:
    """Reduce a problem to the units that are free, with the same limits over everything.

    The settled units of a territory become one unit that is held to it, with their amounts
    added up: what the territories have and may still take is the same as in the whole problem,
    and so are its cost and every alignment of the free units. Budgets of change are left out,
    since what is settled does not move.

    Parameters
    ----------
    problem
        The whole; its territories are given.
    settled
        Territory that each unit is settled with, -1 where it is free, (units,).
    """
    free = np.flatnonzero(settled < 0)
    count = problem.territory_count
    joined = np.unique(settled[settled >= 0])
    own = np.zeros((len(joined), count), dtype=np.bool_)
    own[np.arange(len(joined)), joined] = True
    classes = len(problem.allowed) + np.arange(len(joined))
    names = [problem.unit_ids[unit] for unit in free.tolist()]
    accounts = _add_up(problem.unit_accounts, settled, count)[joined]
    smaller = AlignmentProblem.build(
        unit_ids=(*names, *(f"settled with {problem.territory_ids[t]}" for t in joined.tolist())),
        territory_ids=problem.territory_ids,
        terms=tuple(_settle_term(term, free, settled, joined) for term in problem.terms),
        measures=tuple(_settle_measure(m, free, settled, joined) for m in problem.measures),
        class_of_unit=np.concatenate([problem.class_of_unit[free], classes]),
        allowed=np.vstack([problem.allowed, own]),
        held=np.concatenate([problem.held[free], joined]),
        current=np.concatenate([problem.current[free], joined]),
        max_accounts=problem.max_accounts,
        unit_accounts=np.concatenate([problem.unit_accounts[free], accounts]),
        neighbours=_contract(problem.neighbours, free, settled),
    )
    return Reduction(problem=smaller, free=free, settled=settled)


def settled_totals(problem: AlignmentProblem, settled: Ints) -> dict[str, Floats]:
    """Return what the settled units bring each territory, by measure, (territories,)."""
    where = np.flatnonzero(settled >= 0)
    return {
        measure.name: np.bincount(
            settled[where],
            weights=measure.pairs(where, settled[where]),
            minlength=problem.territory_count,
        ).astype(float)
        for measure in problem.measures
    }


def _add_up(amounts: Floats, settled: Ints, count: int) -> Floats:
    where = np.flatnonzero(settled >= 0)
    return np.bincount(settled[where], weights=amounts[where], minlength=count).astype(float)


def _settle_term(term: PairTerm, free: Ints, settled: Ints, joined: Ints) -> PairTerm:
    where = np.flatnonzero(settled >= 0)
    sums = np.bincount(settled[where], weights=term.pairs(where, settled[where]))
    amounts = sums.astype(float)[joined]
    if isinstance(term, MoveTerm) and not amounts.any():
        none = sparse.csr_array((len(joined), term.stay.shape[1]))
        return replace(term, stay=sort_entries(sparse.vstack([term.stay[free], none])))
    return SettledTerm(name=term.name, whole=term, free=free, settled=amounts)


def _settle_measure(measure: Measure, free: Ints, settled: Ints, joined: Ints) -> Measure:
    by_pair, count = measure.by_pair, len(measure.lower)
    amounts = _add_up(measure.amounts, settled, count)[joined]
    return replace(
        measure,
        amounts=np.concatenate([measure.amounts[free], amounts]),
        by_pair=None if by_pair is None else _settle_term(by_pair, free, settled, joined),
    )


def _contract(edges: Ints | None, free: Ints, settled: Ints) -> Ints | None:
    """Return which free units touch which, and which touch a territory's settled units."""
    if edges is None:
        return None
    place = np.empty(len(settled), dtype=np.int64)
    place[free] = np.arange(len(free))
    done = settled >= 0
    place[done] = len(free) + np.unique(settled[done], return_inverse=True)[1]
    ends = np.sort(place[edges], axis=1)
    return np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
