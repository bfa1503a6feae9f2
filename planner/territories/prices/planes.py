"""A problem as a plane of units and homes: where its costs and amounts are ways, factors and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.territories.costs import (
    MatrixTerm,
    MoveTerm,
    PairTerm,
    SumTerm,
    TourTerm,
    TravelTerm,
)
from planner.territories.distances import EARTH_RADIUS_KM, embed_points
from planner.territories.given.model import Model
from planner.territories.prices.sweeping import Bunches, Plane
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAF = 16
"""Homes in a leaf at most."""
KINDS = {"euclidean": 0, "squared": 1, "haversine": 2}


@dataclass(slots=True, kw_only=True, eq=False)
class Parts:
    """The terms of a problem, sorted by what a sweep does with them.

    Parameters
    ----------
    travels, tours
        Ways and factors, each with the column it belongs to, -1 for the cost.
    moves
        Costs that a unit has wherever it goes but where it is today.
    """

    travels: list[tuple[int, TravelTerm]] = field(default_factory=list)
    tours: list[tuple[int, TourTerm]] = field(default_factory=list)
    moves: list[MoveTerm] = field(default_factory=list)

    def take(self, column: int, term: PairTerm, stays: set[int]) -> bool:
        """Sort one term in; return whether a sweep knows it."""
        if isinstance(term, SumTerm):
            return all(self.take(column, part, stays) for part in term.parts)
        if isinstance(term, TravelTerm):
            self.travels.append((column, term))
        elif isinstance(term, TourTerm):
            self.tours.append((column, term))
        elif isinstance(term, MoveTerm) and column < 0:
            self.moves.append(term)
        else:
            return isinstance(term, MatrixTerm) and id(term.amounts) in stays
        return True


def sort_terms(problem: AlignmentProblem, model: Model) -> Parts | None:
    """Return a problem's terms as a sweep takes them, or None where it does not know one.

    Parameters
    ----------
    problem, model
        The problem.
    """
    parts = Parts()
    stays = {id(budget.stay) for budget in problem.budgets}
    stays |= {id(loss.stay) for loss in problem.loss_limits}
    known = all(parts.take(-1, term, stays) for term in problem.terms)
    for column, place in enumerate(model.pair_column.tolist()):
        known = known and (place < 0 or parts.take(column, model.by_pair[place], stays))
    return parts if known and parts.travels and share_ways(parts.travels) else None


def share_ways(travels: Sequence[tuple[int, TravelTerm]]) -> bool:
    """Return whether terms are the same ways, each times a number.

    Parameters
    ----------
    travels
        With their columns.
    """
    base = find_base(travels)
    return all(
        term.distance == base.distance
        and _same(term.points, base.points)
        and _same(term.homes, base.homes)
        and (term.indptr is None) == (base.indptr is None)
        and (term.indptr is None or base.indptr is None or _same(term.indptr, base.indptr))
        and np.allclose(term.weights, find_rate(term, base) * base.weights, rtol=1e-12, atol=0)
        for _, term in travels
    )


def find_base(travels: Sequence[tuple[int, TravelTerm]]) -> TravelTerm:
    """Return the term with the largest weights."""
    return max((term for _, term in travels), key=lambda term: float(term.weights.sum()))


def find_rate(term: TravelTerm, base: TravelTerm) -> float:
    """Return what a term's weights are of another's."""
    whole = float(base.weights.sum())
    return float(term.weights.sum()) / whole if whole > 0 else 0.0


def _same(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> bool:
    return one is other or np.array_equal(one, other, equal_nan=True)


def make_plane(problem: AlignmentProblem, model: Model) -> Plane | None:
    """Return a problem as a plane, or None where it has costs or amounts of another form.

    Parameters
    ----------
    problem, model
        The problem.
    """
    parts = sort_terms(problem, model)
    if parts is None:
        return None
    base, units = find_base(parts.travels), problem.unit_count
    homes = embed_points(base.homes, base.distance)
    order, leaf = split_homes(homes)
    homes = np.ascontiguousarray(homes[order])
    rates = np.zeros(1 + len(model.rows))
    for column, term in parts.travels:
        rates[column] += find_rate(term, base)
    own, factor, shares = join_tours(parts.tours, units, problem.territory_count, len(model.rows))
    return Plane(
        points=np.ascontiguousarray(embed_points(base.points, base.distance)),
        weights=np.ascontiguousarray(base.weights, dtype=float),
        first=np.arange(units + 1) if base.indptr is None else base.indptr,
        homes=homes,
        home_of=order,
        leaf=leaf,
        bough=split_leaves(len(leaf) - 1),
        rate=float(rates[-1]),
        rates=rates[:-1].copy(),
        own=own,
        factor=np.ascontiguousarray(factor[order]),
        share=shares[-1].copy(),
        shares=shares[:-1].copy(),
        class_of_unit=problem.class_of_unit,
        allowed=np.ascontiguousarray(problem.allowed[:, order]),
        held=problem.held,
        amounts=model.amounts,
        cap=np.ascontiguousarray(model.zones.cap[order]),
        kind=KINDS[base.distance],
        radius=EARTH_RADIUS_KM,
    )


def join_tours(
    tours: Sequence[tuple[int, TourTerm]], units: int, territories: int, columns: int
) -> tuple[Floats, Floats, Floats]:
    """Return what units have of each kind, each home's factor, and where each kind counts.

    Parameters
    ----------
    tours
        With their columns, -1 for the cost.
    units, territories, columns
        How many there are.

    Returns
    -------
    tuple of Floats
        (units, kinds), (territories, kinds) and (columns + 1, kinds), the cost last.
    """
    shares = np.zeros((columns + 1, len(tours)))
    for kind, (column, _) in enumerate(tours):
        shares[column, kind] = 1.0
    own, factor = np.empty((units, len(tours))), np.empty((territories, len(tours)))
    for kind, (_, term) in enumerate(tours):
        own[:, kind], factor[:, kind] = term.amounts, term.travels
    return own, factor, shares


def pick_units(plane: Plane, model: Model, units: Ints) -> Plane:
    """Return the plane of some of the units.

    Parameters
    ----------
    plane
        Of all.
    model
        Of the units picked.
    units
        Which, (picked,).
    """
    counts = np.diff(plane.first)[units]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    members = np.repeat(plane.first[units] - first[:-1], counts) + np.arange(first[-1])
    return plane._replace(
        points=plane.points[members],
        weights=plane.weights[members],
        first=first,
        own=plane.own[units],
        class_of_unit=plane.class_of_unit[units],
        held=plane.held[units],
        amounts=model.amounts,
    )


def split_homes(homes: Floats) -> tuple[Ints, Ints]:
    """Return an order of the homes in which near ones stand together, and where leaves begin.

    Parameters
    ----------
    homes
        (homes, axes), NaN where one does not travel; those have leaves of their own.

    Returns
    -------
    tuple of Ints
        (homes,) and (leaves + 1,).
    """
    nowhere = np.isnan(homes).any(axis=1)
    bunches = [part for part in (np.flatnonzero(~nowhere), np.flatnonzero(nowhere)) if len(part)]
    leaves: list[Ints] = []
    while bunches:
        bunch = bunches.pop()
        if len(bunch) <= LEAF:
            leaves.append(np.sort(bunch))
            continue
        spread = np.nan_to_num(np.ptp(homes[bunch], axis=0))
        order = np.argsort(homes[bunch, int(np.argmax(spread))], kind="stable")
        half = len(bunch) // 2
        bunches += [bunch[order[half:]], bunch[order[:half]]]
    return np.concatenate(leaves), np.cumsum([0, *(len(leaf) for leaf in leaves)])


def split_leaves(leaves: int) -> Ints:
    """Return where boughs begin: about as many as each has leaves, (boughs + 1,)."""
    boughs = max(round(leaves**0.5), 1)
    return np.linspace(0, leaves, boughs + 1).astype(np.int64)


def price_bunches(plane: Plane, prices: Floats, begin: Ints) -> Bunches:
    """Return what the homes of each bunch have at least and at most.

    Parameters
    ----------
    plane
        Units and homes.
    prices
        In the order of its homes, (homes, columns).
    begin
        Where bunches begin, (bunches,). A box has no end where its homes are nowhere.
    """
    low = np.minimum.reduceat(plane.homes, begin, axis=0)
    high = np.maximum.reduceat(plane.homes, begin, axis=0)
    return Bunches(
        low=np.nan_to_num(low, nan=-np.inf),
        high=np.nan_to_num(high, nan=np.inf),
        price=np.minimum.reduceat(prices, begin, axis=0),
        cap=np.minimum.reduceat(plane.cap, begin, axis=0),
        less=np.minimum.reduceat(plane.factor, begin, axis=0),
        more=np.maximum.reduceat(plane.factor, begin, axis=0),
    )
