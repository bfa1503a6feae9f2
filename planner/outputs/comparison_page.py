"""The comparison as one page that opens with no network: who makes the goal, at what cost, who loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.outputs.assessment_tables import known_pay
from planner.outputs.comparison import Comparison, Line, word_change, word_figure
from planner.outputs.comparison_charts import waterfall_chart, winners_chart
from planner.outputs.comparison_people import ComparedRep, compare_reps, count_verdicts
from planner.outputs.comparison_sheets import Sheet
from planner.outputs.comparison_steps import bookings_steps, cost_steps
from planner.outputs.money_costs import money_cost
from planner.outputs.moves import revenue_at_risk
from planner.outputs.plan import Plan
from planner.outputs.report import page_environment, page_policy, page_style
from planner.outputs.report_tables import Cell, PageTable, number_cell, word_cell
from planner.outputs.scenario_charts import CHARTS
from planner.outputs.wording import percent, short_money

MOST_ROWS = 120
# On the page the table of reps shows these; the workbook has them all.
REP_COLUMNS = (
    "Rep",
    "Name",
    "Team",
    "quota",
    "change of quota",
    "chance of quota",
    "expected pay",
    "for the rep",
)


def make_comparison_page(plans: Sequence[Plan], comparison: Comparison) -> str:
    """Return the page as HTML without scripts; the same plans give the same bytes.

    Parameters
    ----------
    plans
        The first is the baseline.
    comparison
        Of the same plans.
    """
    from markupsafe import Markup

    css, names, reps = page_style(), comparison.names, compare_reps(plans)
    environment = page_environment()
    table = environment.get_template("table.html.j2")

    def render(rows: PageTable | None) -> Markup:
        # Made by our own escaping template.
        return Markup(table.render(table=rows) if rows and rows.rows else "")  # noqa: S704

    sheets = {sheet.name: sheet for sheet in comparison.sheets}
    return environment.get_template("compare.html.j2").render(
        names=names,
        policy=page_policy(css),
        css=Markup(css),  # noqa: S704 - our own file
        answers=answer_questions(plans, names, reps),
        charts=_overview(plans, names),
        pairs=[_pair(plans, place, names, reps) for place in range(1, len(plans))],
        headlines=render(line_table(comparison.headlines, names, changes=True)),
        keys=render(line_table(comparison.scenarios, names, changes=False)),
        reps=render(sheet_table(sheets.get("reps"), REP_COLUMNS)),
        sheets=[
            {"title": sheet.title, "note": sheet.note, "table": render(sheet_table(sheet))}
            for sheet in comparison.sheets
            if sheet.name != "reps"
        ],
        rep_note=sheets["reps"].note if "reps" in sheets else "",
    )


def answer_questions(
    plans: Sequence[Plan], names: Sequence[str], reps: Sequence[ComparedRep]
) -> list[dict[str, Any]]:
    """Return the three questions of finance with their answers in plain sentences."""
    return [
        {"question": "Which is likelier to make the goal?", "lines": _goal_lines(plans, names)},
        {"question": "What does it cost?", "lines": _cost_lines(plans, names)},
        {"question": "Who loses?", "lines": _loser_lines(plans, names, reps)},
    ]


def _goal_lines(plans: Sequence[Plan], names: Sequence[str]) -> list[str]:
    found = [
        (plan.outcomes.goal_probability, place)
        for place, plan in enumerate(plans)
        if plan.outcomes is not None
    ]
    if not found:
        return ["None of the plans sets a goal, so none is simulated."]
    best, place = max(found, key=lambda one: (one[0], -one[1]))
    others = [(chance, at) for chance, at in found if at != place]
    lines = [f"{names[place]}: in {percent(best, 1)} of the simulated years."]
    lines += [
        f"{names[at]}: {percent(chance, 1)}, {100 * (best - chance):.1f} points less."
        if best > chance
        else f"{names[at]}: {percent(chance, 1)}, as likely."
        for chance, at in others
    ]
    goals = {plan.quotas.goal for plan in plans if plan.quotas}
    if len(goals) > 1:
        lines.append("The goals differ, so a lower probability can stand for a higher goal.")
    return lines


def _cost_lines(plans: Sequence[Plan], names: Sequence[str]) -> list[str]:
    lines = []
    for plan, name in zip(plans, names, strict=True):
        money, pay = plan.data.currency, known_pay(plan)
        parts = []
        if pay:
            share = (
                ""
                if pay.cost_of_sales is None
                else f", {percent(pay.cost_of_sales, 1)} of bookings"
            )
            parts.append(
                f"pay {short_money(money, pay.expected)} expected ({short_money(money, pay.p10)} to "
                f"{short_money(money, pay.p90)} in eight of ten years{share})"
            )
        whole = money_cost(plan)
        if whole is not None:
            cost = short_money(money, whole * money.scale)
            parts.append(f"travel, change and balance {cost} a year")
        lines.append(f"{name}: {'; '.join(parts)}.")
    return lines


def _loser_lines(
    plans: Sequence[Plan], names: Sequence[str], reps: Sequence[ComparedRep]
) -> list[str]:
    lines = []
    for place in range(1, len(plans)):
        counts = count_verdicts(reps, place)
        words = ", ".join(f"{count} {_verb(word, count)}" for word, count in counts.items())
        losers = _worst(reps, place)
        named = f" Most: {', '.join(losers)}." if losers else ""
        lines.append(
            f"{names[place]}, against {names[0]}: {words} of {sum(counts.values())} reps.{named}"
        )
    for plan, name in zip(plans, names, strict=True):
        risk = short_money(plan.data.currency, float(revenue_at_risk(plan).sum()))
        lines.append(
            f"{name}: {plan.alignment.moved.accounts_all:,} customers and prospects get another rep, "
            f"with {risk} of their revenue."
        )
    return lines


def _verb(word: str, count: int) -> str:
    single = {"same": "stays", "unknown": "cannot be told"}
    several = {"gains": "gain", "loses": "lose", "same": "stay", "joins": "join", "leaves": "leave"}
    return single.get(word, word) if count == 1 else several.get(word, "cannot be told")


def _worst(reps: Sequence[ComparedRep], place: int) -> list[str]:
    found = []
    for rep in reps:
        before, after = rep.figures[0], rep.figures[place]
        if rep.verdict(place) == "loses" and before is not None and after is not None:
            change = (
                after.pay / before.pay - 1
                if before.pay and after.pay is not None
                else (after.chance or 0) - (before.chance or 0)
            )
            unit = "% of pay" if before.pay else " points of chance"
            found.append((change, f"{rep.name} ({100 * change:+.0f}{unit})"))
    return [words for _, words in sorted(found)[:3]]


def _chart(title: str, drawing: str | None) -> dict[str, Any] | None:
    from markupsafe import Markup

    # Our own drawing, text escaped.
    return {"title": title, "svg": Markup(drawing)} if drawing else None  # noqa: S704


def _overview(plans: Sequence[Plan], names: Sequence[str]) -> list[dict[str, Any]]:
    # Who gains is told for each later plan by itself.
    shown = (
        _chart(title, draw(plans, names))
        for key, (title, draw) in CHARTS.items()
        if key != "winners"
    )
    return [chart for chart in shown if chart]


def _pair(
    plans: Sequence[Plan], place: int, names: Sequence[str], reps: Sequence[ComparedRep]
) -> dict[str, Any]:
    steps = bookings_steps(plans, place, names)
    costs = cost_steps(plans, place, names)
    whole = (
        _chart(
            "Expected bookings, step by step",
            waterfall_chart(
                plans[0], steps, f"compare-bookings-{place}", "Expected bookings, by team or rep"
            ),
        ),
        _chart(
            "Cost, part by part",
            waterfall_chart(plans[0], costs, f"compare-cost-{place}", "Cost of a year, by part"),
        ),
    )
    winners = _chart("Who gains and who loses", winners_chart(plans, place, names, reps))
    return {
        "title": f"{names[place]} against {names[0]}",
        "whole": [chart for chart in whole if chart],
        "winners": winners,
    }


def line_table(lines: Sequence[Line], names: Sequence[str], *, changes: bool) -> PageTable:
    """Return figures by plan as a page shows them, with their changes against the first."""
    later = [f"Δ {name}" for name in names[1:]] if changes else []
    heads = (word_cell(""), *(number_cell(name) for name in (*names, *later)))
    rows = tuple(
        (
            Cell(words=line.name.strip(), kind="sub" if line.name.startswith(" ") else ""),
            *(number_cell(word_figure(line.kind, value)) for value in line.values),
            *(number_cell(word) for word in (word_change(line) if changes else ())),
        )
        for line in lines
    )
    return PageTable(heads=heads, rows=rows)


def sheet_table(sheet: Sheet | None, only: Sequence[str] = ()) -> PageTable | None:
    """Return a detailed table as a page shows it, the columns that are named (or all)."""
    if sheet is None:
        return None
    shown = [
        place
        for place, (head, _) in enumerate(sheet.columns)
        if not only or head.rpartition(": ")[2] in only
    ]
    columns = [sheet.columns[place] for place in shown]
    heads = tuple(Cell(words=head, kind="" if kind == "text" else "n") for head, kind in columns)
    rows = tuple(
        tuple(_sheet_cell(row[place], sheet.columns[place][1]) for place in shown)
        for row in sheet.rows[:MOST_ROWS]
    )
    more = len(sheet.rows) - MOST_ROWS
    note = f"{more:,} more rows are in comparison.xlsx." if more > 0 else ""
    return PageTable(heads=heads, rows=rows, note=note)


LIGHT_KINDS = {"●": "light green", "▲": "light amber", "■": "light red", "○": "light grey"}
VERDICT_KINDS = {"loses": "light red", "leaves": "light red", "gains": "light green"}


def _sheet_cell(value: float | int | str | None, kind: str) -> Cell:
    words = word_figure(kind, value)
    if kind != "text":
        return number_cell(words)
    return word_cell(words, LIGHT_KINDS.get(words[:1], VERDICT_KINDS.get(words, "")))
