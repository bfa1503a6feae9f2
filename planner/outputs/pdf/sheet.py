"""One page of the report: text that fits, rules, tables and bars, from the top down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.outputs.pdf.fonts import BOLD, REGULAR, clean_text
from planner.outputs.svg import INK, LINE, MUTED

MM = 72 / 25.4
MARGIN = 16 * MM
ROW = 11.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column of a printed table.

    Parameters
    ----------
    head
        What stands over it.
    values
        One text for each row.
    width
        Share of the table's width.
    right
        Whether it stands on the right, as figures do.
    """

    head: str
    values: Sequence[str]
    width: float
    right: bool = False


class Sheet:
    """A page that is filled from the top; ``y`` is where the next thing goes.

    Parameters
    ----------
    canvas
        The document's.
    size
        Width and height of the page in points.
    """

    def __init__(self, canvas: Any, size: tuple[float, float]) -> None:
        self.canvas = canvas
        self.width, self.height = size
        self.left, self.right = MARGIN, size[0] - MARGIN
        self.y = size[1] - MARGIN

    @property
    def breadth(self) -> float:
        """Return the width between the margins."""
        return self.right - self.left

    def text(
        self,
        words: str,
        x: float,
        y: float,
        *,
        size: float = 8.5,
        bold: bool = False,
        colour: str = INK,
        width: float | None = None,
        align: str = "left",
    ) -> None:
        """Write words on one line, cut off with an ellipsis where they are too wide."""
        font = BOLD if bold else REGULAR
        shown = clean_text(words)
        if width is not None:
            shown = fit(shown, font, size, width)
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        draw = {
            "left": self.canvas.drawString,
            "right": self.canvas.drawRightString,
            "centre": self.canvas.drawCentredString,
        }[align]
        draw(x, y, shown)

    def heading(self, words: str) -> None:
        """Write a part's heading with a rule below it."""
        self.y -= 17
        self.text(words, self.left, self.y, size=10, bold=True, width=self.breadth)
        self.y -= 4
        self.rule(self.left, self.right, self.y)
        self.y -= 10

    def rule(self, start: float, end: float, y: float) -> None:
        """Draw a thin line across."""
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(start, y, end, y)

    def paragraph(self, words: str, *, size: float = 8.5, colour: str = INK) -> None:
        """Write a sentence over as many lines as it needs."""
        for line in wrap(clean_text(words), REGULAR, size, self.breadth):
            self.text(line, self.left, self.y, size=size, colour=colour)
            self.y -= size * 1.4

    def table(self, columns: Sequence[Cells], left: float, width: float, top: float) -> float:
        """Write a table and return where it ends."""
        y = top
        width /= sum(column.width for column in columns)
        for at, words in enumerate(zip(*(column.values for column in columns), strict=True)):
            if at == 0:
                self._row([column.head for column in columns], columns, left, width, y, head=True)
                y -= ROW
            self._row(words, columns, left, width, y, head=False)
            y -= ROW
        return y

    def _row(
        self,
        words: Sequence[str],
        columns: Sequence[Cells],
        left: float,
        width: float,
        y: float,
        *,
        head: bool,
    ) -> None:
        x = left
        for cell, column in zip(words, columns, strict=True):
            share = column.width * width
            at = x + share - 4 if column.right else x
            self.text(
                cell,
                at,
                y,
                size=7 if head else 7.5,
                colour=MUTED if head else INK,
                width=share - 5,
                align="right" if column.right else "left",
            )
            x += share
        self.rule(left, x, y - 3)


def fit(words: str, font: str, size: float, width: float) -> str:
    """Return words cut off with an ellipsis so that they are no wider."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if stringWidth(words, font, size) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(words[:middle].rstrip() + "…", font, size) <= width:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…"


def wrap(words: str, font: str, size: float, width: float) -> list[str]:
    """Return lines no wider than a width; a word that is wider alone is cut off."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and stringWidth(longer, font, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fit(word, font, size, width))
    return lines
