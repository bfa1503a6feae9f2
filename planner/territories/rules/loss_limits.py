"""Loss limits: how much of what it has today each territory may lose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.costs import MatrixTerm
from planner.territories.limits import LossLimit
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import ROUNDING, Check, Moves, Rows, Violation
from planner.territories.rules.totals import change_total, total_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class LossLimits:
    """No territory loses more of what it has today than its limit."""

    name = "loss limits"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Add up what each territory loses."""
        return [
            self._check(problem, loss, loss.today - total_rows(problem, rows, territory_of))
            for loss, rows in zip(problem.loss_limits, self.rows(problem), strict=True)
        ]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the checks after moves."""
        after = []
        for loss, rows, check in zip(problem.loss_limits, self.rows(problem), checks, strict=True):
            kept = change_total(problem, rows, loss.today - check.value, territory_of, moves)
            after.append(self._check(problem, loss, loss.today - kept))
        return after

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return one row a territory: what it keeps is at least what it has less the limit."""
        return [
            Rows(
                rule=self.name,
                name=loss.name,
                amounts=np.zeros(problem.unit_count),
                by_pair=MatrixTerm(name=loss.name, amounts=loss.stay),
                lower=np.where(np.isfinite(loss.limit), loss.today - loss.limit, -np.inf),
                upper=np.full(problem.territory_count, np.inf),
            )
            for loss in problem.loss_limits
        ]

    def words(
        self, name: str, territory: str, lost: float, today: float, limit: float
    ) -> Violation:
        """Say that a territory loses too much."""
        text = (
            f"{territory} loses {lost:,.6g} of {today:,.6g} {name} it has today; "
            f"at most {limit:,.6g} may go"
        )
        return Violation(
            rule=self.name, subject=territory, name=name, value=lost, limit=limit, words=text
        )

    def _check(self, problem: AlignmentProblem, loss: LossLimit, lost: Floats) -> Check:
        today = loss.today
        broken = np.flatnonzero(lost > loss.limit + ROUNDING * np.maximum(today, 1e-9))
        found = tuple(
            self.words(
                loss.name,
                problem.territory_ids[place],
                float(lost[place]),
                float(today[place]),
                float(loss.limit[place]),
            )
            for place in broken.tolist()
        )
        return Check(
            rule=self.name,
            name=loss.name,
            value=lost,
            lower=np.zeros(problem.territory_count),
            upper=loss.limit,
            violations=found,
        )
