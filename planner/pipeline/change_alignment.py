"""The alignment of a change: what is settled stays, and only what must move, or may, is free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.errors import InfeasibleError
from planner.territories.alignment import Alignment, AlignmentResult, Start, evaluate
from planner.territories.limits import Budget, Measure, SoftLimits
from planner.territories.problem import AlignmentProblem
from planner.territories.reduction import Reduction, settle_units, settled_totals

if TYPE_CHECKING:
    from planner.pipeline.preparation import Company
    from planner.scenario.model import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAlignment:
    """What a change came to.

    Parameters
    ----------
    company
        With the limits that the change keeps: those that what stays already breaks are widened.
    result
        What the engine reported, over the whole problem.
    free
        How many units could move.
    widened
        Limits that are left, in words.
    """

    company: Company
    result: AlignmentResult
    free: int
    widened: tuple[str, ...]


def align_change(
    scenario: Scenario, company: Company, time_limit: float | None
) -> ChangedAlignment:
    """Align the accounts that are free, with every rule counted over all.

    Parameters
    ----------
    scenario
        The settings, ``[change]`` among them.
    company
        After the change; today's seats are the running plan's.
    time_limit
        Seconds for the search; None is the counted effort.

    Raises
    ------
    InfeasibleError
        When the limits cannot hold with so few moves and ``change.balance`` is ``keep``, or what
        holds and eligibility ask for is impossible by itself.
    """
    problem = company.problem.problem
    settled = _settle(problem, may_move=scenario.change.max_account_share > 0)
    problem = replace(problem, budgets=_budgets(scenario, company), loss_limits=())
    relaxed = _widen(
        problem, settled_totals(problem, settled), _counts(problem, settled), lower=False
    )
    reduction = _reduce(relaxed, settled, whole=scenario.change.max_account_share > 0)
    free = int((reduction.problem.held < 0).sum())
    result = _solve(reduction, scenario, time_limit)
    proven = result.alignment is not None
    if not proven and scenario.change.balance == "report":
        softened = replace(
            reduction,
            problem=replace(
                reduction.problem,
                measures=tuple(_soften(scenario, company, m) for m in reduction.problem.measures),
                max_accounts=np.full(problem.territory_count, np.inf),
            ),
        )
        result = _solve(softened, scenario, time_limit)
    if result.alignment is None:
        raise InfeasibleError(_refusal(scenario, free))
    territory_of = reduction.expand(result.alignment.territory_of)
    return _report(company, relaxed, territory_of, result, proven=proven, free=free)


def _settle(problem: AlignmentProblem, *, may_move: bool) -> Ints:
    """Return the territory of each unit that does not move, -1 for the others, (units,)."""
    settled = problem.held.copy()
    if may_move:
        return settled
    serves = problem.current >= 0
    where = np.flatnonzero(serves & (problem.held < 0))
    may = problem.eligible_pairs(where, problem.current[where])
    settled[where[may]] = problem.current[where[may]]
    return settled


def _reduce(problem: AlignmentProblem, settled: Ints, *, whole: bool) -> Reduction:
    """Return the problem over what is free; over all units where that would leave too few."""
    free = np.flatnonzero(settled < 0)
    joined = np.unique(settled[settled >= 0])
    if not whole and len(free) + len(joined) >= problem.territory_count:
        return settle_units(problem, settled)
    held = problem if whole else replace(problem, held=settled)
    return Reduction(problem=held, free=np.arange(len(settled)), settled=settled)


def _budgets(scenario: Scenario, company: Company) -> tuple[Budget, ...]:
    """Return how much may move, beside what holds and eligibility force."""
    today, kept = company.today, company.problem.kept
    rules = scenario.change
    shares = {
        "accounts": (today.stay_accounts, rules.max_account_share),
        "revenue": (today.stay, rules.max_revenue_share),
    }
    problem = company.problem.problem
    budgets = []
    for name, (stay, share) in shares.items():
        if share is not None and rules.max_account_share > 0:
            part = stay[kept].tocsr()
            whole = np.asarray(part.sum(axis=1), dtype=float).ravel()
            forced = float(whole[_forced(problem)].sum())
            limit = share * float(whole.sum()) + forced
            budgets.append(Budget(name=name, stay=part, limit=limit))
    return tuple(budgets)


def _forced(problem: AlignmentProblem) -> npt.NDArray[np.bool_]:
    """Return whether each unit must leave who serves it, (units,)."""
    held = (problem.held >= 0) & (problem.held != problem.current)
    where = np.flatnonzero(problem.current >= 0)
    barred = np.zeros(problem.unit_count, dtype=np.bool_)
    barred[where] = ~problem.eligible_pairs(where, problem.current[where])
    return np.asarray((held | barred) & (problem.current >= 0), dtype=np.bool_)


def _counts(problem: AlignmentProblem, territory_of: Ints) -> Floats:
    where = territory_of >= 0
    return np.bincount(
        territory_of[where],
        weights=problem.unit_accounts[where],
        minlength=problem.territory_count,
    ).astype(float)


def _widen(
    problem: AlignmentProblem, totals: dict[str, Floats], counts: Floats, *, lower: bool
) -> AlignmentProblem:
    """Widen the limits that some totals break; lower ones only where asked."""
    return replace(
        problem,
        measures=tuple(
            replace(
                measure,
                upper=_above(measure.upper, totals[measure.name]),
                lower=_below(measure.lower, totals[measure.name]) if lower else measure.lower,
            )
            for measure in problem.measures
        ),
        max_accounts=np.maximum(problem.max_accounts, counts),
    )


def _above(limit: Floats, totals: Floats) -> Floats:
    return np.where(totals > limit, totals * (1 + 1e-9), limit)


def _below(limit: Floats, totals: Floats) -> Floats:
    return np.where(totals < limit, totals * (1 - 1e-9), limit)


def _soften(scenario: Scenario, company: Company, measure: Measure) -> Measure:
    """Return a measure whose limits cost instead of forbidding, by the rule's own penalty."""
    if not measure.is_hard:
        return measure
    rule = scenario.alignment.measures[measure.name]
    count = len(measure.lower)
    return replace(
        measure,
        lower=np.full(count, -np.inf),
        upper=np.full(count, np.inf),
        soft=SoftLimits(
            target=company.targets[measure.name].target,
            tolerance=np.full(count, rule.tolerance),
            buffer=np.full(count, rule.buffer),
            penalty=rule.penalty,
        ),
    )


def _solve(reduction: Reduction, scenario: Scenario, time_limit: float | None) -> AlignmentResult:
    """Solve the smaller problem; where nothing is free, what is settled is the answer."""
    problem = reduction.problem
    if len(reduction.free) == 0 or (problem.held >= 0).all():
        evaluation = evaluate(problem, problem.held)
        sound = not evaluation.violations
        return AlignmentResult(
            status="optimal" if sound else "infeasible",
            cost=evaluation.cost,
            bound=evaluation.cost if sound else None,
            gap=0.0 if sound and evaluation.cost else None,
            seconds=0.0,
            alignment=Alignment(territory_of=problem.held) if sound else None,
        )
    from planner.territories.engine import align

    start = Start(territory_of=problem.current)
    return align(problem, seed=scenario.seed, time_limit=time_limit, start=start)


def _refusal(scenario: Scenario, free: int) -> str:
    if scenario.change.balance == "keep":
        return (
            f"No alignment keeps every limit of balance while only {free:,} units may move. Let "
            "more move (change.max_account_share), widen a tolerance under alignment.measures, or "
            'let the limits be reported instead (change.balance = "report").'
        )
    return (
        "No alignment satisfies the holds and who may serve what, even with no limit of balance. "
        "Look at alignment.holds and alignment.eligibility for what is new or has lost its rep."
    )


def _report(
    company: Company,
    relaxed: AlignmentProblem,
    territory_of: Ints,
    result: AlignmentResult,
    *,
    proven: bool,
    free: int,
) -> ChangedAlignment:
    """Return the change with the limits that it leaves, in words."""
    problem = company.problem.problem
    totals = settled_totals(problem, territory_of)
    final = _widen(relaxed, totals, _counts(problem, territory_of), lower=True)
    changed = replace(company, problem=replace(company.problem, problem=final))
    evaluation = evaluate(final, territory_of)
    if not free:
        # Nothing could move, so there is no other alignment.
        gap = 0.0 if evaluation.cost else None
        result = replace(result, status="optimal", bound=evaluation.cost, gap=gap)
    elif not proven:
        # Penalties stood in for limits: what is proven of them says nothing of these.
        result = replace(result, status="feasible", bound=None, gap=None)
    return ChangedAlignment(
        company=changed,
        result=replace(
            result, cost=evaluation.cost, alignment=Alignment(territory_of=territory_of)
        ),
        free=free,
        widened=_word_left(company, totals),
    )


def _word_left(company: Company, totals: dict[str, Floats]) -> tuple[str, ...]:
    """Name the limits that are left, with how far."""
    words = []
    for measure in company.problem.problem.measures:
        target = company.targets[measure.name].target
        limits = (measure.lower, measure.upper)
        for at, name in enumerate(company.seats.territory_ids):
            amount, wanted = float(totals[measure.name][at]), float(target[at])
            outside = amount < limits[0][at] * (1 - 1e-9) or amount > limits[1][at] * (1 + 1e-9)
            if measure.is_hard and outside and wanted > 0:
                words.append(
                    f"{name} is {amount / wanted - 1:+.1%} off its target of "
                    f"{measure.name.replace('_', ' ')}"
                )
    return tuple(words)
