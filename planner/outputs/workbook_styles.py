"""How the cells of a workbook look, and what text a cell can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.outputs.plan import Plan

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

INK, LINE = "#1F3A4D", "#C5D0D8"
LONGEST_TEXT = 32_767
# Letters that no XML file may hold.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """The cell formats of a workbook, made once."""

    book: Workbook
    title: Format
    note: Format
    section: Format
    heading: Format
    by_kind: dict[str, Format]
    low: Format
    high: Format
    changed: Format


def make_styles(book: Workbook, plan: Plan) -> Styles:
    """Return the formats; money has the digits of the plan currency's minor unit in figures."""
    font = {"font_name": "Calibri", "font_size": 10, "valign": "top"}

    def form(**changes: Any) -> Format:
        return book.add_format(font | changes)

    heading = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True}
    money = f'#,##0 "{plan.data.currency.code}";[Red]-#,##0 "{plan.data.currency.code}"'
    decimals = "#,##0" + (
        "." + "0" * plan.data.currency.digits if plan.data.currency.digits else ""
    )
    numbers = {
        "text": "@",
        "money": decimals,
        "headline": money,
        "decimal": "#,##0.00",
        "number": "#,##0.###",
        "integer": "#,##0",
        "share": "0.0%",
        "hours": "#,##0.0",
        "date": "yyyy-mm-dd",
        "flag": "@",
    }
    return Styles(
        book=book,
        title=form(bold=True, font_size=15, font_color=INK),
        section=form(bold=True, font_size=12, font_color=INK, bottom=1, bottom_color=LINE),
        note=form(italic=True, font_color="#5B6B77"),
        heading=form(**heading, valign="vcenter", border=1, border_color=LINE),
        by_kind={kind: form(num_format=number) for kind, number in numbers.items()},
        low=book.add_format({"bg_color": "#D6E6F5"}),
        high=book.add_format({"bg_color": "#FCE3C8"}),
        changed=book.add_format({"bg_color": "#FFF6D6"}),
    )


def cell_text(value: object) -> str:
    """Return text that a cell can hold: no letter that XML forbids, no more than a cell's worth."""
    return ILLEGAL.sub("\ufffd", str(value))[:LONGEST_TEXT]
