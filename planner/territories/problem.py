"""The alignment problem: units, territories, what a pair costs, and what must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from planner.territories.chosen import Graph, Sites
from planner.territories.costs import CostTerm
from planner.territories.limits import Budget, LossLimit, Measure
from planner.territories.names import Numbered

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["territories", "sites", "points", "graph"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignmentProblem:
    """Units to be given to territories at the least cost, within limits.

    Parameters
    ----------
    kind
        ``territories`` where they are given, ``sites`` or ``points`` where centres are chosen,
        ``graph`` where compactness is a diameter.
    unit_ids, territory_ids
        Names, in the order of every array.
    terms
        The cost of a pair is the sum of these.
    measures
        What is balanced.
    class_of_unit, allowed
        Units of one class have the same eligible territories: (units,), (classes, territories).
    listed
        Where given, only its stored entries are eligible, sparse (units, territories).
    held
        Territory a unit is held to, -1 none, (units,).
    current
        Territory that serves a unit today, -1 none, (units,).
    budgets, loss_limits
        How much may move over the whole plan, and how much each territory may lose.
    max_accounts
        Most accounts of a territory, infinity where there is no limit, (territories,).
    unit_accounts
        Accounts in each unit, (units,).
    neighbours
        Pairs of units that touch, (edges, 2); given, every territory must be connected.
    unit_of_member
        Unit of each row of the arrays a family was merged from; None where nothing was merged.
    member_neighbours
        Pairs of rows that touch, (edges, 2), where a family has rows that do not; a territory's
        rows must be connected in it. None where ``neighbours`` says as much.
    sites, graph
        What is chosen besides, by ``kind``.
    """

    kind: Kind = "territories"
    unit_ids: Sequence[str]
    territory_ids: Sequence[str]
    terms: tuple[CostTerm, ...]
    measures: tuple[Measure, ...]
    class_of_unit: Ints
    allowed: Bools
    listed: sparse.csr_array | None
    held: Ints
    current: Ints
    budgets: tuple[Budget, ...]
    loss_limits: tuple[LossLimit, ...]
    max_accounts: Floats
    unit_accounts: Floats
    neighbours: Ints | None
    unit_of_member: Ints | None
    member_neighbours: Ints | None
    sites: Sites | None
    graph: Graph | None

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return len(self.unit_ids)

    @property
    def territory_count(self) -> int:
        """How many territories there are."""
        return len(self.territory_ids)

    @classmethod
    def build(
        cls,
        *,
        unit_ids: Sequence[str],
        territory_ids: Sequence[str],
        terms: Sequence[CostTerm] = (),
        measures: Sequence[Measure] = (),
        class_of_unit: Ints | None = None,
        allowed: Bools | None = None,
        listed: sparse.csr_array | None = None,
        held: Ints | None = None,
        current: Ints | None = None,
        budgets: Sequence[Budget] = (),
        loss_limits: Sequence[LossLimit] = (),
        max_accounts: Floats | float | None = None,
        unit_accounts: npt.ArrayLike | None = None,
        neighbours: npt.ArrayLike | None = None,
        unit_of_member: Ints | None = None,
        member_neighbours: Ints | None = None,
        kind: Kind = "territories",
        sites: Sites | None = None,
        graph: Graph | None = None,
    ) -> AlignmentProblem:
        """Gather a problem from its parts, filling in what is not limited, and check it.

        Parameters
        ----------
        unit_ids, territory_ids, terms, measures, class_of_unit, allowed, listed, held, current,
        budgets, loss_limits, max_accounts, unit_accounts, neighbours, unit_of_member,
        member_neighbours, kind, sites, graph
            As the fields of the class; what is left out does not limit anything.

        Raises
        ------
        ValueError
            On any disagreement of shapes, names or limits, naming the unit, territory or measure.
        """
        from planner.territories.arrays.validation import check_problem

        units, territories = len(unit_ids), len(territory_ids)
        none = np.full(units, -1, dtype=np.int64)
        problem = cls(
            kind=kind,
            unit_ids=unit_ids,
            territory_ids=territory_ids,
            terms=tuple(terms),
            measures=tuple(measures),
            class_of_unit=np.zeros(units, np.int64) if class_of_unit is None else class_of_unit,
            allowed=np.ones((1, territories), np.bool_) if allowed is None else allowed,
            listed=listed,
            held=none if held is None else np.asarray(held, np.int64),
            current=none if current is None else np.asarray(current, np.int64),
            budgets=tuple(budgets),
            loss_limits=tuple(loss_limits),
            max_accounts=np.broadcast_to(
                np.asarray(np.inf if max_accounts is None else max_accounts, float), (territories,)
            ),
            unit_accounts=np.asarray(
                np.ones(units) if unit_accounts is None else unit_accounts, float
            ),
            neighbours=None if neighbours is None else np.asarray(neighbours, np.int64),
            unit_of_member=unit_of_member,
            member_neighbours=member_neighbours,
            sites=sites,
            graph=graph,
        )
        check_problem(problem)
        return problem

    @classmethod
    def from_arrays(
        cls, cost: Any, measures: Mapping[str, npt.ArrayLike] | None = None, **rest: Any
    ) -> AlignmentProblem:
        """Make a problem of given territories from arrays: see :func:`arrays.from_arrays`."""
        from planner.territories.arrays.problems import from_arrays

        return from_arrays(cost, measures, **rest)

    @classmethod
    def from_homes(
        cls,
        points: npt.ArrayLike,
        homes: npt.ArrayLike,
        measures: Mapping[str, npt.ArrayLike] | None = None,
        **rest: Any,
    ) -> AlignmentProblem:
        """Make a problem of given homes, cost by distance: see :func:`arrays.from_homes`."""
        from planner.territories.arrays.problems import from_homes

        return from_homes(points, homes, measures, **rest)

    @classmethod
    def from_sites(
        cls,
        cost: Any,
        territories: int,
        measures: Mapping[str, npt.ArrayLike] | None = None,
        **rest: Any,
    ) -> AlignmentProblem:
        """Make a problem that chooses centres among sites: see :func:`arrays.from_sites`."""
        from planner.territories.arrays.problems import from_sites

        return from_sites(cost, territories, measures, **rest)

    @classmethod
    def from_points(
        cls,
        points: npt.ArrayLike,
        territories: int,
        measures: Mapping[str, npt.ArrayLike] | None = None,
        **rest: Any,
    ) -> AlignmentProblem:
        """Make a problem that chooses centres among points: see :func:`arrays.from_points`."""
        from planner.territories.arrays.problems import from_points

        return from_points(points, territories, measures, **rest)

    @classmethod
    def from_graph(
        cls,
        edges: npt.ArrayLike,
        lengths: npt.ArrayLike,
        territories: int,
        measures: Mapping[str, npt.ArrayLike],
        **rest: Any,
    ) -> AlignmentProblem:
        """Make a problem of compact, connected territories: see :func:`arrays.from_graph`."""
        from planner.territories.arrays.problems import from_graph

        return from_graph(edges, lengths, territories, measures, **rest)

    def cost_of(self, units: Ints, territories: Ints) -> Floats:
        """Return the cost of chosen pairs over all terms, (pairs,)."""
        total = np.zeros(len(units))
        for term in self.terms:
            total += term.pairs(units, territories)
        return total

    def cost_block(self, units: Ints) -> Floats:
        """Return the cost of chosen units with every territory, (chosen, territories)."""
        total = np.zeros((len(units), self.territory_count))
        for term in self.terms:
            total += term.block(units)
        return total

    def eligible_pairs(self, units: Ints, territories: Ints) -> Bools:
        """Return whether chosen pairs may be served, holds left aside, (pairs,)."""
        from planner.territories.costs import find_entries

        eligible = self.allowed[self.class_of_unit[units], territories]
        if self.listed is not None:
            eligible = eligible & find_entries(self.listed, units, territories)[1]
        return eligible

    def eligible_block(self, units: Ints) -> Bools:
        """Return who may serve chosen units, holds left aside, (chosen, territories)."""
        eligible = self.allowed[self.class_of_unit[units]]
        if self.listed is not None:
            rows = self.listed[units]
            stored = np.zeros(eligible.shape, dtype=np.bool_)
            stored[np.repeat(np.arange(len(units)), np.diff(rows.indptr)), rows.indices] = True
            eligible = eligible & stored
        return eligible

    def expand(self, territory_of: Ints) -> Ints:
        """Return the territory of each row the problem was made from, families undone."""
        return territory_of if self.unit_of_member is None else territory_of[self.unit_of_member]

    def collapse(self, territory_of: Ints) -> Ints:
        """Return the territory of each unit from that of each row, -1 where members disagree.

        Raises
        ------
        ValueError
            When there are neither as many entries as rows nor as many as units, or one names no
            territory.
        """
        from planner.territories.arrays.families import collapse_members

        given = np.asarray(territory_of, dtype=np.int64)
        return collapse_members(given, self.unit_of_member, self.unit_count, self.territory_count)


def number_names(given: Sequence[str] | None, prefix: str, count: int) -> Sequence[str]:
    """Return the given names, or numbered ones.

    Parameters
    ----------
    given
        Names, or None.
    prefix
        What is numbered.
    count
        How many are needed.
    """
    return Numbered(prefix, count) if given is None else tuple(str(name) for name in given)
