"""Eligibility: a unit is served only by a territory that may serve it, and by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows, Violation

Ints = npt.NDArray[np.int64]


class Eligibility:
    """Each unit is served by one territory that may serve it."""

    name = "eligibility"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Find units without a territory, or with one that may not serve them."""
        return [self._check(problem, territory_of, _find_barred(problem, territory_of))]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the check after moves: only the moved units are looked at."""
        after = moves.apply(territory_of)
        known = {int(found.value) for check in checks for found in check.violations}
        known -= set(moves.units.tolist())
        moved = moves.units[_is_barred(problem, moves.units, moves.to)]
        barred = np.array(sorted(known | set(moved.tolist())), dtype=np.int64)
        return [self._check(problem, after, barred)]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return nothing: eligibility narrows the candidates."""
        del problem
        return []

    def words(self, unit: str, number: int, territory: str | None) -> Violation:
        """Say that a unit is served by no one, or by one who may not."""
        text = (
            f"{unit} has no territory" if territory is None else f"{territory} may not serve {unit}"
        )
        return Violation(
            rule=self.name, subject=unit, name=territory or "", value=number, limit=0.0, words=text
        )

    def _check(self, problem: AlignmentProblem, territory_of: Ints, barred: Ints) -> Check:
        found = []
        for unit in barred.tolist():
            owner = int(territory_of[unit])
            who = None if owner < 0 else problem.territory_ids[owner]
            found.append(self.words(problem.unit_ids[unit], unit, who))
        return Check(
            rule=self.name,
            name=self.name,
            value=np.array([float(len(found))]),
            lower=np.zeros(1),
            upper=np.zeros(1),
            violations=tuple(found),
        )


def _find_barred(problem: AlignmentProblem, territory_of: Ints) -> Ints:
    units = np.arange(len(territory_of))
    return units[_is_barred(problem, units, territory_of)]


def _is_barred(problem: AlignmentProblem, units: Ints, territories: Ints) -> npt.NDArray[np.bool_]:
    barred = territories < 0
    placed = ~barred
    barred[placed] = ~problem.eligible_pairs(units[placed], territories[placed])
    return barred
