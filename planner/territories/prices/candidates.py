"""Candidates: the territories that are considered for each unit, with what each pair costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.blocks import run_blocks
from planner.territories.costs import MoveTerm, PairTerm
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shorts = npt.NDArray[np.int32]
PAIRS_HELD = 8_000_000
"""Up to so many pairs all of them are candidates."""
PAIRS_AT_ONCE = 4_000_000
"""How many pairs of every territory are looked at in one piece."""
PRICED_AT_ONCE = 500_000
"""How many chosen pairs are priced in one piece."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Pairs of unit and territory, by unit.

    Parameters
    ----------
    start
        Candidates of unit ``u`` are ``start[u]:start[u + 1]``, (units + 1,).
    territory
        Ascending within a unit, (pairs,).
    cost
        (pairs,)
    pair
        Pair-dependent amounts, (pairs, columns that have them).
    complete
        Whether every eligible pair is listed.
    """

    start: Ints
    territory: Shorts
    cost: Floats
    pair: Floats
    complete: bool

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return len(self.start) - 1

    @property
    def unit_of(self) -> Ints:
        """The unit of each candidate, (pairs,)."""
        return np.repeat(np.arange(self.unit_count, dtype=np.int64), np.diff(self.start))

    def keep(self, kept: Bools) -> Candidates:
        """Return the candidates that are kept, (pairs,) of truth."""
        ends = np.concatenate([[0], np.cumsum(kept)])[self.start]
        return Candidates(
            start=ends.astype(np.int64),
            territory=self.territory[kept],
            cost=self.cost[kept],
            pair=self.pair[kept],
            complete=False,
        )

    def pick(self, units: Ints) -> Candidates:
        """Return the candidates of some of the units, renumbered in the order given."""
        counts = np.diff(self.start)[units]
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.repeat(self.start[units] - start[:-1], counts) + np.arange(start[-1])
        return Candidates(
            start=start,
            territory=self.territory[places],
            cost=self.cost[places],
            pair=self.pair[places],
            complete=self.complete,
        )


def list_candidates(problem: AlignmentProblem, by_pair: tuple[PairTerm, ...]) -> Candidates:
    """Return every eligible pair.

    Parameters
    ----------
    problem
        The problem, its territories given.
    by_pair
        Amounts that depend on the pair.
    """
    counts, owners = [], []
    for units in chunk_units(problem.unit_count, problem.territory_count):
        eligible = keep_holds(problem, units, problem.eligible_block(units))
        counts.append(eligible.sum(axis=1))
        owners.append(np.nonzero(eligible)[1].astype(np.int32))
    start = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    everyone = np.arange(problem.unit_count, dtype=np.int64)
    return price_pairs(problem, by_pair, everyone, start, np.concatenate(owners), complete=True)


def price_pairs(
    problem: AlignmentProblem,
    by_pair: tuple[PairTerm, ...],
    units: Ints,
    start: Ints,
    territory: Shorts,
    *,
    complete: bool,
) -> Candidates:
    """Return candidates with their costs and amounts.

    Parameters
    ----------
    problem
        The problem.
    by_pair
        Amounts that depend on the pair.
    units
        Whose candidates, (units,).
    start, territory
        As in :class:`Candidates`.
    complete
        Whether these are all the eligible pairs.
    """
    cost, pair = np.empty(len(territory)), np.empty((len(territory), len(by_pair)))
    pieces = max(-(-len(territory) // PRICED_AT_ONCE), 1)
    cuts = np.searchsorted(start, np.linspace(0, len(territory), pieces + 1))
    cuts[0], cuts[-1] = 0, len(units)

    def run(number: int) -> None:
        first, last = int(cuts[number]), int(cuts[number + 1])
        part = slice(start[first], start[last])
        rows = np.repeat(units[first:last], np.diff(start[first : last + 1]))
        owners = territory[part].astype(np.int64)
        cost[part] = problem.cost_of(rows, owners)
        for place, term in enumerate(by_pair):
            pair[part, place] = term.pairs(rows, owners)

    run_blocks(run, pieces)
    return Candidates(start=start, territory=territory, cost=cost, pair=pair, complete=complete)


def today_pairs(problem: AlignmentProblem) -> sparse.csr_array:
    """Return where units are today, by owner or by what would stay, sparse (units, territories).

    Parameters
    ----------
    problem
        The problem.
    """
    owned = np.flatnonzero(problem.current >= 0)
    shape = (problem.unit_count, problem.territory_count)
    marks = sparse.csr_array((np.ones(len(owned)), (owned, problem.current[owned])), shape=shape)
    stays = [budget.stay for budget in problem.budgets]
    stays += [loss.stay for loss in problem.loss_limits]
    stays += [term.stay for term in problem.terms if isinstance(term, MoveTerm)]
    for stay in stays:
        marks = marks + (stay > 0).astype(float)
    return sparse.csr_array(marks)


def keep_holds(problem: AlignmentProblem, units: Ints, eligible: Bools) -> Bools:
    """Return who may serve chosen units once holds count too, (chosen, territories).

    Parameters
    ----------
    problem
        The problem.
    units
        Which units, (chosen,).
    eligible
        Who may serve them, (chosen, territories).
    """
    held = problem.held[units]
    places = np.flatnonzero(held >= 0)
    if not len(places):
        return eligible
    narrowed = eligible.copy()
    narrowed[places] = False
    narrowed[places, held[places]] = True
    return narrowed


def chunk_units(units: int, territories: int) -> list[Ints]:
    """Return runs of units whose pairs with every territory fit into one piece."""
    step = max(PAIRS_AT_ONCE // max(territories, 1), 1)
    return [np.arange(start, min(start + step, units)) for start in range(0, units, step)]
