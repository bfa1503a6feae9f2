"""Draws formulas as inline SVG while the pages are built, so that they show with no network."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.textpath import TextPath

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

SIZE = 16.0
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the drawing of formulas with Sphinx."""
    app.add_html_math_renderer("svg", (_visit_inline, None), (_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    from docutils.nodes import SkipNode

    self.body.append(draw_formula(node.astext(), 1.0))
    raise SkipNode


def _visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    from docutils.nodes import SkipNode

    # An empty line within a formula begins a new line of it.
    lines = [draw_formula(" ".join(part.split()), 1.1) for part in node.astext().split("\n\n")]
    inside = "<br>".join(line for line in lines if line)
    self.body.append(f'<div style="overflow-x:auto;margin:1em 0 1em 2em">{inside}</div>\n')
    raise SkipNode


@cache
def draw_formula(formula: str, em: float) -> str:
    """Return a formula as SVG of the text's colour, on its baseline.

    Parameters
    ----------
    formula
        As TeX writes it between dollar signs, as far as matplotlib knows it.
    em
        Size in relation to the text.

    Raises
    ------
    ValueError
        On TeX that matplotlib does not know; the build then fails.
    """
    font = FontProperties(family="DejaVu Serif", math_fontfamily="cm", size=SIZE)
    text = f"${' '.join(formula.split())}$"
    width, _, depth, _, _ = MathTextParser("path").parse(text, dpi=72, prop=font)
    drawn = TextPath((0, 0), text, prop=font)
    box = drawn.get_extents()
    top, bottom = box.y1 + 1, max(depth, -box.y0) + 1
    scale = em / SIZE
    height = top + bottom
    style = f"height:{height * scale:.3f}em;vertical-align:{-bottom * scale:.3f}em;max-width:none"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" style="{style}" '
        f'viewBox="0 {-top:.2f} {width + 1:.2f} {height:.2f}">'
        f"<title>{html.escape(formula)}</title>"
        f'<path fill="currentColor" d="{_outline(drawn)}"/></svg>'
    )


def _outline(drawn: Path) -> str:
    """Return a path as SVG has it: y points down."""
    parts = []
    for points, code in drawn.iter_segments(curves=True, simplify=False):
        if code == Path.CLOSEPOLY:
            parts.append("Z")
            continue
        pairs = zip(points[::2], points[1::2], strict=True)
        parts.append(LETTERS[code] + " ".join(f"{x:.2f} {-y:.2f}" for x, y in pairs))
    return "".join(parts)
