"""The charts of plans side by side, by name; and those that show what each may reach and cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.charts import HALF, MARGIN, new_chart
from planner.outputs.comparison_charts import (
    attainment_chart,
    goal_chart,
    months_chart,
    slope_chart,
    winners_chart,
)
from planner.outputs.comparison_people import ComparedRep, compare_reps
from planner.outputs.money_costs import money_costs
from planner.outputs.plan import Plan
from planner.outputs.svg import ALARM, MUTED, PLAN, SOFT, TODAY, figure_svg, short_label
from planner.outputs.wording import short_money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drawing = Callable[[Sequence[Plan], Sequence[str]], str | None]
# As many plans as stand apart in one chart.
MOST_PLANS = 8
SHADES = (PLAN, TODAY, "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#6a5acd")
LIGHTS = (("green", "good", "#009e73"), ("amber", "to watch", "#e69f00"), ("red", "poor", ALARM))


def reach_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return goal, reps' quotas and likely bookings of each plan, None where none is simulated."""
    known = [at for at, plan in enumerate(plans) if plan.outcomes and plan.quotas]
    if not known:
        return None
    with new_chart(HALF, MARGIN + 0.42 * max(len(known), 2)) as (figure, axes):
        for line, at in enumerate(reversed(known)):
            _draw_reach(axes, plans[at], line, first=line == 0)
        axes.set_yticks(
            range(len(known)), [_reach_label(plans[at], names[at]) for at in known][::-1]
        )
        axes.set_ylim(-0.6, len(known) - 0.4)
        currency = plans[0].data.currency
        axes.xaxis.set_major_formatter(lambda value, _: short_money(currency, value))
        axes.locator_params(axis="x", nbins=4)
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=2)
        return figure_svg(figure, "reach", "Goal, quotas and likely bookings of each plan.")


def _draw_reach(axes: Axes, plan: Plan, line: int, *, first: bool) -> None:
    assert plan.outcomes is not None
    assert plan.quotas is not None
    company = next(one for one in plan.outcomes.outcomes if one.level == "company")
    label: Callable[[str], str] = lambda words: words if first else "_"  # noqa: E731 - two words long
    axes.hlines(
        line,
        company.p10,
        company.p90,
        color=SOFT,
        linewidth=9,
        label=label("8 years of 10 lie here"),
    )
    axes.plot([company.p50], [line], "o", color=PLAN, markersize=7, label=label("the middle year"))
    axes.plot(
        [plan.quotas.goal],
        [line],
        "|",
        color=ALARM,
        markersize=18,
        markeredgewidth=2.5,
        label=label("goal"),
    )
    total = plan.quotas.totals.get("rep", 0)
    axes.plot(
        [total],
        [line],
        "|",
        color=MUTED,
        markersize=14,
        markeredgewidth=2,
        label=label("all reps' quotas"),
    )


def _reach_label(plan: Plan, name: str) -> str:
    chance = plan.outcomes.goal_probability if plan.outcomes else 0.0
    return f"{short_label(name)} · {chance:.0%}"


def cost_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return what each plan costs a year by term, in money; None where nothing costs anything."""
    costs = [money_costs(plan) for plan in plans]
    terms = sorted({term for found in costs for term in found})
    if not terms:
        return None
    scale = plans[0].data.currency.scale
    with new_chart(HALF, MARGIN + 0.34 * max(len(plans), 2)) as (figure, axes):
        lines, left = np.arange(len(plans)), np.zeros(len(plans))
        for shade, term in zip(SHADES * (len(terms) // len(SHADES) + 1), terms, strict=False):
            values = [found.get(term, 0.0) for found in costs][::-1]
            axes.barh(
                lines, values, left=left, color=shade, height=0.6, label=term.replace("_", " ")
            )
            left += values
        axes.set_yticks(lines, [short_label(name) for name in names][::-1])
        currency = plans[0].data.currency
        axes.xaxis.set_major_formatter(lambda value, _: short_money(currency, value * scale))
        axes.locator_params(axis="x", nbins=4)
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=3)
        return figure_svg(figure, "cost", "What each plan costs a year, by term.")


def fairness_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return how many tests of fairness each plan passes, None where none was made."""
    if not any(plan.assessment for plan in plans):
        return None
    with new_chart(HALF, MARGIN + 0.34 * max(len(plans), 2)) as (figure, axes):
        lines, left = np.arange(len(plans)), np.zeros(len(plans))
        for light, words, shade in LIGHTS:
            values = np.array([_count_lights(plan, light) for plan in plans][::-1], dtype=float)
            axes.barh(lines, values, left=left, color=shade, height=0.6, label=words)
            left += values
        axes.set_yticks(lines, [short_label(name) for name in names][::-1])
        axes.locator_params(axis="x", integer=True)
        axes.set_xlabel("tests of fairness")
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=3)
        return figure_svg(figure, "fairness", "Tests of fairness by plan.")


def _count_lights(plan: Plan, light: str) -> int:
    tests = plan.assessment.fairness if plan.assessment else ()
    return sum(test.light == light and not test.circular for test in tests)


def _with_reps(
    draw: Callable[[Sequence[Plan], Sequence[str], Sequence[ComparedRep]], str | None],
) -> Drawing:
    """Return a chart of people as one that finds them itself."""
    return lambda plans, names: draw(plans, names, compare_reps(plans))


def _last_winners(
    plans: Sequence[Plan], names: Sequence[str], reps: Sequence[ComparedRep]
) -> str | None:
    return winners_chart(plans, len(plans) - 1, names, reps) if len(plans) > 1 else None


# What a comparison shows, on its page and in the review application: title and drawing by name.
CHARTS: dict[str, tuple[str, Drawing]] = {
    "reach": ("Goal, cushion and likely bookings, with the chance of the goal", reach_chart),
    "goal": ("Chance to book at least so much", goal_chart),
    "attainment": ("Attainment of reps", attainment_chart),
    "cost": ("What it costs a year", cost_chart),
    "fairness": ("Fairness", fairness_chart),
    "months": ("Capacity by month against the goal", months_chart),
    "slopes": ("Quotas from last year to each plan", _with_reps(slope_chart)),
    "winners": ("Who gains and who loses, last against first", _with_reps(_last_winners)),
}
