"""Hard limits of measures: each territory's total lies between its lower and upper limit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows, Violation, find_broken
from planner.territories.rules.totals import change_total, pair_amounts, total_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class MeasureLimits:
    """Each territory's total of a measure lies between its limits.

    Only the territory that serves a unit larger than its limit may exceed it, to that unit's amount.
    """

    name = "measure limits"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Hold every limited measure against an alignment."""
        return [
            self._check(problem, rows, total_rows(problem, rows, territory_of), territory_of)
            for rows in self.rows(problem)
        ]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the checks after moves."""
        after = moves.apply(territory_of)
        return [
            self._check(
                problem, rows, change_total(problem, rows, check.value, territory_of, moves), after
            )
            for rows, check in zip(self.rows(problem), checks, strict=True)
        ]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return one row a territory for each limited measure."""
        return [
            Rows(
                rule=self.name,
                name=measure.name,
                amounts=measure.amounts,
                by_pair=measure.by_pair,
                lower=measure.lower,
                upper=measure.upper,
                capped=True,
            )
            for measure in problem.measures
            if measure.is_hard
        ]

    def _check(
        self, problem: AlignmentProblem, rows: Rows, value: Floats, territory_of: Ints
    ) -> Check:
        upper = widen_for_large(problem, rows, territory_of)
        broken = find_broken(value, rows.lower, upper)
        found = []
        for place, side in broken:
            limit = float((rows.lower if side == "lower" else upper)[place])
            found.append(
                self.words(rows.name, problem.territory_ids[place], float(value[place]), limit)
            )
        return Check(
            rule=self.name,
            name=rows.name,
            value=value,
            lower=rows.lower,
            upper=upper,
            violations=tuple(found),
        )

    def words(self, measure: str, territory: str, value: float, limit: float) -> Violation:
        """Say that a territory is outside a limit."""
        side = "at least" if value < limit else "at most"
        text = f"{territory} has {value:,.6g} of {measure}; {side} {limit:,.6g} is allowed"
        return Violation(
            rule=self.name, subject=territory, name=measure, value=value, limit=limit, words=text
        )


def widen_for_large(problem: AlignmentProblem, rows: Rows, territory_of: Ints) -> Floats:
    """Return the upper limits, each raised to a unit larger than it that is served there.

    Parameters
    ----------
    problem
        The problem.
    rows
        The limited amount.
    territory_of
        Territory of each unit, -1 none, (units,).

    Returns
    -------
    Floats
        (territories,)
    """
    units, amounts = find_large(problem, rows, territory_of)
    upper = rows.upper.copy()
    np.maximum.at(upper, territory_of[units], amounts)
    return upper


def find_large(problem: AlignmentProblem, rows: Rows, territory_of: Ints) -> tuple[Ints, Floats]:
    """Return the units that alone exceed the limit of the territory that serves them.

    Where the amount depends on who serves, only a unit that exceeds every limit it could be
    served under counts: any other belongs where it fits.

    Parameters
    ----------
    problem
        The problem.
    rows
        The limited amount.
    territory_of
        Territory of each unit, -1 none, (units,).
    """
    placed = territory_of >= 0
    if rows.by_pair is None:
        placed &= rows.amounts > rows.upper.min(initial=np.inf)
    units = np.flatnonzero(placed)
    amounts = pair_amounts(rows, units, territory_of[units])
    upper = rows.upper[territory_of[units]]
    large = (amounts > upper) & (upper > 0)
    units, amounts = units[large], amounts[large]
    if rows.by_pair is not None and len(units):
        everywhere = rows.amounts[units][:, None] + rows.by_pair.block(units)
        fits = (everywhere <= rows.upper) & problem.eligible_block(units)
        units, amounts = units[~fits.any(axis=1)], amounts[~fits.any(axis=1)]
    return units, amounts
