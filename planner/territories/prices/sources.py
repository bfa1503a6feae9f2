"""Where candidates come from: a list of all pairs, or a sweep over them at given prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.costs import MatrixTerm, MoveTerm, TravelTerm
from planner.territories.distances import EARTH_RADIUS_KM, embed_points
from planner.territories.given.model import Model
from planner.territories.prices.candidates import (
    PAIRS_HELD,
    Candidates,
    chunk_units,
    keep_holds,
    list_candidates,
    price_pairs,
    today_pairs,
)
from planner.territories.prices.conjugate import limit_value, price_bounds
from planner.territories.prices.dual import (
    BLOCKS,
    find_near,
    price_candidates,
    run_blocks,
    spread_wide,
)
from planner.territories.prices.sweeping import Plane, sweep_units
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROOM = 96
"""How many near homes a sweep of many units keeps for each."""
WIDE_ROOM = 400
"""How many it keeps of a sample: warm prices share a unit among many homes."""
SAMPLED = 50_000
"""Up to so many units are a sample."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """All pairs, looked at from given prices.

    Parameters
    ----------
    prices
        (territories, columns)
    near
        The candidates within a margin of their unit's least.
    least
        Each unit's least price over all pairs, (units,).
    value
        The dual value over all pairs.
    """

    prices: Floats
    near: Candidates
    least: Floats
    value: float


class Source(Protocol):
    """All pairs of some units."""

    @property
    def model(self) -> Model:
        """The limits, and these units' amounts."""
        ...

    def look(self, prices: Floats, margin: Floats | float) -> Look:
        """Return the dual value at prices, and the candidates within a margin of the least."""
        ...

    def pick(self, units: Ints) -> Source:
        """Return the source of some of the units."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """Every pair is in a list."""

    model: Model
    candidates: Candidates

    def look(self, prices: Floats, margin: Floats | float) -> Look:
        """Return the dual value at prices, and the candidates within a margin of the least."""
        priced = price_candidates(self.model, self.candidates, prices)
        near = self.candidates.keep(find_near(self.candidates, priced, margin))
        return Look(prices=priced.prices, near=near, least=priced.least, value=priced.value)

    def pick(self, units: Ints) -> Listed:
        """Return the source of some of the units."""
        return Listed(model=self.model.pick(units), candidates=self.candidates.pick(units))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swept:
    """Pairs are priced where they are needed; only near ones and those of today are kept."""

    model: Model
    problem: AlignmentProblem
    units: Ints
    today: sparse.csr_array

    def look(self, prices: Floats, margin: Floats | float) -> Look:
        """Return the dual value at prices, and the candidates within a margin of the least."""
        prices = np.clip(prices, *price_bounds(self.model))
        margins = np.broadcast_to(np.asarray(margin, float), (len(self.units),)).copy()
        least, rows, territories = self._sweep(spread_wide(self.model, prices), margins)
        near = self._price(rows, territories)
        found = price_candidates(self.model, near, prices)
        least = np.minimum(least, found.least)
        value = float(least.sum()) - limit_value(self.model, prices)
        return Look(prices=prices, near=near, least=least, value=value)

    def pick(self, units: Ints) -> Swept:
        """Return the source of some of the units."""
        return replace(
            self, model=self.model.pick(units), units=self.units[units], today=self.today[units]
        )

    def _price(self, rows: Ints, territories: Ints) -> Candidates:
        """Add the pairs of today and price all of them."""
        shape = (len(self.units), self.model.territory_count)
        marks = sparse.csr_array((np.ones(len(rows)), (rows, territories)), shape=shape)
        marks = sparse.csr_array(marks + self.today)
        marks.sort_indices()
        rows = np.repeat(np.arange(len(self.units), dtype=np.int64), np.diff(marks.indptr))
        owners = marks.indices.astype(np.int64)
        made = price_pairs(
            self.problem, self.model.by_pair, self.units[rows], owners, complete=False
        )
        return drop_misfits(self.model, replace(made, start=marks.indptr.astype(np.int64)))

    def _sweep(self, prices: Floats, margin: Floats) -> tuple[Floats, Ints, Ints]:
        travel = find_travel(self.problem, self.model)
        if travel is None:
            return self._sweep_blocks(prices, margin)
        plane, extra = self._make_plane(travel)
        size = len(self.units)
        least, count = np.empty(size), np.empty(size, dtype=np.int64)
        room = min(WIDE_ROOM if size <= SAMPLED else ROOM, self.model.territory_count)
        near = np.empty((size, room), dtype=np.int32)
        edges = np.linspace(0, size, 4 * BLOCKS + 1).astype(int).tolist()

        def run(number: int) -> None:
            first, last = edges[number], edges[number + 1]
            sweep_units(first, last, plane, prices, margin, least, count, near)

        run_blocks(run, 4 * BLOCKS)
        kept = np.arange(room) < count[:, None]
        rows = np.repeat(np.arange(size, dtype=np.int64), count)
        return least + extra, rows, near[kept].astype(np.int64)

    def _make_plane(self, travel: TravelTerm) -> tuple[Plane, Floats]:
        problem, units = self.problem, self.units
        extra = np.zeros(len(units))
        for term in problem.terms:
            if isinstance(term, MoveTerm):
                total = np.asarray(term.stay.sum(axis=1), dtype=float).ravel()
                extra += term.rate * total[units]
        kinds = {"euclidean": 0, "squared": 1, "haversine": 2}
        plane = Plane(
            points=np.ascontiguousarray(embed_points(travel.points[units], travel.distance)),
            homes=np.ascontiguousarray(embed_points(travel.homes, travel.distance)),
            weights=np.ascontiguousarray(travel.weights[units]),
            class_of_unit=problem.class_of_unit[units],
            allowed=problem.allowed,
            held=problem.held[units],
            amounts=self.model.amounts,
            cap=self.model.zones.cap,
            kind=kinds[travel.distance],
            radius=EARTH_RADIUS_KM,
        )
        return plane, extra

    def _sweep_blocks(self, prices: Floats, margin: Floats) -> tuple[Floats, Ints, Ints]:
        found: list[tuple[Floats, Ints, Ints]] = []
        for chunk in chunk_units(len(self.units), self.model.territory_count):
            priced = self._price_block(chunk, prices)
            least = priced.min(axis=1)
            rows, territories = np.nonzero(priced <= (least + margin[chunk])[:, None])
            found.append((least, chunk[rows], territories.astype(np.int64)))
        columns = list(zip(*found, strict=True))
        return np.concatenate(columns[0]), np.concatenate(columns[1]), np.concatenate(columns[2])

    def _price_block(self, chunk: Ints, prices: Floats) -> Floats:
        model, units = self.model, self.units[chunk]
        priced = self.problem.cost_block(units)
        for column, place in enumerate(model.pair_column.tolist()):
            amounts = model.amounts[chunk, column][:, None]
            if place >= 0:
                amounts = amounts + model.by_pair[place].block(units)
            priced += np.minimum(amounts, model.zones.cap[:, column]) * prices[:, column]
        eligible = keep_holds(self.problem, units, self.problem.eligible_block(units))
        return np.where(eligible, priced, np.inf)


def find_travel(problem: AlignmentProblem, model: Model) -> TravelTerm | None:
    """Return the travel of a problem whose other costs and amounts are those of today's pairs.

    Parameters
    ----------
    problem, model
        The problem.
    """
    travels = [term for term in problem.terms if isinstance(term, TravelTerm)]
    others = [term for term in problem.terms if not isinstance(term, TravelTerm)]
    stays = {id(budget.stay) for budget in problem.budgets}
    stays |= {id(loss.stay) for loss in problem.loss_limits}
    simple = all(isinstance(term, MoveTerm) for term in others) and all(
        isinstance(term, MatrixTerm) and id(term.amounts) in stays for term in model.by_pair
    )
    if len(travels) != 1 or travels[0].indptr is not None or not simple:
        return None
    return travels[0]


def open_source(problem: AlignmentProblem, model: Model) -> Source:
    """Return all pairs of a problem: in a list, or to be swept where those are too many.

    Parameters
    ----------
    problem, model
        The problem.
    """
    pairs = problem.unit_count * problem.territory_count
    if pairs <= PAIRS_HELD or problem.listed is not None:
        return Listed(
            model=model, candidates=drop_misfits(model, list_candidates(problem, model.by_pair))
        )
    everyone = np.arange(problem.unit_count, dtype=np.int64)
    return Swept(model=model, problem=problem, units=everyone, today=_today(problem))


def drop_misfits(model: Model, candidates: Candidates) -> Candidates:
    """Return the candidates without those that alone break a limit, where the unit fits elsewhere.

    Parameters
    ----------
    model
        The limits.
    candidates
        Of all its units.
    """
    unit_of = candidates.unit_of
    kept = np.ones(len(unit_of), dtype=np.bool_)
    for column, place in enumerate(model.pair_column.tolist()):
        if place < 0 or not model.rows[column].capped:
            continue
        amounts = model.amounts[unit_of, column] + candidates.pair[:, place]
        fits = amounts <= model.zones.high[candidates.territory, column]
        anywhere = np.bincount(unit_of, weights=fits, minlength=candidates.unit_count) > 0
        kept &= fits | ~anywhere[unit_of]
    if kept.all() or (np.bincount(unit_of[kept], minlength=candidates.unit_count) == 0).any():
        return candidates
    return replace(candidates.keep(kept), complete=candidates.complete)


def _today(problem: AlignmentProblem) -> sparse.csr_array:
    """Return the pairs of today that are eligible, holds counted."""
    marks = today_pairs(problem)
    rows = np.repeat(np.arange(problem.unit_count, dtype=np.int64), np.diff(marks.indptr))
    owners = marks.indices.astype(np.int64)
    kept = problem.eligible_pairs(rows, owners) if len(rows) else np.zeros(0, dtype=np.bool_)
    held = problem.held[rows]
    kept &= (held < 0) | (held == owners)
    return sparse.csr_array((np.ones(int(kept.sum())), (rows[kept], owners[kept])), marks.shape)
