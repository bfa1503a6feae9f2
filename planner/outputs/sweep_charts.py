"""The trade-off curves of a sweep: every combination a point, the unbeaten ones joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.money import currency as find_currency
from planner.outputs.charts import HALF, new_chart
from planner.outputs.plan import Floats
from planner.outputs.svg import ALARM, INK, MUTED, PLAN, SOFT, figure_svg, short_label
from planner.outputs.sweep_rows import SweepRow, Tradeoff, find_unbeaten
from planner.outputs.wording import short_money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MOST_NAMED = 12
AXES = {
    "revenue_moved": "share of revenue that changes hands",
    "accounts_moved": "share of accounts that change hands",
    "largest_deviation": "largest difference from a fair share",
    "largest_spread": "spread of the territories (cv)",
    "pay_expected": "expected pay",
    "goal_probability": "probability of the goal",
    "money_cost": "cost of the alignment, a year",
}
LEAST_SPAN = 0.002
MONEY = frozenset({"pay_expected", "money_cost"})


def tradeoff_chart(rows: Sequence[SweepRow], tradeoff: Tradeoff, code: str) -> str:
    """Return one trade-off as a chart.

    Parameters
    ----------
    rows
        The sweep's; those without both figures are left out.
    tradeoff
        Which figures.
    code
        The currency's.
    """
    marks = find_unbeaten(rows, tradeoff)
    known = [
        place
        for place, row in enumerate(rows)
        if row.figures.get(tradeoff.x) is not None and row.figures.get(tradeoff.y) is not None
    ]
    points = np.array(
        [[rows[p].figures[tradeoff.x], rows[p].figures[tradeoff.y]] for p in known], dtype=float
    )
    best = np.flatnonzero(marks[known])
    order = best[np.lexsort((points[best, 1], points[best, 0]))]
    with new_chart(HALF, 3.6) as (figure, axes):
        axes.plot(*points.T, "o", color=SOFT, markersize=5, label="a combination")
        axes.plot(
            *points[order].T,
            "o-",
            color=PLAN,
            markersize=6,
            linewidth=1.4,
            label="no other beats it",
        )
        first = points[[at for at, place in enumerate(known) if place == 0]]
        if len(first):
            axes.plot(
                *first.T, "o", color=ALARM, markersize=10, fillstyle="none", label="the first"
            )
        _name_points(
            axes, _labels(rows, [known[place] for place in order]), points[order], tradeoff
        )
        for axis, name in ((axes.xaxis, tradeoff.x), (axes.yaxis, tradeoff.y)):
            if name in MONEY:
                axis.set_major_formatter(_word_money(code))
            else:
                _set_shares(axis)
            axis.set_label_text(AXES[name] + (f", {code}" if name in MONEY else ""))
        axes.locator_params(axis="x", nbins=6)
        axes.margins(0.12)
        axes.grid(visible=True)
        figure.legend(loc="outside upper left", ncols=3)
        words = f"{tradeoff.title}: {len(known)} combinations, {len(best)} of which no other beats."
        return figure_svg(figure, f"tradeoff-{tradeoff.name}", words)


def _word_money(code: str) -> Callable[[float, float], str]:
    money = find_currency(code)
    return lambda value, _: short_money(money, value * money.scale).split(" ")[1]


def _set_shares(axis: Axis) -> None:
    """Word ticks as percentages that differ from each other; no axis spans less than 0.2%."""
    from matplotlib.ticker import PercentFormatter

    low, high = axis.get_data_interval()
    lacking = max(LEAST_SPAN - (high - low), 0) / 2
    axis.set_data_interval(low - lacking, high + lacking)
    axis.axes.autoscale_view()
    axis.set_major_formatter(PercentFormatter(1.0))


def _labels(rows: Sequence[SweepRow], places: Sequence[int]) -> list[str]:
    """Return what tells each row from the others: the values of the keys that take several."""
    several = [key for key in rows[0].values if len({row.values[key] for row in rows}) > 1]
    return [", ".join(rows[place].values[key] for key in several) for place in places]


def _name_points(axes: Axes, labels: Sequence[str], points: Floats, tradeoff: Tradeoff) -> None:
    """Name the unbeaten points by what was varied, those that would cover others left out."""
    if not len(points):
        return
    reach = np.maximum(np.ptp(points, axis=0), 1e-12) * (0.16, 0.07)
    beside = (7, -9) if tradeoff.y_up else (6, 4)
    named = np.empty((0, 2))
    for label, point in zip(labels, points, strict=True):
        if (np.abs(named - point) < reach).all(axis=1).any() or len(named) >= MOST_NAMED:
            continue
        named = np.vstack([named, point])
        words, at = short_label(label), (float(point[0]), float(point[1]))
        axes.annotate(words, at, beside, textcoords="offset points", color=INK, fontsize=7.5)
    axes.tick_params(colors=MUTED)
