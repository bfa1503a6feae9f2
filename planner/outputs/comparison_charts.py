"""The charts of a comparison; each takes plans, the first of which is the baseline."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.capacity import monthly_capacity
from planner.outputs.charts import HALF, LINE_HEIGHT, MARGIN, WHOLE, new_chart, set_money_axis
from planner.outputs.comparison_people import ComparedRep
from planner.outputs.plan import Floats, Plan
from planner.outputs.svg import (
    ALARM,
    INK,
    LINE,
    MUTED,
    PLAN,
    SOFT,
    TODAY,
    figure_svg,
    short_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The baseline, then the others; beyond these they repeat with another dash.
COLOURS = (MUTED, PLAN, TODAY, ALARM, SOFT, INK)
DASHES = ("-", "--", ":", "-.")
LAST_YEAR = "own quota last year"
# Characters that fit in a line below all points or bars of a chart.
HALF_LINE, WHOLE_LINE = 56, 126
MOST_REPS, MOST_TEAMS, MOST_SLOPES = 24, 10, 60


def line_style(place: int) -> dict[str, Any]:
    """Return colour and dash of a plan by its place."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place // len(COLOURS) % len(DASHES)],
    }


def goal_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return how likely each plan reaches any bookings, with its goal; None where not simulated."""
    known = [
        at for at, plan in enumerate(plans) if plan.outcomes and plan.outcomes.company_quantiles
    ]
    if not known:
        return None
    with new_chart(HALF, 3.2) as (figure, axes):
        for place in known:
            plan = plans[place]
            assert plan.outcomes is not None
            quantiles = np.array(plan.outcomes.company_quantiles, dtype=np.float64)
            chance = 1.0 - np.arange(1, 100) / 100
            axes.plot(
                quantiles,
                chance,
                linewidth=1.8,
                label=short_label(names[place]),
                **line_style(place),
            )
            goal = plan.quotas.goal if plan.quotas else 0
            likely = plan.outcomes.goal_probability
            axes.plot([goal], [likely], "o", color=line_style(place)["color"], markersize=6)
            axes.annotate(
                f"{100 * likely:.0f}%",
                (goal, likely),
                (6, 4),
                textcoords="offset points",
                color=INK,
            )
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_ylabel("chance to book at least this")
        set_money_axis(axes, plans[0], "x", "bookings of the year; ● the goal")
        axes.grid(visible=True)
        figure.legend(loc="outside upper left", ncols=2)
        words = "Chance of reaching any bookings, by plan; a point marks each plan's goal."
        return figure_svg(figure, "compare-goal", words)


def attainment_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return how reps' simulated attainment spreads, by plan; None where not simulated."""
    known = [
        at for at, plan in enumerate(plans) if plan.outcomes and plan.outcomes.attainment_shares
    ]
    if not known:
        return None
    with new_chart(HALF, 3.2) as (figure, axes):
        edges = np.arange(27) / 10
        for place in known:
            outcomes = plans[place].outcomes
            assert outcomes is not None
            axes.stairs(
                np.array(outcomes.attainment_shares),
                edges,
                linewidth=1.8,
                label=short_label(names[place]),
                **line_style(place),
            )
        axes.axvline(1.0, color=ALARM, linewidth=1.0)
        axes.set_xlim(0, 2.6)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("attainment of a rep (250% and more in the last step)")
        axes.set_ylabel("share of reps and simulated years")
        axes.grid(visible=True, axis="y")
        figure.legend(loc="outside upper left", ncols=2)
        return figure_svg(figure, "compare-attainment", "Simulated attainment of reps, by plan.")


def slope_chart(
    plans: Sequence[Plan], names: Sequence[str], reps: Sequence[ComparedRep]
) -> str | None:
    """Return each rep's quota from last year's through the plans; None with nothing to join."""
    points, rows = _slopes(plans, names, reps)
    if len(points) < 2 or not rows:
        return None
    change = np.array([np.nanmax(values) - np.nanmin(values) for _, values in rows])
    order = np.argsort(-change, kind="stable")[:MOST_SLOPES]
    loudest = set(order[: min(8, len(order))].tolist())
    with new_chart(HALF, 4.2) as (figure, axes):
        at = np.arange(len(points))
        for place in order[::-1].tolist():
            _, values = rows[place]
            known = values[~np.isnan(values)]
            colour = PLAN if known[-1] >= known[0] else ALARM
            colour = colour if place in loudest and change[place] > 0 else SOFT
            axes.plot(at, values, "o-", color=colour, linewidth=1.3, markersize=3.5)
        _name_slopes(axes, [rows[place] for place in sorted(loudest) if change[place] > 0])
        axes.set_xticks(at, [_wrap(name, HALF_LINE // len(points)) for name in points])
        axes.set_xlim(-0.15, len(points) - 1 + 0.55)
        set_money_axis(axes, plans[0], "y", "quota", minor=False)
        axes.grid(visible=True, axis="y")
        words = "Each rep's own quota last year (of a full year) and in every plan; the largest changes are named."
        return figure_svg(figure, "compare-slopes", words)


def _slopes(
    plans: Sequence[Plan], names: Sequence[str], reps: Sequence[ComparedRep]
) -> tuple[list[str], list[tuple[ComparedRep, Floats]]]:
    """Return the points of the slopes, and each rep's quota at them, units of the currency."""
    scale = plans[0].data.currency.scale
    known = any(rep.last_quota for rep in reps)
    points = [*([LAST_YEAR] if known else []), *names]
    rows = []
    for rep in reps:
        quotas = [None if one is None else one.quota for one in rep.figures]
        quotas = [*([rep.last_quota] if known else []), *quotas]
        values = np.array([np.nan if one is None else one / scale for one in quotas])
        if np.nansum(values) > 0:
            rows.append((rep, values))
    return points, rows


def _name_slopes(axes: Axes, rows: Sequence[tuple[ComparedRep, Floats]]) -> None:
    """Write names at the right end, moved apart where they would cover each other."""
    ends = [(float(values[~np.isnan(values)][-1]), rep.name) for rep, values in rows]
    low, high = axes.get_ylim()
    step, floor = (high - low) * 0.05, -np.inf
    for value, name in sorted(ends):
        height = max(value, floor + step)
        floor = height
        axes.annotate(
            short_label(name, 18),
            (len(rows[0][1]) - 1, value),
            (len(rows[0][1]) - 1 + 0.06, height),
            color=INK,
            fontsize=7.5,
            va="center",
        )


def months_chart(plans: Sequence[Plan], names: Sequence[str]) -> str | None:
    """Return capacity by month of every plan against the baseline's goal; None without quotas."""
    found = [monthly_capacity(plan) for plan in plans]
    if not found[0].goal.any():
        return None
    with new_chart(HALF, 3.2) as (figure, axes):
        months = np.arange(len(found[0].starts))
        axes.bar(
            months, found[0].goal, color=LINE, width=0.8, label=f"goal, {short_label(names[0], 18)}"
        )
        for place, one in enumerate(found):
            if one.starts == found[0].starts:
                axes.plot(
                    months,
                    one.capacity,
                    marker="o",
                    markersize=3.5,
                    linewidth=1.6,
                    label=f"capacity, {short_label(names[place], 18)}",
                    **line_style(place),
                )
        axes.set_xticks(months, [f"{start:%b}" for start in found[0].starts])
        axes.set_ylim(bottom=0)
        set_money_axis(axes, plans[0], "y", "a month")
        axes.grid(visible=True, axis="y")
        figure.legend(loc="outside upper left", ncols=2)
        return figure_svg(figure, "compare-months", "Capacity of each month against the goal.")


def waterfall_chart(
    plan: Plan, steps: Sequence[tuple[str, float]], name: str, words: str
) -> str | None:
    """Return how steps lead from the first figure to the last, None where nothing differs.

    Parameters
    ----------
    plan
        For its currency.
    steps
        The first and the last are totals, those between are changes; minor units.
    name, words
        Tells the chart from others, and says what it shows.
    """
    changes = [(label, value) for label, value in steps[1:-1] if abs(value) >= 0.5]
    if not changes:
        return None
    shown = [steps[0], *_largest(changes), steps[-1]]
    tops = np.cumsum([value for _, value in shown[:-1]])
    with new_chart(WHOLE, 3.0) as (figure, axes):
        bars = range(len(shown))
        axes.bar(0, shown[0][1], color=SOFT, width=0.62)
        axes.bar(len(shown) - 1, shown[-1][1], color=PLAN, width=0.62)
        for place in list(bars)[1:-1]:
            value = shown[place][1]
            colour = PLAN if value >= 0 else ALARM
            axes.bar(place, value, bottom=tops[place - 1], color=colour, width=0.62, alpha=0.75)
            axes.plot(
                [place - 0.69, place - 0.31], [tops[place - 1]] * 2, color=MUTED, linewidth=0.8
            )
        _write_amounts(axes, plan, shown, tops)
        axes.set_xticks(list(bars), [_wrap(label, WHOLE_LINE // len(shown)) for label, _ in shown])
        _zoom(axes, shown, tops)
        set_money_axis(axes, plan, "y", words.partition(",")[0].lower())
        axes.grid(visible=True, axis="y")
        return figure_svg(figure, name, words)


def _wrap(label: str, width: int) -> str:
    """Return a label of short lines, as fits under a bar or a point."""
    plain = short_label(label, 40)
    width = max(min(width, 16), 8)
    lines = textwrap.wrap(plain, width, max_lines=4, placeholder="…", break_long_words=False)
    return "\n".join(lines)


def _largest(changes: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the largest changes in their order, the others as one."""
    if len(changes) <= MOST_TEAMS:
        return changes
    sizes = sorted((abs(value) for _, value in changes), reverse=True)
    limit = sizes[MOST_TEAMS - 2]
    kept = [change for change in changes if abs(change[1]) >= limit][: MOST_TEAMS - 1]
    rest = sum(value for _, value in changes) - sum(value for _, value in kept)
    return [*kept, (f"{len(changes) - len(kept)} others", rest)]


def _write_amounts(
    axes: Axes, plan: Plan, shown: Sequence[tuple[str, float]], tops: Floats
) -> None:
    from planner.outputs.wording import short_money

    for place, (_, value) in enumerate(shown):
        total = place in {0, len(shown) - 1}
        top = value if total else max(tops[place - 1], tops[place])
        words = short_money(plan.data.currency, value).split(" ")[1]
        words = words if total or value < 0 else f"+{words}"
        axes.annotate(
            words, (place, top), (0, 3), textcoords="offset points", ha="center", fontsize=8
        )


def _zoom(axes: Axes, shown: Sequence[tuple[str, float]], tops: Floats) -> None:
    """Cut the bars off below where the steps would be too small to see; the axis says so."""
    levels = np.array([*tops, shown[-1][1]])
    low, high = float(levels.min()), float(levels.max())
    if low > 0 and high - low < 0.35 * high:
        axes.set_ylim(max(0.0, low - 1.2 * (high - low)), high + 0.25 * (high - low))
        axes.set_title("the axis does not begin at nothing", loc="left", color=MUTED, fontsize=8)
    else:
        axes.margins(y=0.14)


def winners_chart(
    plans: Sequence[Plan], place: int, names: Sequence[str], reps: Sequence[ComparedRep]
) -> str | None:
    """Return the change of each rep's expected pay (or chance of quota) in one later plan."""
    pairs = [(rep, rep.figures[0], rep.figures[place]) for rep in reps]
    known = [(rep, a, b) for rep, a, b in pairs if a is not None and b is not None]
    by_pay = any(a.pay and b.pay for _, a, b in known)
    scale = plans[0].data.currency.scale
    values = [
        (
            rep,
            ((b.pay or 0) - (a.pay or 0)) / scale if by_pay else (b.chance or 0) - (a.chance or 0),
        )
        for rep, a, b in known
    ]
    values = sorted((one for one in values if abs(one[1]) > 1e-9), key=lambda one: -abs(one[1]))
    shown = sorted(values[:MOST_REPS], key=lambda one: one[1])
    if not shown:
        return None
    with new_chart(WHOLE, MARGIN + LINE_HEIGHT * max(len(shown), 3)) as (figure, axes):
        lines = np.arange(len(shown))
        amounts = np.array([value for _, value in shown])
        axes.barh(lines, amounts, color=[PLAN if v > 0 else ALARM for v in amounts], height=0.66)
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        axes.set_yticks(lines, [short_label(rep.name) for rep, _ in shown])
        if by_pay:
            set_money_axis(axes, plans[0], "x", "change of expected pay", minor=False)
        else:
            axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f} pts")
            axes.set_xlabel("change of the chance of quota")
        axes.grid(visible=True, axis="x")
        words = f"Who gains and who loses under {names[place]}, against {names[0]}."
        return figure_svg(figure, f"compare-winners-{place}", words)
