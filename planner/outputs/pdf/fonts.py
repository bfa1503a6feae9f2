"""The report's font, and what is done with signs that it does not show.

DejaVu Sans comes with matplotlib and has Latin, Greek, Cyrillic, Armenian, Georgian and more. It
has no Chinese, Japanese or Korean, and scripts that run from the right or join their letters
(Hebrew, Arabic, Indic) would come out wrong: a name in them is replaced by the id, which is always
right, and the report says so.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from planner.outputs.svg import UNSHOWN

REGULAR, BOLD = "PlannerSans", "PlannerSans-Bold"
FILES = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
FROM_THE_RIGHT = {"R", "AL", "AN"}
# Letters of these scripts join or move around each other, which this font alone does not do.
JOINING = ("DEVANAGARI", "BENGALI", "TAMIL", "TELUGU", "THAI", "KHMER", "MYANMAR", "SINHALA")
UNKNOWN = "□"


@cache
def register_fonts() -> frozenset[int]:
    """Make the fonts known to the writer, once; return the code points that both have."""
    import matplotlib as mpl
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    known: list[frozenset[int]] = []
    for name, file in FILES.items():
        font: Any = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    return known[0] & known[1]


def clean_text(text: str) -> str:
    """Return text on one line, what the font lacks shown as an empty box."""
    plain = " ".join(UNSHOWN.sub(" ", unicodedata.normalize("NFC", text)).split())
    return "".join(sign if _is_shown(sign) else UNKNOWN for sign in plain)


def is_readable(text: str) -> bool:
    """Return whether every sign of a text comes out as it should."""
    return all(_is_shown(sign) for sign in unicodedata.normalize("NFC", UNSHOWN.sub(" ", text)))


def readable_name(name: str, fallback: str) -> str:
    """Return a name, or the id in its place where the font cannot show it."""
    return clean_text(name if name.strip() and is_readable(name) else fallback)


@cache
def _is_shown(sign: str) -> bool:
    if ord(sign) not in register_fonts() or unicodedata.bidirectional(sign) in FROM_THE_RIGHT:
        return False
    return not unicodedata.name(sign, "").startswith(JOINING)
