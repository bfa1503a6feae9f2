"""Comments put into an XLSX file as it stands: every other part is copied byte by byte.

The parts and their order are those of ECMA-376, part 1, 18.7 (comments) and 11.3.3, and of the
VML drawing that spreadsheet programs show them with.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from planner.outputs.workbook_styles import cell_text

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
AUTHOR = "planner"
# What may follow legacyDrawing in a sheet; it goes before the first of them.
AFTER = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems"),
    *("tableParts", "extLst"),
)
OLD_NOTE = re.compile(rb'<comment\s[^>]*?ref="([A-Z]+\d+)".*?</comment>', re.DOTALL)
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">\
<o:idmap v:ext="edit" data="{block}"/></o:shapelayout><v:shapetype id="_x0000_t202" \
coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>"""
SHAPE = """<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;\
margin-left:60pt;margin-top:2pt;width:190pt;height:60pt;z-index:{order};visibility:hidden" \
fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" \
obscured="t"/><v:path o:connecttype="none"/><v:textbox/><x:ClientData ObjectType="Note">\
<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left},15,{top},2,{right},30,{bottom},10</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData>\
</v:shape>"""


class CommentError(Exception):
    """Raised when a file is no workbook that comments can be put into."""


def add_comments(
    source: zipfile.ZipFile, stream: IO[bytes], comments: Mapping[str, Mapping[str, str]]
) -> None:
    """Write a workbook again, with comments at its cells.

    Parameters
    ----------
    source
        An XLSX file that was checked for size and for entities.
    stream
        Where the copy goes.
    comments
        Text by cell (``G12``), by the sheet's name.

    Raises
    ------
    CommentError
        When it is no XLSX workbook, or lacks a sheet.
    """
    changed = _Parts(source)
    sheets = find_sheets(source)
    for block, (name, cells) in enumerate(comments.items(), start=1):
        if name not in sheets:
            raise CommentError(name)
        _comment_sheet(changed, sheets[name], cells, 900 + block)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in source.infolist():
            if part.filename not in changed.texts:
                copy.writestr(part, source.read(part), zipfile.ZIP_DEFLATED)
        for path, text in changed.texts.items():
            copy.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)


class _Parts:
    """The parts of a workbook that change."""

    def __init__(self, source: zipfile.ZipFile) -> None:
        self.source = source
        self.known = set(source.namelist())
        self.texts: dict[str, bytes] = {}

    def read(self, path: str, otherwise: bytes) -> bytes:
        """Return a part as it stands by now."""
        if path in self.texts:
            return self.texts[path]
        return self.source.read(path) if path in self.known else otherwise

    def free(self, pattern: str) -> str:
        """Return a name for a part that nothing has yet."""
        number = 1
        while pattern.format(number) in self.known | self.texts.keys():
            number += 1
        return pattern.format(number)


def _parse(text: bytes) -> ET.Element:
    try:
        return ET.fromstring(text)  # noqa: S314 - files with entities were refused before
    except ET.ParseError as error:
        raise CommentError(str(error)) from None


def find_sheets(source: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by its name."""
    links = {
        link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip(
            "/"
        )
        for link in _parse(source.read("xl/_rels/workbook.xml.rels"))
    }
    book = _parse(source.read("xl/workbook.xml"))
    found = {
        sheet.get("name", ""): links.get(sheet.get(f"{{{OFFICE}}}id"))
        for sheet in book.iter(f"{{{MAIN}}}sheet")
    }
    return {name: path for name, path in found.items() if path}


def _comment_sheet(parts: _Parts, sheet: str, cells: Mapping[str, str], block: int) -> None:
    folder, file = posixpath.split(sheet)
    links = f"{folder}/_rels/{file}.rels"
    tree = _parse(parts.read(links, f'<Relationships xmlns="{LINKS}"/>'.encode()))
    notes = _linked(tree, folder, "comments")
    drawing = _linked(tree, folder, "vmlDrawing")
    if notes is None:
        notes = parts.free("xl/comments{}.xml")
        _link(tree, "comments", notes)
        _declare(parts, notes)
    if drawing is None:
        drawing = parts.free("xl/drawings/vmlDrawing{}.vml")
        place = _link(tree, "vmlDrawing", drawing)
        parts.texts[sheet] = _point_to_drawing(parts.read(sheet, b""), place)
    parts.texts[links] = _text(tree, LINKS)
    parts.texts[notes] = _with_notes(parts.read(notes, b""), cells)
    empty = VML.format(block=block).encode()
    parts.texts[drawing] = _with_shapes(parts.read(drawing, empty), cells, block)


def _linked(tree: ET.Element, folder: str, kind: str) -> str | None:
    for link in tree:
        if link.get("Type", "").endswith(f"/relationships/{kind}"):
            target = link.get("Target", "")
            return posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
    return None


def _link(tree: ET.Element, kind: str, part: str) -> str:
    known = {link.get("Id") for link in tree}
    name = next(name for name in (f"rIdP{number}" for number in range(1, 99)) if name not in known)
    made = {"Id": name, "Type": f"{OFFICE}/{kind}", "Target": f"/{part}"}
    ET.SubElement(tree, f"{{{LINKS}}}Relationship", made)
    return name


def _declare(parts: _Parts, notes: str) -> None:
    """Name the new parts in the list of content types."""
    path = "[Content_Types].xml"
    tree = _parse(parts.read(path, b""))
    if not any(kind.get("Extension") == "vml" for kind in tree):
        drawing = {
            "Extension": "vml",
            "ContentType": "application/vnd.openxmlformats-officedocument.vmlDrawing",
        }
        tree.insert(0, ET.Element(f"{{{TYPES}}}Default", drawing))
    made = {"PartName": f"/{notes}", "ContentType": f"{SHEET_KINDS}.comments+xml"}
    ET.SubElement(tree, f"{{{TYPES}}}Override", made)
    parts.texts[path] = _text(tree, TYPES)


def _text(tree: ET.Element, namespace: str) -> bytes:
    # How a namespace is written, not what it means: the same for whoever else writes such a part.
    ET.register_namespace("", namespace)
    return bytes(ET.tostring(tree, encoding="UTF-8", xml_declaration=True))


def _point_to_drawing(sheet: bytes, place: str) -> bytes:
    """Put the reference to the drawing where the schema has it; the rows stay untouched."""
    end = sheet.rfind(b"sheetData")
    last = re.search(rb"</(?:\w+:)?worksheet>\s*$", sheet)
    if end < 0 or last is None:
        raise CommentError("the sheet ends otherwise")
    names = "|".join(AFTER).encode()
    later = re.compile(rb"<(?:\w+:)?(?:" + names + rb")[\s/>]").search(sheet, end)
    at = later.start() if later else last.start()
    prefix = (re.match(rb"</(\w+:)?", last.group()) or last).group(1) or b""
    element = b'<%slegacyDrawing xmlns:pr="%s" pr:id="%s"/>' % (
        prefix,
        OFFICE.encode(),
        place.encode(),
    )
    return sheet[:at] + element + sheet[at:]


def _with_notes(text: bytes, cells: Mapping[str, str]) -> bytes:
    """Return the part of comments with ours in it, in the place of what stood at the same cell.

    As text: a program's own marks in that part refer to prefixes, which a parser would rename.
    """
    text = text or f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'.encode()  # fmt: skip
    text = re.sub(rb"<(authors|commentList)\s*/>", rb"<\1></\1>", text)
    authors, listed = text.find(b"</authors>"), text.find(b"</commentList>")
    if not 0 <= authors < listed:
        raise CommentError("the comments have no list")
    number = len(re.findall(rb"<author[\s/>]", text[:authors]))
    kept = OLD_NOTE.sub(
        lambda found: b"" if found.group(1).decode() in cells else found.group(),
        text[authors:listed],
    )
    added = "".join(_note(cell, words, number) for cell, words in cells.items())
    author = f"<author>{AUTHOR}</author>".encode()
    return text[:authors] + author + kept + added.encode() + text[listed:]


def _note(cell: str, words: str, author: int) -> str:
    said = escape(cell_text(words))
    return (
        f'<comment ref="{cell}" authorId="{author}"><text><r><t xml:space="preserve">{said}</t></r>'
        "</text></comment>"
    )


def _with_shapes(text: bytes, cells: Mapping[str, str], block: int) -> bytes:
    """Return the drawing with a hidden box for each new comment."""
    drawn = set(zip(_numbers(text, b"Row"), _numbers(text, b"Column"), strict=False))
    shapes = []
    for order, cell in enumerate(cells, start=1):
        found = CELL.fullmatch(cell)
        if found is None:
            raise CommentError(cell)
        row, column = int(found.group(2)) - 1, _column(found.group(1))
        if (row, column) not in drawn:
            shapes.append(
                SHAPE.format(
                    number=block * 1024 + order, order=order, row=row, column=column,
                    left=column + 1, right=column + 4, top=row, bottom=row + 4,
                )
            )  # fmt: skip
    end = text.rfind(b"</xml>")
    if end < 0:
        raise CommentError("the drawing ends otherwise")
    return text[:end] + "".join(shapes).encode() + text[end:]


def _numbers(text: bytes, name: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"<x:" + name + rb">(\d+)</x:", text)]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
