"""An alignment, what it totals to, and what a solve of it reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.territories.problem import AlignmentProblem

if TYPE_CHECKING:
    from planner.territories.rules.check import Check, Violation

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Status = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """Who serves what.

    Parameters
    ----------
    territory_of
        Territory of each row that the problem was made from, (rows,).
    centres
        Site, point or unit at the centre of each territory where centres were chosen,
        (territories,), else None.
    centre_points
        Where the centres are, (territories, 2), where they were chosen in a plane.
    """

    territory_of: Ints
    centres: Ints | None = None
    centre_points: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """What an amount more of each limit would save: the proof of a bound, and a start for a next solve.

    Parameters
    ----------
    by_rule
        For each limited amount, by its name: cost of one more of it in each territory,
        (territories,), or (1,) for a limit over the whole plan; positive where the upper limit
        binds, negative where the lower does.
    territory_ids
        Whose prices they are, so that a later problem with other territories can take them;
        empty: those of the problem, in its order.
    """

    by_rule: Mapping[str, Floats]
    territory_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Start:
    """What a solve may begin from.

    Parameters
    ----------
    prices
        Of an earlier solve of a similar problem.
    territory_of
        An alignment as :class:`Alignment` has it, by the rows that this problem was made from,
        (rows,), -1 where unknown or where its territory is no more. The search begins from it:
        what it says stays where nothing better is found.
    """

    prices: Prices | None = None
    territory_of: Ints | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignmentResult:
    """What a solve found, and how good it is.

    Parameters
    ----------
    status
        ``optimal`` only when proven; ``infeasible`` only when proven; ``unknown`` when no
        alignment that keeps every rule was found.
    cost, bound, gap
        Of the alignment; no alignment that keeps the rules costs less than the bound; gap is
        (cost - bound) / abs(cost), None where the cost is 0 or a hard rule is broken.
    bound_relaxes
        Names of the hard rules that the bound leaves out.
    seconds
        How long the solve took.
    alignment
        None when no alignment keeps the rules, or none was found.
    violations
        What the best attempt broke, where nothing better was found.
    cost_by_term
        The cost by the name of its term.
    prices
        At the bound.
    findings
        What the planner should know: units bigger than a limit, and the like.
    attempt
        The best alignment found where it breaks a rule, for a diagnosis.
    interrupted
        Whether the solve was broken off.
    """

    status: Status
    cost: float | None
    bound: float | None
    gap: float | None
    seconds: float
    alignment: Alignment | None
    bound_relaxes: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    cost_by_term: Mapping[str, float] = field(default_factory=dict)
    prices: Prices | None = None
    findings: tuple[Finding, ...] = ()
    attempt: Alignment | None = None
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What an alignment totals to under the plain rules.

    Parameters
    ----------
    cost
        Over all terms, penalties of soft limits included.
    cost_by_term
        The same, by the name of the term.
    totals
        Each measure's total by territory, (territories,).
    checks
        Every rule's value, limits, slack and violations.
    """

    cost: float
    cost_by_term: Mapping[str, float]
    totals: Mapping[str, Floats]
    checks: tuple[Check, ...]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every hard rule that is broken."""
        return tuple(found for check in self.checks for found in check.violations)


def total_amounts(amounts: Floats, territory_of: Ints, territories: int) -> Floats:
    """Return the total in each territory, rows without one left out, (territories,).

    Parameters
    ----------
    amounts
        (units,)
    territory_of
        Territory of each unit, -1 none, (units,).
    territories
        How many there are.
    """
    placed = territory_of >= 0
    where, what = territory_of[placed], amounts[placed]
    return np.bincount(where, weights=what, minlength=territories).astype(float)


def evaluate(problem: AlignmentProblem, territory_of: Ints) -> Evaluation:
    """Evaluate an alignment by the plain rules.

    Parameters
    ----------
    problem
        The problem.
    territory_of
        Territory of each unit, -1 none, (units,).

    Returns
    -------
    Evaluation
        Cost by term, totals by measure, and every rule checked.
    """
    from planner.territories.rules import check_rules

    placed = np.flatnonzero(territory_of >= 0)
    where = territory_of[placed]
    by_term = {term.name: float(term.pairs(placed, where).sum()) for term in problem.terms}
    totals = {
        measure.name: total_amounts(measure.pairs(placed, where), where, problem.territory_count)
        for measure in problem.measures
    }
    checks = check_rules(problem, territory_of)
    for check in checks:
        if check.cost is not None:
            by_term[check.name] = by_term.get(check.name, 0.0) + check.cost
    return Evaluation(
        cost=float(sum(by_term.values())), cost_by_term=by_term, totals=totals, checks=checks
    )


def make_gap(cost: float, bound: float | None) -> float | None:
    """Return (cost - bound) / abs(cost), None where the cost is 0 or there is no bound."""
    if bound is None or cost == 0:
        return None
    return max(cost - bound, 0.0) / abs(cost)
