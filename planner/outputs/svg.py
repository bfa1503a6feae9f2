"""Matplotlib figures as SVG for a page: same bytes each time, no inline style, page's own colours."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMESPACE = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
# What matplotlib draws with, and the page's variable that takes its place in light and dark.
COLOURS = {
    "#22313f": "--ink",
    "#6b7a87": "--muted",
    "#d5dde3": "--line",
    "#e3eef6": "--band",
    "#1f77b4": "--plan",
    "#c77c11": "--today",
    "#b03a2e": "--alarm",
    "#9fb4c4": "--soft",
}
INK, MUTED, LINE, BAND, PLAN, TODAY, ALARM, SOFT = COLOURS
# Letters that no XML file may hold, and marks that would turn the text around them.
UNSHOWN = re.compile(
    "[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 9.0,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0.0,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def short_label(name: str, longest: int = 26) -> str:
    """Return a name that fits beside a bar and cannot disturb what stands around it."""
    plain = " ".join(UNSHOWN.sub(" ", name).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def figure_svg(figure: Figure, name: str, words: str) -> str:
    """Return a figure as one SVG element.

    Parameters
    ----------
    name
        Tells this chart's inner names from those of others on the same page.
    words
        What the chart shows, for people who cannot see it.
    """
    import matplotlib as mpl

    stream = io.BytesIO()
    settings: Any = SETTINGS | {"svg.hashsalt": name}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page's fonts draw the text: what this library's own font lacks does not matter.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(stream, format="svg", transparent=True, metadata=empty)
    root = ET.fromstring(stream.getvalue())  # noqa: S314 - our own drawing, just made
    _strip(root)
    _frame(root, words)
    return ET.tostring(root, encoding="unicode")


def _frame(root: ET.Element, words: str) -> None:
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": words, "class": "chart"}
    title = ET.Element("title")
    title.text = words
    root.insert(0, title)


def _strip(root: ET.Element) -> None:
    """Drop what a page needs not, and turn style attributes, which a strict page refuses."""
    used = _used_names(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        for child in list(element):
            if child.tag.rpartition("}")[2] in {"metadata", "style"}:
                element.remove(child)
        link = element.attrib.pop(LINK, None)
        if link is not None:
            element.set("href", link)
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        _present(element)
    root.set("xmlns", NAMESPACE)


def _used_names(root: ET.Element) -> set[str]:
    values = [value for element in root.iter() for value in element.attrib.values()]
    named = re.compile(r"url\(#([^)]+)\)|^#(.+)$")
    return {match.group(1) or match.group(2) for value in values for match in named.finditer(value)}


def _present(element: ET.Element) -> None:
    for part in element.attrib.pop("style", "").split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font":
            size = re.search(r"[\d.]+px", value)
            element.set("font-size", size.group() if size else "9px")
            if "bold" in value or "600" in value:
                element.set("font-weight", "bold")
        elif name and name not in {"font-family", "white-space"}:
            element.set(name, _page_colour(value))
    for name in ("fill", "stroke"):
        if name in element.attrib:
            element.set(name, _page_colour(element.attrib[name]))


def _page_colour(value: str) -> str:
    return f"var({COLOURS[value]}, {value})" if value in COLOURS else value
