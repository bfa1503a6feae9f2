"""Plans side by side: what each reaches and costs, what differs between them, who gains and loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from planner.errors import ScenarioError
from planner.outputs.assessment_tables import known_pay
from planner.outputs.comparison_sheets import Sheet, comparison_sheets, sheets_document
from planner.outputs.money_costs import is_weighed, money_cost
from planner.outputs.money_values import level_total, money_number
from planner.outputs.moves import revenue_at_risk
from planner.outputs.plan import Plan
from planner.outputs.summary import plain_json

Figure = float | int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure for every plan.

    Parameters
    ----------
    name
        What it is.
    kind
        money (units of the plan currency), share, number, text.
    values
        One for each plan; None where a plan has none.
    """

    name: str
    kind: str
    values: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Plans side by side; the first is the baseline.

    Parameters
    ----------
    names
        The plans' names.
    currency
        Of all money.
    headlines
        Goal, quotas, probability, pay, fairness, cost, balance, disruption.
    scenarios
        Scenario keys whose values differ.
    quotas
        Each rep's quota over the plan, and who he is.
    sheets
        In detail: reps, bridge, fairness, months, control totals.
    """

    names: tuple[str, ...]
    currency: str
    headlines: tuple[Line, ...]
    scenarios: tuple[Line, ...]
    quotas: tuple[Line, ...]
    sheets: tuple[Sheet, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values, for JSON."""
        return {
            "plans": list(self.names),
            "currency": self.currency,
            **{
                part: [
                    {"name": line.name, "kind": line.kind, "values": list(line.values)}
                    for line in lines
                ]
                for part, lines in (
                    ("headlines", self.headlines),
                    ("scenario_differences", self.scenarios),
                    ("quotas", self.quotas),
                )
            },
            "tables": sheets_document(self.sheets),
        }


def compare_plans(plans: Sequence[Plan]) -> Comparison:
    """Put plans side by side.

    Parameters
    ----------
    plans
        The first is the baseline.

    Raises
    ------
    ScenarioError
        When they are in different currencies.
    """
    codes = {plan.data.currency.code for plan in plans}
    if len(codes) > 1:
        raise ScenarioError(
            f"Plans in {' and '.join(sorted(codes))} cannot be compared; they need one currency."
        )
    names = _distinct([plan.provenance.name for plan in plans])
    return Comparison(
        names=names,
        currency=plans[0].data.currency.code,
        headlines=tuple(_headlines(plans)),
        scenarios=tuple(_scenario_differences(plans)),
        quotas=tuple(_quotas(plans)),
        sheets=comparison_sheets(plans, names),
    )


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple(
        name if names.count(name) == 1 else f"{name} ({names[: at + 1].count(name)})"
        for at, name in enumerate(names)
    )


def _line(plans: Sequence[Plan], name: str, kind: str, value: Callable[[Plan], Figure]) -> Line:
    return Line(name=name, kind=kind, values=tuple(value(plan) for plan in plans))


def _headlines(plans: Sequence[Plan]) -> Iterator[Line]:
    yield from _quota_lines(plans)
    yield from _assessment_lines(plans)
    yield _line(
        plans, "cost of the alignment, a year", "money", lambda p: _rounded(p.alignment.cost)
    )
    for term in sorted({term for plan in plans for term in plan.alignment.cost_by_term}):
        yield _line(plans, f"  of it {term}", "money", partial(_term, name=term))
    if any(is_weighed(plan) for plan in plans):
        yield _line(
            plans, "  in money, without weights", "money", lambda p: _rounded(money_cost(p))
        )
    yield _line(plans, "at most this much better is possible", "share", lambda p: p.alignment.gap)
    yield _line(
        plans, "driving hours a year", "number", lambda p: _rounded(float(np.nansum(p.travel)))
    )
    for name in dict.fromkeys(name for plan in plans for name in plan.alignment.measures):
        largest = partial(_measure, name=name, figure="max_deviation")
        yield _line(plans, f"{name}: largest deviation", "share", largest)
        spread = partial(_measure, name=name, figure="cv_proposed")
        yield _line(plans, f"{name}: spread", "share", spread)
    yield from _move_lines(plans)


def _quota_lines(plans: Sequence[Plan]) -> Iterator[Line]:
    yield _line(plans, "accounts", "number", lambda plan: len(plan.territory_of_account))
    yield _line(plans, "territories", "number", lambda plan: len(plan.territory_ids))
    for level, name in (
        ("company", "goal"),
        ("manager", "managers' quotas"),
        ("rep", "reps' quotas"),
    ):
        yield _line(plans, name, "money", partial(_total, level=level))
    yield _line(plans, "  cushion over the goal", "money", _cushion)
    yield _line(plans, "probability of the goal", "share", _chance)
    yield _line(plans, "expected bookings", "money", partial(_company, figure="expected"))
    for figure in ("p10", "p50", "p90"):
        yield _line(plans, f"  {figure.upper()}", "money", partial(_company, figure=figure))
    yield _line(plans, "reps at or above quota", "share", _share_at_quota)


def _assessment_lines(plans: Sequence[Plan]) -> Iterator[Line]:
    """Yield what pay costs and how fair each plan is, where that is known."""
    if any(known_pay(plan) for plan in plans):
        for figure, name in (("expected", "pay, expected"), ("p10", "  P10"), ("p90", "  P90")):
            yield _line(plans, name, "money", partial(_pay, figure=figure))
        for name, seated in (("  of it reps", True), ("  of it managers, overlays, SDRs", False)):
            yield _line(plans, name, "money", partial(_pay_of, seated=seated))
        yield _line(plans, "  share of bookings", "share", _cost_of_sales)
    if any(plan.assessment for plan in plans):
        yield _line(plans, "fairness tests: poor", "number", partial(_lights, light="red"))
        yield _line(plans, "  to watch", "number", partial(_lights, light="amber"))
        yield _line(plans, "  good", "number", partial(_lights, light="green"))


def _pay(plan: Plan, figure: str) -> Figure:
    pay = known_pay(plan)
    return None if pay is None else money_number(plan, getattr(pay, figure))


def _pay_of(plan: Plan, *, seated: bool) -> Figure:
    """Return the expected pay of who has a book or a quota of a rep, or of everybody else."""
    pay = known_pay(plan)
    if pay is None:
        return None
    reps = {*plan.seats.rep_ids, *(plan.quotas.by_person("rep") if plan.quotas else ())}
    own = sum(one.expected for one in pay.reps if one.rep_id in reps)
    return money_number(plan, own if seated else pay.expected - own)


def _cost_of_sales(plan: Plan) -> Figure:
    pay = known_pay(plan)
    return None if pay is None else pay.cost_of_sales


def _lights(plan: Plan, light: str) -> Figure:
    if plan.assessment is None:
        return None
    return sum(test.light == light and not test.circular for test in plan.assessment.fairness)


def _move_lines(plans: Sequence[Plan]) -> Iterator[Line]:
    yield _line(plans, "accounts that change owner", "number", lambda p: p.alignment.moved.accounts)
    yield _line(plans, "  share of accounts", "share", lambda p: p.alignment.moved.account_share)
    yield _line(plans, "  share of revenue", "share", lambda p: p.alignment.moved.revenue_share)
    yield _line(
        plans, "revenue at risk", "money", lambda p: money_number(p, int(revenue_at_risk(p).sum()))
    )
    yield _line(plans, "broken rules", "number", lambda p: len(p.alignment.violations))


def _chance(plan: Plan) -> Figure:
    return None if plan.outcomes is None else plan.outcomes.goal_probability


def _share_at_quota(plan: Plan) -> Figure:
    return None if plan.outcomes is None else plan.outcomes.share_at_quota


def _term(plan: Plan, name: str) -> Figure:
    return _rounded(plan.alignment.cost_by_term.get(name))


def _total(plan: Plan, level: str) -> Figure:
    return level_total(plan, level)


def _cushion(plan: Plan) -> Figure:
    """Return by how much the reps' quotas exceed the goal."""
    if plan.quotas is None:
        return None
    return money_number(plan, plan.quotas.totals.get("rep", 0) - plan.quotas.goal)


def _company(plan: Plan, figure: str) -> Figure:
    if plan.outcomes is None:
        return None
    company = next(outcome for outcome in plan.outcomes.outcomes if outcome.level == "company")
    return money_number(plan, getattr(company, figure))


def _rounded(value: float | None) -> Figure:
    return None if value is None else round(value, 2)


def _measure(plan: Plan, name: str, figure: str) -> Figure:
    measure = plan.alignment.measures.get(name)
    value: float | None = None if measure is None else getattr(measure, figure)
    return value


def _scenario_differences(plans: Sequence[Plan]) -> Iterator[Line]:
    flat = [dict(_flatten(plain_json(plan.provenance.scenario))) for plan in plans]
    for key in sorted({key for keys in flat for key in keys}):
        values = [keys.get(key) for keys in flat]
        if key != "name" and any(value != values[0] for value in values):
            yield Line(
                name=key, kind="text", values=tuple(None if v is None else str(v) for v in values)
            )


def _flatten(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif values is not None:
        yield path, values


def _quotas(plans: Sequence[Plan]) -> Iterator[Line]:
    names = {rep.rep_id: rep.name for plan in reversed(plans) for rep in plan.data.reps}
    owed = [_quota_by_rep(plan) for plan in plans]
    for rep in sorted({rep for quotas in owed for rep in quotas}):
        label = f"{names[rep]} ({rep})" if names.get(rep, rep) != rep else rep
        values = (quotas.get(rep) for quotas in owed)
        yield Line(
            name=label,
            kind="money",
            values=tuple(None if v is None else money_number(plans[0], v) for v in values),
        )


def _quota_by_rep(plan: Plan) -> dict[str, int]:
    if plan.quotas is None:
        return {}
    return plan.quotas.by_person("rep")


def word_figure(kind: str, value: Figure) -> str:
    """Return a figure as people read it."""
    if value is None:
        return "–"
    if kind == "share" and isinstance(value, float | int):
        return f"{value:.1%}" if abs(value) >= 0.001 or value == 0 else f"{value:.3%}"
    # Adding nothing turns -0 into 0.
    return value if isinstance(value, str) else f"{round(value) + 0:,}"


def word_change(line: Line) -> list[str]:
    """Return each later plan's change against the baseline."""
    base = line.values[0]
    changes = []
    for value in line.values[1:]:
        if isinstance(base, str) or isinstance(value, str) or base is None or value is None:
            changes.append("")
        elif line.kind == "share":
            changes.append(f"{100 * (value - base):+.1f} pts")
        else:
            changes.append(f"{value - base:+,.0f}")
    return changes
