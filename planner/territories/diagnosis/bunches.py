"""Bunches: units that a diagnosis may take together, because the rules treat them alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CHANGE_RULES = ("disruption budgets", "loss limits")
LARGE = 0.2
"""A unit with so much of a territory's limit is taken alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bunches:
    """Units taken together: a bunch is shared out among territories as if it were sand.

    Parameters
    ----------
    of_unit
        Bunch of each unit, (units,).
    first
        A unit of each bunch, (bunches,).
    size, accounts
        Units and accounts of each bunch, (bunches,).
    hold
        Which group of holds holds it, -1 none, (bunches,).
    """

    of_unit: Ints
    first: Ints
    size: Ints
    accounts: Floats
    hold: Ints

    @property
    def single(self) -> bool:
        """Whether every unit is its own bunch."""
        return len(self.size) == len(self.of_unit)

    def table(self, problem: AlignmentProblem, rows: Rows, cap: Floats | None) -> Floats:
        """Return what each bunch adds to a limited amount at each territory, (bunches, territories).

        Parameters
        ----------
        problem, rows
            What is limited.
        cap
            A unit larger than this at a territory counts as this, (territories,).
        """
        shape = (len(self.size), problem.territory_count)
        if rows.by_pair is None and (cap is None or self.largest(rows) <= cap.min(initial=np.inf)):
            total = np.bincount(self.of_unit, rows.amounts, len(self.size))
            return np.broadcast_to(total[:, None], shape)
        table = np.zeros(shape)
        order = np.argsort(self.of_unit, kind="stable")
        for units in np.array_split(order, max(1, len(order) * shape[1] // 2**21)):
            bunch, start = np.unique(self.of_unit[units], return_index=True)
            table[bunch] += np.add.reduceat(unit_amounts(rows, units, shape[1], cap), start)
        return table

    def largest(self, rows: Rows) -> float:
        """Return the largest amount of one unit; infinite where it depends on who serves."""
        return np.inf if rows.by_pair is not None else float(rows.amounts.max(initial=0.0))


def unit_amounts(rows: Rows, units: Ints, territories: int, cap: Floats | None) -> Floats:
    """Return what chosen units add to a limited amount at each territory, (chosen, territories).

    Parameters
    ----------
    rows
        What is limited.
    units
        (chosen,)
    territories
        How many there are.
    cap
        A unit larger than this at a territory counts as this, (territories,).
    """
    amounts = np.repeat(rows.amounts[units][:, None], territories, axis=1)
    if rows.by_pair is not None:
        amounts += rows.by_pair.block(units)
    return amounts if cap is None else np.minimum(amounts, cap)


def bunch_units(
    problem: AlignmentProblem, rows: list[Rows], hold_of_unit: Ints, most: int
) -> Bunches:
    """Return units taken together where the rules treat them alike, at most about so many.

    Units of a bunch have the same eligible territories, the same hold and the same territory of
    today, and are of like proportions; large units stand alone.

    Parameters
    ----------
    problem
        Territories given.
    rows
        The limited amounts.
    hold_of_unit
        Which group of holds holds each unit, -1 none, (units,).
    most
        How many bunches there may be, about; every unit alone where they are no more.
    """
    units = problem.unit_count
    if units <= most:
        return _gather(problem, np.arange(units), hold_of_unit)
    keys = [problem.class_of_unit, problem.held, hold_of_unit]
    if any(row.rule in CHANGE_RULES for row in rows):
        keys.append(problem.current)
    alike = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    alike = np.where(_is_large(rows, units), alike.max() + 1 + np.arange(units), alike)
    kinds = np.unique(alike, return_inverse=True)[1].reshape(-1)
    return _gather(problem, _split(kinds, _proportion(rows, units), most), hold_of_unit)


def _is_large(rows: list[Rows], units: int) -> npt.NDArray[np.bool_]:
    large = np.zeros(units, np.bool_)
    for row in rows:
        if row.capped and np.isfinite(row.upper).any():
            large |= row.amounts > LARGE * float(row.upper.min())
    return large


def _proportion(rows: list[Rows], units: int) -> Floats:
    """Return how much of the first measure a unit has for what it has of the second, (units,)."""
    plain = [row.amounts for row in rows if row.capped]
    if len(plain) < 2:
        return plain[0] if plain else np.zeros(units)
    return np.asarray(
        np.arctan2(plain[0] / (plain[0].sum() or 1), plain[1] / (plain[1].sum() or 1))
    )


def _split(kinds: Ints, proportion: Floats, most: int) -> Ints:
    """Return bunches: each kind cut by proportion into pieces of about the same number."""
    count = int(kinds.max()) + 1
    piece = max(1, len(kinds) // max(most - count, 1))
    order = np.lexsort((proportion, kinds))
    starts = np.searchsorted(kinds[order], np.arange(count))
    rank = np.empty(len(kinds), dtype=np.int64)
    rank[order] = np.arange(len(kinds)) - starts[kinds[order]]
    pair = np.stack([kinds, rank // piece], axis=1)
    return np.unique(pair, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _gather(problem: AlignmentProblem, of_unit: Ints, hold_of_unit: Ints) -> Bunches:
    _, first = np.unique(of_unit, return_index=True)
    return Bunches(
        of_unit=of_unit,
        first=first.astype(np.int64),
        size=np.bincount(of_unit),
        accounts=np.asarray(np.bincount(of_unit, problem.unit_accounts), dtype=float),
        hold=hold_of_unit[first],
    )
