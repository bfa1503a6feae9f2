"""The workbook, as openpyxl reads it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from planner.outputs.plan import Plan
from planner.outputs.workbook import write_workbook
from planner.outputs.workbook_styles import cell_text

SHEETS = [
    "Summary",
    "Territories",
    "Accounts",
    "Quotas",
    "Outcomes",
    "Transitions",
    "Handover",
    "Handover by rep",
    "Findings",
    "Edit accounts",
    "Edit quotas",
    "Edit help",
]


def opened(plan: Plan, folder: Path) -> Workbook:
    """Write a plan's workbook and read it back."""
    write_workbook(plan, folder / "workbook.xlsx")
    return openpyxl.load_workbook(folder / "workbook.xlsx")


def header(sheet: Worksheet) -> list[str]:
    """Return the first row's words."""
    return [str(cell.value) for cell in sheet[1]]


def test_sheets_are_laid_out_for_people(company: Plan, tmp_path: Path) -> None:
    """The summary comes first; tables have a frozen header, filters and widths."""
    book = opened(company, tmp_path)
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:-1]:
        sheet = book[name]
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref is not None
        assert sheet.column_dimensions["A"].width >= 9
    words = [str(row[0].value) for row in book["Summary"].iter_rows()]
    assert words[0] == "Baseline 2027"
    assert {"In short", "Balance", "Control totals", "Findings"} <= set(words)


def test_one_row_an_account_with_from_and_to(company: Plan, tmp_path: Path) -> None:
    """Accounts stand by id with who had them and who gets them, ids as text."""
    sheet = opened(company, tmp_path)["Accounts"]
    titles = header(sheet)
    assert titles[:4] == ["Account ID", "Name", "From rep", "From rep name"]
    assert titles[4:7] == ["To rep", "To rep name", "Territory ID"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == [f"{place:06d}" for place in range(12)]
    assert all(row[0].data_type == "s" for row in rows)
    moved = titles.index("Moved")
    assert {row[moved].value for row in rows} == {"yes", "no"}
    amount = rows[0][titles.index("Potential")]
    assert amount.value == company.potential.expected[0] / 100
    assert amount.number_format == "#,##0.00"


def test_dates_money_and_shares_have_formats(company: Plan, tmp_path: Path) -> None:
    """A date is a date, a share a percentage, and money has the currency's digits."""
    book = opened(company, tmp_path)
    quotas = book["Quotas"]
    titles = header(quotas)
    month = quotas.cell(2, titles.index("Period start") + 1)
    assert month.value.isoformat() == "2027-01-01T00:00:00"
    assert month.number_format == "yyyy-mm-dd"
    assert quotas.cell(2, titles.index("Quota, USD") + 1).value == 750_000
    deviation = header(book["Territories"]).index("Potential deviation") + 1
    assert book["Territories"].cell(2, deviation).number_format == "0.0%"


def test_nothing_in_the_workbook_runs(hostile_company: Plan, tmp_path: Path) -> None:
    """Names that look like formulas or links are plain strings in every sheet."""
    book = opened(hostile_company, tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if cell.hyperlink]
    names = {row[1].value for row in book["Accounts"].iter_rows(min_row=2)}
    assert "=cmd|' /C calc'!A0" in names
    assert "<script>alert(1)</script>" in names


def test_the_same_plan_gives_the_same_workbook(company: Plan, tmp_path: Path) -> None:
    """Nothing in the file depends on the clock."""
    write_workbook(company, tmp_path / "one.xlsx")
    write_workbook(company, tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_full_disk_is_an_os_error(company: Plan, tmp_path: Path) -> None:
    """A place that cannot be written ends as the disk's own error."""
    (tmp_path / "workbook.xlsx").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_workbook(company, tmp_path / "workbook.xlsx")


def test_long_tables_go_on_in_a_second_sheet(
    company: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sheet cannot hold stands in the next one, with the same header."""
    monkeypatch.setattr("planner.outputs.workbook.MOST_ROWS", 5)
    book = opened(company, tmp_path)
    parts = [name for name in book.sheetnames if name.startswith("Accounts")]
    assert parts == ["Accounts", "Accounts 2", "Accounts 3"]
    assert sum(book[name].max_row - 1 for name in parts) == 12
    assert header(book["Accounts 3"]) == header(book["Accounts"])


def test_cells_hold_no_illegal_letters() -> None:
    """Letters that XML forbids become marks, and text ends where a cell does."""
    assert cell_text("a\x07b\ud800c\tü😀") == "a\ufffdb\ufffdc\tü😀"
    assert len(cell_text("x" * 40_000)) == 32_767
