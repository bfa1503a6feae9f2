"""The workbook: a plan as a person would lay it out, with no formula and no link in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.inputs.edits import ACCOUNTS_SHEET, QUOTAS_SHEET
from planner.outputs.assessment_tables import assessment_tables
from planner.outputs.columns import Column, Kind, Table, text
from planner.outputs.edit_sheets import write_edit_sheets
from planner.outputs.fairness_words import LIGHTS
from planner.outputs.handover import handover_tables
from planner.outputs.plan import Plan
from planner.outputs.sheet_rows import (
    Cells,
    RowBook,
    open_workbook,
    word_date,
    word_number,
    word_text,
)
from planner.outputs.standing_tables import standing_tables
from planner.outputs.summary_sheet import write_summary_sheet
from planner.outputs.tables import plan_tables
from planner.outputs.workbook_styles import Styles, make_styles

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_000_000
REPS = (("previous_rep_id", "From rep"), ("rep_id", "To rep"))
FIRST = {
    "territories": ("territory_id", "rep_id", "rep_name", "manager_id"),
    "assignments": (
        *("account_id", "name", "previous_rep_id", "previous_rep_id_name"),
        *("rep_id", "rep_id_name", "territory_id", "moved", "held"),
    ),
}
# Width of a column follows its heading and its first rows, as a person would pull it.
SAMPLED, NARROWEST, WIDEST, SENTENCE = 200, 9, 42, 80
# What still shows as the tolerance itself is not marked as beyond it.
ROUNDING = 5e-4
SHEETS = (
    ("territories", "Territories"),
    ("assignments", "Accounts"),
    ("quotas", "Quotas"),
    ("outcomes", "Outcomes"),
    ("transitions", "Transitions"),
    ("handover", "Handover"),
    ("handover_totals", "Handover by rep"),
    ("fairness", "Fairness"),
    ("pay", "Pay"),
    ("pay_elements", "Pay plans"),
    ("bridge", "Quota bridge"),
    ("bottom_up", "Bottom-up"),
    ("scorecards", "Score cards"),
    ("pipeline", "Pipeline"),
    ("stages", "Stages"),
    ("ramp", "Ramp"),
    ("findings", "Findings"),
)
SENTENCES = {"reason", "message", "advice", "sentence", "threshold"}


def write_workbook(plan: Plan, path: Path) -> None:
    """Write the workbook; the same plan gives the same bytes.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    tables = plan_tables(plan) | handover_tables(plan) | assessment_tables(plan)
    tables |= standing_tables(plan)
    tables |= {"findings": findings_table(plan)}
    titles = [(name, title) for name, title in SHEETS if name in tables]
    with open_workbook(path, "Territory and quota plan") as rows:
        book = rows.book
        styles = make_styles(book, plan)
        sheets = [*(title for _, title in titles), ACCOUNTS_SHEET, QUOTAS_SHEET]
        write_summary_sheet(book, styles, plan, sheets)
        for name, title in titles:
            table = _arranged(tables[name], plan)
            for part in range(max(1, -(-table.rows // MOST_ROWS))):
                sheet = book.add_worksheet(title if part == 0 else f"{title} {part + 1}")
                _write_table(rows, sheet, styles, plan, table, part * MOST_ROWS)
        write_edit_sheets(rows, styles, plan)


def findings_table(plan: Plan) -> Table:
    """Return one row for each finding, in the stages' order."""
    found = plan.findings
    names = ("severity", "message", "advice", "table", "row", "column", "value", "subject", "code")
    columns = [
        text(name, ["" if getattr(one, name) is None else str(getattr(one, name)) for one in found])
        for name in names
    ]
    count = Column(name="count", kind="integer", values=[one.count for one in found])
    return Table(name="findings", columns=(*columns, count))


def _arranged(table: Table, plan: Plan) -> Table:
    """Put the columns in the order in which people ask: who from and who to come together."""
    first = FIRST.get(table.name)
    if first is None:
        return table
    names = {rep.rep_id: rep.name for rep in plan.data.reps}
    columns = {column.name: column for column in table.columns}
    for name, title in REPS if table.name == "assignments" else ():
        ids = columns[name].values
        columns[f"{name}_name"] = text("", [names.get(rep, "") for rep in ids], f"{title} name")
        columns[name] = replace(columns[name], title=title)
    leading = [columns.pop(name) for name in first]
    return Table(name=table.name, columns=(*leading, *columns.values()))


def _write_table(
    book: RowBook, sheet: Worksheet, styles: Styles, plan: Plan, table: Table, start: int
) -> None:
    stop = min(start + MOST_ROWS, table.rows)
    _lay_out(sheet, styles, plan, table, stop - start)
    sheet.set_row(0, 32)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.heading, styles.heading)
    cells = [_cells(styles, plan, column, start, stop) for column in table.columns]
    book.put(sheet, cells)


def _lay_out(sheet: Worksheet, styles: Styles, plan: Plan, table: Table, rows: int) -> None:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(column))
        _highlight(sheet, styles, plan, column, place, rows)
    sheet.freeze_panes(1, 2 if table.name in {"assignments", "territories"} else 1)
    if table.columns:
        sheet.autofilter(0, 0, max(1, rows), len(table.columns) - 1)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _highlight(
    sheet: Worksheet, styles: Styles, plan: Plan, column: Column, place: int, rows: int
) -> None:
    where = (1, place, max(1, rows), place)
    measure = plan.alignment.measures.get(column.name.removesuffix("_deviation"))
    if column.name.endswith("_deviation") and measure and measure.tolerance is not None:
        limit = measure.tolerance + ROUNDING
        below = {"type": "cell", "criteria": "<", "value": -limit, "format": styles.low}
        above = {"type": "cell", "criteria": ">", "value": limit, "format": styles.high}
        sheet.conditional_format(*where, below)
        sheet.conditional_format(*where, above)
    elif column.name == "moved":
        rule = {"type": "cell", "criteria": "==", "value": '"yes"', "format": styles.changed}
        sheet.conditional_format(*where, rule)
    elif column.name == "light":
        for word, style in ((LIGHTS["red"], styles.high), (LIGHTS["amber"], styles.changed)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            sheet.conditional_format(*where, rule)


def _width(column: Column) -> float:
    if column.kind in {"money", "decimal"}:
        largest = max((len(str(value)) for value in column.values[:SAMPLED]), default=0) * 1.3
    else:
        largest = max((len(str(value)) for value in column.values[:SAMPLED]), default=0) + 1
    if column.kind in {"number", "hours", "share"}:
        largest = min(largest, 11)
    words = max(len(word) for word in column.heading.split()) + 3
    widest = SENTENCE if column.name in SENTENCES else WIDEST
    return float(min(max(largest, words, len(column.heading) * 0.55 + 2, NARROWEST), widest))


def _cells(styles: Styles, plan: Plan, column: Column, start: int, stop: int) -> Cells:
    scale = plan.data.currency.scale
    forms: dict[Kind, Callable[[Any], str]] = {
        "text": word_text,
        "flag": lambda value: word_text("yes" if value else "no"),
        "date": word_date,
        "money": lambda value: word_number(value / scale),
    }
    return Cells(
        style=styles.by_kind[column.kind],
        values=column.values[start:stop],
        form=forms.get(column.kind, lambda value: word_number(float(value))),
    )
