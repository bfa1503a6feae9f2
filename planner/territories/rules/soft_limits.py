"""Soft limits of measures: free near the target, a price in the buffer, a higher one beyond."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.limits import Measure, SoftLimits
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows
from planner.territories.rules.totals import change_total, total_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class SoftMeasureLimits:
    """A territory's deviation from the target of a measure costs, by zone."""

    name = "soft limits"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Hold every softly limited measure against an alignment."""
        return [
            self._check(measure, rows, total_rows(problem, rows, territory_of))
            for measure, rows in self._pairs(problem)
        ]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the checks after moves."""
        return [
            self._check(
                measure, rows, change_total(problem, rows, check.value, territory_of, moves)
            )
            for (measure, rows), check in zip(self._pairs(problem), checks, strict=True)
        ]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return one row a territory for each softly limited measure."""
        return [rows for _, rows in self._pairs(problem)]

    def words(self, measure: str, territory: str, deviation: float, cost: float) -> str:
        """Say what a territory's deviation costs."""
        return f"{territory} is {deviation:+.1%} off its target of {measure}: {cost:,.6g}"

    def _pairs(self, problem: AlignmentProblem) -> list[tuple[Measure, Rows]]:
        return [
            (measure, _make_rows(self.name, measure, measure.soft))
            for measure in problem.measures
            if measure.soft is not None
        ]

    def _check(self, measure: Measure, rows: Rows, value: Floats) -> Check:
        assert measure.soft is not None
        return Check(
            rule=self.name,
            name=measure.name,
            value=value,
            lower=rows.lower,
            upper=rows.upper,
            cost=float(measure.soft.cost(value).sum()),
        )


def _make_rows(rule: str, measure: Measure, soft: SoftLimits) -> Rows:
    target, near, far = soft.target, soft.tolerance, soft.tolerance + soft.buffer
    with np.errstate(divide="ignore"):
        slopes = np.where(target > 0, np.outer(soft.penalty, 1.0 / target), 0.0)
    return Rows(
        rule=rule,
        name=measure.name,
        amounts=measure.amounts,
        by_pair=measure.by_pair,
        lower=target * (1 - near),
        upper=target * (1 + near),
        outer_lower=target * (1 - far),
        outer_upper=target * (1 + far),
        slopes=slopes,
    )
