"""Maximum accounts: no territory has more accounts than its limit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows, Violation, find_broken
from planner.territories.rules.totals import change_total, total_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class AccountLimits:
    """No territory has more accounts than its limit."""

    name = "maximum accounts"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Count the accounts of every territory."""
        return [
            self._check(problem, rows, total_rows(problem, rows, territory_of))
            for rows in self.rows(problem)
        ]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the check after moves."""
        return [
            self._check(
                problem, rows, change_total(problem, rows, check.value, territory_of, moves)
            )
            for rows, check in zip(self.rows(problem), checks, strict=True)
        ]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return one row a territory where any has a limit."""
        if not np.isfinite(problem.max_accounts).any():
            return []
        return [
            Rows(
                rule=self.name,
                name="accounts",
                amounts=problem.unit_accounts,
                lower=np.full(problem.territory_count, -np.inf),
                upper=problem.max_accounts,
            )
        ]

    def words(self, territory: str, accounts: float, limit: float) -> Violation:
        """Say that a territory has too many accounts."""
        text = f"{territory} has {accounts:,.0f} accounts; at most {limit:,.0f} are allowed"
        return Violation(
            rule=self.name,
            subject=territory,
            name="accounts",
            value=accounts,
            limit=limit,
            words=text,
        )

    def _check(self, problem: AlignmentProblem, rows: Rows, value: Floats) -> Check:
        found = tuple(
            self.words(problem.territory_ids[place], float(value[place]), float(rows.upper[place]))
            for place, _ in find_broken(value, rows.lower, rows.upper)
        )
        return Check(
            rule=self.name,
            name=rows.name,
            value=value,
            lower=rows.lower,
            upper=rows.upper,
            violations=found,
        )
