"""The rows of a sweep: what each combination reaches, and which of them no other one beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.outputs.assessment_tables import known_pay
from planner.outputs.money_costs import money_cost
from planner.outputs.money_values import money_number, plain_number
from planner.outputs.plan import Plan

Bools = npt.NDArray[np.bool_]
Figure = float | int | None
PLANNED = frozenset({"optimal", "feasible"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """One combination of a sweep.

    Parameters
    ----------
    name
        The combination's own.
    values
        What was varied, as written, by key.
    status
        ``optimal`` or ``feasible`` where there is a plan; else ``infeasible``, ``unknown``,
        ``unusable``, ``refused``, ``failed`` or ``fault``.
    reason
        Why there is no plan, in words.
    figures
        What the plan reaches, by name, money in units of the plan currency.
    seconds
        How long it took; differs from run to run.
    """

    name: str
    values: dict[str, str]
    status: str
    reason: str = ""
    figures: dict[str, Figure] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def planned(self) -> bool:
        """Return whether there is a plan."""
        return self.status in PLANNED

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    """Two figures of which more of one costs some of the other.

    Parameters
    ----------
    name
        Short, for columns.
    x, y
        The figures, by their names in a row.
    x_up, y_up
        Whether more is better.
    title
        What the chart is called.
    """

    name: str
    x: str
    y: str
    x_up: bool
    y_up: bool
    title: str


TRADEOFFS = (
    Tradeoff(
        name="balance_moves",
        x="revenue_moved",
        y="largest_deviation",
        x_up=False,
        y_up=False,
        title="Balance against disruption: revenue that changes hands",
    ),
    Tradeoff(
        name="balance_accounts",
        x="accounts_moved",
        y="largest_spread",
        x_up=False,
        y_up=False,
        title="Balance against disruption: accounts that change hands",
    ),
    Tradeoff(
        name="goal_pay",
        x="pay_expected",
        y="goal_probability",
        x_up=False,
        y_up=True,
        title="Probability of the goal against what pay costs",
    ),
    Tradeoff(
        name="goal_cost",
        x="money_cost",
        y="goal_probability",
        x_up=False,
        y_up=True,
        title="Probability of the goal against the cost of the alignment",
    ),
)


def plan_figures(plan: Plan) -> dict[str, Figure]:
    """Return what a plan reaches, for a row of a sweep; money in units of the plan currency."""
    alignment, moved = plan.alignment, plan.alignment.moved
    measures = alignment.measures.values()
    deviations = [one.max_deviation for one in measures if one.max_deviation is not None]
    spreads = [one.cv_proposed for one in measures if one.cv_proposed is not None]
    figures: dict[str, Figure] = {
        "goal_probability": plan.outcomes.goal_probability if plan.outcomes else None,
        "share_at_quota": plan.outcomes.share_at_quota if plan.outcomes else None,
        **_company_figures(plan),
        **_pay_figures(plan),
        "cost": plain_number(alignment.cost),
        "money_cost": plain_number(money_cost(plan)),
        "bound": plain_number(alignment.bound),
        "gap": plain_number(alignment.gap),
        "largest_deviation": max(deviations, default=None),
        "largest_spread": max(spreads, default=None),
        "accounts_moved": moved.account_share,
        "revenue_moved": moved.revenue_share,
        "pipeline_moved": moved.pipeline_share,
    }
    for name, measure in alignment.measures.items():
        figures[f"{name}_deviation"] = plain_number(measure.max_deviation)
        figures[f"{name}_spread"] = plain_number(measure.cv_proposed)
    return figures | _fairness_figures(plan)


def _company_figures(plan: Plan) -> dict[str, Figure]:
    if plan.outcomes is None or plan.quotas is None:
        return {}
    company = next(one for one in plan.outcomes.outcomes if one.level == "company")
    bookings = {name: getattr(company, name) for name in ("expected", "p10", "p50", "p90")}
    quotas = {
        "goal": plan.quotas.goal,
        "rep_total": plan.quotas.totals.get("rep", 0),
        **{f"bookings_{name}": amount for name, amount in bookings.items()},
    }
    return {name: money_number(plan, amount) for name, amount in quotas.items()}


def _pay_figures(plan: Plan) -> dict[str, Figure]:
    pay = known_pay(plan)
    if pay is None:
        return {}
    amounts = {f"pay_{name}": getattr(pay, name) for name in ("expected", "p10", "p90")}
    figures: dict[str, Figure] = {name: money_number(plan, one) for name, one in amounts.items()}
    return figures | {"pay_share_of_bookings": plain_number(pay.cost_of_sales)}


def _fairness_figures(plan: Plan) -> dict[str, Figure]:
    tests = plan.assessment.fairness if plan.assessment else ()
    return {
        f"fairness_{word}": sum(test.light == light and not test.circular for test in tests)
        for word, light in (("poor", "red"), ("watch", "amber"), ("good", "green"))
    }


def list_figures(rows: Sequence[SweepRow]) -> tuple[str, ...]:
    """Return the names of all figures that any row has, in their order."""
    return tuple(dict.fromkeys(name for row in rows for name in row.figures))


def find_unbeaten(rows: Sequence[SweepRow], tradeoff: Tradeoff) -> Bools:
    """Return which rows no other row beats in one figure without losing in the other, (rows,).

    Parameters
    ----------
    rows
        Those without both figures are never unbeaten.
    tradeoff
        The figures, and which way is better.
    """
    better = (-1.0 if tradeoff.x_up else 1.0, -1.0 if tradeoff.y_up else 1.0)
    points = np.array([_point(row.figures, tradeoff) for row in rows]).reshape(-1, 2) * better
    known: Bools = np.asarray(np.isfinite(points).all(axis=1))
    unbeaten = known.copy()
    for place in np.flatnonzero(known).tolist():
        no_worse = (points[known] <= points[place]).all(axis=1)
        better_once = (points[known] < points[place]).any(axis=1)
        unbeaten[place] = not (no_worse & better_once).any()
    return unbeaten


def _point(figures: Mapping[str, Figure], tradeoff: Tradeoff) -> tuple[float, float]:
    return (_coordinate(figures.get(tradeoff.x)), _coordinate(figures.get(tradeoff.y)))


def _coordinate(figure: Figure | None) -> float:
    """Return a figure to four digits: what differs behind them is no trade."""
    return float("nan") if figure is None else float(f"{float(figure):.4g}")


def known_tradeoffs(rows: Sequence[SweepRow]) -> tuple[Tradeoff, ...]:
    """Return the trade-offs of which the rows know both figures, and that differ at all."""
    return tuple(
        one
        for one in TRADEOFFS
        if len(
            {
                _point(row.figures, one)
                for row in rows
                if np.isfinite(_point(row.figures, one)).all()
            }
        )
        > 1
    )
