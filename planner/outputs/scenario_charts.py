"""Plans side by side as charts: what each may reach, costs, pays out fairly, and who gains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.charts import HALF, LINE_HEIGHT, MARGIN, WHOLE, new_chart
from planner.outputs.plan import Plan
from planner.outputs.svg import ALARM, MUTED, PLAN, SOFT, TODAY, figure_svg, short_label
from planner.outputs.wording import short_money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As many plans as stand apart in one chart, and as many people as a reader takes in.
MOST_PLANS, MOST_PEOPLE = 8, 15
SHADES = (PLAN, TODAY, "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#6a5acd")
LIGHTS = (("green", "good", "#009e73"), ("amber", "to watch", "#e69f00"), ("red", "poor", ALARM))
FURTHEST = 2.0


def reach_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return goal, reps' quotas and likely bookings of each plan, None where none is simulated."""
    known = [at for at, plan in enumerate(plans) if plan.outcomes and plan.quotas]
    if not known:
        return None
    with new_chart(WHOLE, MARGIN + 0.42 * max(len(known), 2)) as (figure, axes):
        for line, at in enumerate(reversed(known)):
            _draw_reach(axes, plans[at], line, first=line == 0)
        axes.set_yticks(
            range(len(known)), [_reach_label(plans[at], names[at]) for at in known][::-1]
        )
        axes.set_ylim(-0.6, len(known) - 0.4)
        currency = plans[0].data.currency
        axes.xaxis.set_major_formatter(lambda value, _: short_money(currency, value))
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=4)
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
    """Return what each plan costs a year by term, None where nothing costs anything."""
    terms = sorted({term for plan in plans for term in plan.alignment.cost_by_term})
    if not terms:
        return None
    scale = plans[0].data.currency.scale
    with new_chart(HALF, MARGIN + 0.34 * max(len(plans), 2)) as (figure, axes):
        lines, left = np.arange(len(plans)), np.zeros(len(plans))
        for shade, term in zip(SHADES * (len(terms) // len(SHADES) + 1), terms, strict=False):
            values = [plan.alignment.cost_by_term.get(term, 0.0) for plan in plans][::-1]
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
        axes.set_xlabel("tests of fairness")
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=3)
        return figure_svg(figure, "fairness", "Tests of fairness by plan.")


def _count_lights(plan: Plan, light: str) -> int:
    tests = plan.assessment.fairness if plan.assessment else ()
    return sum(test.light == light and not test.circular for test in tests)


def attainment_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return how the reps' expected attainment is spread in each plan, None if not simulated."""
    spread = [_attainments(plan) for plan in plans]
    if not any(len(values) for values in spread):
        return None
    edges = np.linspace(0.0, FURTHEST, 21)
    with new_chart(WHOLE, 2.8) as (figure, axes):
        for shade, values, name in zip(SHADES, spread, names, strict=False):
            if len(values):
                share = np.histogram(np.minimum(values, FURTHEST - 1e-9), edges)[0] / len(values)
                axes.stairs(share, edges, color=shade, linewidth=1.8, label=short_label(name))
        axes.axvline(1.0, color=ALARM, linewidth=1.0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("expected bookings as a share of the quota")
        axes.set_ylabel("of the reps")
        axes.grid(visible=True, axis="y")
        figure.legend(loc="outside upper left", ncols=4)
        return figure_svg(figure, "attainment", "How the reps' expected attainment is spread.")


def _attainments(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    outcomes = plan.outcomes.outcomes if plan.outcomes else ()
    return np.array(
        [one.expected / one.quota for one in outcomes if one.level == "rep" and one.quota > 0]
    )


def gains_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return whose quota differs most from the baseline in the last plan, None where nobody's."""
    baseline, last = plans[0], plans[-1]
    if len(plans) < 2 or baseline.quotas is None or last.quotas is None:
        return None
    before, after = baseline.quotas.by_person("rep"), last.quotas.by_person("rep")
    people = {rep.rep_id: rep.name for plan in (baseline, last) for rep in plan.data.reps}
    changes = {rep: after.get(rep, 0) - before.get(rep, 0) for rep in {*before, *after}}
    shown = sorted(
        (rep for rep in changes if changes[rep]), key=lambda rep: (-abs(changes[rep]), rep)
    )
    chosen = sorted(shown[:MOST_PEOPLE], key=lambda rep: (changes[rep], rep))
    if not chosen:
        return None
    with new_chart(WHOLE, MARGIN + LINE_HEIGHT * max(len(chosen), 2)) as (figure, axes):
        values = [changes[rep] for rep in chosen]
        axes.barh(
            range(len(chosen)),
            values,
            color=[PLAN if value > 0 else TODAY for value in values],
            height=0.7,
        )
        axes.set_yticks(range(len(chosen)), [short_label(people.get(rep, rep)) for rep in chosen])
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        currency = baseline.data.currency
        axes.xaxis.set_major_formatter(lambda value, _: short_money(currency, value))
        axes.set_xlabel(
            f"quota in “{short_label(names[-1])}” less quota in “{short_label(names[0])}”"
        )
        axes.grid(visible=True, axis="x")
        return figure_svg(figure, "gains", "Whose quota rises and falls most against the baseline.")


CHARTS: dict[str, tuple[str, Callable[[Sequence[Plan], Sequence[str]], str | None]]] = {
    "reach": ("Goal, cushion and likely bookings, with the chance of the goal", reach_chart),
    "attainment": ("How attainment is spread", attainment_chart),
    "cost": ("What it costs a year", cost_chart),
    "fairness": ("Fairness", fairness_chart),
    "gains": ("Whose quota rises and falls most", gains_chart),
}
