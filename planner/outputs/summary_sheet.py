"""The first sheet of the workbook: what the plan is, its headlines, totals and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.inputs.data import ControlTotal
from planner.outputs.plan import Plan
from planner.outputs.wording import (
    full_money,
    headlines,
    measure_title,
    percent,
    sentences,
    title_sentence,
)
from planner.outputs.workbook_styles import Styles, cell_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TRANSITIONS_NOTE = (
    "Accounts that change owner; open deals stay with the former one until the date. "
    "The quota effect is the account's part of the new owner's quota, by potential."
)
SHEETS = (
    ("Territories", "Each territory: what it has, what it should have, and what it has today."),
    ("Accounts", "One row for each account: from whom, to whom, and why."),
    ("Quotas", "Each quota by month. How it came about is that of the whole period."),
    ("Outcomes", "What the simulated year brings. P10 is reached nine times in ten."),
    ("Transitions", TRANSITIONS_NOTE),
    ("Fairness", "Each fairness test with its light, its result in words, and its source."),
    ("Pay", "What each person is paid at target, as expected, and at several attainments."),
    ("Pay plans", "What each part of the pay plans costs, and which bookings it moves."),
    ("Quota bridge", "From last year's quota to this one, step by step."),
    ("Bottom-up", "What was set beside what was submitted, else the potential of the books."),
    ("Findings", "What the planner noticed in the data and in the plan."),
    ("Edit accounts", "To be filled in: another owner, a hold, a potential. See Edit help."),
    ("Edit quotas", "To be filled in: a rep's quota by hand; planner plan --edits reads it back."),
)


class _Lines:
    """Writes line after line, as a workbook of constant memory asks."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet, self.styles, self.row = sheet, styles, 0

    def put(self, *cells: str, style: str = "plain", height: float | None = None) -> None:
        chosen = {
            "plain": self.styles.by_kind["text"],
            "title": self.styles.title,
            "section": self.styles.section,
            "note": self.styles.note,
            "heading": self.styles.heading,
        }[style]
        if height:
            self.sheet.set_row(self.row, height)
        for place, cell in enumerate(cells):
            self.sheet.write_string(self.row, place, cell_text(cell), chosen)
        self.row += 1

    def section(self, title: str) -> None:
        self.row += 1
        self.put(title, style="section", height=20)


def write_summary_sheet(book: Workbook, styles: Styles, plan: Plan, sheets: Sequence[str]) -> None:
    """Write the Summary sheet, which names the sheets that follow it."""
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 22)
    sheet.fit_to_pages(1, 0)
    lines = _Lines(sheet, styles)
    lines.put(plan.provenance.name, style="title", height=24)
    lines.put(title_sentence(plan), style="note")
    lines.section("In short")
    for headline in headlines(plan):
        lines.put(headline.label, headline.value, headline.note)
    for sentence in sentences(plan):
        lines.put(sentence)
    _write_balance(lines, plan)
    _write_control(lines, plan)
    _write_findings(lines, plan)
    lines.section("The sheets")
    for name, words in SHEETS:
        if name in sheets:
            lines.put(name, words)


def _write_balance(lines: _Lines, plan: Plan) -> None:
    lines.section("Balance")
    header = ("Measure", "Tolerance", "Largest deviation", "Spread, plan", "Spread, today")
    lines.put(*header, style="heading")
    for name, measure in plan.alignment.measures.items():
        shares = (measure.tolerance, measure.max_deviation, measure.cv_proposed, measure.cv_today)
        cells = ["" if share is None else percent(share, 1) for share in shares]
        lines.put(measure_title(name), *cells)


def _write_control(lines: _Lines, plan: Plan) -> None:
    if not plan.control:
        return
    lines.section("Control totals")
    header = ("Figure", "Read", "Left out", "Planned", "Ledger", "Why left out")
    lines.put(*header, style="heading")
    for total in plan.control:
        lines.put(*control_cells(total, plan))


def control_cells(total: ControlTotal, plan: Plan) -> tuple[str, ...]:
    """Return one control total as words: name, read, left out, planned, ledger, reasons."""

    def word(amount: int) -> str:
        return full_money(plan.data.currency, amount) if total.money else f"{amount:,}"

    ledger = ""
    if total.ledger is not None:
        agrees = (
            "agrees"
            if total.ledger == total.read
            else f"differs by {word(total.read - total.ledger)}"
        )
        ledger = f"{word(total.ledger)} ({agrees})"
    reasons = "; ".join(f"{reason}: {word(amount)}" for reason, amount in total.reasons.items())
    figures = (word(total.read), word(total.excluded), word(total.planned))
    table, _, figure = total.name.partition(".")
    title = (
        f"{measure_title(table)}: {figure.replace('_', ' ')}" if figure else measure_title(table)
    )
    return (title, *figures, ledger, reasons)


def _write_findings(lines: _Lines, plan: Plan) -> None:
    lines.section("Findings")
    count = Counter[str](finding.severity for finding in plan.findings)
    names = {"error": "Errors", "warning": "Warnings", "info": "Notes"}
    for severity, name in names.items():
        lines.put(name, f"{count[severity]:,}")
    for violation in plan.alignment.violations:
        lines.put("Broken rule", violation)
