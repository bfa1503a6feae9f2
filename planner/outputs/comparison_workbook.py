"""The comparison as a workbook and as files: headlines, scenario keys, quotas and the details."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ScenarioError
from planner.outputs.comparison import Comparison, Line
from planner.outputs.comparison_page import make_comparison_page
from planner.outputs.comparison_sheets import Sheet
from planner.outputs.folder import disk_errors
from planner.outputs.plan import Plan
from planner.outputs.swap import Placing, nothing_more, replace_files, staging_files

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

FORMATS = {"money": "#,##0", "share": "0.0%", "number": "#,##0", "text": "@"}
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone; fixed, so that bytes repeat


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the comparison as XLSX; the same plans give the same bytes."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": MADE, "title": "Plans side by side"})
        styles = {
            kind: book.add_format({"num_format": pattern}) for kind, pattern in FORMATS.items()
        }
        parts = (
            ("Headlines", comparison.headlines),
            ("Scenario keys", comparison.scenarios),
            ("Quotas", comparison.quotas),
        )
        for title, lines in parts:
            _write_sheet(book, styles, title, comparison, lines)
        for sheet in comparison.sheets:
            _write_details(book, styles, sheet)


def _write_sheet(
    book: Workbook,
    styles: dict[str, Format],
    title: str,
    comparison: Comparison,
    lines: Sequence[Line],
) -> None:
    sheet = book.add_worksheet(title)
    heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF1F2"})
    header = [title, *comparison.names, *(f"change: {name}" for name in comparison.names[1:])]
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, heading)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line.name.strip())
        for column, value in enumerate((*line.values, *_changes(line)), start=1):
            if isinstance(value, str):
                sheet.write_string(row, column, value, styles["text"])
            elif value is not None:
                sheet.write_number(row, column, value, styles[line.kind])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(lines)), len(header) - 1)
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, len(header) - 1, 22)


def _write_details(book: Workbook, styles: dict[str, Format], sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title[:31])
    heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF1F2"})
    for column, (head, _) in enumerate(sheet.columns):
        page.write_string(0, column, head, heading)
    for number, row in enumerate(sheet.rows, start=1):
        for column, (value, (_, kind)) in enumerate(zip(row, sheet.columns, strict=True)):
            if isinstance(value, str):
                page.write_string(number, column, value, styles["text"])
            elif value is not None:
                page.write_number(number, column, value, styles[kind])
    if sheet.note:
        page.write_comment(0, 0, sheet.note)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
    page.set_column(0, len(sheet.columns) - 1, 18)


def _changes(line: Line) -> list[float | int | None]:
    base = line.values[0]
    return [
        value - base if isinstance(value, float | int) and isinstance(base, float | int) else None
        for value in line.values[1:]
    ]


def save_comparison(
    comparison: Comparison,
    plans: Sequence[Plan],
    folder: Path,
    *,
    force: bool = False,
    placing: Placing = nothing_more,
) -> tuple[Path, ...]:
    """Write comparison.html, .xlsx and .json into a folder, whole or not at all.

    Parameters
    ----------
    comparison
        What to write.
    plans
        What was compared, in the same order.
    folder
        Made where it is missing.
    force
        Whether files of these names may be replaced in a folder that is there.
    placing
        Called when all is written, just before the files take their names.

    Raises
    ------
    ScenarioError
        When the folder exists and ``force`` is not given.
    StoreError
        When the disk refuses.
    """
    target = folder.resolve()
    if target.exists() and not force:
        raise ScenarioError(f"{folder} exists already. Choose another --out, or give --force.")
    names = ("comparison.json", "comparison.xlsx", "comparison.html")
    with disk_errors(target, "written"), staging_files(target) as staging:
        text = json.dumps(comparison.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (staging / names[0]).write_text(text + "\n", encoding="utf-8")
        write_comparison(comparison, staging / names[1])
        page = make_comparison_page(plans, comparison)
        (staging / names[2]).write_text(page, encoding="utf-8", errors="backslashreplace")
        replace_files(staging, target, placing=placing)
    return tuple(folder / name for name in names)
