"""A territory's measures against their targets, and what else it holds."""

from __future__ import annotations

from planner.outputs.pdf.figures import Facts, contents
from planner.outputs.pdf.sheet import Cells, Sheet
from planner.outputs.plan import MeasureSummary, Plan
from planner.outputs.svg import ALARM, BAND, INK, MUTED, PLAN, TODAY
from planner.outputs.wording import measure_title, short_money

MEASURE_HEIGHT = 31.0
FURTHEST = 1.6
MOST_MEASURES = 4


def draw_measures(sheet: Sheet, facts: Facts, territory: int, left: float) -> None:
    """Draw each measure against its target and what is allowed around it."""
    plan = facts.plan
    width = sheet.right - left
    sheet.y -= 8
    sheet.text("Measures against targets", left, sheet.y, size=9, bold=True, width=width)
    sheet.y -= 14
    for name, measure in list(plan.alignment.measures.items())[:MOST_MEASURES]:
        _measure(sheet, plan, name, measure, territory, left, width)
    keys = ((TODAY, "today (ring)"), (PLAN, "proposed"), (MUTED, "target (line)"))
    x = left
    for colour, words in keys:
        sheet.text(words, x, sheet.y, size=6.5, colour=colour)
        x += 14 + 4.2 * len(words)
    sheet.y -= 20
    _inside(sheet, facts, territory, left, width)


def _inside(sheet: Sheet, facts: Facts, territory: int, left: float, width: float) -> None:
    """Say what the territory holds beside its measures, today and as proposed."""
    rows = contents(facts, territory)
    columns = (
        Cells(head="In this territory", values=[name for name, _, _ in rows], width=0.46),
        Cells(head="Today", values=[today for _, today, _ in rows], width=0.27, right=True),
        Cells(head="Proposed", values=[now for _, _, now in rows], width=0.27, right=True),
    )
    sheet.y = sheet.table(columns, left, width, sheet.y)


def _measure(
    sheet: Sheet,
    plan: Plan,
    name: str,
    measure: MeasureSummary,
    territory: int,
    left: float,
    width: float,
) -> None:
    target = float(measure.target[territory])
    proposed, today = float(measure.proposed[territory]), float(measure.today[territory])
    sheet.text(measure_title(name), left, sheet.y, size=8, width=width * 0.52)
    words = _amount(plan, measure, proposed)
    if target > 0:
        off = proposed / target - 1
        beyond = measure.tolerance is not None and abs(off) > measure.tolerance + 5e-4
        words = f"{words}  {100 * off:+.1f}%"
        sheet.text(
            words, left + width, sheet.y, size=8, align="right", colour=ALARM if beyond else INK
        )
    else:
        sheet.text(words, left + width, sheet.y, size=8, align="right")
    y = sheet.y - 11
    _bar(sheet, measure, (proposed, today, target), left, y, width)
    sheet.y -= MEASURE_HEIGHT


def _amount(plan: Plan, measure: MeasureSummary, amount: float) -> str:
    if measure.kind == "money":
        return short_money(plan.data.currency, amount)
    return f"{amount:,.0f} h" if measure.kind == "hours" else f"{amount:,.6g}"


def _bar(
    sheet: Sheet,
    measure: MeasureSummary,
    amounts: tuple[float, float, float],
    left: float,
    y: float,
    width: float,
) -> None:
    proposed, today, target = amounts
    canvas = sheet.canvas

    def across(share: float) -> float:
        return left + width * min(max(share, 0.0), FURTHEST) / FURTHEST

    canvas.setFillColor("#f4f6f8")
    canvas.rect(left, y - 3, width, 8, stroke=0, fill=1)
    if target <= 0:
        return
    if measure.tolerance is not None:
        start, end = across(1 - measure.tolerance), across(1 + measure.tolerance)
        canvas.setFillColor(BAND)
        canvas.rect(start, y - 3, end - start, 8, stroke=0, fill=1)
    canvas.setStrokeColor(MUTED)
    canvas.setLineWidth(0.8)
    canvas.line(across(1.0), y - 5, across(1.0), y + 7)
    canvas.setStrokeColor(TODAY)
    canvas.circle(across(today / target), y + 1, 2.6, stroke=1, fill=0)
    canvas.setFillColor(PLAN)
    canvas.circle(across(proposed / target), y + 1, 3, stroke=0, fill=1)
