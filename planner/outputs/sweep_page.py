"""The page of a sweep: trade-off curves and every combination; it loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.inputs.money import currency as find_currency
from planner.outputs.report import page_environment, page_policy, page_style
from planner.outputs.sweep_charts import tradeoff_chart
from planner.outputs.sweep_records import PLANS
from planner.outputs.sweep_rows import (
    Figure,
    SweepRow,
    Tradeoff,
    find_unbeaten,
    known_tradeoffs,
)
from planner.outputs.wording import percent, short_money

SHOWN = {
    "goal_probability": ("Probability of the goal", "share"),
    "share_at_quota": ("Reps at quota", "share"),
    "bookings_expected": ("Expected bookings", "money"),
    "pay_expected": ("Expected pay", "money"),
    "money_cost": ("Cost of the alignment", "money"),
    "largest_deviation": ("Largest difference from fair share", "share"),
    "largest_spread": ("Spread", "share"),
    "accounts_moved": ("Accounts moved", "share"),
    "revenue_moved": ("Revenue moved", "share"),
    "fairness_poor": ("Fairness tests: poor", "number"),
}
# What people ask first, and which way of the figure answers it.
QUESTIONS = (
    ("Likeliest to make the goal", "goal_probability", True),
    ("Cheapest in pay", "pay_expected", False),
    ("Cheapest alignment", "money_cost", False),
    ("Best balanced", "largest_deviation", False),
    ("Fewest customers disturbed", "revenue_moved", False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPage:
    """What the page shows.

    Parameters
    ----------
    name, currency
        Of the scenario that was varied.
    rows
        One for each combination.
    kept
        Whether the plans' folders stand beside the page.
    """

    name: str
    currency: str
    rows: tuple[SweepRow, ...]
    kept: bool


def make_sweep_page(sweep: SweepPage) -> str:
    """Return the page as HTML without scripts."""
    from markupsafe import Markup

    css = page_style()
    planned = [row for row in sweep.rows if row.planned]
    tradeoffs = known_tradeoffs(sweep.rows)
    charts = [
        # Our own drawing, text escaped.
        {"title": one.title, "svg": Markup(tradeoff_chart(sweep.rows, one, sweep.currency))}  # noqa: S704
        for one in tradeoffs
    ]
    figures = [name for name in SHOWN if any(row.figures.get(name) is not None for row in planned)]
    page = page_environment().get_template("sweep.html.j2")
    return page.render(
        name=sweep.name,
        policy=page_policy(css),
        css=Markup(css),  # noqa: S704 - our own file
        lead=_lead(sweep.rows, planned),
        cards=_cards(sweep, planned),
        charts=charts,
        keys=[key.removeprefix("alignment.") for key in sweep.rows[0].values],
        heads=[SHOWN[name][0] for name in figures],
        rows=_rows(sweep, figures, tradeoffs),
        refused=[row for row in sweep.rows if not row.planned],
    )


def _lead(rows: Sequence[SweepRow], planned: Sequence[SweepRow]) -> str:
    without = len(rows) - len(planned)
    tail = (
        f" {without} {'have' if without > 1 else 'has'} no plan; the reasons stand below."
        if without
        else ""
    )
    return f"{len(rows)} combinations, {len(planned)} of them planned.{tail}"


def _cards(sweep: SweepPage, planned: Sequence[SweepRow]) -> list[dict[str, str]]:
    cards = []
    for question, name, most in QUESTIONS:
        known = [row for row in planned if row.figures.get(name) is not None]
        values = [row.figures[name] or 0 for row in known]
        if len(set(values)) < 2:
            continue
        best = (max if most else min)(values)
        winners = [row for row, value in zip(known, values, strict=True) if value == best]
        more = f" and {len(winners) - 1} more" if len(winners) > 1 else ""
        cards.append(
            {
                "label": question,
                "value": _word(best, SHOWN[name][1], sweep.currency),
                "note": ", ".join(winners[0].values.values()) + more,
            }
        )
    return cards


def _rows(
    sweep: SweepPage, figures: Sequence[str], tradeoffs: Sequence[Tradeoff]
) -> list[dict[str, Any]]:
    marks = [find_unbeaten(sweep.rows, one) for one in tradeoffs]
    return [
        {
            "values": list(row.values.values()),
            "link": f"{PLANS}/{row.name}/report.html" if sweep.kept else "",
            "figures": [_word(row.figures.get(f), SHOWN[f][1], sweep.currency) for f in figures],
            "best": any(flags[place] for flags in marks),
            "name": row.name,
        }
        for place, row in enumerate(sweep.rows)
        if row.planned
    ]


def _word(value: Figure, kind: str, code: str) -> str:
    if value is None:
        return "–"
    money = find_currency(code)
    if kind == "money":
        return short_money(money, value * money.scale)
    return percent(value, 1) if kind == "share" else f"{value:,.0f}"
