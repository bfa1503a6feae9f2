"""Where candidates come from: a list of all pairs, or a sweep over them at given prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.territories.blocks import BLOCKS, run_blocks
from planner.territories.costs import MoveTerm
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
from planner.territories.prices.dual import find_near, price_candidates, spread_wide
from planner.territories.prices.planes import make_plane, pick_units, price_bunches
from planner.territories.prices.sweeping import Plane, sweep_units
from planner.territories.problem import AlignmentProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
ROOM = 400
"""How many near homes a sweep keeps for each unit, where nothing else is said."""
SWEPT_AT_ONCE = 20_000
"""Units in one piece of a sweep."""


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

    def look(self, prices: Floats, margin: Floats | float, room: int = ROOM) -> Look:
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

    def look(self, prices: Floats, margin: Floats | float, room: int = ROOM) -> Look:
        """Return the dual value at prices, and the candidates within a margin of the least."""
        priced = price_candidates(self.model, self.candidates, prices)
        near = self.candidates.keep(find_near(self.candidates, priced, margin))
        return Look(prices=priced.prices, near=near, least=priced.least, value=priced.value)

    def pick(self, units: Ints) -> Listed:
        """Return the source of some of the units."""
        return Listed(model=self.model.pick(units), candidates=self.candidates.pick(units))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swept:
    """Pairs are priced where they are needed; only near ones and those of today are kept.

    ``plane`` is None where costs or amounts have no form that a sweep knows; ``extra`` is what a
    unit costs wherever it goes but where it is today.
    """

    model: Model
    problem: AlignmentProblem
    units: Ints
    today: sparse.csr_array
    plane: Plane | None
    extra: Floats

    def look(self, prices: Floats, margin: Floats | float, room: int = ROOM) -> Look:
        """Return the dual value at prices, and the candidates within a margin of the least."""
        prices = np.clip(prices, *price_bounds(self.model))
        margins = np.broadcast_to(np.asarray(margin, float), (len(self.units),)).copy()
        full = spread_wide(self.model, prices)
        if self.plane is None:
            least, start, territories = self._sweep_blocks(full, margins)
        else:
            least, start, territories = self._sweep_plane(self.plane, full, margins, room)
        made = price_pairs(
            self.problem, self.model.by_pair, self.units, start, territories, complete=False
        )
        near = drop_misfits(self.model, made)
        found = price_candidates(self.model, near, prices)
        least = np.minimum(least + self.extra, found.least)
        value = float(least.sum()) - limit_value(self.model, prices)
        return Look(prices=prices, near=near, least=least, value=value)

    def pick(self, units: Ints) -> Swept:
        """Return the source of some of the units."""
        model = self.model.pick(units)
        return replace(
            self,
            model=model,
            units=self.units[units],
            today=self.today[units],
            plane=None if self.plane is None else pick_units(self.plane, model, units),
            extra=self.extra[units],
        )

    def _sweep_plane(
        self, plane: Plane, prices: Floats, margin: Floats, room: int
    ) -> tuple[Floats, Ints, Shorts]:
        prices = np.ascontiguousarray(prices[plane.home_of])
        leaves, size = price_bunches(plane, prices, plane.leaf[:-1]), len(self.units)
        boughs = price_bunches(plane, prices, plane.leaf[plane.bough[:-1]])
        least, count = np.empty(size), np.empty(size, dtype=np.int64)
        seat, today = self.today.indptr.astype(np.int64), self.today.indices.astype(np.int64)
        room = min(room, self.model.territory_count)
        width = room + int(np.diff(seat).max(initial=0))
        pieces = max(size // SWEPT_AT_ONCE, 4 * BLOCKS)
        edges = np.linspace(0, size, pieces + 1).astype(int).tolist()
        found: list[Shorts] = [np.empty(0, dtype=np.int32)] * pieces

        def run(number: int) -> None:
            first, last = edges[number], edges[number + 1]
            near = np.empty((last - first + 1) * width, dtype=np.int32)
            filled = sweep_units(
                *(first, last, plane, boughs, leaves, prices, margin, seat, today),
                *(room, least, count, near),
            )
            found[number] = near[:filled].copy()

        run_blocks(run, pieces)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return least, start, np.concatenate(found)

    def _sweep_blocks(self, prices: Floats, margin: Floats) -> tuple[Floats, Ints, Shorts]:
        found: list[tuple[Floats, Ints, Shorts]] = []
        for chunk in chunk_units(len(self.units), self.model.territory_count):
            priced = self._price_block(chunk, prices)
            least = priced.min(axis=1)
            kept = priced <= (least + margin[chunk])[:, None]
            marks = self.today[chunk]
            kept[np.repeat(np.arange(len(chunk)), np.diff(marks.indptr)), marks.indices] = True
            rows, territories = np.nonzero(kept)
            counts = np.bincount(rows, minlength=len(chunk))
            found.append((least - self.extra[chunk], counts, territories.astype(np.int32)))
        least, counts = (np.concatenate([one[part] for one in found]) for part in (0, 1))
        owners = np.concatenate([one[2] for one in found]).astype(np.int32)
        return least, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), owners

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
    return Swept(
        model=model,
        problem=problem,
        units=everyone,
        today=_today(problem),
        plane=make_plane(problem, model),
        extra=find_extra(problem),
    )


def find_extra(problem: AlignmentProblem) -> Floats:
    """Return what each unit costs wherever it goes but where it is today, (units,)."""
    extra = np.zeros(problem.unit_count)
    for term in problem.terms:
        if isinstance(term, MoveTerm):
            extra += term.rate * np.asarray(term.stay.sum(axis=1), dtype=float).ravel()
    return extra


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
