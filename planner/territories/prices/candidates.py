"""Candidates: the territories that are considered for each unit, with what each pair costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.costs import MoveTerm, PairTerm
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shorts = npt.NDArray[np.int32]
PAIRS_HELD = 8_000_000
"""Up to so many pairs all of them are candidates."""
PAIRS_AT_ONCE = 4_000_000
"""How many pairs are priced in one piece."""


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
    units, territories = _all_pairs(problem)
    return price_pairs(problem, by_pair, units, territories, complete=True)


def price_pairs(
    problem: AlignmentProblem,
    by_pair: tuple[PairTerm, ...],
    units: Ints,
    territories: Ints,
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
    units, territories
        The pairs, by unit and then territory, each once, (pairs,).
    complete
        Whether these are all the eligible pairs.
    """
    counts = np.bincount(units, minlength=problem.unit_count)
    pair = np.empty((len(units), len(by_pair)))
    for number, term in enumerate(by_pair):
        pair[:, number] = term.pairs(units, territories)
    return Candidates(
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        territory=territories.astype(np.int32),
        cost=problem.cost_of(units, territories),
        pair=pair,
        complete=complete,
    )


def _all_pairs(problem: AlignmentProblem) -> tuple[Ints, Ints]:
    found: list[tuple[Ints, Ints]] = []
    for units in chunk_units(problem.unit_count, problem.territory_count):
        eligible = keep_holds(problem, units, problem.eligible_block(units))
        rows, territories = np.nonzero(eligible)
        found.append((units[rows], territories))
    return _join(found)


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


def _join(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    units = np.concatenate([one for one, _ in found])
    territories = np.concatenate([other for _, other in found])
    return units.astype(np.int64), territories.astype(np.int64)
