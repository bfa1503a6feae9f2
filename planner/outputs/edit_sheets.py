"""The workbook's sheets that a person edits: what the plan says, locked, and cells to fill in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from planner.inputs import edits as names
from planner.inputs.edit_checks import LONGEST_COMMENT, describe_tables, rep_label
from planner.outputs.moves import previous_reps, proposed_reps, proposed_territories
from planner.outputs.plan import Plan
from planner.outputs.sheet_rows import Cells, RowBook, word_number, word_text
from planner.outputs.workbook_styles import Styles, cell_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_000_000
PROTECTION = {
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "sort": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}
HELP = (
    ("How to edit this plan", ""),
    (names.ACCOUNTS_SHEET, "Fill in the yellow columns of the accounts that you want otherwise."),
    (names.NEW_OWNER, "Who is to serve the account: choose from the list, or type a rep's id."),
    (names.HOLD, "plan: the account stays where this plan puts it; today: with today's owner;"),
    ("", "free: no hold of the scenario counts for it. Not together with a new owner."),
    (names.POTENTIAL, "What it could book in the plan's period, as a number."),
    (names.QUOTAS_SHEET, "A rep's quota for the whole period; the others settle around it."),
    (names.COMMENT, "Why; it stands in the plan's reasons. A comment alone is only noted."),
    ("Then", "Save, and run: planner plan SCENARIO --edits THIS_WORKBOOK --out NEW_FOLDER."),
    ("", "What cannot be done is said at its cell, in a copy of this workbook beside it."),
)


def write_edit_sheets(rows: RowBook, styles: Styles, plan: Plan) -> None:
    """Write the sheets for accounts, for quotas, and how to use them, after all others."""
    book = rows.book
    inks = _inks(book, styles)
    people = [(rep.rep_id, rep.name) for rep in plan.data.reps if rep.rep_id in plan.seats.rep_ids]
    accounts = book.add_worksheet(names.ACCOUNTS_SHEET)
    quotas = book.add_worksheet(names.QUOTAS_SHEET) if plan.quotas is not None else None
    _write_accounts(rows, accounts, inks, plan, len(people))
    if quotas is not None:
        _write_quotas(rows, quotas, inks, plan)
    _write_help(book.add_worksheet(names.HELP_SHEET), styles, plan, people)


def _inks(book: Workbook, styles: Styles) -> dict[str, Format]:
    font = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
    open_ = {"locked": False, "bg_color": "#FFF6D6", "border": 1, "border_color": "#E7D9A8"}
    head = {"bold": True, "font_color": "#3A2E00", "bg_color": "#F0D98A", "text_wrap": True}
    money = styles.by_kind["money"]
    return {
        "heading": styles.heading,
        "open heading": book.add_format(font | head | {"valign": "vcenter", "border": 1}),
        "text": styles.by_kind["text"],
        "money": money,
        "open text": book.add_format(font | open_ | {"num_format": "@"}),
        "open money": book.add_format(font | open_ | {"num_format": money.num_format}),
    }


def _write_accounts(
    book: RowBook, sheet: Worksheet, inks: dict[str, Format], plan: Plan, reps: int
) -> None:
    code = plan.data.currency.code
    locked = (names.ACCOUNT_ID, "Name", names.TERRITORY, names.PLANNED, names.TODAY)
    headings = (*locked, f"{names.PLANNED_POTENTIAL}, {code}")
    editable = (names.NEW_OWNER, names.HOLD, f"{names.POTENTIAL}, {code}", names.COMMENT)
    scale, rows = plan.data.currency.scale, min(len(plan.territory_of_account), MOST_ROWS)
    _head(sheet, inks, headings, editable, (20, 28, 12, 14, 14, 18, 26, 9, 18, 40), rows)
    _validate_accounts(sheet, reps, max(rows, 1))
    ids = plan.data.accounts["account_id"].astype(str).tolist()
    said = (ids, _account_names(plan), proposed_territories(plan), proposed_reps(plan))
    potential = [amount / scale for amount in plan.potential.expected[:rows].tolist()]
    labels = {rep.rep_id: rep_label(rep.rep_id, rep.name) for rep in plan.data.reps}
    written = _filled(plan, names.ACCOUNTS_SHEET)
    empty: dict[str, str] = {}
    filled = [written.get(account, empty) for account in ids[:rows]]
    owners = [labels.get(one.get("owner", ""), one.get("owner")) for one in filled]
    locked_cells = (
        *(_locked(inks, words[:rows]) for words in (*said, previous_reps(plan))),
        Cells(style=inks["money"], values=potential, form=word_number),
    )
    open_cells = (
        _open(inks, owners),
        _open(inks, [one.get("hold") for one in filled]),
        _open_amounts(inks, [one.get("potential") for one in filled]),
        _open(inks, [one.get("comment") for one in filled]),
    )
    book.put(sheet, (*locked_cells, *open_cells))


def _locked(inks: dict[str, Format], words: Sequence[str]) -> Cells:
    return Cells(style=inks["text"], values=words, form=word_text)


def _open(inks: dict[str, Format], words: Sequence[str | None]) -> Cells:
    return Cells(style=inks["open text"], values=words, form=word_text, filled=True)


def _open_amounts(inks: dict[str, Format], amounts: Sequence[str | None]) -> Cells:
    def form(amount: str) -> str:
        return word_number(float(amount))

    return Cells(style=inks["open money"], values=amounts, form=form, filled=True)


def _account_names(plan: Plan) -> list[str]:
    if "name" not in plan.data.accounts:
        return [""] * len(plan.data.accounts)
    given = plan.data.accounts["name"]
    return given.astype(object).where(given.notna(), "").astype(str).tolist()


def _validate_accounts(sheet: Worksheet, reps: int, last: int) -> None:
    if reps:
        sheet.data_validation(
            1, 6, last, 6,
            {
                "validate": "list",
                "source": f"='{names.HELP_SHEET}'!$D$2:$D${reps + 1}",
                "error_type": "warning",
                "error_title": "Not a rep of this plan",
                "error_message": "Choose from the list, or type the id of a rep.",
            },
        )  # fmt: skip
    sheet.data_validation(
        1, 7, last, 7,
        {
            "validate": "list",
            "source": list(names.HOLD_WORDS),
            "error_title": "plan, today or free",
            "error_message": "plan: stays where the plan puts it; today: with today's owner; free.",
        },
    )  # fmt: skip
    _validate_amount(sheet, 8, last)
    _validate_comment(sheet, 9, last)


def _validate_amount(sheet: Worksheet, place: int, last: int) -> None:
    rule = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1e15 - 1,
        "error_title": "An amount",
        "error_message": "Type a number of currency units, not below zero.",
    }
    sheet.data_validation(1, place, last, place, rule)


def _validate_comment(sheet: Worksheet, place: int, last: int) -> None:
    rule = {
        "validate": "length",
        "criteria": "<=",
        "value": LONGEST_COMMENT,
        "error_type": "warning",
        "error_message": f"Only the first {LONGEST_COMMENT} letters are kept.",
    }
    sheet.data_validation(1, place, last, place, rule)


def _head(
    sheet: Worksheet,
    inks: dict[str, Format],
    headings: tuple[str, ...],
    editable: tuple[str, ...],
    widths: tuple[float, ...],
    rows: int,
) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 32)
    for place, words in enumerate((*headings, *editable)):
        kind = "heading" if place < len(headings) else "open heading"
        sheet.write_string(0, place, words, inks[kind])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(rows, 1), len(headings) + len(editable) - 1)
    sheet.hide_gridlines(2)
    sheet.protect("", PROTECTION)


def _filled(plan: Plan, sheet: str) -> dict[str, dict[str, str]]:
    """Return what the accepted edits that led to this plan say, so that they are not lost."""
    cells: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for edit in plan.edits.accepted if plan.edits else ():
        if (edit.kind == "quota") != (sheet == names.QUOTAS_SHEET):
            continue
        if edit.kind != "comment":
            held = edit.kind == "hold" and edit.value != "free"
            kind = "owner" if held else edit.kind
            cells[edit.subject][kind] = edit.value
        cells[edit.subject]["comment"] = edit.comment
    return cells


def _write_quotas(book: RowBook, sheet: Worksheet, inks: dict[str, Format], plan: Plan) -> None:
    code, scale = plan.data.currency.code, plan.data.currency.scale
    headings = (names.REP_ID, "Name", "Role", names.TERRITORY, f"{names.PLANNED_QUOTA}, {code}")
    lines = _quota_lines(plan)
    widths = (16, 28, 18, 14, 18, 18, 40)
    _head(sheet, inks, headings, (f"{names.QUOTA}, {code}", names.COMMENT), widths, len(lines))
    _validate_amount(sheet, 5, max(len(lines), 1))
    _validate_comment(sheet, 6, max(len(lines), 1))
    people = {rep.rep_id: rep for rep in plan.data.reps}
    filled = _filled(plan, names.QUOTAS_SHEET)
    seated = [people.get(rep_id) for rep_id in lines]
    own = [filled.get(rep_id, {}) for rep_id in lines]
    totals = [total / scale for _, total in lines.values()]
    columns = (
        _locked(inks, list(lines)),
        _locked(inks, [rep.name if rep else "" for rep in seated]),
        _locked(inks, [(rep.role or "") if rep else "" for rep in seated]),
        _locked(inks, [territory for territory, _ in lines.values()]),
        Cells(style=inks["money"], values=totals, form=word_number),
        _open_amounts(inks, [one.get("quota") for one in own]),
        _open(inks, [one.get("comment") for one in own]),
    )
    book.put(sheet, columns)


def _quota_lines(plan: Plan) -> dict[str, tuple[str, int]]:
    """Return territory and whole quota of each rep who has a seat."""
    if plan.quotas is None:
        return {}
    pairs = zip(plan.seats.rep_ids, plan.territory_ids, strict=True)
    seats = {rep or territory: territory for rep, territory in pairs}
    totals = plan.quotas.by_person("rep")
    return {rep: (seats[rep], total) for rep, total in totals.items() if rep in seats}


def _write_help(
    sheet: Worksheet, styles: Styles, plan: Plan, people: list[tuple[str, str]]
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.set_column(3, 3, 34)
    origin: list[tuple[str, Any]] = [
        (names.MADE_FROM, plan.provenance.name),
        (names.MADE_OF, describe_tables(plan.data)),
        (names.CURRENCY, plan.data.currency.code),
    ]
    lines = [*HELP, ("", ""), *origin]
    text = styles.by_kind["text"]
    for row in range(max(len(lines), len(people) + 1)):
        for place, words in enumerate(lines[row] if row < len(lines) else ()):
            if words:
                style = styles.section if row == 0 else text
                sheet.write_string(row, place, cell_text(words), style)
        if row == 0:
            sheet.write_string(0, 3, "Reps of this plan", styles.heading)
        elif row <= len(people):
            sheet.write_string(row, 3, cell_text(rep_label(*people[row - 1])), text)
    sheet.protect("", PROTECTION)
