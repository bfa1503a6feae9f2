"""The problem as the compiled loops take it: amounts by unit, limits by row, and penalties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.territories.costs import PairTerm
from planner.territories.problem import AlignmentProblem
from planner.territories.rules import Rows, collect_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Zones(NamedTuple):
    """Limits of each territory and limited amount, all (territories, limited amounts).

    The cost of a row's total is flat between ``low`` and ``high``, rises by ``inner`` outside of
    them and by ``inner + outer`` beyond ``far_low`` and ``far_high``. A hard limit has infinite
    ``inner``. A plan-wide amount stands in every row alike, and is totalled in row 0.
    """

    low: Floats
    high: Floats
    far_low: Floats
    far_high: Floats
    inner: Floats
    outer: Floats
    cap: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Everything of a problem but its candidates.

    Parameters
    ----------
    rows
        The limited amounts, one a column of the arrays below.
    territory_count
        How many territories there are.
    amounts
        Amount of each unit wherever it goes, (units, columns).
    by_pair
        What depends on the pair, in the order of ``pair_column``'s numbers.
    pair_column
        Place in ``by_pair`` of each column's pair part, -1 where it has none, (columns,).
    wide
        1 where a column is totalled over the plan, (columns,).
    zones
        Limits and slopes.
    scale
        Typical amount of a unit in each column, (columns,).
    """

    rows: tuple[Rows, ...]
    territory_count: int
    amounts: Floats
    by_pair: tuple[PairTerm, ...]
    pair_column: Ints
    wide: Ints
    zones: Zones
    scale: Floats

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return len(self.amounts)

    @property
    def hard(self) -> npt.NDArray[np.bool_]:
        """Which columns have limits that must hold, (columns,)."""
        return np.array([rows.is_hard for rows in self.rows], dtype=np.bool_)

    def pick(self, units: Ints) -> Model:
        """Return the model of some of the units, limits unchanged."""
        from dataclasses import replace

        return replace(self, amounts=np.ascontiguousarray(self.amounts[units]))


def make_model(problem: AlignmentProblem) -> Model:
    """Return a problem's limits as arrays.

    Parameters
    ----------
    problem
        The problem, its territories given.
    """
    rows = collect_rows(problem)
    units, territories = problem.unit_count, problem.territory_count
    with_pairs = [number for number, row in enumerate(rows) if row.by_pair is not None]
    pair_column = np.full(len(rows), -1, dtype=np.int64)
    pair_column[with_pairs] = np.arange(len(with_pairs))
    amounts = np.empty((units, len(rows)))
    for number, row in enumerate(rows):
        amounts[:, number] = row.amounts
    return Model(
        rows=rows,
        territory_count=territories,
        amounts=amounts,
        by_pair=tuple(row.by_pair for row in rows if row.by_pair is not None),
        pair_column=pair_column,
        wide=np.array([row.plan_wide for row in rows], dtype=np.int64),
        zones=_make_zones(rows, territories),
        scale=np.array([_typical_amount(row, units, territories) for row in rows], dtype=float),
    )


def _make_zones(rows: Sequence[Rows], territories: int) -> Zones:
    shape = (territories, len(rows))
    zones = Zones(*(np.empty(shape) for _ in Zones._fields))
    for number, row in enumerate(rows):
        slopes = np.full((2, 1), np.inf) if row.slopes is None else row.slopes
        zones.low[:, number] = row.lower
        zones.high[:, number] = row.upper
        zones.far_low[:, number] = row.lower if row.outer_lower is None else row.outer_lower
        zones.far_high[:, number] = row.upper if row.outer_upper is None else row.outer_upper
        zones.inner[:, number] = slopes[0]
        zones.outer[:, number] = 0.0 if row.slopes is None else slopes[1] - slopes[0]
        zones.cap[:, number] = np.where(row.capped & (row.upper > 0), row.upper, np.inf)
    return zones


def _typical_amount(row: Rows, units: int, territories: int) -> float:
    total = float(row.amounts.sum())
    if row.by_pair is not None:
        for limit in (row.upper, row.lower):
            finite = limit[np.isfinite(limit)]
            if total <= 0 and len(finite) and abs(finite).max() > 0:
                total = float(abs(finite).mean()) * (1 if row.plan_wide else territories)
    return total / max(units, 1) or 1.0


def sum_rows(model: Model, loads: Floats) -> Floats:
    """Return totals with a plan-wide amount's sum in row 0 and nothing below it.

    Parameters
    ----------
    model
        The model.
    loads
        Totals by territory, (territories, columns).
    """
    summed = loads.copy()
    for column in np.flatnonzero(model.wide).tolist():
        summed[:, column] = 0.0
        summed[0, column] = loads[:, column].sum()
    return summed
