"""Pages of sections: what is shown, and what is said where there is nothing to show."""

from __future__ import annotations

from planner.outputs.plain_page import NOTHING, Page, Section, render_page
from planner.outputs.report_tables import Cell, PageTable

HEADS = (Cell(words="Who"),)


def test_a_section_without_rows_says_so() -> None:
    """A heading over nothing looks as if something had failed."""
    empty = Section(title="Events", words="By day.", table=PageTable(heads=HEADS, rows=()))
    html = render_page(Page(name="A", lead="B", sections=(empty,)))
    assert NOTHING in html
    assert "By day." not in html


def test_a_section_with_rows_or_without_a_table_keeps_its_words() -> None:
    """Only an empty table is told of."""
    rows = Section(
        title="Events",
        words="By day.",
        table=PageTable(heads=HEADS, rows=((Cell(words="Mia <b>"),),)),
    )
    plain = Section(title="Else", words="As before.")
    html = render_page(Page(name="A", lead="B", sections=(rows, plain)))
    assert NOTHING not in html
    assert "By day." in html
    assert "As before." in html
    assert "Mia &lt;b&gt;" in html
