"""Charts of what people did and have open: productivity, stages, ramp."""

from __future__ import annotations

import numpy as np

from planner.outputs.charts import (
    HALF,
    LINE_HEIGHT,
    MARGIN,
    MOST_BARS,
    MOST_LINES,
    WHOLE,
    new_chart,
    set_money_axis,
)
from planner.outputs.plan import Plan
from planner.outputs.standing_tables import open_pipeline, people_names, score_cards
from planner.outputs.svg import BAND, MUTED, PLAN, SOFT, TODAY, figure_svg, short_label
from planner.potential.people.performance import PRODUCTIVITY


def productivity_chart(plan: Plan) -> str | None:
    """Return each rep's productivity with its 80% interval, None where nobody's is known."""
    known = [(card.subject, card.metric(PRODUCTIVITY)) for card in score_cards(plan)]
    found = [(subject, metric) for subject, metric in known if metric is not None]
    if not found:
        return None
    found.sort(key=lambda one: (-one[1].value, one[0]))
    if len(found) > MOST_LINES:
        found = [*found[: MOST_BARS // 2], *found[-MOST_BARS // 2 :]]
    names, lines = people_names(plan), np.arange(len(found))
    value, low, high = (
        np.array([getattr(metric, name) for _, metric in found])
        for name in ("value", "low", "high")
    )
    with new_chart(WHOLE, MARGIN + LINE_HEIGHT * max(len(found), 2)) as (figure, axes):
        axes.hlines(lines, low, high, color=SOFT, linewidth=6, label="80% range")
        axes.plot(value, lines, "o", color=PLAN, markersize=5, label="productivity")
        axes.axvline(1.0, color=MUTED, linewidth=1.0, label="a typical rep")
        axes.set_yticks(lines, [short_label(names.get(rep, rep)) for rep, _ in found])
        axes.invert_yaxis()
        axes.set_xlabel("multiple of what a typical rep would have booked with the same accounts")
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=3)
        return figure_svg(figure, "productivity", "Productivity of each rep with its 80% range.")


def stages_chart(plan: Plan) -> str | None:
    """Return the open pipeline by stage, at face and as expected, None without one."""
    health = open_pipeline(plan)
    stages = [stage for stage in (health.stages if health else ()) if stage.amount > 0]
    if not stages:
        return None
    lines = np.arange(len(stages))
    face = np.array([stage.amount for stage in stages], dtype=float)
    with new_chart(WHOLE, MARGIN + 0.3 * max(len(stages), 2)) as (figure, axes):
        axes.barh(lines, face, color=BAND, height=0.7, label="open, at face")
        expected = [stage.amount * stage.probability for stage in stages]
        axes.barh(lines, expected, color=PLAN, height=0.42, label="weighed by the chance to win")
        axes.set_yticks(lines, [short_label(stage.name) for stage in stages])
        axes.invert_yaxis()
        set_money_axis(axes, plan, "x", "open pipeline")
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left", ncols=2)
        return figure_svg(figure, "stages", "Open pipeline by stage, at face and as expected.")


def ramp_chart(plan: Plan) -> str | None:
    """Return the measured ramp with its interval beside the plan's, None where not measured."""
    standing = plan.standing
    if standing is None or standing.ramp is None:
        return None
    ramp, months = standing.ramp, np.arange(1, len(standing.ramp.share) + 1)
    stated = [*standing.stated_ramp, *([1.0] * len(months))][: len(months)]
    with new_chart(HALF, 2.6) as (figure, axes):
        axes.fill_between(months, ramp.low, ramp.high, color=BAND, label="80% range")
        axes.plot(months, ramp.share, color=PLAN, label="measured here")
        axes.step(months, stated, where="mid", color=TODAY, label="in this plan")
        axes.set_ylim(0, max(1.1, float(np.max(ramp.high)) * 1.02))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("month since hire")
        axes.grid(visible=True)
        figure.legend(loc="outside upper left", ncols=3)
        return figure_svg(figure, "ramp", "Ramp of new reps, measured and as planned.")
