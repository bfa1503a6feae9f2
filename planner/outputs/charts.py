"""The charts of a plan: balance before and after, moves, quotas, the simulated year, seasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.outputs.moves import gained_and_lost, territory_quotas
from planner.outputs.plan import Floats, MeasureSummary, Plan
from planner.outputs.svg import (
    ALARM,
    BAND,
    INK,
    LINE,
    MUTED,
    PLAN,
    SETTINGS,
    SOFT,
    TODAY,
    figure_svg,
    short_label,
)
from planner.outputs.wording import measure_title, short_money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Render = Callable[["Figure", str, str], str]
# More lines than a page holds are shown as a distribution, or as the most telling ones.
MOST_LINES, MOST_BARS = 40, 20
# Inches of a chart that shares its line with another, and of one that has the page's width.
HALF, WHOLE = 5.0, 10.2
LINE_HEIGHT, MARGIN = 0.215, 0.95
FURTHEST = 2.0
MOST_NAMED = 3


@contextmanager
def new_chart(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure with one axes in the house's style."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(SETTINGS):  # type: ignore[arg-type]  # keys are strings
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.add_subplot()


def territory_labels(plan: Plan) -> list[str]:
    """Return each territory's id with the name of who holds it, (territories,)."""
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    labels = []
    for territory, rep_id in zip(plan.territory_ids, plan.seats.rep_ids, strict=True):
        name = names.get(rep_id, rep_id)
        labels.append(short_label(name if name == territory else f"{name} · {territory}"))
    return labels


def balance_chart(plan: Plan, name: str, render: Render = figure_svg) -> str:
    """Return how far each territory is from its fair share of a measure, today and proposed.

    Parameters
    ----------
    render
        What makes of a figure, its name and its words what is returned; here and below a drawing
        for a page by default.
    """
    measure = plan.alignment.measures[name]
    today, proposed = _shares(measure.today, measure), _shares(measure.proposed, measure)
    known = np.flatnonzero(np.isfinite(proposed))
    if len(known) > MOST_LINES:
        return _balance_distribution(name, measure, today[known], proposed[known], render)
    order = known[np.argsort(today[known], kind="stable")]
    with new_chart(HALF, MARGIN + LINE_HEIGHT * max(len(order), 2)) as (figure, axes):
        _draw_band(axes, measure, axes.axvspan)
        lines = np.arange(len(order))
        axes.hlines(lines, today[order], proposed[order], color=SOFT, linewidth=2)
        axes.plot(
            today[order], lines, "o", color=TODAY, markersize=6, fillstyle="none", label="today"
        )
        axes.plot(proposed[order], lines, "o", color=PLAN, markersize=6, label="proposed")
        labels = territory_labels(plan)
        axes.set_yticks(lines, [labels[place] for place in order.tolist()])
        _finish_shares(axes, figure, measure, name)
        # Half a line above and below, so that the first and the last dot are whole.
        axes.set_ylim(-0.6, max(len(order), 1) - 0.4)
        return render(figure, f"balance-{name}", _balance_words(name, measure))


def _shares(amount: Floats, measure: MeasureSummary) -> Floats:
    empty = np.full(len(amount), np.nan)
    share = np.divide(amount, measure.target, out=empty, where=measure.target > 0)
    return np.asarray(np.minimum(share, 1 + FURTHEST))


def _draw_band(axes: Axes, measure: MeasureSummary, span: Callable[..., Any]) -> None:
    if measure.tolerance is not None:
        low, high = 1 - measure.tolerance, 1 + measure.tolerance
        span(low, high, color=BAND, zorder=0, label="allowed")
    axes.axvline(1.0, color=MUTED, linewidth=0.8)


def _finish_shares(axes: Axes, figure: Figure, measure: MeasureSummary, name: str) -> None:
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.set_xlabel(f"share of the target of {measure_title(name).lower()}")
    axes.grid(visible=True, axis="x")
    axes.margins(y=0.03)
    figure.legend(loc="outside upper left", ncols=3)


def _balance_distribution(
    name: str, measure: MeasureSummary, today: Floats, proposed: Floats, render: Render
) -> str:
    known = today[np.isfinite(today)]
    both = np.concatenate([known, proposed])
    width = max((float(both.max()) - float(both.min())) / 48, 0.01)
    first, last = np.floor(both.min() / width), np.ceil(both.max() / width)
    edges = (np.arange(first, last + 1.5) * width).tolist()
    with new_chart(HALF, 2.6) as (figure, axes):
        _draw_band(axes, measure, axes.axvspan)
        axes.hist(known, edges, histtype="stepfilled", color=TODAY, alpha=0.45, label="today")
        axes.hist(proposed, edges, histtype="stepfilled", color=PLAN, alpha=0.75, label="proposed")
        axes.set_ylabel("territories")
        _finish_shares(axes, figure, measure, name)
        return render(figure, f"balance-{name}", _balance_words(name, measure))


def _balance_words(name: str, measure: MeasureSummary) -> str:
    largest = "unknown" if measure.max_deviation is None else f"{100 * measure.max_deviation:.1f}%"
    return (
        f"{measure_title(name)} of each territory against its fair share, today and proposed; "
        f"the largest proposed difference is {largest}."
    )


def moves_chart(plan: Plan, render: Render = figure_svg) -> str:
    """Return the accounts that come to and leave each territory, the busiest first."""
    gained, lost = gained_and_lost(plan)
    order = np.argsort(-(gained + lost), kind="stable")[:MOST_BARS][::-1]
    labels = territory_labels(plan)
    with new_chart(WHOLE, MARGIN + LINE_HEIGHT * max(len(order), 2)) as (figure, axes):
        lines = np.arange(len(order))
        axes.barh(lines, -lost[order], color=TODAY, height=0.66, label="accounts that leave")
        axes.barh(lines, gained[order], color=PLAN, height=0.66, label="accounts that come")
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        axes.set_yticks(lines, [labels[place] for place in order.tolist()])
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        axes.locator_params(axis="x", integer=True)
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=2)
        words = (
            f"Accounts that come and leave: {int(gained.sum()):,} come, {int(lost.sum()):,} leave."
        )
        return render(figure, "moves", words)


def quota_chart(plan: Plan, render: Render = figure_svg) -> str | None:
    """Return each rep's quota against the potential of his territory, None without quotas."""
    quota, potential = _quota_and_potential(plan)
    known = np.flatnonzero((quota > 0) & (potential > 0))
    if not len(known):
        return None
    rate = quota[known].sum() / potential[known].sum()
    with new_chart(HALF, 3.3) as (figure, axes):
        reach = np.array([0.0, potential[known].max() * 1.08])
        axes.plot(
            reach, reach * rate, color=MUTED, linewidth=0.9, label="same potential, same quota"
        )
        axes.fill_between(
            reach, reach * rate * 0.8, reach * rate * 1.2, color=BAND, label="within 20%"
        )
        axes.plot(
            potential[known], quota[known], "o", color=PLAN, markersize=5, alpha=0.8, label="a rep"
        )
        _name_outliers(axes, plan, known, potential, quota / np.maximum(potential * rate, 1e-9))
        set_money_axis(axes, plan, "x", "potential of the territory")
        set_money_axis(axes, plan, "y", "quota")
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.grid(visible=True)
        figure.legend(loc="outside upper left", ncols=3)
        return render(figure, "quota", "Each rep's quota against the potential of the territory.")


def _quota_and_potential(plan: Plan) -> tuple[Floats, Floats]:
    size, place = len(plan.territory_ids), plan.territory_of_account
    placed = place >= 0
    expected = plan.potential.expected[placed].astype(np.float64)
    potential = np.bincount(place[placed], weights=expected, minlength=size)
    return territory_quotas(plan), np.asarray(potential, np.float64)


def _name_outliers(
    axes: Axes, plan: Plan, known: np.ndarray[Any, Any], potential: Floats, ratio: Floats
) -> None:
    quota, _ = _quota_and_potential(plan)
    far = known[np.abs(ratio[known] - 1) > 0.2]
    labels, named = territory_labels(plan), np.empty((0, 2))
    size = np.array([0.35 * potential[known].max(), 0.08 * quota[known].max()])
    for place in far[np.argsort(-np.abs(ratio[far] - 1), kind="stable")].tolist():
        at = (potential[place], quota[place])
        # A name that would cover another is left out.
        if (np.abs(named - at) < size).all(axis=1).any() or len(named) == MOST_NAMED:
            continue
        named = np.vstack([named, at])
        axes.annotate(labels[place], at, (6, 3), textcoords="offset points", color=INK, fontsize=8)


def set_money_axis(axes: Axes, plan: Plan, which: str, words: str, *, minor: bool = True) -> None:
    """Label an axis of amounts in minor units (else in units) as people say them."""
    currency = plan.data.currency
    axis = axes.xaxis if which == "x" else axes.yaxis
    scale = 1 if minor else currency.scale
    axis.set_major_formatter(lambda value, _: short_money(currency, value * scale).split(" ")[1])
    axis.set_label_text(f"{words}, {currency.code}")


def outcome_chart(plan: Plan, render: Render = figure_svg) -> str | None:
    """Return the likely range of each rep's attainment, least sure first, None if not simulated."""
    outcomes = plan.outcomes.outcomes if plan.outcomes else ()
    reps = [one for one in outcomes if one.level == "rep" and one.quota > 0]
    if not reps:
        return None
    reps.sort(key=lambda one: (one.probability_of_quota, one.rep_id))
    shown = reps[: MOST_LINES if len(reps) <= MOST_LINES else MOST_BARS][::-1]
    quota = np.array([one.quota for one in shown], dtype=np.float64)
    low, middle, high = (
        np.minimum(np.array([getattr(one, name) for one in shown]) / quota, 1 + FURTHEST)
        for name in ("p10", "p50", "p90")
    )
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    with new_chart(WHOLE, MARGIN + LINE_HEIGHT * max(len(shown), 2)) as (figure, axes):
        lines = np.arange(len(shown))
        axes.hlines(lines, low, high, color=SOFT, linewidth=6, label="8 years of 10 lie here")
        axes.plot(middle, lines, "o", color=PLAN, markersize=5, label="the middle year")
        axes.axvline(1.0, color=ALARM, linewidth=1.2, label="quota")
        axes.set_yticks(lines, [short_label(names.get(one.rep_id, one.rep_id)) for one in shown])
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("bookings as a share of the quota")
        axes.set_xlim(left=0)
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=3)
        return render(figure, "outcomes", "Likely range of each rep's attainment.")


def season_chart(plan: Plan, render: Render = figure_svg) -> str | None:
    """Return the reps' quotas by month, None without quotas."""
    total = dict.fromkeys(plan.data.period.starts, 0)
    for line in plan.quotas.lines if plan.quotas else ():
        direct = plan.quotas is not None and line.component not in plan.quotas.beside
        if direct and line.level == "rep" and line.period_start in total:
            total[line.period_start] += line.quota
    if not any(total.values()):
        return None
    with new_chart(HALF, 2.5) as (figure, axes):
        lines = np.arange(len(total))
        axes.bar(lines, list(total.values()), color=PLAN, width=0.72)
        axes.set_xticks(
            lines,
            [
                f"{start:%b}\n{start:%Y}" if place in {0} or start.month == 1 else f"{start:%b}"
                for place, start in enumerate(total)
            ],
        )
        set_money_axis(axes, plan, "y", "quotas of all reps")
        axes.grid(visible=True, axis="y", color=LINE)
        return render(figure, "season", "Quotas of all reps by month.")
