"""Budgets of change: how much of what stays today may move, over the whole plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.costs import MatrixTerm
from planner.territories.limits import Budget
from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import ROUNDING, Check, Moves, Rows, Violation
from planner.territories.rules.totals import change_total, total_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Budgets:
    """No more moves, over the whole plan, than each budget allows."""

    name = "disruption budgets"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Add up what moves under every budget."""
        return [
            self._check(budget, budget.total - total_rows(problem, rows, territory_of))
            for budget, rows in zip(problem.budgets, self.rows(problem), strict=True)
        ]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the checks after moves."""
        after = []
        for budget, rows, check in zip(problem.budgets, self.rows(problem), checks, strict=True):
            stays = budget.total - check.value
            stays = change_total(problem, rows, stays, territory_of, moves)
            after.append(self._check(budget, budget.total - stays))
        return after

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return one row for each budget: what stays is at least the total less the limit."""
        return [
            Rows(
                rule=self.name,
                name=budget.name,
                amounts=np.zeros(problem.unit_count),
                by_pair=MatrixTerm(name=budget.name, amounts=budget.stay),
                plan_wide=True,
                lower=np.array([budget.total - budget.limit]),
                upper=np.array([np.inf]),
            )
            for budget in problem.budgets
        ]

    def words(self, budget: Budget, moved: float) -> Violation:
        """Say that too much moves."""
        text = (
            f"{moved:,.6g} of {budget.total:,.6g} {budget.name} move; "
            f"at most {budget.limit:,.6g} may"
        )
        return Violation(
            rule=self.name,
            subject="the plan",
            name=budget.name,
            value=moved,
            limit=budget.limit,
            words=text,
        )

    def _check(self, budget: Budget, moved: Floats) -> Check:
        # What moves is the difference of two sums: it is exact to rounding of the total.
        room = budget.limit + ROUNDING * max(budget.total, 1e-9)
        broken = bool(moved[0] > room)
        return Check(
            rule=self.name,
            name=budget.name,
            value=moved,
            lower=np.zeros(1),
            upper=np.array([budget.limit]),
            violations=(self.words(budget, float(moved[0])),) if broken else (),
        )
