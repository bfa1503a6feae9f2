"""The report for printing, as one PDF: a summary, and a page for each territory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from planner.outputs.maps.outlines import read_outlines
from planner.outputs.maps.payload import largest_places, map_points
from planner.outputs.parameters import ExportParameters
from planner.outputs.pdf.figures import Facts, gather_facts
from planner.outputs.pdf.fonts import clean_text, register_fonts
from planner.outputs.pdf.picture import Background
from planner.outputs.pdf.sheet import MARGIN, Sheet
from planner.outputs.pdf.summary_page import draw_list, draw_summary
from planner.outputs.pdf.territory_page import draw_territory
from planner.outputs.plan import Plan
from planner.outputs.polygons import Areas
from planner.outputs.svg import MUTED
from planner.outputs.wording import word_period


def write_pdf(plan: Plan, areas: Areas, path: Path) -> None:
    """Write report.pdf; the same plan gives the same bytes.

    Parameters
    ----------
    areas
        The area of each territory.
    """
    from reportlab.pdfgen.canvas import Canvas

    register_fonts()
    size = _page_size(plan)
    # Invariant: without the time of writing, which would differ each time.
    canvas: Any = Canvas(str(path), pagesize=size, invariant=1, pageCompression=1)
    canvas.setTitle(clean_text(plan.provenance.name))
    canvas.setCreator("territory-planner")
    facts = gather_facts(plan)
    book = _Book(canvas, size, facts)
    background = _background(plan)
    sheet = book.turn("Summary")
    draw_summary(sheet, facts, areas, background)
    first = 0
    while first < len(plan.territory_ids):
        first = draw_list(book.turn("Territories" if not first else ""), facts, first)
    for territory, name in enumerate(plan.territory_ids):
        draw_territory(book.turn(name), facts, areas, background, territory)
    book.close()


class _Book:
    """The document's pages, each with a foot and a place in the outline."""

    def __init__(self, canvas: Any, size: tuple[float, float], facts: Facts) -> None:
        self._canvas, self._size, self._facts = canvas, size, facts
        self._number = 0

    def turn(self, title: str) -> Sheet:
        """Finish a page and begin the next."""
        if self._number:
            self._canvas.showPage()
        self._number += 1
        if title:
            key = f"p{self._number}"
            self._canvas.bookmarkPage(key)
            self._canvas.addOutlineEntry(clean_text(title), key)
        sheet = Sheet(self._canvas, self._size)
        self._foot(sheet)
        return sheet

    def close(self) -> None:
        """Finish the last page and write the file."""
        self._canvas.save()

    def _foot(self, sheet: Sheet) -> None:
        plan = self._facts.plan
        words = f"{plan.provenance.name} · {word_period(plan.data.period)}"
        sheet.text(words, sheet.left, MARGIN * 0.55, size=7, colour=MUTED, width=sheet.breadth - 40)
        sheet.text(
            f"{self._number}", sheet.right, MARGIN * 0.55, size=7, colour=MUTED, align="right"
        )


def _page_size(plan: Plan) -> tuple[float, float]:
    from reportlab.lib.pagesizes import A4, LETTER

    settings = ExportParameters.model_validate(plan.provenance.scenario.get("export") or {})
    width, height = LETTER if settings.pdf.page == "Letter" else A4
    return float(width), float(height)


def _background(plan: Plan) -> Background:
    points = plan.data.accounts[["latitude", "longitude"]].to_numpy(np.float64, na_value=np.nan)
    found = largest_places(points[:, 0], points[:, 1])
    return Background(
        outlines=read_outlines(map_points(plan)),
        cities=[(float(x), float(y), str(name)) for x, y, name in found],
    )
