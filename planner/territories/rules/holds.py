"""Holds: a held unit stays with the territory that it is held to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.territories.problem import AlignmentProblem
from planner.territories.rules.check import Check, Moves, Rows, Violation

Ints = npt.NDArray[np.int64]


class Holds:
    """A held unit stays with the territory that it is held to."""

    name = "holds"

    def plain(self, problem: AlignmentProblem, territory_of: Ints) -> list[Check]:
        """Find held units that are elsewhere."""
        astray = np.flatnonzero((problem.held >= 0) & (territory_of != problem.held))
        return [self._check(problem, territory_of, astray)]

    def change(
        self, problem: AlignmentProblem, territory_of: Ints, checks: list[Check], moves: Moves
    ) -> list[Check]:
        """Return the check after moves: only the moved units are looked at."""
        after = moves.apply(territory_of)
        known = {int(found.value) for check in checks for found in check.violations}
        known -= set(moves.units.tolist())
        held = problem.held[moves.units]
        moved = moves.units[(held >= 0) & (moves.to != held)]
        astray = np.array(sorted(known | set(moved.tolist())), dtype=np.int64)
        return [self._check(problem, after, astray)]

    def rows(self, problem: AlignmentProblem) -> list[Rows]:
        """Return nothing: a hold leaves one candidate."""
        del problem
        return []

    def words(self, unit: str, number: int, holder: str, territory: str) -> Violation:
        """Say that a held unit is elsewhere."""
        text = f"{unit} is held to {holder}, not {territory}"
        return Violation(
            rule=self.name, subject=unit, name=holder, value=number, limit=0.0, words=text
        )

    def _check(self, problem: AlignmentProblem, territory_of: Ints, astray: Ints) -> Check:
        names = problem.territory_ids
        found = []
        for unit in astray.tolist():
            owner = int(territory_of[unit])
            where = "without a territory" if owner < 0 else names[owner]
            holder = names[int(problem.held[unit])]
            found.append(self.words(problem.unit_ids[unit], unit, holder, where))
        return Check(
            rule=self.name,
            name=self.name,
            value=np.array([float(len(found))]),
            lower=np.zeros(1),
            upper=np.zeros(1),
            violations=tuple(found),
        )
